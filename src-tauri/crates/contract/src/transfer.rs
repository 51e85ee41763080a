//! Connections in bulk: export and import.

use serde::{Deserialize, Serialize};
use specta::Type;

/// What an import would do, shown before it does anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ImportPreview {
    /// Names this preview when it is applied.
    pub token: String,
    pub with_secrets: bool,
    pub entries: Vec<ImportEntry>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ImportEntry {
    pub name: String,
    pub host: String,
    pub port: u16,
    pub user: String,
    pub has_secret: bool,
    pub action: ImportAction,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ImportAction {
    Add,
    /// A connection of that name exists and differs in these fields.
    Change {
        fields: Vec<String>,
    },
    /// Identical already.
    Skip,
    /// Cannot be taken over; `reason.<reason>` of the catalogue.
    Refuse {
        field: String,
        reason: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ImportResult {
    pub added: u32,
    pub changed: u32,
    pub skipped: u32,
    pub refused: u32,
}
