//! The checks, one file each: its question, its scope and its severities stand in its first lines.

// Above the groups, which make their lists with it.
macro_rules! rules {
    ($($scope:ident $check:ident),+ $(,)?) => {
        &[$(Rule { scope: Scope::$scope, codes: $check::CODES, check: $check::check }),+]
    };
}

mod added_columns;
mod auto_increment;
mod binlog_filters;
mod binlog_format;
mod check_names;
mod chunk_key;
mod circumstances;
mod clause_refused;
mod cluster;
mod column_returns;
mod destructive;
mod disk_space;
mod explain_format;
mod foreign_keys;
mod four_byte_text;
mod generated_columns;
mod generated_values;
mod key_changes;
mod key_length;
mod known_names;
mod launch;
mod leftover_tables;
mod lint;
mod moment;
mod names;
mod network;
mod online_log;
mod operation_known;
mod options;
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
mod special_indexes;
mod sql_mode;
mod statistics;
mod storage;
mod system_versioned;
mod table_kind;
mod trigger_trust;
mod triggers;
mod type_changed;
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
    let rows = rows::RULES.iter().map(|rule| &rule.rule);
    let facts = RULES.iter().chain(moment::RULES).chain(options::RULES);
    facts.chain(rows).chain(lint::RULES)
}

/// What the checks would like to know of the table's rows, each question once.
pub fn questions(context: &Context<'_>) -> Vec<RowQuestion> {
    rows::questions(context)
}

const RULES: &[Rule] = rules![
    Clause added_columns,
    Table auto_increment,
    Server binlog_filters,
    Server binlog_format,
    Table check_names,
    Table chunk_key,
    Server circumstances,
    Clause clause_refused,
    Server cluster,
    Clause column_returns,
    Clause destructive,
    Server disk_space,
    Server explain_format,
    Table foreign_keys,
    Clause four_byte_text,
    Table generated_columns,
    Clause generated_values,
    Clause key_changes,
    Table key_length,
    Clause known_names,
    Server launch,
    Table leftover_tables,
    Table names,
    Server network,
    Server online_log,
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
    Table special_indexes,
    Server sql_mode,
    Table statistics,
    Table storage,
    Table system_versioned,
    Table table_kind,
    Server trigger_trust,
    Table triggers,
    Clause type_changed,
    Table usable_key,
];
