//! Secrets on their single way from a form or a file to the core.

use serde::{Deserialize, Serialize};
use specta::Type;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A secret in memory: wiped on drop, never printed, never serialised (there is deliberately no `Serialize`).
#[derive(Clone, PartialEq, Eq, Deserialize, Type, Zeroize, ZeroizeOnDrop)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The clear text. Every call site is a place where the secret leaves its wrapper: keep them few.
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("<redacted>")
    }
}

/// What a form says about a secret field. A saved secret never travels back to the form: it shows "unchanged".
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SecretInput {
    /// Keep what is stored for this record.
    Unchanged,
    /// The account has no password.
    Empty,
    Set {
        value: Secret,
    },
}

/// Whether a secret is stored, told without the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum SecretPresence {
    Stored,
    Empty,
    /// A profile that was imported without its secret: it has to be typed before the first use.
    Missing,
}
