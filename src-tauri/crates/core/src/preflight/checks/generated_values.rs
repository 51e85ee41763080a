//! A generated column that becomes a plain one keeps what it showed. Scope: the clause. `block`: pt-osc copies no
//! generated column, so the plain one begins empty, with exit code 0; the server's own ALTER keeps the values.

use mysqler_contract::{EngineChoice, Finding, Fix, Severity};

use super::super::context::Context;

pub const CODES: &[&str] = &["GENERATED_VALUES_LOST"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let redefined = context.redefined().into_iter();
    redefined
        .filter(|(column, wanted)| column.generated && !wanted.generated)
        .map(|(column, _)| {
            let finding = Finding::new("GENERATED_VALUES_LOST", Severity::Block).with("name", &column.name);
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
    #[case("MODIFY status VARCHAR(32)", true, true)]
    #[case("CHANGE status status VARCHAR(32)", true, true)]
    #[case("MODIFY status VARCHAR(32) AS (UPPER(note)) STORED", true, false)]
    #[case("MODIFY status VARCHAR(32)", false, false)]
    fn only_a_generated_column_that_becomes_plain_is_told(
        #[case] clause: &str,
        #[case] generated: bool,
        #[case] told: bool,
    ) {
        let world = World::altering(clause).with_table(|table| {
            let column = table.columns.iter_mut().find(|column| column.name == "status");
            column.expect("the fixture has it").generated = generated;
        });
        assert_eq!(
            world.codes().contains(&"GENERATED_VALUES_LOST".to_owned()),
            told,
            "{clause}"
        );
    }
}
