//! What outlives the process: one SQLite file with connections, runs and settings, its backups, and the vault that seals
//! secrets before they reach it. Implements the core's store and vault ports; the only crate that knows SQLite.

mod backup;
mod data_dir;
mod fault;
mod open;
mod spool;
mod table;
mod vault;
mod write;

pub use open::Store;
pub use spool::FileSpool;
pub use vault::FileVault;
