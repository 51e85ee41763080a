//! Plans: from what the user asks for to the exact value that runs.

mod advise;
mod clause;
mod definition;
pub mod direct;
mod forecast;
mod make;
mod options;
mod questions;

pub(crate) use clause::for_preparing;
pub(crate) use options::{HEADROOM_CRITICAL, HEADROOM_MAX};
pub(crate) use questions::Asker;

pub(crate) use definition::without_counter;
pub use definition::{as_expected, fingerprint, same_definition};
