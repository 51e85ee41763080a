//! The checks, one file each: its question, its scope and its severities stand in its first lines.

// Above the groups, which make their lists with it.
macro_rules! rules {
    ($($scope:ident $check:ident $(for $engine:ident)?),+ $(,)?) => {
        &[$(Rule {
            scope: Scope::$scope,
            engine: rules!(@engine $($engine)?),
            codes: $check::CODES,
            check: $check::check,
        }),+]
    };
    (@engine $engine:ident) => { Some(mysqler_contract::Engine::$engine) };
    (@engine) => { None };
}

mod added_columns;
mod auto_increment;
mod binlog_filters;
mod binlog_format;
mod check_names;
mod chunk_key;
mod circumstances;
mod clause_refused;
mod clone_refused;
mod cluster;
mod column_returns;
mod continuing;
mod destructive;
mod disk_space;
mod explain_format;
mod foreign_keys;
mod four_byte_text;
mod generated_columns;
mod generated_values;
mod json_rewritten;
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
mod partition_loss;
mod partitions;
mod prepare;
mod privileges;
mod probe;
mod random_default;
mod read_only;
mod reclaim;
mod replica_target;
mod replicas_behind;
mod replicas_watched;
mod rows;
mod server_alter;
mod server_support;
mod special_indexes;
mod sql_mode;
mod statistics;
mod storage;
mod system_versioned;
mod table_kind;
mod trigger_obstacles;
mod trigger_trust;
mod triggers;
mod type_changed;
mod usable_key;

use mysqler_contract::{Engine, Finding, Scope};

use super::context::Context;
use crate::ports::RowQuestion;

/// One check: what it looks at, the codes that it may give, and its rule.
pub struct Rule {
    pub scope: Scope,
    /// The engine that it concerns alone; `None` for what holds whichever is taken.
    pub engine: Option<Engine>,
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

pub use moment::{is_below, is_reached};
pub use replicas_watched::{LagWatch, Reach, lag_watch, watched_by_app};

const RULES: &[Rule] = rules![
    Clause added_columns,
    Table auto_increment,
    Server binlog_filters,
    Server binlog_format for PtOsc,
    Table check_names for PtOsc,
    Table chunk_key for PtOsc,
    Server circumstances,
    Clause clause_refused,
    Clause clone_refused,
    Server cluster,
    Clause column_returns for PtOsc,
    Server continuing,
    Clause destructive,
    Server disk_space,
    Server explain_format for PtOsc,
    Table foreign_keys for PtOsc,
    Clause four_byte_text for PtOsc,
    Table generated_columns for PtOsc,
    Clause generated_values for PtOsc,
    Clause json_rewritten,
    Clause key_changes for PtOsc,
    Table key_length,
    Clause known_names,
    Server launch for PtOsc,
    Table leftover_tables,
    Table names for PtOsc,
    Server network for PtOsc,
    Server online_log,
    Clause operation_known,
    Clause partition_loss for Direct,
    Table partitions for PtOsc,
    Clause prepare,
    Server privileges,
    Server probe for PtOsc,
    Clause random_default,
    Server read_only,
    Table reclaim,
    Server replica_target,
    Server replicas_behind for Direct,
    Server replicas_watched for PtOsc,
    Clause server_alter,
    Server server_support,
    Table special_indexes for PtOsc,
    Server sql_mode,
    Table statistics,
    Table storage for PtOsc,
    Table system_versioned for PtOsc,
    Table table_kind,
    Server trigger_trust for PtOsc,
    Table triggers,
    Clause type_changed,
    Table usable_key for PtOsc,
];
