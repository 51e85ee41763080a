//! What the integration, scenario and end-to-end tests share.

pub mod clock;
pub mod desk;
pub mod engine;
pub mod ledger;
pub mod place;
pub mod program;
pub mod proxy;
pub mod sandbox;
pub mod spare;
pub mod ssh;
pub mod table;
#[cfg(unix)]
pub mod tool;
pub mod wire;
