//! A suspicion: a question about the rows, and what is told if it finds something.

use mysqler_contract::{Finding, Severity};

use super::super::super::context::Context;
use crate::ports::{RowAnswer, RowQuestion};

#[derive(Debug, Clone)]
pub struct Suspicion {
    pub question: RowQuestion,
    /// As told when something was found; what was found comes into its parameters.
    pub finding: Finding,
    /// What is counted.
    pub unit: Unit,
    /// How grave it is that the question has no answer; `None` tells nothing then.
    pub unproven: Option<Severity>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    Rows,
    /// Values that several rows share.
    Groups,
    /// What uses a thing: each is named, none is counted.
    Users,
    /// Nothing: it was found in what is known of the table already.
    Known,
}

impl Suspicion {
    /// `block` when something is found, `danger` when that could not be found out.
    pub fn new(finding: Finding, sql: String, count: Option<String>) -> Self {
        Self {
            question: RowQuestion {
                code: finding.code.clone(),
                sql: sql.clone(),
                count,
                sql_mode: None,
                reads_rows: true,
            },
            finding: finding.query(sql),
            unit: Unit::Rows,
            unproven: Some(Severity::Danger),
        }
    }

    /// There is no statement that would find it out.
    pub fn unaskable(finding: Finding) -> Self {
        let mut suspicion = Self::new(finding, String::new(), None);
        suspicion.finding.query = None;
        suspicion
    }

    /// It is so, whatever the rows are; no question is asked.
    pub fn known(finding: Finding) -> Self {
        Self {
            unit: Unit::Known,
            ..Self::unaskable(finding)
        }
    }

    /// Told of what the question names; `unproven` is how grave it is that nobody knows.
    pub fn of_users(finding: Finding, sql: String, unproven: Option<Severity>) -> Self {
        Self {
            unit: Unit::Users,
            unproven,
            ..Self::new(finding, sql, None).at_a_glance()
        }
    }

    /// The question reads a few rows at the most, or none of the table's.
    pub fn at_a_glance(mut self) -> Self {
        self.question.reads_rows = false;
        self
    }

    pub fn of_groups(self) -> Self {
        Self {
            unit: Unit::Groups,
            ..self
        }
    }

    fn judged(self, answer: Option<&RowAnswer>) -> Option<Finding> {
        if self.unit == Unit::Known {
            return Some(self.finding);
        }
        let unproven = |why: &str| {
            let severity = self.unproven?;
            let finding = Finding {
                severity,
                ..self.finding.clone()
            };
            Some(finding.with("why", why).not_proven())
        };
        match answer {
            Some(RowAnswer::None) => None,
            Some(RowAnswer::Found { examples, count }) => {
                Some(told(self.finding.clone(), self.unit, examples, *count))
            }
            Some(RowAnswer::TimedOut { after_ms }) => {
                unproven("timed_out").map(|finding| finding.with("seconds", after_ms / 1000))
            }
            Some(RowAnswer::Cancelled) => unproven("cancelled"),
            Some(RowAnswer::Refused { message }) => {
                unproven("refused").map(|finding| finding.with("message", message))
            }
            None => unproven("not_asked"),
        }
    }
}

fn told(finding: Finding, unit: Unit, examples: &[Example], count: Option<u64>) -> Finding {
    if unit == Unit::Users {
        let users: Vec<String> = examples.iter().map(|row| values(row)).collect();
        return finding.with("why", "used").with("users", users.join(", "));
    }
    let unit = if unit == Unit::Groups { "groups" } else { "rows" };
    let example = examples.first().map(|row| readable(row)).unwrap_or_default();
    let finding = finding.with("example", example);
    match count {
        Some(count) => finding
            .with("why", format!("{unit}_counted"))
            .with("count", count),
        None => finding.with("why", format!("{unit}_found")),
    }
}

type Example = Vec<(String, Option<String>)>;

/// `view shop.totals`
fn values(row: &[(String, Option<String>)]) -> String {
    let values: Vec<&str> = row.iter().filter_map(|(_, value)| value.as_deref()).collect();
    values.join(" ")
}

pub fn judge(context: &Context<'_>, suspicions: Vec<Suspicion>) -> Vec<Finding> {
    suspicions
        .into_iter()
        .filter_map(|suspicion| {
            let answer = context.input.answers.get(&suspicion.question.sql);
            suspicion.judged(answer)
        })
        .collect()
}

/// `id = 7, email = a@b.example`
fn readable(row: &[(String, Option<String>)]) -> String {
    let parts = row.iter().map(|(name, value)| match value {
        Some(value) => format!("{name} = {value}"),
        None => format!("{name} = NULL"),
    });
    parts.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suspicion() -> Suspicion {
        let finding = Finding::new("X", Severity::Block);
        Suspicion::new(finding, "SELECT 1".into(), None)
    }

    #[test]
    fn a_proven_answer_decides_and_everything_else_is_not_proven() {
        let row = vec![("id".to_owned(), Some("7".to_owned())), ("c".to_owned(), None)];
        let found = RowAnswer::Found {
            examples: vec![row],
            count: Some(3),
        };
        let found = suspicion().judged(Some(&found)).unwrap();
        assert_eq!((found.severity, found.proven), (Severity::Block, true));
        assert_eq!(found.params["example"], "id = 7, c = NULL");
        assert_eq!(
            (found.params["count"].as_str(), found.params["why"].as_str()),
            ("3", "rows_counted")
        );
        assert_eq!(suspicion().judged(Some(&RowAnswer::None)), None);
        let silent = [
            (Some(RowAnswer::TimedOut { after_ms: 60_000 }), "timed_out"),
            (Some(RowAnswer::Cancelled), "cancelled"),
            (
                Some(RowAnswer::Refused {
                    message: "1142".into(),
                }),
                "refused",
            ),
            (None, "not_asked"),
        ];
        for (answer, why) in silent {
            let told = suspicion().judged(answer.as_ref()).unwrap();
            assert_eq!((told.severity, told.proven), (Severity::Danger, false), "{why}");
            assert_eq!(told.params["why"], why);
            assert_eq!(told.query.as_deref(), Some("SELECT 1"), "a person can still ask");
        }
    }
}
