//! A module a table; each implements its part of the core's store ports.

mod connections;
mod history;
mod leases;
mod mailbox;
mod presets;
mod queue;
mod run_events;
mod run_logs;
mod runs;
mod settings;
mod templates;
pub(crate) mod vault;

use mysqler_contract::{AppError, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::fault;

/// A contract value as its JSON column keeps it.
fn json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(AppError::internal)
}

fn from_json<T: DeserializeOwned>(what: &str, text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| fault::unreadable(what, error))
}

/// The bare word that serde writes for a value of a plain enumeration.
fn word<T: Serialize>(value: &T) -> Result<String> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Ok(word),
        _ => Err(AppError::internal("not a plain enumeration")),
    }
}

fn from_word<T: DeserializeOwned>(what: &str, word: String) -> Result<T> {
    serde_json::from_value(serde_json::Value::String(word)).map_err(|error| fault::unreadable(what, error))
}

/// SQLite's integers are signed; counts that do not fit have no meaning here.
fn int(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn uint(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}
