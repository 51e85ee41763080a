//! Whether pt-osc can be started so that its run can be continued after it broke off: what keeps it from that.

use mysqler_contract::{
    ChangeOptions, ChangeRequest, Flavour, ForeignKeysMethod, HistoryUse, KEEPS_TRIGGERS, TableFacts,
    TableRef,
};

use super::copying_key::{base_of, copying_key};
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
    let copying = copying_key(table, options)?;
    let found = copying.columns.iter().find(|column| {
        let base = base_of(&column.column_type);
        UNWRITABLE.iter().any(|one| one.eq_ignore_ascii_case(base))
    })?;
    Some(HistoryObstacle::Key {
        key: copying.key.name.clone(),
        column: found.name.clone(),
        column_type: found.column_type.clone(),
    })
}
