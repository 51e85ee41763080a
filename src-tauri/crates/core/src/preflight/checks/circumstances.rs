//! Where and beside what the change runs. Scope: connection and other runs. Another run on the table is `block`;
//! production is `danger`, so that it is always confirmed by typing.

use mysqler_contract::{Environment, Finding, Severity};

use super::super::context::Context;

pub const CODES: &[&str] = &["TABLE_BUSY", "PRODUCTION"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    if let Some(run) = context.input.busy_run {
        found.push(
            Finding::new("TABLE_BUSY", Severity::Block)
                .with("run", run)
                .with("table", context.table_name()),
        );
    }
    if context.input.connection.environment == Environment::Production {
        let finding =
            Finding::new("PRODUCTION", Severity::Danger).with("connection", &context.input.connection.name);
        found.push(finding.with("host", &context.input.connection.host));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::World;
    use mysqler_contract::{Environment, RunId};

    #[test]
    fn a_busy_table_blocks_and_production_is_a_danger() {
        let world = World {
            busy_run: Some(RunId("20260115-001".into())),
            ..World::calm()
        };
        assert_eq!(world.codes(), ["TABLE_BUSY"]);
        let mut world = World::calm();
        world.connection.environment = Environment::Production;
        assert_eq!(world.codes(), ["PRODUCTION"]);
    }
}
