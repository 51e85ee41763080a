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
mod server_support;
mod statistics;
mod table_kind;
mod trigger_trust;
mod triggers;
mod usable_key;

use mysqler_contract::Finding;

use super::context::Context;

type Check = fn(&Context<'_>) -> Vec<Finding>;

pub const ALL: &[Check] = &[
    added_columns::check,
    charset::check,
    circumstances::check,
    clause_refused::check,
    destructive::check,
    explain_format::check,
    foreign_keys::check,
    four_byte_text::check,
    key_changes::check,
    known_names::check,
    launch::check,
    leftover_tables::check,
    load::check,
    names::check,
    narrowing::check,
    network::check,
    operation_known::check,
    partitions::check,
    prepare::check,
    privileges::check,
    probe::check,
    read_only::check,
    reclaim::check,
    replica_target::check,
    replicas_watched::check,
    server_support::check,
    statistics::check,
    table_kind::check,
    trigger_trust::check,
    triggers::check,
    usable_key::check,
];

/// Every code that a check may give; the catalogue has texts for each.
pub const CODES: &[&[&str]] = &[
    added_columns::CODES,
    charset::CODES,
    circumstances::CODES,
    clause_refused::CODES,
    destructive::CODES,
    explain_format::CODES,
    foreign_keys::CODES,
    four_byte_text::CODES,
    key_changes::CODES,
    known_names::CODES,
    launch::CODES,
    leftover_tables::CODES,
    load::CODES,
    names::CODES,
    narrowing::CODES,
    network::CODES,
    operation_known::CODES,
    partitions::CODES,
    prepare::CODES,
    privileges::CODES,
    probe::CODES,
    read_only::CODES,
    reclaim::CODES,
    replica_target::CODES,
    replicas_watched::CODES,
    server_support::CODES,
    statistics::CODES,
    table_kind::CODES,
    trigger_trust::CODES,
    triggers::CODES,
    usable_key::CODES,
];
