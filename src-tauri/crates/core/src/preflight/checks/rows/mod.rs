//! Checks that look at the table's rows. Each says what it would have to know as suspicions: a question to the server,
//! and the finding if it finds something. An answer decides; without one the finding is told as not proven.

mod suspicion;

use mysqler_contract::{PrepareVerdict, Scope, TableKind};

use super::super::context::Context;
use super::Rule;
use crate::ports::RowQuestion;
use suspicion::{Suspicion, judge};

/// A check with the suspicions that its findings come from.
pub struct RowRule {
    pub rule: Rule,
    suspicions: fn(&Context<'_>) -> Vec<Suspicion>,
}

macro_rules! rules {
    ($($check:ident),* $(,)?) => {
        &[$(RowRule {
            rule: Rule {
                scope: Scope::Rows,
                codes: $check::CODES,
                check: |context| judge(context, suspected(context, $check::suspicions)),
            },
            suspicions: $check::suspicions,
        }),*]
    };
}

pub const RULES: &[RowRule] = rules![];

pub fn questions(context: &Context<'_>) -> Vec<RowQuestion> {
    let sql_mode = context.run_sql_mode().map(str::to_owned);
    let mut questions: Vec<RowQuestion> = Vec::new();
    for suspicion in RULES.iter().flat_map(|rule| suspected(context, rule.suspicions)) {
        let sql = &suspicion.question.sql;
        if !sql.is_empty() && questions.iter().all(|asked| asked.sql != *sql) {
            questions.push(RowQuestion {
                sql_mode: sql_mode.clone(),
                ..suspicion.question
            });
        }
    }
    questions
}

/// Nothing is suspected of a change that cannot be: its words must not reach the server in any form.
fn suspected(context: &Context<'_>, of: fn(&Context<'_>) -> Vec<Suspicion>) -> Vec<Suspicion> {
    let input = context.input;
    let table = input
        .table
        .is_some_and(|facts| facts.summary.kind == TableKind::Base);
    let refused = matches!(input.prepare, Some(PrepareVerdict::Refused { .. }));
    if !table || refused || !context.clause.problems.is_empty() {
        return Vec::new();
    }
    of(context)
}
