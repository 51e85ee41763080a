//! Which rights a pt-osc run needs, and which of them an account lacks.

use std::collections::BTreeSet;

use crate::grants::Grants;
use crate::identity::Identity;
use crate::server::{Variables, is_on};

const ON_SCHEMA: [&str; 8] = [
    "ALTER", "CREATE", "DELETE", "DROP", "INSERT", "SELECT", "TRIGGER", "UPDATE",
];

/// As GRANT names them. Without a schema, a right that the account holds on any database counts as held.
pub(crate) fn missing(
    grants: &Grants,
    identity: &Identity,
    variables: &Variables,
    schema: Option<&str>,
) -> Vec<String> {
    let global = grants.on_server(schema);
    let literal = is_on(variables, "partial_revokes");
    let on_schema = schema.map(|schema| grants.on_schema(schema, literal));
    let holds_on_schema = |privilege: &str| match &on_schema {
        Some(held) => held.contains(privilege),
        None => grants.on_any_schema(privilege),
    };
    let mut missing: Vec<String> = ON_SCHEMA
        .iter()
        .filter(|privilege| !global.contains(**privilege) && !holds_on_schema(privilege))
        .map(|privilege| (*privilege).to_owned())
        .collect();
    missing.extend(missing_on_server(&global, identity));
    // With the binary log on, the server takes triggers only from SUPER or with trust declared.
    let distrusts = is_on(variables, "log_bin") && !is_on(variables, "log_bin_trust_function_creators");
    if distrusts && !global.contains("SUPER") {
        missing.push("SUPER".to_owned());
    }
    missing
}

fn missing_on_server(global: &BTreeSet<String>, identity: &Identity) -> Vec<String> {
    // MariaDB 10.5 divided REPLICATION CLIENT; the old name is still accepted in GRANT but printed as the new one.
    let needs: &[&[&str]] = match identity.mariadb_since(10, 5, 2) {
        true => &[&["PROCESS"], &["BINLOG MONITOR", "REPLICATION CLIENT"]],
        false => &[&["PROCESS"], &["REPLICATION SLAVE"], &["REPLICATION CLIENT"]],
    };
    needs
        .iter()
        .filter(|names| !names.iter().any(|name| global.contains(*name)))
        .filter_map(|names| names.first().map(|name| (*name).to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(pairs: &[(&str, &str)]) -> Variables {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    fn mysql() -> Identity {
        Identity::read("9.7.4", "(Debian)")
    }

    const ENOUGH: [&str; 2] = [
        "GRANT PROCESS, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO `m`@`%`",
        "GRANT ALL PRIVILEGES ON `shop`.* TO `m`@`%`",
    ];

    #[test]
    fn the_documented_set_is_enough_when_trust_is_declared() {
        let grants = Grants::read(ENOUGH);
        let trusting = variables(&[("log_bin", "ON"), ("log_bin_trust_function_creators", "ON")]);
        assert!(missing(&grants, &mysql(), &trusting, Some("shop")).is_empty());
        let strict = variables(&[("log_bin", "ON"), ("log_bin_trust_function_creators", "OFF")]);
        assert_eq!(missing(&grants, &mysql(), &strict, Some("shop")), ["SUPER"]);
        let silent = variables(&[("log_bin", "OFF"), ("log_bin_trust_function_creators", "OFF")]);
        assert!(missing(&grants, &mysql(), &silent, Some("shop")).is_empty());
    }

    #[test]
    fn rights_on_another_database_do_not_help() {
        let grants = Grants::read(ENOUGH);
        assert_eq!(
            missing(&grants, &mysql(), &variables(&[]), Some("crm")),
            ON_SCHEMA
        );
        assert!(
            missing(&grants, &mysql(), &variables(&[]), None).is_empty(),
            "no database was asked about"
        );
    }

    #[test]
    fn an_account_that_only_reads_lacks_nearly_everything() {
        let grants = Grants::read([
            "GRANT USAGE ON *.* TO `l`@`%`",
            "GRANT SELECT ON `shop`.* TO `l`@`%`",
        ]);
        let lacking = missing(&grants, &mysql(), &variables(&[]), Some("shop"));
        let expected = [
            "ALTER",
            "CREATE",
            "DELETE",
            "DROP",
            "INSERT",
            "TRIGGER",
            "UPDATE",
            "PROCESS",
            "REPLICATION SLAVE",
            "REPLICATION CLIENT",
        ];
        assert_eq!(lacking, expected);
    }

    #[test]
    fn mariadb_is_asked_for_its_own_names() {
        let identity = Identity::read("10.11.18-MariaDB", "");
        let grants = Grants::read([
            "GRANT PROCESS, BINLOG MONITOR ON *.* TO `m`@`%`",
            "GRANT ALL PRIVILEGES ON `shop`.* TO `m`@`%`",
        ]);
        assert!(missing(&grants, &identity, &variables(&[]), Some("shop")).is_empty());
        let none = Grants::read(["GRANT ALL PRIVILEGES ON `shop`.* TO `m`@`%`"]);
        assert_eq!(
            missing(&none, &identity, &variables(&[]), Some("shop")),
            ["PROCESS", "BINLOG MONITOR"]
        );
    }
}
