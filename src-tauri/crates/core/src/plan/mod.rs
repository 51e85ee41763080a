//! Plans: from what the user asks for to the exact value that runs.

mod definition;
pub mod direct;
mod forecast;
mod make;
mod options;

pub use definition::{fingerprint, same_definition};
