//! The checks, one file each: its question, its scope and its severities stand in its first lines.

mod added_columns;
mod charset;
mod circumstances;
mod clause_refused;
mod destructive;
mod explain_format;
mod foreign_keys;
mod four_byte_text;
mod key_changes;
mod known_names;
mod launch;
mod leftover_tables;
mod load;
mod names;
mod narrowing;
mod network;
mod operation_known;
mod partitions;
mod prepare;
mod privileges;
mod probe;
mod read_only;
mod reclaim;
mod replica_target;
mod replicas_watched;
mod rows;
mod server_support;
mod statistics;
mod table_kind;
mod trigger_trust;
mod triggers;
mod usable_key;

use mysqler_contract::{Finding, Scope};

use super::context::Context;
use crate::ports::RowQuestion;

/// One check: what it looks at, the codes that it may give, and its rule.
pub struct Rule {
    pub scope: Scope,
    pub codes: &'static [&'static str],
    pub check: fn(&Context<'_>) -> Vec<Finding>,
}

/// The checks, group by group.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    RULES.iter().chain(rows::RULES.iter().map(|rule| &rule.rule))
}

/// What the checks would like to know of the table's rows, each question once.
pub fn questions(context: &Context<'_>) -> Vec<RowQuestion> {
    rows::questions(context)
}

macro_rules! rules {
    ($($scope:ident $check:ident),+ $(,)?) => {
        &[$(Rule { scope: Scope::$scope, codes: $check::CODES, check: $check::check }),+]
    };
}

const RULES: &[Rule] = rules![
    Clause added_columns,
    Clause charset,
    Server circumstances,
    Clause clause_refused,
    Clause destructive,
    Server explain_format,
    Table foreign_keys,
    Clause four_byte_text,
    Clause key_changes,
    Clause known_names,
    Server launch,
    Table leftover_tables,
    Moment load,
    Table names,
    Clause narrowing,
    Server network,
    Clause operation_known,
    Table partitions,
    Clause prepare,
    Server privileges,
    Server probe,
    Server read_only,
    Table reclaim,
    Server replica_target,
    Server replicas_watched,
    Server server_support,
    Table statistics,
    Table table_kind,
    Server trigger_trust,
    Table triggers,
    Table usable_key,
];
