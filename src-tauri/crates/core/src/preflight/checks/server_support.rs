//! The server is one that a run is known to work on. Scope: the server. `block` for another product underneath and for
//! versions before 5.7.

use mysqler_contract::{Finding, Flavour, Severity};

use super::super::context::Context;

pub const CODES: &[&str] = &["SERVER_UNSUPPORTED", "SERVER_TOO_OLD"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let server = context.input.server;
    let finding = |code, severity| Finding::new(code, severity).with("version", &server.version_text);
    match server.flavour {
        Flavour::Other => vec![finding("SERVER_UNSUPPORTED", Severity::Block)],
        Flavour::MySql | Flavour::Percona if (server.version.major, server.version.minor) < (5, 7) => {
            vec![finding("SERVER_TOO_OLD", Severity::Block)]
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::World;
    use mysqler_contract::{Flavour, ServerVersion};
    use rstest::rstest;

    #[rstest]
    #[case(Flavour::MySql, 5, 6, &["SERVER_TOO_OLD"])]
    #[case(Flavour::Percona, 5, 6, &["SERVER_TOO_OLD"])]
    #[case(Flavour::MySql, 5, 7, &[])]
    #[case(Flavour::MySql, 9, 7, &[])]
    #[case(Flavour::Other, 8, 0, &["SERVER_UNSUPPORTED"])]
    #[case(Flavour::MariaDb, 10, 11, &[])]
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
}
