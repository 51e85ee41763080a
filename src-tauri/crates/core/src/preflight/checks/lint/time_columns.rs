//! Points in time that mean what they seem to. `info`; `warn` where the server adds a default of its own to a TIMESTAMP.

use mysqler_contract::{Finding, Flavour, Severity};

use super::super::super::context::Context;
use super::{about, written};

pub const CODES: &[&str] = &[
    "LINT_TIMESTAMP_2038",
    "LINT_TIMESTAMP_IMPLICIT",
    "LINT_TIMESTAMP_ON_UPDATE",
];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let server = context.input.server;
    let version = (server.version.major, server.version.minor);
    let ends = !(server.flavour == Flavour::MariaDb && version >= (11, 5));
    let implicit = context
        .variable("explicit_defaults_for_timestamp")
        .is_some_and(|value| matches!(value, "OFF" | "0"));
    let mut found = Vec::new();
    for column in written(context) {
        let definition = &column.column.definition;
        let name = column.name();
        if definition.base == "timestamp" && ends {
            found.push(about("LINT_TIMESTAMP_2038", Severity::Info, name));
        }
        if definition.base == "timestamp"
            && implicit
            && definition.default.is_none()
            && definition.nullable != Some(true)
        {
            found.push(about("LINT_TIMESTAMP_IMPLICIT", Severity::Warn, name));
        }
        if definition.on_update {
            found.push(about("LINT_TIMESTAMP_ON_UPDATE", Severity::Info, name));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::preflight::fixture::World;
    use mysqler_contract::{Flavour, ServerVersion};
    use rstest::rstest;

    #[rstest]
    #[case("ADD COLUMN at TIMESTAMP NULL", &["LINT_TIMESTAMP_2038"])]
    #[case("ADD COLUMN at DATETIME NULL", &[])]
    #[case("ADD COLUMN at DATETIME NULL ON UPDATE CURRENT_TIMESTAMP", &["LINT_TIMESTAMP_ON_UPDATE"])]
    fn points_in_time(#[case] clause: &str, #[case] codes: &[&str]) {
        assert_eq!(World::altering(clause).lints(), codes, "{clause}");
    }

    #[test]
    fn a_default_that_nobody_wrote_is_told() {
        let world = |clause| {
            World::altering(clause)
                .with_variable("explicit_defaults_for_timestamp", "OFF")
                .lints()
        };
        assert_eq!(
            world("ADD COLUMN at TIMESTAMP"),
            ["LINT_TIMESTAMP_IMPLICIT", "LINT_TIMESTAMP_2038"]
        );
        assert_eq!(world("ADD COLUMN at TIMESTAMP NULL"), ["LINT_TIMESTAMP_2038"]);
    }

    #[test]
    fn newer_mariadb_goes_beyond_2038() {
        let mut world = World::altering("ADD COLUMN at TIMESTAMP NULL");
        world.server.flavour = Flavour::MariaDb;
        world.server.version = ServerVersion {
            major: 11,
            minor: 8,
            patch: 1,
        };
        assert_eq!(world.lints(), Vec::<String>::new());
    }
}
