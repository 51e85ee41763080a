//! The server is one that a run is known to work on. Scope: the server. `block` for another product underneath and for
//! versions before 5.7; MariaDB is `info`, or `warn` with replicas, since pt-osc cannot watch their lag there.

use mysqler_contract::{Engine, Finding, Flavour, Severity};

use super::super::context::{Context, list};

pub const CODES: &[&str] = &["SERVER_UNSUPPORTED", "SERVER_TOO_OLD", "MARIADB_LAG_UNWATCHED"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let server = context.input.server;
    let finding = |code, severity| Finding::new(code, severity).with("version", &server.version_text);
    match server.flavour {
        Flavour::Other => vec![finding("SERVER_UNSUPPORTED", Severity::Block)],
        Flavour::MySql | Flavour::Percona if (server.version.major, server.version.minor) < (5, 7) => {
            vec![finding("SERVER_TOO_OLD", Severity::Block)]
        }
        Flavour::MariaDb if context.input.engine == Engine::PtOsc => {
            let severity = if server.replicas.is_empty() {
                Severity::Info
            } else {
                Severity::Warn
            };
            let replicas = if server.replicas.is_empty() {
                "0".to_owned()
            } else {
                list(server.replicas.iter().cloned())
            };
            vec![finding("MARIADB_LAG_UNWATCHED", severity).with("replicas", replicas)]
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::World;
    use mysqler_contract::{Flavour, ServerVersion, Severity};
    use rstest::rstest;

    #[rstest]
    #[case(Flavour::MySql, 5, 6, &["SERVER_TOO_OLD"])]
    #[case(Flavour::Percona, 5, 6, &["SERVER_TOO_OLD"])]
    #[case(Flavour::MySql, 5, 7, &[])]
    #[case(Flavour::MySql, 9, 7, &[])]
    #[case(Flavour::Other, 8, 0, &["SERVER_UNSUPPORTED"])]
    #[case(Flavour::MariaDb, 10, 11, &["MARIADB_LAG_UNWATCHED"])]
    fn each_server_gets_its_answer(
        #[case] flavour: Flavour,
        #[case] major: u16,
        #[case] minor: u16,
        #[case] codes: &[&str],
    ) {
        let mut world = World::calm();
        world.server.flavour = flavour;
        world.server.version = ServerVersion {
            major,
            minor,
            patch: 4,
        };
        assert_eq!(world.codes(), codes);
    }

    #[test]
    fn mariadb_with_replicas_is_a_warning() {
        let mut world = World::calm();
        world.server.flavour = Flavour::MariaDb;
        assert_eq!(world.findings()[0].severity, Severity::Info);
        world.server.replicas = vec!["db2:3306".into()];
        assert_eq!(world.findings()[0].severity, Severity::Warn);
    }
}
