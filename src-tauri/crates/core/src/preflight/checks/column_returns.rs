//! A column that is dropped and added again begins empty. Scope: the clause. `block`: pt-osc copies by name, so every
//! value that the clause gives up is back afterwards, with exit code 0; the server's own ALTER begins anew.

use mysqler_contract::{EngineChoice, Finding, Fix, Severity};

use super::super::context::Context;

pub const CODES: &[&str] = &["COLUMN_VALUES_RETURN"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let added: Vec<String> = context
        .operations("ADD COLUMN")
        .flat_map(|operation| operation.names.iter().map(|name| name.to_lowercase()))
        .collect();
    let dropped = context
        .operations("DROP COLUMN")
        .filter_map(|operation| operation.subject.as_deref());
    dropped
        .filter(|name| context.column(name).is_some() && added.contains(&name.to_lowercase()))
        .map(|name| {
            let finding = Finding::new("COLUMN_VALUES_RETURN", Severity::Block).with("name", name);
            finding.fix(Fix::ChooseEngine {
                engine: EngineChoice::Direct,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::World;
    use rstest::rstest;

    #[rstest]
    #[case("DROP COLUMN status, ADD COLUMN status VARCHAR(32)", true)]
    #[case("ADD COLUMN Status INT, DROP COLUMN status", true)]
    #[case("DROP COLUMN status, ADD COLUMN state VARCHAR(32)", false)]
    #[case("DROP COLUMN status", false)]
    fn only_a_column_of_the_same_name_returns(#[case] clause: &str, #[case] told: bool) {
        let codes = World::altering(clause).codes();
        assert_eq!(
            codes.contains(&"COLUMN_VALUES_RETURN".to_owned()),
            told,
            "{clause}: {codes:?}"
        );
    }
}
