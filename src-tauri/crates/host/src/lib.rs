//! Assembles the core with its adapters for a host process: the only place that knows all of them. Both the desktop and
//! `mysqlerctl` start here, so that they cannot differ.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use mysqler_contract::{AppError, ErrorCode, Result};
use mysqler_core::ports::EventSink;
use mysqler_core::{Core, HostName};

/// `given`, else `MYSQLER_DATA_DIR`, else the platform's data directory for this application.
pub fn data_dir(given: Option<&Path>) -> Result<PathBuf> {
    if let Some(path) = given {
        return Ok(path.to_owned());
    }
    if let Some(path) = std::env::var_os("MYSQLER_DATA_DIR").filter(|path| !path.is_empty()) {
        return Ok(PathBuf::from(path));
    }
    let base = dirs::data_dir().ok_or_else(|| AppError::new(ErrorCode::FileUnwritable).with("path", "data directory"))?;
    Ok(base.join("mysqler"))
}

/// Opens the data file under `data_dir` and builds the core on it.
pub async fn open(data_dir: &Path, host: HostName, sink: Arc<dyn EventSink>) -> Result<Core> {
    let _ = (data_dir, host, sink);
    Err(AppError::internal("not built"))
}

/// What a long-lived host does beside answering: takes up runs that nobody supervises, tells of runs that others
/// supervise, locks an idle vault, makes the daily backup. Returns when the core is shut down.
pub async fn attend(core: Core) {
    let _ = core;
}
