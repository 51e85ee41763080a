//! The vault's protection and state, told without any secret.

use serde::{Deserialize, Serialize};
use specta::Type;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum VaultProtection {
    /// The master key lies in the operating system's keyring.
    Keyring,
    /// The master key is wrapped by a master password.
    MasterPassword,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum VaultStatus {
    /// No protection chosen yet.
    Unset,
    Locked {
        protection: VaultProtection,
    },
    Unlocked {
        protection: VaultProtection,
    },
}

/// Whether the keyring really works: a round trip was made, or why not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum KeyringProbe {
    Works,
    Unavailable { why: String },
}
