//! Compares what was seen with what the folder expects; each difference is one line.

use std::collections::BTreeMap;

use mysqler_contract::messages::Locale;
use mysqler_contract::{Finding, Plan};

use super::expectation::{Grade, Outcome, PlanExpectation, Way, WithoutGuard};
use super::tool::Said;
use super::values::Difference;

pub fn plan(plan: &Plan, expected: &PlanExpectation) -> Vec<String> {
    let mut wrong = Vec::new();
    if plan.blocked() != expected.blocked {
        wrong.push(format!(
            "blocked is {}; the findings are {}",
            plan.blocked(),
            codes(plan)
        ));
    }
    for (code, grade) in &expected.findings {
        let given = plan.findings.iter().filter(|finding| finding.code == *code);
        // The gravest stands first.
        let given = given.map(|finding| finding.severity).max();
        if given != grade.severity() {
            let given = given.map_or("absent".to_owned(), |severity| {
                format!("{severity:?}").to_lowercase()
            });
            wrong.push(format!(
                "{code} is {given}, not {grade:?}; the findings are {}",
                codes(plan)
            ));
        }
    }
    for (code, words) in &expected.tells {
        let told: String = plan
            .findings
            .iter()
            .filter(|finding| finding.code == *code)
            .map(told)
            .collect();
        let silent = words.iter().filter(|word| !told.contains(word.as_str()));
        wrong.extend(silent.map(|word| format!("{code} does not tell {word:?} but {told:?}")));
    }
    if expected.engine.is_some_and(|engine| engine != plan.engine) {
        wrong.push(format!("the engine is {:?}", plan.engine));
    }
    let algorithm = plan.direct.as_ref().map(|direct| direct.algorithm);
    if expected.algorithm.is_some() && expected.algorithm != algorithm {
        wrong.push(format!("the algorithm is {algorithm:?}"));
    }
    wrong
}

fn codes(plan: &Plan) -> String {
    let codes: Vec<String> = plan
        .findings
        .iter()
        .map(|finding| {
            format!(
                "{} {}",
                finding.code,
                format!("{:?}", finding.severity).to_lowercase()
            )
        })
        .collect();
    codes.join(", ")
}

fn told(finding: &Finding) -> String {
    let parts = ["what", "evidence", "advice"].map(|part| finding.text(Locale::En, part));
    let values: Vec<&str> = finding.params.values().map(String::as_str).collect();
    format!("{} {} ", parts.join(" "), values.join(" "))
}

/// What came of the table without the guard.
pub fn unguarded(expected: &WithoutGuard, said: &Said, difference: &Difference) -> Vec<String> {
    let mut wrong = Vec::new();
    let outcome = outcome(expected.way, said, difference);
    if outcome != Some(expected.outcome) {
        let seen = outcome.map_or("failed, and the table is not as it was".to_owned(), |seen| {
            format!("{seen:?}")
        });
        wrong.push(format!("without the guard: {seen}, not {:?}", expected.outcome));
    }
    if (difference.before, difference.after) != expected.rows {
        wrong.push(format!(
            "without the guard: rows = [{}, {}]",
            difference.before, difference.after
        ));
    }
    if difference.changed != expected.changed {
        wrong.push(format!("without the guard: changed = {}", difference.changed));
    }
    if difference.gone != expected.gone {
        wrong.push(format!("without the guard: gone = {:?}", difference.gone));
    }
    if expected
        .says
        .as_ref()
        .is_some_and(|words| !said.text.contains(words.as_str()))
    {
        wrong.push("without the guard: it did not say so".to_owned());
    }
    if !wrong.is_empty() {
        wrong.push(format!(
            "it ended with {:?} and said:\n{}",
            said.exit,
            last_lines(&said.text)
        ));
    }
    wrong
}

fn outcome(way: Way, said: &Said, difference: &Difference) -> Option<Outcome> {
    let done = match way {
        Way::PtOsc => said.exit == Some(0) && said.text.contains("Successfully altered "),
        Way::Alter => said.exit == Some(0),
    };
    match done {
        true if difference.lost() > 0 => Some(Outcome::LosesRows),
        true if difference.changed > 0 => Some(Outcome::ChangesValues),
        true if !difference.gone.is_empty() => Some(Outcome::DropsColumns),
        true => Some(Outcome::Keeps),
        false if !difference.nothing() || difference.after > difference.before => None,
        false if way == Way::PtOsc && !said.text.contains("Created new table") => {
            Some(Outcome::RefusedByTool)
        }
        false => Some(Outcome::Aborts),
    }
}

fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(12)..].join("\n")
}

/// Codes that guard somewhere and of which no folder shows that they stay away from what is harmless.
pub fn without_twin<'a>(plans: impl Iterator<Item = &'a PlanExpectation>) -> Vec<String> {
    let mut twin: BTreeMap<&str, bool> = BTreeMap::new();
    for plan in plans {
        for (code, grade) in &plan.findings {
            if grade.guards() {
                twin.entry(code).or_default();
            }
            if *grade == Grade::Absent {
                twin.insert(code, true);
            }
        }
    }
    let lonely = twin.into_iter().filter(|(_, harmless)| !harmless);
    lonely.map(|(code, _)| code.to_owned()).collect()
}
