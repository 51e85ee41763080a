//! What the server's own ALTER takes away with a partition. Scope: the clause. `danger` for DROP and TRUNCATE PARTITION:
//! the rows are gone at once, which is what the clause asks for.

use mysqler_contract::{Finding, Severity};

use super::super::context::{Context, list};

pub const CODES: &[&str] = &["DROPS_PARTITION"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let takes = |verb: &str| matches!(verb, "DROP PARTITION" | "TRUNCATE PARTITION");
    let operations = context.clause.operations.iter();
    operations
        .filter(|operation| takes(operation.verb))
        .map(|operation| {
            let names = match operation.names.is_empty() {
                true => "ALL".to_owned(),
                false => list(operation.names.iter().cloned()),
            };
            Finding::new("DROPS_PARTITION", Severity::Danger)
                .with("verb", operation.verb)
                .with("names", names)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::World;
    use mysqler_contract::{Algorithm, Severity};

    #[test]
    fn rows_that_go_with_a_partition_are_named_and_other_partition_work_is_not() {
        let world = World::altering("DROP PARTITION p0, p1").by_server(Algorithm::Inplace);
        let findings = world.findings();
        let found = findings.iter().find(|finding| finding.code == "DROPS_PARTITION");
        assert_eq!(
            found.map(|found| (found.severity, found.params["names"].as_str())),
            Some((Severity::Danger, "p0, p1"))
        );
        let harmless = World::altering("ANALYZE PARTITION p0").by_server(Algorithm::Inplace);
        assert!(!harmless.codes().contains(&"DROPS_PARTITION".to_owned()));
    }
}
