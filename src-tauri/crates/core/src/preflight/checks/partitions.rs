//! Partition operations mean something else through a copy. Scope: the clause. `block` for DROP and TRUNCATE PARTITION:
//! the clause runs on an empty shadow table, and the copy then brings the rows back into whatever partition takes them.
//! New bounds are `danger`, not proven, since INSERT IGNORE drops a row that no partition takes; the rest is `warn`.

use mysqler_contract::{Finding, Severity};

use super::super::context::{Context, list};
use crate::clause::Operation;

pub const CODES: &[&str] = &["PARTITION_ROWS_RETURN", "PARTITION_BOUNDS", "PARTITION_OPERATION"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    context
        .clause
        .operations
        .iter()
        .filter_map(|operation| judge(context, operation))
        .collect()
}

fn judge(context: &Context<'_>, operation: &Operation) -> Option<Finding> {
    let finding = |code, severity| Finding::new(code, severity).with("verb", operation.verb);
    let names = || {
        if operation.names.is_empty() {
            "-".to_owned()
        } else {
            list(operation.names.iter().cloned())
        }
    };
    match operation.verb {
        "DROP PARTITION" | "TRUNCATE PARTITION" => {
            Some(finding("PARTITION_ROWS_RETURN", Severity::Block).with("names", names()))
        }
        "PARTITION BY" if spreads_evenly(context.definition_text(operation)) => {
            Some(finding("PARTITION_OPERATION", Severity::Warn))
        }
        "PARTITION BY" | "REORGANIZE PARTITION" => {
            Some(finding("PARTITION_BOUNDS", Severity::Danger).not_proven())
        }
        "REMOVE PARTITIONING" => Some(finding("PARTITION_OPERATION", Severity::Warn)),
        verb if verb.ends_with(" PARTITION") => Some(finding("PARTITION_OPERATION", Severity::Warn)),
        _ => None,
    }
}

/// HASH and KEY have a place for every row.
fn spreads_evenly(method: &str) -> bool {
    let upper = method.trim_start().to_ascii_uppercase();
    let method = upper
        .strip_prefix("LINEAR")
        .map_or(upper.as_str(), str::trim_start);
    method.starts_with("HASH") || method.starts_with("KEY")
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::World;
    use rstest::rstest;

    #[rstest]
    #[case("DROP PARTITION p0, p1", &["PARTITION_ROWS_RETURN"])]
    #[case("TRUNCATE PARTITION p0", &["PARTITION_ROWS_RETURN"])]
    #[case("PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (10))", &["PARTITION_BOUNDS"])]
    #[case("REORGANIZE PARTITION p0 INTO (PARTITION p VALUES IN (1))", &["PARTITION_BOUNDS"])]
    #[case("PARTITION BY LINEAR KEY (id) PARTITIONS 4", &["PARTITION_OPERATION"])]
    #[case("REMOVE PARTITIONING", &["PARTITION_OPERATION"])]
    #[case("ADD PARTITION (PARTITION p9 VALUES LESS THAN (90))", &["PARTITION_OPERATION"])]
    #[case("ADD COLUMN fresh INT NULL", &[])]
    fn each_partition_operation_gets_its_answer(#[case] clause: &str, #[case] codes: &[&str]) {
        assert_eq!(World::altering(clause).codes(), codes, "{clause}");
    }
}
