//! Assembles the core with its adapters for a host process: the only place that knows all of them. Both the desktop and
//! `mysqlerctl` start here, so that they cannot differ.

mod log;
mod wakefulness;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use mysqler_contract::{AppError, ErrorCode, Result, VaultProtection, VaultStatus};
use mysqler_core::ports::{EventSink, SystemClock};
use mysqler_core::{Core, HostName, Ports};
use mysqler_mysql::MySqlServers;
use mysqler_runner::{DockerRunner, LocalRunner, WorkstationRunner};
use mysqler_store::{FileSpool, Store};
use mysqler_tunnel::SshTunnels;

pub use wakefulness::SystemWakefulness;

const CHORES: std::time::Duration = std::time::Duration::from_secs(30);

/// `given`, else `MYSQLER_DATA_DIR`, else the platform's data directory for this application.
pub fn data_dir(given: Option<&Path>) -> Result<PathBuf> {
    if let Some(path) = given {
        return Ok(path.to_owned());
    }
    if let Some(path) = std::env::var_os("MYSQLER_DATA_DIR").filter(|path| !path.is_empty()) {
        return Ok(PathBuf::from(path));
    }
    let base = dirs::data_dir()
        .ok_or_else(|| AppError::new(ErrorCode::FileUnwritable).with("path", "data directory"))?;
    Ok(base.join("mysqler"))
}

/// Where runs' records wait while the data file cannot be written: beside it, or, since its disk may be full, in the
/// user's cache directory under a name that tells data directories apart.
pub fn spool(data_dir: &Path) -> FileSpool {
    let mut places = vec![data_dir.join("spool")];
    if let Some(cache) = dirs::cache_dir() {
        let whole = std::path::absolute(data_dir).unwrap_or_else(|_| data_dir.to_owned());
        let name: String = whole
            .to_string_lossy()
            .chars()
            .map(|letter| if letter.is_alphanumeric() { letter } else { '-' })
            .collect();
        places.push(cache.join("mysqler").join("spool").join(name.trim_matches('-')));
    }
    FileSpool::new(places)
}

/// Opens the data file under `data_dir` and builds the core on it. A vault whose key lies in the keyring is unlocked at
/// once; when the keyring does not answer it stays locked, and whoever needs a secret is told.
pub async fn open(data_dir: &Path, host: HostName, sink: Arc<dyn EventSink>) -> Result<Core> {
    let clock = Arc::new(SystemClock);
    let store = Store::open(data_dir, clock.clone()).await?;
    // After the store: it makes the directory private and says best why it cannot be used.
    if let Err(error) = log::start(data_dir) {
        tracing::warn!(%error, "there will be no log file");
    }
    let ports = Ports {
        clock,
        sink,
        connections: Arc::new(store.clone()),
        runs: Arc::new(store.clone()),
        spool: Arc::new(spool(data_dir)),
        settings: Arc::new(store.clone()),
        templates: Arc::new(store.clone()),
        presets: Arc::new(store.clone()),
        vault: Arc::new(store.vault()),
        servers: Arc::new(MySqlServers::new()),
        tunnels: Arc::new(SshTunnels::new()),
        runner: Arc::new(WorkstationRunner::new(
            DockerRunner::with_archives(image_places(data_dir)),
            LocalRunner::new(data_dir.join("local")),
        )),
        wakefulness: Arc::new(SystemWakefulness::new()),
    };
    let core = Core::new(ports, host);
    let locked = VaultStatus::Locked {
        protection: VaultProtection::Keyring,
    };
    if core.vault_status().await? == locked
        && let Err(error) = core.vault_unlock(None).await
    {
        tracing::warn!(%error, "the vault stays locked");
    }
    Ok(core)
}

/// Where an installation, a person or `make image` puts the file with the runner image.
fn image_places(data_dir: &Path) -> Vec<PathBuf> {
    let mut places = vec![data_dir.to_owned()];
    let program = std::env::current_exe().and_then(std::fs::canonicalize).ok();
    if let Some(beside) = program.as_deref().and_then(Path::parent) {
        places.push(beside.to_owned());
        // Packages of Linux, and a macOS bundle.
        places.extend(["../share/mysqler", "../Resources"].map(|place| beside.join(place)));
        // A development build: `make image` writes beside the profiles' directories.
        if cfg!(debug_assertions) {
            places.push(beside.join(".."));
        }
    }
    places
}

/// What a long-lived host does beside answering: takes up runs that nobody supervises, tells of runs that others
/// supervise, locks an idle vault, makes the daily backup. Returns when the core is told to leave.
pub async fn attend(core: Core) {
    let chores = async {
        let mut minute = tokio::time::interval(CHORES);
        minute.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            minute.tick().await;
            for (name, outcome) in [
                ("lock", core.lock_idle_vault().await),
                ("backup", core.backup_when_due().await),
            ] {
                if let Err(error) = outcome {
                    tracing::warn!(%error, chore = name, "a chore failed; it is tried again");
                }
            }
        }
    };
    tokio::select! {
        () = core.attend() => {}
        () = chores => {}
    }
}
