//! The key that the copy goes by can be written out and read back. Scope: the table. `block` for FLOAT and DOUBLE: the
//! bounds of a chunk are texts of too few digits, which equal no stored value, and rows at the edges are left out with
//! exit code 0. `warn` for ENUM and BIT, with which the tool gives up at its second chunk, and nothing is lost.

use mysqler_contract::{Finding, KeyFacts, Severity, TableFacts};

use super::super::context::{Context, column_of};

pub const CODES: &[&str] = &["CHUNK_KEY_INEXACT", "CHUNK_KEY_UNREADABLE"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some(facts) = context.input.table else {
        return Vec::new();
    };
    let told = |code, severity, bases: &[&str]| {
        let (key, name, column_type) = part_of_kind(facts, bases)?;
        let finding = Finding::new(code, severity).with("key", key).with("name", name);
        Some(finding.with("type", column_type))
    };
    let found = [
        told("CHUNK_KEY_INEXACT", Severity::Block, &["float", "double"]),
        told("CHUNK_KEY_UNREADABLE", Severity::Warn, &["enum", "bit"]),
    ];
    found.into_iter().flatten().collect()
}

/// Key, column and type of the first part of such a type.
fn part_of_kind<'a>(facts: &'a TableFacts, bases: &[&str]) -> Option<(&'a str, &'a str, &'a str)> {
    let of_kind = |column_type: &str| {
        let base = column_type.split(['(', ' ']).next().unwrap_or_default();
        bases.iter().any(|wanted| base.eq_ignore_ascii_case(wanted))
    };
    candidates(facts).find_map(|key| {
        let parts = key.columns.iter().filter_map(|part| part.name.as_deref());
        let columns = parts.filter_map(|name| column_of(facts, name));
        columns
            .filter(|column| of_kind(&column.column_type))
            .map(|column| {
                (
                    key.name.as_str(),
                    column.name.as_str(),
                    column.column_type.as_str(),
                )
            })
            .next()
    })
}

/// The primary key; without one any key that names every row may be taken.
fn candidates(facts: &TableFacts) -> impl Iterator<Item = &KeyFacts> {
    let primary = |key: &&KeyFacts| key.name.eq_ignore_ascii_case("PRIMARY");
    let has_primary = facts.keys.iter().any(|key| primary(&key));
    let usable = facts.keys.iter().filter(|key| key.unique && key.not_null);
    usable.filter(move |key| !has_primary || primary(key))
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::World;
    use rstest::rstest;

    #[rstest]
    #[case("float", &["CHUNK_KEY_INEXACT"])]
    #[case("float(10,2) unsigned", &["CHUNK_KEY_INEXACT"])]
    #[case("enum('a','b')", &["CHUNK_KEY_UNREADABLE"])]
    #[case("bit(8)", &["CHUNK_KEY_UNREADABLE"])]
    #[case("double unsigned", &["CHUNK_KEY_INEXACT"])]
    #[case("decimal(10,2)", &[])]
    fn the_type_of_the_key_decides(#[case] column_type: &str, #[case] codes: &[&str]) {
        let world = World::calm().with_table(|table| table.columns[0].column_type = column_type.into());
        assert_eq!(world.codes(), codes, "{column_type}");
    }

    #[test]
    fn a_further_unique_key_is_not_what_the_copy_goes_by() {
        let world = World::calm().with_table(|table| {
            let mut key = table.keys[0].clone();
            key.name = "u_weight".into();
            key.columns[0].name = Some("weight".into());
            table.keys.push(key);
            let mut column = table.columns[0].clone();
            column.name = "weight".into();
            column.column_type = "float".into();
            table.columns.push(column);
        });
        assert_eq!(world.codes(), Vec::<String>::new());
    }
}
