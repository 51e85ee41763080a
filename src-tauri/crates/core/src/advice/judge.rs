//! From the server's answers and the rules to one advice.

use mysqler_contract::{Advice, Algorithm, Difference, ExpectedDefinition, Params};

use super::attempts::Attempt;
use super::expected::expected;
use super::{Price, Subject, rule};
use crate::clause::OperationKind;
use crate::ports::{CloneAnswer, CloneQuestion};

/// The server has no such words; every attempt fails so where an operation takes no algorithm at all.
const SYNTAX_ERROR: u16 = 1064;

/// What became of the question.
#[derive(Debug, Clone, Copy)]
pub enum Asked<'a> {
    /// `why` is a name below `advice.not_tried_`.
    Not { why: &'a str, message: &'a str },
    Clone {
        question: &'a CloneQuestion,
        attempts: &'a [Attempt],
        answer: &'a CloneAnswer,
    },
}

/// Row versions that leave no room for another instant change; `None` where the clause makes none.
pub fn row_version_limit(subject: &Subject<'_>) -> Option<u64> {
    let shapes = |kind: &OperationKind| {
        matches!(
            kind,
            OperationKind::AddColumn(_) | OperationKind::AddList(_) | OperationKind::DropColumn(_)
        )
    };
    let touched = subject
        .clause
        .operations
        .iter()
        .any(|operation| shapes(&operation.kind));
    let limit = match subject.since(9, 1, 0) {
        true => 255,
        false => 64,
    };
    (touched && !subject.is_mariadb() && subject.since(8, 0, 29)).then_some(limit)
}

/// Everything but the offers. `full` are the row versions of a table that has no room for another.
pub fn judge(subject: &Subject<'_>, asked: Asked<'_>, full: Option<u64>) -> Advice {
    let mut reasons = Vec::new();
    let ruling = rule(subject);
    let mut advice = match asked {
        Asked::Not { why, message } => by_rules(subject, ruling, full, &mut reasons, |reasons| {
            reasons.push(reason(
                &format!("not_tried_{why}"),
                [("message", message.to_owned())],
            ));
        }),
        Asked::Clone {
            question,
            attempts,
            answer,
        } => match answer.taken.and_then(|at| attempts.get(at)) {
            Some(taken) => {
                refused_cheaper(attempts, answer, &mut reasons);
                proven(subject, question, taken.price, ruling, answer, &mut reasons)
            }
            None => refused(subject, ruling, full, answer, &mut reasons),
        },
    };
    if let (Some(versions), Some(limit)) = (full, row_version_limit(subject)) {
        let numbers = [("versions", versions.to_string()), ("limit", limit.to_string())];
        reasons.insert(0, reason("row_versions_full", numbers));
    }
    if may_fail_on_rows(subject) {
        reasons.push(reason("rows_may_refuse", []));
    }
    if let Asked::Clone { answer, .. } = asked {
        advice.left.clone_from(&answer.left);
    }
    Advice { reasons, ..advice }
}

fn reason<const N: usize>(what: &str, params: [(&str, String); N]) -> Difference {
    Difference {
        what: what.to_owned(),
        params: Params::from(params.map(|(name, value)| (name.to_owned(), value))),
    }
}

fn of(price: Option<Price>, verified: bool) -> Advice {
    Advice {
        algorithm: price.map(|price| price.algorithm),
        blocks_writers: price.is_some_and(|price| price.blocks_writers),
        verified,
        reasons: Vec::new(),
        offers: Vec::new(),
        expected: None,
        refusal: None,
        left: None,
    }
}

fn by_rules(
    subject: &Subject<'_>,
    ruling: Option<Price>,
    full: Option<u64>,
    reasons: &mut Vec<Difference>,
    why: impl FnOnce(&mut Vec<Difference>),
) -> Advice {
    why(reasons);
    // What the server would not be held to is not offered as if it were.
    let ignored = subject
        .clause
        .operations
        .iter()
        .any(|operation| super::permission::ignores_assertion(subject, &operation.kind));
    let price = match ruling {
        Some(Price::INSTANT) if full.is_some() => Some(Price::INPLACE),
        Some(price) if ignored => Some(price.max(Price::COPY)),
        other => other,
    };
    reasons.push(match price {
        Some(price) => reason("by_rule", [("algorithm", price.algorithm.keyword().to_owned())]),
        None => reason("no_rule", []),
    });
    of(price, false)
}

fn refused_cheaper(attempts: &[Attempt], answer: &CloneAnswer, reasons: &mut Vec<Difference>) {
    let mut told: Vec<&str> = Vec::new();
    for (attempt, (_, message)) in attempts.iter().zip(&answer.refusals) {
        if told.contains(&message.as_str()) {
            continue;
        }
        told.push(message);
        let algorithm = match (attempt.price.algorithm, attempt.price.blocks_writers) {
            (Algorithm::Instant | Algorithm::Copy, _) | (_, true) => {
                attempt.price.algorithm.keyword().to_owned()
            }
            (algorithm, false) => format!("{}, LOCK=NONE", algorithm.keyword()),
        };
        reasons.push(reason(
            "refused_cheaper",
            [("algorithm", algorithm), ("message", message.clone())],
        ));
    }
}

fn proven(
    subject: &Subject<'_>,
    question: &CloneQuestion,
    price: Price,
    ruling: Option<Price>,
    answer: &CloneAnswer,
    reasons: &mut Vec<Difference>,
) -> Advice {
    let keyword = price.algorithm.keyword().to_owned();
    reasons.insert(0, reason("clone_took", [("algorithm", keyword)]));
    let mut unseen = Vec::new();
    if touches_foreign_key(subject) {
        unseen.push(reason("foreign_keys_unseen", []));
    }
    let differs = |known: &str| {
        answer
            .row_format
            .as_deref()
            .is_some_and(|other| !other.eq_ignore_ascii_case(known))
    };
    if subject.table.row_format.as_deref().is_some_and(differs) {
        let formats = [
            ("table", subject.table.row_format.clone().unwrap_or_default()),
            ("clone", answer.row_format.clone().unwrap_or_default()),
        ];
        unseen.push(reason("row_format_unseen", formats));
    }
    let verified = unseen.is_empty();
    reasons.extend(unseen);
    let price = match verified {
        true => price,
        // Of two answers that may each be wrong, the dearer one.
        false => ruling.map_or(price, |ruling| ruling.max(price)),
    };
    let definition = answer
        .after
        .as_deref()
        .and_then(|after| expected(subject, &question.clone, &answer.before, after));
    Advice {
        expected: definition.map(|definition| ExpectedDefinition {
            table: question.clone.clone(),
            definition,
        }),
        ..of(Some(price), verified)
    }
}

fn refused(
    subject: &Subject<'_>,
    ruling: Option<Price>,
    full: Option<u64>,
    answer: &CloneAnswer,
    reasons: &mut Vec<Difference>,
) -> Advice {
    let Some((number, message)) = answer.refusals.last() else {
        return by_rules(subject, ruling, full, reasons, |reasons| {
            reasons.push(reason("not_tried_no_answer", []));
        });
    };
    let words = format!("{number}: {message}");
    if answer.refusals.iter().all(|(number, _)| *number == SYNTAX_ERROR) {
        reasons.push(reason("not_assertable", []));
        return of(None, false);
    }
    // The clone lacks the foreign keys that the clause may be about, and a task that broke off knows nothing.
    if *number == 0 || touches_foreign_key(subject) {
        return by_rules(subject, ruling, full, reasons, |reasons| {
            reasons.push(reason("not_tried_clone_failed", [("message", words)]));
        });
    }
    Advice {
        refusal: Some(words),
        ..of(None, true)
    }
}

/// The clone has no foreign keys, so what concerns them was not seen there.
pub fn touches_foreign_key(subject: &Subject<'_>) -> bool {
    let table = subject.table;
    if table.foreign_keys.is_empty() && table.referenced_by.is_empty() {
        return false;
    }
    let keyed = |name: &str| {
        let is = |columns: &[String]| columns.iter().any(|column| column.eq_ignore_ascii_case(name));
        table.foreign_keys.iter().any(|key| is(&key.columns))
            || table.referenced_by.iter().any(|key| is(&key.referenced_columns))
    };
    subject
        .clause
        .operations
        .iter()
        .any(|operation| match &operation.kind {
            OperationKind::DropColumn(name) | OperationKind::RenameColumn { from: name, .. } => {
                keyed(name.as_str())
            }
            OperationKind::Modify(column) => keyed(column.name.as_str()),
            OperationKind::Change { from, .. } => keyed(from.as_str()),
            OperationKind::TableOption(option) => {
                option.name == "ENGINE" && !option.value.eq_ignore_ascii_case("InnoDB")
            }
            OperationKind::DropIndex(_)
            | OperationKind::DropPrimaryKey
            | OperationKind::DropConstraint(_)
            | OperationKind::DropForeignKey(_)
            | OperationKind::ConvertCharset { .. }
            | OperationKind::PartitionBy(_) => true,
            _ => false,
        })
}

/// An empty table takes what rows would not.
fn may_fail_on_rows(subject: &Subject<'_>) -> bool {
    let zero = |definition: &crate::clause::ColumnDefinition| {
        definition.nullable == Some(false)
            && definition.default.is_none()
            && definition.default_span.is_none()
    };
    let adds = |columns: &crate::clause::Column| {
        ["date", "datetime", "timestamp"].contains(&columns.definition.base.as_str())
            && zero(&columns.definition)
    };
    subject.clause.operations.iter().any(|operation| {
        let kind = &operation.kind;
        let redefines = matches!(
            kind,
            OperationKind::Modify(_) | OperationKind::Change { .. } | OperationKind::ConvertCharset { .. }
        );
        redefines
            || kind.indexes().iter().any(|index| index.kind.is_unique())
            || kind.checks().next().is_some()
            || kind.columns().any(adds)
    })
}
