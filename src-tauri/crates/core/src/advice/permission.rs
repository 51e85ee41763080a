//! Whether a clause may be tried on a clone at all. Only what is known in full, names no other table and means on the
//! clone what it means on the table; and only where nothing of it can reach another server.

use mysqler_contract::{Flavour, ReplicationRole, TableKind};

use super::Subject;
use crate::clause::{Column, Element, OperationKind, Partition, PartitionWork};

/// A clone of more files than this is not made in a moment.
const PARTITIONS_AT_MOST: usize = 64;

const SYSTEM: [&str; 5] = [
    "mysql",
    "sys",
    "performance_schema",
    "information_schema",
    "ndbinfo",
];

/// Table options that mean the same on a clone and write nowhere else.
const OPTIONS: [&str; 19] = [
    "AUTO_INCREMENT",
    "AVG_ROW_LENGTH",
    "CHARSET",
    "CHARACTER SET",
    "CHECKSUM",
    "COLLATE",
    "COMMENT",
    "COMPRESSION",
    "DELAY_KEY_WRITE",
    "KEY_BLOCK_SIZE",
    "MAX_ROWS",
    "MIN_ROWS",
    "PACK_KEYS",
    "PAGE_COMPRESSED",
    "PAGE_COMPRESSION_LEVEL",
    "ROW_FORMAT",
    "STATS_AUTO_RECALC",
    "STATS_PERSISTENT",
    "STATS_SAMPLE_PAGES",
];

/// Why no clone may be made; `None` when it may. A name below `advice.not_tried_`.
pub fn obstacle(subject: &Subject<'_>) -> Option<&'static str> {
    clause(subject)
        .or_else(|| table(subject))
        .or_else(|| server(subject))
}

fn clause(subject: &Subject<'_>) -> Option<&'static str> {
    let clause = subject.clause;
    if !clause.problems.is_empty() || clause.operations.is_empty() {
        return Some("clause");
    }
    let known = |operation: &crate::clause::Operation| operation.unread.is_none();
    if !clause.operations.iter().all(known) {
        return Some("clause");
    }
    clause
        .operations
        .iter()
        .find_map(|operation| unfit(subject, &operation.kind))
}

/// Why the operation may not run on the clone.
fn unfit(subject: &Subject<'_>, kind: &OperationKind) -> Option<&'static str> {
    if ignores_assertion(subject, kind) {
        return Some("assertion_ignored");
    }
    let fit = match kind {
        OperationKind::AddColumn(column) | OperationKind::Modify(column) => {
            column_stands_alone(subject, column)
        }
        OperationKind::Change { column, .. } => column_stands_alone(subject, column),
        OperationKind::AddList(elements) => elements.iter().all(|element| match element {
            Element::Column(column) => column_stands_alone(subject, column),
            Element::Index(_) | Element::Check(_) => true,
            Element::ForeignKey(_) | Element::Period(_) => false,
        }),
        OperationKind::AddIndex(index) => index.options.iter().all(|option| option.name != "PARSER"),
        // The clone's constraints carry other names on MySQL.
        OperationKind::DropCheck(_)
        | OperationKind::AlterCheck { .. }
        | OperationKind::AlterConstraint { .. }
        | OperationKind::DropConstraint(_) => {
            let foreign = |name: &str| {
                subject
                    .table
                    .foreign_keys
                    .iter()
                    .any(|key| key.name.eq_ignore_ascii_case(name))
            };
            let named = match kind {
                OperationKind::DropConstraint(name) => foreign(name.as_str()),
                _ => false,
            };
            return (!subject.is_mariadb() || named).then_some("constraint_names");
        }
        OperationKind::TableOption(option) if option.name == "ENGINE" => {
            option.value.eq_ignore_ascii_case("InnoDB")
        }
        OperationKind::TableOption(option) => OPTIONS.contains(&option.name.as_str()),
        OperationKind::AddPartitions { partitions, .. } => partitions.iter().all(stays_in_place),
        OperationKind::ReorganizePartitions { into, .. } => into.iter().all(stays_in_place),
        OperationKind::PartitionBy(partitioning) => partitioning.partitions.iter().all(stays_in_place),
        OperationKind::Partitions { work, .. } => {
            matches!(work, PartitionWork::Drop | PartitionWork::Rebuild)
        }
        OperationKind::AddCheck(_)
        | OperationKind::DropColumn(_)
        | OperationKind::DropIndex(_)
        | OperationKind::DropPrimaryKey
        | OperationKind::AlterColumn { .. }
        | OperationKind::AlterIndex { .. }
        | OperationKind::RenameColumn { .. }
        | OperationKind::RenameIndex { .. }
        | OperationKind::ConvertCharset { .. }
        | OperationKind::OrderBy(_)
        | OperationKind::Force
        | OperationKind::EnableKeys
        | OperationKind::DisableKeys
        | OperationKind::CoalescePartitions { .. }
        | OperationKind::RemovePartitioning => true,
        // A foreign key names another table, and the clone has none to drop.
        _ => false,
    };
    (!fit).then_some("clause")
}

/// Neither a foreign key nor a sequence, which would be another table's.
fn column_stands_alone(subject: &Subject<'_>, column: &Column) -> bool {
    let words = column
        .definition
        .span
        .of(subject.clause.text)
        .to_ascii_uppercase();
    let definition = &column.definition;
    definition.references.is_none() && !words.contains("NEXTVAL") && !words.contains("NEXT VALUE")
}

/// Partitions can name directories and tablespaces.
fn stays_in_place(partition: &Partition) -> bool {
    partition.options.iter().all(|option| {
        let names_place = ["DIRECTORY", "TABLESPACE"].iter();
        !names_place.clone().any(|word| option.name.contains(word))
    })
}

/// Seen on MariaDB 10.11 and MySQL 9.7: the server takes `ALGORITHM=INSTANT` before these and does something else.
pub fn ignores_assertion(subject: &Subject<'_>, kind: &OperationKind) -> bool {
    match kind {
        OperationKind::Partitions { work, .. } => {
            !matches!(work, PartitionWork::Drop | PartitionWork::Rebuild)
        }
        OperationKind::TableOption(option) if option.name == "ENGINE" => {
            subject.is_mariadb() && !option.value.eq_ignore_ascii_case("InnoDB")
        }
        OperationKind::OrderBy(_) | OperationKind::PartitionBy(_) | OperationKind::RemovePartitioning => {
            subject.is_mariadb()
        }
        _ => false,
    }
}

fn table(subject: &Subject<'_>) -> Option<&'static str> {
    let table = subject.table;
    let innodb = table
        .summary
        .engine
        .as_deref()
        .is_some_and(|engine| engine.eq_ignore_ascii_case("InnoDB"));
    if table.summary.kind != TableKind::Base || !innodb {
        return Some("not_innodb");
    }
    if SYSTEM
        .iter()
        .any(|name| table.table.database.eq_ignore_ascii_case(name))
    {
        return Some("system_schema");
    }
    let partitions = table.definition.matches("PARTITION ").count();
    // Written by number, HASH and KEY partitions are not listed one by one.
    let counted = table.definition.rsplit_once("PARTITIONS ").and_then(|(_, tail)| {
        let digits: String = tail.chars().take_while(char::is_ascii_digit).collect();
        digits.parse::<usize>().ok()
    });
    if table.partitioned && partitions.max(counted.unwrap_or(0)) > PARTITIONS_AT_MOST {
        return Some("many_partitions");
    }
    table
        .definition
        .contains("SECONDARY_ENGINE")
        .then_some("not_innodb")
}

fn server(subject: &Subject<'_>) -> Option<&'static str> {
    if subject.server.flavour == Flavour::Other {
        return Some("server");
    }
    if subject.server.role != ReplicationRole::Primary {
        return Some("replica");
    }
    let read_only = ["read_only", "super_read_only", "innodb_read_only"].iter();
    let writable = |name: &&str| {
        subject
            .variable(name)
            .is_none_or(|value| matches!(value, "OFF" | "0" | "NO"))
    };
    if !read_only.clone().all(writable) {
        return Some("read_only");
    }
    // Galera carries DDL to every node whatever the binary log does; group members are not to differ for a moment.
    let grouped = subject
        .variable("group_replication_group_name")
        .is_some_and(|name| !name.is_empty());
    if subject.is_on("wsrep_on") || grouped {
        return Some("cluster");
    }
    let for_log: &[&str] = match subject.is_mariadb() {
        true => &["SUPER", "BINLOG ADMIN"],
        false => &["SUPER", "SYSTEM_VARIABLES_ADMIN", "SESSION_VARIABLES_ADMIN"],
    };
    let holds = |list: &[String], wanted: &str| {
        list.iter()
            .any(|held| held.eq_ignore_ascii_case(wanted) || held.eq_ignore_ascii_case("ALL PRIVILEGES"))
    };
    let server = subject.server;
    let unlogged = for_log.iter().any(|name| holds(&server.global_privileges, name));
    let may = |name: &&str| holds(&server.global_privileges, name) || holds(&server.schema_privileges, name);
    let of_table = ["ALTER", "CREATE", "DROP", "INSERT", "SELECT"].iter().all(may);
    match (unlogged, of_table) {
        (false, _) => Some("no_log_right"),
        (true, false) => Some("no_table_right"),
        (true, true) => None,
    }
}

/// The least privilege under which an account may keep a session out of the binary log.
pub fn log_right(subject: &Subject<'_>) -> &'static str {
    match subject.is_mariadb() {
        true => "BINLOG ADMIN",
        false => "SESSION_VARIABLES_ADMIN",
    }
}
