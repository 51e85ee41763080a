//! Generated columns are computed anew, not copied. Scope: the table. `info`: their values follow from the other columns
//! under the new definition. `warn` where one is in the key that names a row for the copy's triggers.

use mysqler_contract::{Finding, Severity};

use super::super::context::{Context, column_of, list};

pub const CODES: &[&str] = &["GENERATED_COLUMNS", "GENERATED_IN_KEY"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some(facts) = context.input.table else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let names = list(
        facts
            .columns
            .iter()
            .filter(|column| column.generated)
            .map(|column| column.name.as_str()),
    );
    if !names.is_empty() {
        found.push(Finding::new("GENERATED_COLUMNS", Severity::Info).with("names", names));
    }
    let generated = |name: &str| column_of(facts, name).is_some_and(|column| column.generated);
    let usable = facts.keys.iter().find(|key| key.unique && key.not_null);
    let in_key = usable.and_then(|key| {
        let mut parts = key.columns.iter().filter_map(|part| part.name.as_deref());
        Some((key, parts.find(|name| generated(name))?))
    });
    found.extend(in_key.map(|(key, name)| {
        let finding = Finding::new("GENERATED_IN_KEY", Severity::Warn).with("name", name);
        finding.with("key", &key.name)
    }));
    found
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::World;

    #[test]
    fn a_generated_column_is_told_and_graver_in_the_key() {
        let generated = |at: usize| {
            World::calm()
                .with_table(|table| table.columns[at].generated = true)
                .codes()
        };
        assert_eq!(generated(2), ["GENERATED_COLUMNS"]);
        assert_eq!(generated(0), ["GENERATED_IN_KEY", "GENERATED_COLUMNS"]);
        assert_eq!(World::calm().codes(), Vec::<String>::new());
    }
}
