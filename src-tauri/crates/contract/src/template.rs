//! Templates: clauses that people keep under a name.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::Timestamp;

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(transparent)]
pub struct TemplateId(pub String);

/// A clause under a name, with places to fill such as `{column}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ClauseTemplate {
    pub id: TemplateId,
    pub name: String,
    pub clause: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A template as it is typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct TemplateDraft {
    /// `None` for a new one.
    pub id: Option<TemplateId>,
    /// 1–80 characters, unique.
    pub name: String,
    pub clause: String,
}
