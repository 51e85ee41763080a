//! Plans: from what the user asks for to the exact value that runs.

mod definition;
pub mod direct;
mod forecast;
mod make;
mod options;
mod questions;

pub(crate) use questions::Asker;

pub use definition::{as_expected, fingerprint, same_definition};
