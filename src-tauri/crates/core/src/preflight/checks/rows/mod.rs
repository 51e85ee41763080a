//! Checks that look at the table's rows. Each says what it would have to know as suspicions: a question to the server,
//! and the finding if it finds something. An answer decides; without one the finding is told as not proven.

mod becoming;
mod bytes_padded;
mod keys;
mod numbers;
mod sql;
mod suspicion;
mod uses;
mod values;

mod check_violated;
mod chunk_key_dropped;
mod column_in_use;
mod dates_invalid;
mod drop_add_looks_like_rename;
mod duplicates_under_collation;
mod duplicates_under_shorter_key;
mod duplicates_under_unique;
mod index_in_use;
mod members_in_use;
mod members_reordered;
mod nulls_under_not_null;
mod number_loses_scale;
mod number_out_of_range;
mod orphan_rows;
mod text_not_in_charset;
mod text_too_long;
mod values_not_convertible;

use mysqler_contract::{PrepareVerdict, Scope, TableKind};

use super::super::context::Context;
use super::Rule;
use crate::ports::RowQuestion;
use suspicion::{Suspicion, judge};

pub use becoming::all as all_becoming;
pub use keys::present_name;
pub use values::rows_can_tell;

/// A check with the suspicions that its findings come from.
pub struct RowRule {
    pub rule: Rule,
    suspicions: fn(&Context<'_>) -> Vec<Suspicion>,
}

macro_rules! rules {
    ($($check:ident),+ $(,)?) => {
        &[$(RowRule {
            rule: Rule {
                scope: Scope::Rows,
                engine: None,
                codes: $check::CODES,
                check: |context| judge(context, suspected(context, $check::suspicions)),
            },
            suspicions: $check::suspicions,
        }),+]
    };
}

pub const RULES: &[RowRule] = rules![
    bytes_padded,
    check_violated,
    chunk_key_dropped,
    column_in_use,
    dates_invalid,
    drop_add_looks_like_rename,
    duplicates_under_collation,
    duplicates_under_shorter_key,
    duplicates_under_unique,
    index_in_use,
    members_in_use,
    members_reordered,
    nulls_under_not_null,
    number_loses_scale,
    number_out_of_range,
    orphan_rows,
    text_not_in_charset,
    text_too_long,
    values_not_convertible,
];

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
