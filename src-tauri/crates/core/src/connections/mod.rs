//! Connections: what a valid one is, how they are saved, tested, used, exported and imported.

mod exported_tunnel;
pub mod paste;
mod service;
mod transfer;
mod tunnel;
pub mod validation;

pub(crate) use service::PassedTests;
pub(crate) use transfer::PendingImport;
