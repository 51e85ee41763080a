//! The binary log carries rows. Scope: the server. `warn` under STATEMENT: replicas then run every INSERT IGNORE … SELECT
//! of the copy and the triggers' statements themselves, and a replica that differs stays different without an error.

use mysqler_contract::{Finding, Severity};

use super::super::context::Context;

pub const CODES: &[&str] = &["BINLOG_STATEMENT"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let statement = context
        .variable("binlog_format")
        .is_some_and(|format| format.eq_ignore_ascii_case("STATEMENT"));
    if !statement || !context.is_on("log_bin") {
        return Vec::new();
    }
    let finding = Finding::new("BINLOG_STATEMENT", Severity::Warn).query("SELECT @@global.binlog_format");
    vec![finding.remedy("SET GLOBAL binlog_format = 'ROW';")]
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::World;
    use rstest::rstest;

    #[rstest]
    #[case("ON", "STATEMENT", &["BINLOG_STATEMENT"])]
    #[case("OFF", "STATEMENT", &[])]
    #[case("ON", "MIXED", &[])]
    #[case("ON", "ROW", &[])]
    fn only_a_log_of_statements_is_told(#[case] log: &str, #[case] format: &str, #[case] codes: &[&str]) {
        let world = World::calm().with_variable("log_bin_trust_function_creators", "ON");
        let world = world
            .with_variable("log_bin", log)
            .with_variable("binlog_format", format);
        assert_eq!(world.codes(), codes);
    }
}
