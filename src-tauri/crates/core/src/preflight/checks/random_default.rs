//! The default of an added column comes out the same wherever the clause is carried out. Scope: the clause. A statement
//! goes into the binary log, not its values: MySQL refuses one whose default says something else each time, under any
//! engine and on an empty table too (1674, `block`). MariaDB lets it through, and then each replica fills the column
//! with values of its own: `block` for the server's own ALTER; pt-osc copies rows, whose values are logged.

use mysqler_contract::{Engine, EngineChoice, Finding, Fix, Flavour, Severity};

use super::super::context::Context;
use crate::clause::{ColumnDefinition, functions};

pub const CODES: &[&str] = &["DEFAULT_DIFFERS_ON_REPLICAS", "RANDOM_DEFAULT_REFUSED"];

/// Functions that MySQL refuses in such a default while it writes a binary log; MariaDB's among them have the same names.
const DIFFERENT_EACH_TIME: [&str; 9] = [
    "CURRENT_USER",
    "RAND",
    "RANDOM_BYTES",
    "SESSION_USER",
    "SYSDATE",
    "SYSTEM_USER",
    "USER",
    "UUID",
    "UUID_SHORT",
];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    if !context.is_on("log_bin") {
        return Vec::new();
    }
    let mysql = context.input.server.flavour != Flavour::MariaDb;
    if !mysql && context.input.engine == Engine::PtOsc {
        return Vec::new();
    }
    let added = context
        .operations("ADD COLUMN")
        .flat_map(|operation| context.defined_columns(operation));
    let told = added.filter_map(|(name, column)| Some((name, function(context, &column)?)));
    told.map(|(name, function)| {
        let finding = |code| {
            Finding::new(code, Severity::Block)
                .with("name", &name)
                .with("function", function)
        };
        if mysql {
            finding("RANDOM_DEFAULT_REFUSED")
        } else {
            finding("DEFAULT_DIFFERS_ON_REPLICAS").fix(Fix::ChooseEngine {
                engine: EngineChoice::PtOsc,
            })
        }
    })
    .collect()
}

/// The first function of the column's default that says something else each time.
fn function(context: &Context<'_>, column: &ColumnDefinition) -> Option<&'static str> {
    let words = column.default_span?.of(context.clause.text);
    let called = functions(words, context.clause.mode);
    DIFFERENT_EACH_TIME
        .into_iter()
        .find(|known| called.iter().any(|name| name == known))
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::World;
    use mysqler_contract::{Algorithm, Flavour};
    use rstest::rstest;

    #[rstest]
    #[case("ADD token CHAR(36) DEFAULT (uuid())", true)]
    #[case("ADD (a INT, token BINARY(16) DEFAULT (UUID_TO_BIN(uuid ( ))) )", true)]
    #[case("ADD who VARCHAR(99) DEFAULT (current_user)", true)]
    #[case("ADD luck FLOAT DEFAULT (1 + rand(3)) AFTER id", true)]
    #[case("ADD made DATETIME DEFAULT (now())", false)]
    #[case("ADD made DATETIME DEFAULT CURRENT_TIMESTAMP", false)]
    #[case("ADD said VARCHAR(9) DEFAULT 'uuid()'", false)]
    #[case("ADD said VARCHAR(9) DEFAULT (concat('uuid()', 'x')) COMMENT 'rand()'", false)]
    #[case("ALTER status SET DEFAULT (uuid())", false)]
    fn only_an_added_column_whose_default_differs_each_time_is_told(
        #[case] clause: &str,
        #[case] told: bool,
    ) {
        let mut world = World::altering(clause).with_variable("log_bin", "ON");
        let is_told = |world: &World, code: &str| world.codes().contains(&code.to_owned());
        assert_eq!(is_told(&world, "RANDOM_DEFAULT_REFUSED"), told, "{clause}");
        world.server.flavour = Flavour::MariaDb;
        assert!(
            !is_told(&world, "DEFAULT_DIFFERS_ON_REPLICAS"),
            "rows carry values"
        );
        let world = world.by_server(Algorithm::Copy);
        assert_eq!(is_told(&world, "DEFAULT_DIFFERS_ON_REPLICAS"), told, "{clause}");
        let alone = world.with_variable("log_bin", "OFF");
        assert!(
            !is_told(&alone, "DEFAULT_DIFFERS_ON_REPLICAS"),
            "no replica is fed"
        );
    }
}
