//! Whether pt-osc can be started so that its run can be continued after it broke off: what keeps it from that.

use mysqler_contract::{
    ChangeOptions, ChangeRequest, Flavour, ForeignKeysMethod, HistoryUse, KEEPS_TRIGGERS, KeyColumn,
    KeyFacts, TableFacts, TableRef,
};

use super::context::column_of;
use crate::ports::ServerFacts;

/// What was learned about the history table that a person agreed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryFacts {
    pub table: TableRef,
    /// Privileges on its schema that the account lacks.
    pub missing: Vec<String>,
}

impl HistoryFacts {
    /// `of_schema` are the facts as they are for the history table's schema.
    pub fn new(table: TableRef, exists: bool, of_schema: &ServerFacts) -> Self {
        let mut wanted = vec!["DELETE", "INSERT", "SELECT", "UPDATE"];
        if !exists {
            wanted.insert(0, "CREATE");
        }
        let held = |wanted: &&str| {
            let all = of_schema.global_privileges.iter();
            all.chain(&of_schema.schema_privileges).any(|held| {
                [*wanted, "ALL", "ALL PRIVILEGES"]
                    .iter()
                    .any(|name| held.eq_ignore_ascii_case(name))
            })
        };
        let missing = wanted.into_iter().filter(|name| !held(name));
        Self {
            table,
            missing: missing.map(str::to_owned).collect(),
        }
    }
}

/// The one thing to tell when the run cannot be made one that can be continued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HistoryObstacle {
    /// The tool's history table is not read back by the tool itself there: it compares the definition with MySQL's words.
    MariaDb,
    Schema,
    /// The tool refuses this setting beside what a continued run needs.
    Option(String),
    /// The key's values do not come back from the history table as they are.
    Key {
        key: String,
        column: String,
        column_type: String,
    },
    Privileges(Vec<String>),
}

/// Options that say otherwise what a run that can be continued needs to say itself.
const CLASHING: [&str; 8] = [
    KEEPS_TRIGGERS,
    "no-drop-triggers",
    "no-drop-new-table",
    "new-table-name",
    "history",
    "history-table",
    "binary-index",
    "where",
];

/// As bounds of a chunk they are written as text: bytes that are no text, and digits that a float does not have.
const UNWRITABLE: [&str; 10] = [
    "binary",
    "varbinary",
    "tinyblob",
    "blob",
    "mediumblob",
    "longblob",
    "bit",
    "float",
    "double",
    "enum",
];

const PRIMARY: &str = "PRIMARY";
const CHUNK_INDEX: &str = "chunk-index";
const CHUNK_COLUMNS: &str = "chunk-index-columns";

/// Whether both go through their table by the same key, which the tool insists on.
pub fn same_copying_key(one: &ChangeOptions, other: &ChangeOptions) -> bool {
    [CHUNK_INDEX, CHUNK_COLUMNS]
        .iter()
        .all(|name| one.other(name) == other.other(name))
}

/// `None` where nothing is in the way.
pub fn history_obstacle(
    request: &ChangeRequest,
    table: &TableFacts,
    server: &ServerFacts,
    facts: &HistoryFacts,
) -> Option<HistoryObstacle> {
    if server.flavour == Flavour::MariaDb {
        return Some(HistoryObstacle::MariaDb);
    }
    if !HistoryUse::is_acceptable(&facts.table.database) {
        return Some(HistoryObstacle::Schema);
    }
    let options = &request.options;
    let clashing = options.others.iter().map(|setting| setting.name.as_str());
    if let Some(name) = clashing.into_iter().find(|name| CLASHING.contains(name)) {
        return Some(HistoryObstacle::Option(format!("--{name}")));
    }
    if options.foreign_keys_method == Some(ForeignKeysMethod::DropSwap) {
        let setting = "--alter-foreign-keys-method=drop_swap".to_owned();
        return Some(HistoryObstacle::Option(setting));
    }
    if let Some(key) = unwritable_key(table, options) {
        return Some(key);
    }
    (!facts.missing.is_empty()).then(|| HistoryObstacle::Privileges(facts.missing.clone()))
}

fn unwritable_key(table: &TableFacts, options: &ChangeOptions) -> Option<HistoryObstacle> {
    let key = copied_by(table, options)?;
    let most = options.other(CHUNK_COLUMNS).and_then(|most| most.parse().ok());
    let names = key.columns.iter().filter_map(|part| part.name.as_deref());
    let mut columns = names
        .take(most.unwrap_or(usize::MAX))
        .filter_map(|name| column_of(table, name));
    let found = columns.find(|column| {
        let base = column.column_type.split(['(', ' ']).next().unwrap_or_default();
        UNWRITABLE.iter().any(|one| one.eq_ignore_ascii_case(base))
    })?;
    Some(HistoryObstacle::Key {
        key: key.name.clone(),
        column: found.name.clone(),
        column_type: found.column_type.clone(),
    })
}

/// The key that the tool goes through the table by.
fn copied_by<'t>(table: &'t TableFacts, options: &ChangeOptions) -> Option<&'t KeyFacts> {
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
    let by_itself = || table.keys.iter().filter(|key| key.unique).min_by_key(rank);
    table.keys.iter().find(named).or_else(by_itself)
}

#[cfg(test)]
mod tests {
    use mysqler_contract::OptionSetting;
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

    /// `id` and `status` are written as they are, `amount` is made a float.
    fn table(keys: Vec<KeyFacts>) -> TableFacts {
        let mut table = World::calm().table.expect("the fixture has one");
        for column in &mut table.columns {
            column.nullable = column.name == "status";
            if column.name == "amount" {
                column.column_type = "double".to_owned();
            }
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
    #[case::by_itself(&[], None)]
    #[case::named(&[("chunk-index", "by_amount")], Some("by_amount"))]
    #[case::as_the_tool_knows_no_name(&[("chunk-index", "By_Amount")], None)]
    #[case::gone(&[("chunk-index", "no_more")], None)]
    #[case::its_first_column(&[("chunk-index", "by_both"), ("chunk-index-columns", "1")], None)]
    #[case::both_columns(&[("chunk-index", "by_both"), ("chunk-index-columns", "2")], Some("By_Both"))]
    fn the_key_that_matters_is_the_one_that_the_copy_goes_by(
        #[case] settings: &[(&str, &str)],
        #[case] refused: Option<&str>,
    ) {
        let keys = vec![
            key("PRIMARY", true, &["id"]),
            key("by_amount", false, &["amount"]),
            key("By_Both", false, &["id", "amount"]),
        ];
        let found = unwritable_key(&table(keys), &with(settings));
        let found = found.map(|obstacle| match obstacle {
            HistoryObstacle::Key { key, column, .. } => (key, column),
            other => panic!("{other:?}"),
        });
        assert_eq!(found, refused.map(|key| (key.to_owned(), "amount".to_owned())));
    }

    #[test]
    fn a_named_index_frees_a_primary_key_that_could_not_be_written() {
        let keys = vec![key("PRIMARY", true, &["amount"]), key("by_id", true, &["id"])];
        let table = table(keys);
        assert!(unwritable_key(&table, &with(&[])).is_some());
        assert_eq!(unwritable_key(&table, &with(&[("chunk-index", "by_id")])), None);
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
        let found = copied_by(&table, &ChangeOptions::default());
        assert_eq!(found.map(|key| key.name.as_str()), Some(first));
    }
}
