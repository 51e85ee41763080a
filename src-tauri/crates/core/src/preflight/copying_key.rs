//! The key that pt-osc goes through a table by, chosen as the tool itself chooses it (3.7.1).

use mysqler_contract::{ChangeOptions, ColumnFacts, KeyColumn, KeyFacts, TableFacts};

use super::context::column_of;

pub const CHUNK_INDEX: &str = "chunk-index";
const CHUNK_COLUMNS: &str = "chunk-index-columns";
const PRIMARY: &str = "PRIMARY";

pub struct CopyingKey<'t> {
    pub key: &'t KeyFacts,
    /// A person named it, and the tool knows that name.
    pub named: bool,
    /// Those of its columns that bounds of chunks are made of.
    pub columns: Vec<&'t ColumnFacts>,
}

pub fn copying_key<'t>(table: &'t TableFacts, options: &ChangeOptions) -> Option<CopyingKey<'t>> {
    let (key, named) = chosen(table, options)?;
    let most = options.other(CHUNK_COLUMNS).and_then(|most| most.parse().ok());
    let names = key.columns.iter().filter_map(|part| part.name.as_deref());
    let columns = names
        .take(most.unwrap_or(usize::MAX))
        .filter_map(|name| column_of(table, name))
        .collect();
    Some(CopyingKey { key, named, columns })
}

/// Whether both go through their table by the same key, which the tool insists on when it resumes.
pub fn same_copying_key(one: &ChangeOptions, other: &ChangeOptions) -> bool {
    [CHUNK_INDEX, CHUNK_COLUMNS]
        .iter()
        .all(|name| one.other(name) == other.other(name))
}

/// `varchar` of `varchar(64) unsigned`.
pub fn base_of(column_type: &str) -> &str {
    column_type.split(['(', ' ']).next().unwrap_or_default()
}

fn chosen<'t>(table: &'t TableFacts, options: &ChangeOptions) -> Option<(&'t KeyFacts, bool)> {
    let wanted = options.other(CHUNK_INDEX);
    // The tool knows each index but the primary key by its name in lower case, and takes no notice of one unknown.
    let known_as = |key: &KeyFacts| match key.name.as_str() {
        PRIMARY => PRIMARY.to_owned(),
        name => name.to_lowercase(),
    };
    let named = |key: &&KeyFacts| Some(known_as(key).as_str()) == wanted;
    let is_nullable = |column: &KeyColumn| {
        let facts = column.name.as_deref().and_then(|name| column_of(table, name));
        facts.is_some_and(|facts| facts.nullable)
    };
    let rank = |key: &&KeyFacts| {
        let nullable = key.columns.iter().filter(|column| is_nullable(column)).count();
        (key.name != PRIMARY, nullable, key.columns.len(), known_as(key))
    };
    // Of an expression the tool takes whatever names stand in it for the columns; which key it then goes by is not known
    // here, so it is judged by the first that is named throughout.
    let is_named = |key: &&KeyFacts| key.columns.iter().all(|column| column.name.is_some());
    let by_itself = || (table.keys.iter().filter(|key| key.unique && is_named(key))).min_by_key(rank);
    match table.keys.iter().find(named) {
        Some(key) => Some((key, true)),
        None => by_itself().map(|key| (key, false)),
    }
}

#[cfg(test)]
mod tests {
    use mysqler_contract::{KeyColumn, OptionSetting};
    use rstest::rstest;

    use super::super::fixture::World;
    use super::*;

    fn key(name: &str, unique: bool, columns: &[&str]) -> KeyFacts {
        let parts = columns.iter().map(|name| KeyColumn {
            name: Some((*name).to_owned()),
            prefix: None,
        });
        KeyFacts {
            name: name.to_owned(),
            unique,
            index_type: "BTREE".to_owned(),
            columns: parts.collect(),
            not_null: true,
        }
    }

    /// `status` alone may be NULL.
    fn table(keys: Vec<KeyFacts>) -> TableFacts {
        let mut table = World::calm().table.expect("the fixture has one");
        for column in &mut table.columns {
            column.nullable = column.name == "status";
        }
        table.keys = keys;
        table
    }

    fn with(settings: &[(&str, &str)]) -> ChangeOptions {
        let others = settings.iter();
        ChangeOptions {
            others: others
                .map(|(name, value)| OptionSetting::new(name, Some(value)))
                .collect(),
            ..ChangeOptions::default()
        }
    }

    #[rstest]
    #[case::by_itself(&[], "PRIMARY", &["id"])]
    #[case::named(&[("chunk-index", "by_amount")], "by_amount", &["amount"])]
    #[case::as_the_tool_knows_no_name(&[("chunk-index", "By_Both")], "PRIMARY", &["id"])]
    #[case::as_it_knows_it(&[("chunk-index", "by_both")], "By_Both", &["id", "amount"])]
    #[case::gone(&[("chunk-index", "no_more")], "PRIMARY", &["id"])]
    #[case::the_primary_key(&[("chunk-index", "PRIMARY")], "PRIMARY", &["id"])]
    #[case::its_first_column(&[("chunk-index", "by_both"), ("chunk-index-columns", "1")], "By_Both", &["id"])]
    fn the_tool_goes_by_the_index_that_it_knows_by_that_name(
        #[case] settings: &[(&str, &str)],
        #[case] key_name: &str,
        #[case] columns: &[&str],
    ) {
        let table = table(vec![
            key("PRIMARY", true, &["id"]),
            key("by_amount", false, &["amount"]),
            key("By_Both", false, &["id", "amount"]),
        ]);
        let found = copying_key(&table, &with(settings)).expect("there is one");
        let names: Vec<&str> = found.columns.iter().map(|column| column.name.as_str()).collect();
        assert_eq!((found.key.name.as_str(), names.as_slice()), (key_name, columns));
    }

    #[test]
    fn a_key_of_an_expression_hides_none_that_the_tool_may_go_by() {
        let mut functional = key("a_lower", true, &["status"]);
        functional.columns[0].name = None;
        let table = table(vec![functional, key("w", true, &["amount"])]);
        let found = copying_key(&table, &ChangeOptions::default()).expect("there is one");
        assert_eq!(found.key.name, "w");
    }

    #[rstest]
    #[case::never_null(&[("a_null", "status"), ("b", "id")], "b")]
    #[case::fewer_columns(&[("a_wide", "id,amount"), ("b", "amount")], "b")]
    #[case::by_name(&[("b", "amount"), ("A", "id")], "A")]
    fn without_a_primary_key_the_tool_has_its_own_order(#[case] keys: &[(&str, &str)], #[case] first: &str) {
        let keys = keys.iter().map(|(name, columns)| {
            let columns: Vec<&str> = columns.split(',').collect();
            key(name, true, &columns)
        });
        let table = table(keys.collect());
        let found = copying_key(&table, &ChangeOptions::default()).expect("there is one");
        assert_eq!(found.key.name, first);
    }
}
