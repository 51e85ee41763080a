//! No other run of ours works on the same server. Scope: the workstation's runs now. `warn`: both copies share the
//! server's disk and its replicas' lag.

use mysqler_contract::{Finding, Severity};

use super::super::super::context::{Context, list};

pub const CODES: &[&str] = &["RUNS_ON_SERVER"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let beside = context.input.runs_beside;
    if beside.is_empty() {
        return Vec::new();
    }
    let runs = list(beside.iter().map(|(run, table)| format!("{run} ({table})")));
    let finding = Finding::new("RUNS_ON_SERVER", Severity::Warn).with("runs", runs);
    vec![
        finding
            .with("count", beside.len())
            .with("host", &context.input.connection.host),
    ]
}

#[cfg(test)]
mod tests {
    use crate::preflight::fixture::World;
    use mysqler_contract::{RunId, TableRef};

    #[test]
    fn another_run_on_the_server_is_told_with_its_table() {
        let mut world = World::calm();
        assert_eq!(world.codes(), Vec::<String>::new());
        world.runs_beside = vec![(RunId("20260115-001".into()), TableRef::new("shop", "items"))];
        assert_eq!(world.codes(), ["RUNS_ON_SERVER"]);
        assert_eq!(world.findings()[0].params["runs"], "20260115-001 (shop.items)");
    }
}
