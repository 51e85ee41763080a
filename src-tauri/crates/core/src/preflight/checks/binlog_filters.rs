//! The binary log leaves nothing out. Scope: the server. `warn`: what a filter keeps from the log no replica gets, and
//! whether a statement passes depends on the default database of the session that writes it.

use mysqler_contract::{Finding, Severity};

use super::super::context::{Context, list};

pub const CODES: &[&str] = &["BINLOG_FILTERED"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let filters = &context.input.server.binlog_filters;
    if filters.is_empty() {
        return Vec::new();
    }
    let finding =
        Finding::new("BINLOG_FILTERED", Severity::Warn).with("filters", list(filters.iter().cloned()));
    vec![finding.with("database", &context.input.request.table.database)]
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::World;

    #[test]
    fn a_filter_of_the_log_is_told() {
        let mut world = World::calm();
        assert_eq!(world.codes(), Vec::<String>::new());
        world.server.binlog_filters = vec!["binlog_ignore_db=test".into()];
        assert_eq!(world.codes(), ["BINLOG_FILTERED"]);
    }
}
