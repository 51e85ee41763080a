//! Where things lie in the data directory, and who may touch them when.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use mysqler_contract::{AppError, ErrorCode, Result, Timestamp};

use crate::fault;

/// How long one process waits for another that is opening or mending the file.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a lock that says "in use" is doubted.
const BRIEFLY: Duration = Duration::from_secs(2);

/// The data directory and the names in it.
#[derive(Debug, Clone)]
pub(crate) struct DataDir {
    root: PathBuf,
}

impl DataDir {
    /// Makes the directory, for its owner alone, and proves that it can be written: SQLite itself would find out only at
    /// the first change.
    pub fn prepare(root: &Path) -> Result<Self> {
        let dir = Self {
            root: root.to_owned(),
        };
        make_private_dir(&dir.root)?;
        make_private_dir(&dir.backups())?;
        dir.prove_writable()?;
        Ok(dir)
    }

    /// `STORE_READ_ONLY`, `STORE_FULL` or `STORE_FAILED` when the directory takes no new file, or the data file no change.
    pub fn prove_writable(&self) -> Result<()> {
        let probe = self.root.join(format!(".write-probe-{}", std::process::id()));
        private_file(&probe).map_err(|error| fault::io(error, Some(&probe)))?;
        fs::remove_file(&probe).map_err(|error| fault::io(error, Some(&probe)))?;
        let file = self.file();
        match OpenOptions::new().write(true).open(&file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(fault::io(error, Some(&file))),
            _ => Ok(()),
        }
    }

    pub fn file(&self) -> PathBuf {
        self.root.join("mysqler.db")
    }

    pub fn backups(&self) -> PathBuf {
        self.root.join("backups")
    }

    /// Taken by a process while it opens, migrates, sets aside or restores the file: one at a time.
    pub fn lock_for_opening(&self) -> Result<File> {
        let path = self.root.join("opening.lock");
        let file = private_file(&path).map_err(|error| fault::io(error, Some(&path)))?;
        let deadline = Instant::now() + PATIENCE;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                    std::thread::sleep(Duration::from_millis(20));
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(in_use("another process is opening the data file"));
                }
                Err(TryLockError::Error(error)) => return Err(fault::io(error, Some(&path))),
            }
        }
    }

    /// Held, shared, for as long as the file is open.
    pub async fn lock_for_use(&self) -> Result<File> {
        self.lock_in_use(
            File::try_lock_shared,
            "another process is replacing the data file",
        )
        .await
    }

    /// Needed to rename the file: a process that had it open would go on writing into the renamed one.
    pub async fn lock_for_replacing(&self) -> Result<File> {
        self.lock_in_use(File::try_lock, "the data file is open in this or another process")
            .await
    }

    /// Tries for a while: a process that is just being started holds a copy of every lock of its parent until it has
    /// become the other program.
    async fn lock_in_use(&self, lock: fn(&File) -> Result<(), TryLockError>, why: &str) -> Result<File> {
        let path = self.root.join("in-use.lock");
        let file = private_file(&path).map_err(|error| fault::io(error, Some(&path)))?;
        let deadline = Instant::now() + BRIEFLY;
        loop {
            match lock(&file) {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                Err(TryLockError::WouldBlock) => return Err(in_use(why)),
                Err(TryLockError::Error(error)) => return Err(fault::io(error, Some(&path))),
            }
        }
    }

    /// Renames the file and what belongs to it to `mysqler.db.<why>-<utc time>` and returns the new name.
    pub fn set_aside(&self, why: &str, at: Timestamp) -> Result<PathBuf> {
        let time = utc(at).format("%Y%m%dT%H%M%SZ");
        let base = format!("mysqler.db.{why}-{time}");
        let aside = (1..)
            .map(|n| {
                self.root.join(if n == 1 {
                    base.clone()
                } else {
                    format!("{base}-{n}")
                })
            })
            .find(|path| !path.exists())
            .unwrap_or_else(|| self.root.join(&base));
        // The log first: a file without its log is whole but old, a log without its file would be taken for the next one's.
        for suffix in ["-wal", "-shm", ""] {
            let to = with_suffix(&aside, suffix);
            match fs::rename(with_suffix(&self.file(), suffix), &to) {
                Ok(()) => {}
                // Whoever looked at the file last may still be closing it, which takes the log away.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(fault::io(error, Some(&to))),
            }
        }
        Ok(aside)
    }
}

/// `path` with `suffix` appended to its last part, as SQLite names the files beside a database.
pub(crate) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

pub(crate) fn utc(at: Timestamp) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(at.0).unwrap_or_default()
}

fn in_use(why: &str) -> AppError {
    AppError::new(ErrorCode::StoreFailed).detail(why)
}

/// Opens for writing, made if missing, readable by its owner alone (where the system has such a thing).
pub(crate) fn private_file(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

pub(crate) fn make_private_dir(path: &Path) -> Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(path).map_err(|error| fault::io(error, Some(path)))
}
