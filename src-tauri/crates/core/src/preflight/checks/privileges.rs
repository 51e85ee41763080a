//! The account holds what a run needs. Scope: server and database. `block`, with the exact GRANT: a privilege that is
//! missing is noticed only after triggers or the shadow table exist.

use mysqler_contract::{Engine, Finding, Flavour, Severity, quote_identifier};

use super::super::context::{Context, list};

pub const CODES: &[&str] = &["PRIVILEGES_MISSING"];

/// What one ALTER needs.
const OF_ALTER: [&str; 3] = ["ALTER", "CREATE", "INSERT"];

const OF_COPY: [&str; 8] = [
    "ALTER", "CREATE", "DELETE", "DROP", "INSERT", "SELECT", "TRIGGER", "UPDATE",
];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let (of_server, of_schema): (&[&[&str]], &[&str]) = match context.input.engine {
        Engine::PtOsc => (needed_on_server(context), &OF_COPY),
        Engine::Direct => (&[], &OF_ALTER),
    };
    let on_server: Vec<&str> = of_server
        .iter()
        .filter(|names| !names.iter().any(|name| context.holds_globally(name)))
        .filter_map(|names| names.first().copied())
        .collect();
    let mut wanted = of_schema.to_vec();
    let drops = ["DROP PARTITION", "TRUNCATE PARTITION"].iter();
    if drops.flat_map(|verb| context.operations(verb)).next().is_some() && !wanted.contains(&"DROP") {
        wanted.push("DROP");
    }
    let touches_keys = context
        .input
        .table
        .is_some_and(|facts| !facts.foreign_keys.is_empty() || !facts.referenced_by.is_empty());
    let rebuilds_keys = touches_keys && context.input.engine == Engine::PtOsc;
    if rebuilds_keys || context.operations("ADD FOREIGN KEY").next().is_some() {
        wanted.push("REFERENCES");
    }
    let on_schema: Vec<&str> = wanted
        .into_iter()
        .filter(|name| !context.holds_on_schema(name))
        .collect();
    if on_server.is_empty() && on_schema.is_empty() {
        return Vec::new();
    }
    let server = context.input.server;
    let mut grants = Vec::new();
    if !on_schema.is_empty() {
        let schema = grant_pattern(context);
        grants.push(format!(
            "GRANT {} ON {schema}.* TO {};",
            list(on_schema.iter().copied()),
            server.account
        ));
    }
    if !on_server.is_empty() {
        grants.push(format!(
            "GRANT {} ON *.* TO {};",
            list(on_server.iter().copied()),
            server.account
        ));
    }
    let finding = Finding::new("PRIVILEGES_MISSING", Severity::Block)
        .with("account", &server.account)
        .with("privileges", list(on_schema.into_iter().chain(on_server)))
        .with("database", &context.input.request.table.database);
    vec![finding.query("SHOW GRANTS").remedy(grants.join("\n"))]
}

/// Each entry is one need; any of its names meets it, the first is the one to grant.
fn needed_on_server(context: &Context<'_>) -> &'static [&'static [&'static str]] {
    let version = context.input.server.version;
    let version = (version.major, version.minor, version.patch);
    match context.input.server.flavour {
        // MariaDB 10.5.2 divided REPLICATION CLIENT and prints the new name; since 10.5.9 the replica's state, which
        // pt-osc reads even when it is told to look for no replicas, has a privilege of its own.
        Flavour::MariaDb if version >= (10, 5, 9) => &[
            &["PROCESS"],
            &["BINLOG MONITOR", "REPLICATION CLIENT"],
            &["SLAVE MONITOR", "SUPER"],
        ],
        Flavour::MariaDb if version >= (10, 5, 2) => {
            &[&["PROCESS"], &["BINLOG MONITOR", "REPLICATION CLIENT"]]
        }
        Flavour::MariaDb => &[&["PROCESS"], &["REPLICATION CLIENT"]],
        _ => &[&["PROCESS"], &["REPLICATION SLAVE"], &["REPLICATION CLIENT"]],
    }
}

/// In GRANT an underscore and a per cent sign are wildcards, unless the server reads names literally.
fn grant_pattern(context: &Context<'_>) -> String {
    let name = &context.input.request.table.database;
    if context.is_on("partial_revokes") {
        return quote_identifier(name);
    }
    quote_identifier(&name.replace('\\', "\\\\").replace('_', "\\_").replace('%', "\\%"))
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::World;
    use mysqler_contract::{Flavour, ServerVersion};

    #[test]
    fn the_remedy_grants_exactly_what_is_missing() {
        let mut world = World::named("my_shop", "orders");
        world.server.global_privileges = vec!["PROCESS".into(), "REPLICATION CLIENT".into()];
        world.server.schema_privileges = ["ALTER", "CREATE", "DELETE", "DROP", "INSERT", "SELECT"]
            .map(String::from)
            .to_vec();
        assert_eq!(world.codes(), ["PRIVILEGES_MISSING"]);
        assert_eq!(
            world.findings()[0].remedy.as_deref(),
            Some(
                "GRANT TRIGGER, UPDATE ON `my\\_shop`.* TO 'dba'@'%';\nGRANT REPLICATION SLAVE ON *.* TO 'dba'@'%';"
            )
        );
    }

    #[test]
    fn everything_on_the_schema_and_three_on_the_server_are_enough() {
        let mut world = World::calm();
        world.server.global_privileges = ["PROCESS", "REPLICATION SLAVE", "REPLICATION CLIENT"]
            .map(String::from)
            .to_vec();
        world.server.schema_privileges = vec!["ALL PRIVILEGES".into()];
        assert_eq!(world.codes(), Vec::<String>::new());
    }

    #[test]
    fn mariadb_is_asked_for_its_own_names() {
        let mut world = World::calm();
        world.server.flavour = Flavour::MariaDb;
        world.server.version = ServerVersion {
            major: 10,
            minor: 11,
            patch: 6,
        };
        world.server.global_privileges = vec!["PROCESS".into(), "BINLOG MONITOR".into()];
        world.server.schema_privileges = vec!["ALL".into()];
        let findings = world.findings();
        let missing = findings
            .iter()
            .find(|finding| finding.code == "PRIVILEGES_MISSING");
        assert_eq!(
            missing.and_then(|finding| finding.remedy.as_deref()),
            Some("GRANT SLAVE MONITOR ON *.* TO 'dba'@'%';")
        );
        world.server.global_privileges.push("SLAVE MONITOR".into());
        assert!(!world.codes().contains(&"PRIVILEGES_MISSING".to_owned()));
    }
}
