//! Runs: one execution of a plan, told as states, events and log lines.

mod action;
mod event;
mod leftover;
mod log;
mod state;
mod view;

use serde::{Deserialize, Serialize};
use specta::Type;

pub use action::*;
pub use event::*;
pub use leftover::*;
pub use log::*;
pub use state::*;
pub use view::*;

/// `YYYYMMDD-NNN`, the local day it was made and its number on that day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type)]
#[serde(transparent)]
pub struct RunId(pub String);

impl std::fmt::Display for RunId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
