//! Databases and tables as the server describes them.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::Timestamp;

/// A table's full name, unquoted, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type)]
pub struct TableRef {
    pub database: String,
    pub table: String,
}

impl TableRef {
    pub fn new(database: impl Into<String>, table: impl Into<String>) -> Self {
        Self {
            database: database.into(),
            table: table.into(),
        }
    }

    /// As a statement names it.
    pub fn quoted(&self) -> String {
        format!(
            "{}.{}",
            quote_identifier(&self.database),
            quote_identifier(&self.table)
        )
    }
}

/// A name between backticks, byte for byte: the only quoting that means the same under every sql_mode.
pub fn quote_identifier(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// `db.table` as a person reads and types it.
impl std::fmt::Display for TableRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.database, self.table)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct DatabaseSummary {
    pub name: String,
    pub tables: u64,
    /// Data and index bytes, estimated by the server.
    pub bytes: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum TableKind {
    Base,
    View,
    /// Sequences, system views and whatever else is listed among tables.
    Other,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct TableSummary {
    pub name: String,
    pub kind: TableKind,
    pub engine: Option<String>,
    /// Estimated by the server.
    pub rows: u64,
    pub data_bytes: u64,
    pub index_bytes: u64,
    /// Allocated and unused inside the table's file.
    pub free_bytes: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ColumnFacts {
    pub name: String,
    /// As in the definition, for example `varchar(64)`.
    pub column_type: String,
    pub nullable: bool,
    pub default: Option<String>,
    pub charset: Option<String>,
    pub collation: Option<String>,
    pub generated: bool,
    pub auto_increment: bool,
    pub comment: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct KeyFacts {
    pub name: String,
    pub unique: bool,
    /// BTREE, FULLTEXT, SPATIAL, HASH.
    pub index_type: String,
    pub columns: Vec<KeyColumn>,
    /// Every column is NOT NULL.
    pub not_null: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct KeyColumn {
    /// `None` for a functional part.
    pub name: Option<String>,
    pub prefix: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ForeignKeyFacts {
    pub name: String,
    pub table: TableRef,
    pub columns: Vec<String>,
    pub referenced_table: TableRef,
    pub referenced_columns: Vec<String>,
    pub on_delete: String,
    pub on_update: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct TriggerFacts {
    pub name: String,
    /// BEFORE or AFTER.
    pub timing: String,
    /// INSERT, UPDATE or DELETE.
    pub event: String,
    pub body: String,
    /// `user@host`; empty in what earlier versions stored, like everything below.
    #[serde(default)]
    pub definer: String,
    /// Of the session that made it; it holds whenever the trigger fires.
    #[serde(default)]
    pub sql_mode: String,
    /// `character_set_client` of that session.
    #[serde(default)]
    pub charset: String,
    /// `collation_connection` of that session.
    #[serde(default)]
    pub collation: String,
}

/// Everything that the application knows of one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct TableFacts {
    pub table: TableRef,
    pub summary: TableSummary,
    pub row_format: Option<String>,
    pub collation: Option<String>,
    pub comment: String,
    pub auto_increment: Option<u64>,
    pub partitioned: bool,
    pub columns: Vec<ColumnFacts>,
    pub keys: Vec<KeyFacts>,
    pub foreign_keys: Vec<ForeignKeyFacts>,
    /// Keys of other tables that reference this one.
    pub referenced_by: Vec<ForeignKeyFacts>,
    /// Those of the same event and timing in the order in which they fire.
    pub triggers: Vec<TriggerFacts>,
    /// `SHOW CREATE TABLE`, as the server prints it.
    pub definition: String,
    /// When the server last gathered this table's statistics; `None` when it does not say.
    pub statistics_at: Option<Timestamp>,
    pub created_at: Option<Timestamp>,
}
