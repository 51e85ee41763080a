//! Every row satisfies a CHECK that is added. Scope: rows. `block`: the copy leaves the others out with exit code 0, the
//! server's own ALTER refuses. Servers that read a CHECK and do not enforce it are told nothing.

use mysqler_contract::{Finding, Flavour, Severity};

use super::super::super::context::Context;
use super::suspicion::Suspicion;
use super::{sql, uses};
use crate::clause::{Check, Name};

pub const CODES: &[&str] = &["CHECK_VIOLATED"];

pub fn suspicions(context: &Context<'_>) -> Vec<Suspicion> {
    if !enforces(context) {
        return Vec::new();
    }
    let checks = context.clause.added_checks().map(|(_, check)| check);
    checks
        .filter(|check| check.enforced != Some(false))
        .map(|check| suspicion(context, check))
        .collect()
}

fn enforces(context: &Context<'_>) -> bool {
    let server = context.input.server;
    let version = (server.version.major, server.version.minor, server.version.patch);
    match server.flavour {
        Flavour::MariaDb => version >= (10, 2, 1),
        _ => version >= (8, 0, 16),
    }
}

fn suspicion(context: &Context<'_>, check: &Check) -> Suspicion {
    let expression = check.expression.of(context.clause.text);
    let predicate = format!("NOT ({expression})");
    let named = context
        .input
        .table
        .map(|facts| facts.columns.as_slice())
        .unwrap_or_default();
    let mentioned: Vec<&str> = named
        .iter()
        .map(|column| column.name.as_str())
        .filter(|name| uses::mentions(expression, name))
        .collect();
    let statements = sql::rows_where(context, &mentioned, &predicate);
    let finding = Finding::new("CHECK_VIOLATED", Severity::Block)
        .with("name", check.name.as_ref().map_or("-", Name::as_str))
        .with("expression", expression)
        .remedy(format!(
            "DELETE FROM {} WHERE {predicate};",
            context.quoted_table()
        ));
    Suspicion::new(finding, statements.examples, statements.count)
}

#[cfg(test)]
mod tests {
    use super::super::super::super::fixture::World;
    use mysqler_contract::{Flavour, Severity};
    use rstest::rstest;

    const CODE: &str = "CHECK_VIOLATED";

    #[rstest]
    #[case("ADD CONSTRAINT c CHECK (amount > 0)")]
    #[case("ADD CHECK (amount > 0)")]
    #[case("MODIFY amount DECIMAL(12,2) NOT NULL CHECK (amount > 0)")]
    fn a_row_that_breaks_the_rule_is_found(#[case] clause: &str) {
        let found = World::altering(clause).offending(CODE).findings();
        let finding = found.iter().find(|finding| finding.code == CODE);
        let finding = finding.unwrap_or_else(|| panic!("{clause}: {found:?}"));
        assert_eq!((finding.severity, finding.proven), (Severity::Block, true));
        assert_eq!(
            finding.query.as_deref(),
            Some("SELECT `id`, `amount` FROM `shop`.`orders` WHERE NOT (amount > 0) LIMIT 5")
        );
        assert_eq!(World::altering(clause).clean().codes(), Vec::<String>::new());
    }

    #[test]
    fn a_rule_that_nobody_enforces_is_not_asked_about() {
        assert_eq!(
            World::altering("ADD CHECK (amount > 0) NOT ENFORCED").questions(),
            []
        );
        let mut old = World::altering("ADD CHECK (amount > 0)");
        old.server.flavour = Flavour::MySql;
        old.server.version.major = 5;
        assert_eq!(old.questions(), []);
    }
}
