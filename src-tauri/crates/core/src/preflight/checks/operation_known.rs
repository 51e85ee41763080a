//! Every operation is one whose effect through a copy is known. Scope: the clause. `warn` for an unknown operation;
//! another storage engine is `danger`, since transactions and foreign keys go with it, and `block` when it keeps no rows.

use mysqler_contract::{Finding, Severity};

use super::super::context::Context;

pub const CODES: &[&str] = &["OPERATION_UNKNOWN", "ENGINE_CHANGED"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    for operation in &context.clause.operations {
        let fragment = match operation.unread {
            _ if operation.verb == "OTHER" => context.clause.fragment(operation),
            Some(unread) => unread.of(context.clause.text),
            None => continue,
        };
        found.push(
            Finding::new("OPERATION_UNKNOWN", Severity::Warn)
                .with("fragment", fragment)
                .not_proven(),
        );
    }
    for operation in context.operations("ENGINE") {
        let value = context
            .definition_text(operation)
            .trim_start_matches('=')
            .trim_start();
        let engine = value
            .split_whitespace()
            .next()
            .unwrap_or_default()
            .trim_matches(['\'', '"', '`']);
        let severity = match engine.eq_ignore_ascii_case("BLACKHOLE") {
            true => Severity::Block,
            false => Severity::Danger,
        };
        if !engine.eq_ignore_ascii_case("InnoDB") {
            found.push(Finding::new("ENGINE_CHANGED", severity).with("engine", engine));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::World;
    use rstest::rstest;

    #[rstest]
    #[case("FROBNICATE a", &["OPERATION_UNKNOWN"])]
    #[case("ADD a INT SPARKLING", &["OPERATION_UNKNOWN"])]
    #[case("ENGINE=MyISAM", &["ENGINE_CHANGED"])]
    #[case("ROW_FORMAT=DYNAMIC ENGINE=MyISAM", &["ENGINE_CHANGED"])]
    #[case("ENGINE = 'Archive'", &["ENGINE_CHANGED"])]
    #[case("ENGINE=InnoDB", &[])]
    #[case("ENGINE innodb ROW_FORMAT=DYNAMIC", &[])]
    #[case("ROW_FORMAT=DYNAMIC", &[])]
    fn unknown_operations_and_other_engines_are_told(#[case] clause: &str, #[case] codes: &[&str]) {
        assert_eq!(World::altering(clause).codes(), codes, "{clause}");
    }

    #[test]
    fn an_engine_that_keeps_no_rows_cannot_be_chosen() {
        let findings = World::altering("ENGINE=blackhole").findings();
        assert_eq!(findings[0].severity, mysqler_contract::Severity::Block);
    }
}
