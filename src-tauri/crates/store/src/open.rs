//! Opening the data file: is it whole, is it ours, what has to be migrated; and what the open file is made of.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use mysqler_contract::{AppError, ErrorCode, Result};
use mysqler_core::ports::Clock;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Connection as _, SqliteConnection};
use tokio::sync::Mutex;

use crate::data_dir::{DataDir, private_file, with_suffix};
use crate::vault::FileVault;
use crate::write::Write;
use crate::{backup, fault};

static MIGRATOR: Migrator = sqlx::migrate!();

/// How long a statement waits for another process's transaction.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Readers beside the one writer: pages of history and logs while a run is being written.
const READERS: u32 = 4;
/// Reading a larger file whole would show at every start; damage in one is found by the daily backup, which reads it all.
const CHECKED_AT_OPEN: u64 = 128 * 1024 * 1024;

/// The open data file. Clones are the same store.
#[derive(Clone)]
pub struct Store {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub dir: DataDir,
    pub clock: Arc<dyn Clock>,
    /// A single connection: SQLite has one writer at a time, and waiting here is cheaper than its retries.
    writer: SqlitePool,
    readers: SqlitePool,
    /// Where a damaged file was set aside by this opening.
    pub set_aside: Option<PathBuf>,
    /// What is known of backups, by path.
    pub checked: Mutex<HashMap<PathBuf, backup::Verdict>>,
    _in_use: File,
}

impl Store {
    /// Opens the data file below `data_dir`, makes it when there is none, and brings it to this version's schema after
    /// writing a backup. A damaged file is set aside under a new name and an empty one started.
    ///
    /// `STORE_NEWER`, `STORE_READ_ONLY`, `STORE_FULL`, `STORE_FAILED`.
    pub async fn open(data_dir: &Path, clock: Arc<dyn Clock>) -> Result<Store> {
        let (dir, _opening) = prepare(data_dir).await?;
        let mut in_use = dir.lock_for_use().await?;
        let mut set_aside = None;
        match examine(&dir.file(), file_length(&dir.file()) <= CHECKED_AT_OPEN).await? {
            Health::Damaged(why) => {
                drop(in_use);
                let alone = dir.lock_for_replacing().await?;
                let aside = dir.set_aside("damaged", clock.now())?;
                tracing::error!(aside = %aside.display(), why, "the data file is damaged and was set aside");
                set_aside = Some(aside);
                drop(alone);
                in_use = dir.lock_for_use().await?;
            }
            Health::Whole {
                migrations_pending: true,
            } => {
                backup::write(&dir, clock.now()).await?;
            }
            Health::Whole {
                migrations_pending: false,
            }
            | Health::Absent => {}
        }
        let (writer, readers) = pools(&dir).await?;
        MIGRATOR.run(&writer).await.map_err(fault::migration)?;
        let inner = Inner {
            dir,
            clock,
            writer,
            readers,
            set_aside,
            checked: Mutex::default(),
            _in_use: in_use,
        };
        Ok(Store {
            inner: Arc::new(inner),
        })
    }

    /// Puts a backup in the place of the data file, which is set aside as `mysqler.db.replaced-…`. Refused while any
    /// process has the data file open.
    pub async fn restore(data_dir: &Path, backup: &Path, clock: &dyn Clock) -> Result<()> {
        let (dir, _opening) = prepare(data_dir).await?;
        let _alone = dir.lock_for_replacing().await?;
        backup::put_in_place(&dir, backup, clock.now()).await
    }

    /// Ends every connection; what is written is on disk. The value is of no use afterwards.
    pub async fn close(&self) {
        self.inner.readers.close().await;
        self.inner.writer.close().await;
    }

    /// The vault whose secrets this file keeps, locked.
    pub fn vault(&self) -> FileVault {
        FileVault::new(self.clone())
    }

    pub(crate) fn readers(&self) -> &SqlitePool {
        &self.inner.readers
    }

    pub(crate) fn writer(&self) -> &SqlitePool {
        &self.inner.writer
    }

    pub(crate) async fn write(&self) -> Result<Write> {
        Write::begin(&self.inner.writer).await
    }

    /// SQLite says of most failed writes no more than that they failed, which is taken for a full disk. Whether it is one
    /// that became read-only is asked of the disk.
    pub(crate) async fn with_cause<T>(&self, written: Result<T>) -> Result<T> {
        match written {
            Err(error) if error.code == ErrorCode::StoreFull => {
                let dir = self.inner.dir.clone();
                let asked = tokio::task::spawn_blocking(move || dir.prove_writable()).await;
                match asked {
                    Ok(Err(cause)) if cause.code == ErrorCode::StoreReadOnly => Err(cause),
                    _ => Err(error),
                }
            }
            other => other,
        }
    }
}

/// Directory and opening lock; both may block, hence off the async threads.
async fn prepare(data_dir: &Path) -> Result<(DataDir, File)> {
    let root = data_dir.to_owned();
    let prepared = tokio::task::spawn_blocking(move || {
        let dir = DataDir::prepare(&root)?;
        let lock = dir.lock_for_opening()?;
        Ok((dir, lock))
    });
    prepared.await.map_err(AppError::internal)?
}

async fn pools(dir: &DataDir) -> Result<(SqlitePool, SqlitePool)> {
    let path = dir.file();
    // Made before SQLite does, for its owner alone; the log and its index inherit the mode.
    private_file(&path).map_err(|error| fault::io(error, Some(&path)))?;
    let pool = || {
        SqlitePoolOptions::new()
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None)
    };
    let writer = pool()
        .max_connections(1)
        .connect_with(options(&path))
        .await
        .map_err(fault::sql)?;
    let readers = options(&path).pragma("query_only", "ON");
    let readers = pool().max_connections(READERS).connect_lazy_with(readers);
    Ok((writer, readers))
}

pub(crate) fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
}

/// What a file turned out to be.
pub(crate) enum Health {
    Absent,
    Whole { migrations_pending: bool },
    Damaged(String),
}

/// Looks at the live data file, replaying its log as any opening does. `STORE_NEWER` when a later version wrote it.
async fn examine(path: &Path, whole: bool) -> Result<Health> {
    if file_length(path) == 0 {
        let log = file_length(&with_suffix(path, "-wal"));
        let lost = "the file is empty, its log is not".to_owned();
        return Ok(if log > 0 {
            Health::Damaged(lost)
        } else {
            Health::Absent
        });
    }
    if !is_sqlite(path)? {
        return Ok(Health::Damaged("not a database".to_owned()));
    }
    health(&options(path), whole).await
}

/// The same for a file that nobody writes, leaving nothing beside it.
pub(crate) async fn examine_copy(path: &Path, whole: bool) -> Result<Health> {
    if file_length(path) == 0 || !is_sqlite(path)? {
        return Ok(Health::Damaged("not a database".to_owned()));
    }
    let options = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .immutable(true);
    health(&options, whole).await
}

async fn health(options: &SqliteConnectOptions, whole: bool) -> Result<Health> {
    let verdict = async {
        let mut conn = SqliteConnection::connect_with(options).await?;
        let verdict = match whole {
            true => {
                sqlx::query_scalar::<_, String>("PRAGMA quick_check(1)")
                    .fetch_one(&mut conn)
                    .await?
            }
            false => "ok".to_owned(),
        };
        let applied = applied_migrations(&mut conn).await?;
        conn.close().await?;
        Ok::<_, sqlx::Error>((verdict, applied))
    };
    match verdict.await {
        Ok((verdict, _)) if verdict != "ok" => Ok(Health::Damaged(verdict)),
        Ok((_, applied)) => {
            let known: Vec<i64> = MIGRATOR.iter().map(|migration| migration.version).collect();
            if let Some(foreign) = applied.iter().find(|version| !known.contains(version)) {
                return Err(fault::newer(*foreign));
            }
            let pending = known.iter().any(|version| !applied.contains(version));
            Ok(Health::Whole {
                migrations_pending: pending,
            })
        }
        Err(error) if fault::is_damage(&error) => Ok(Health::Damaged(error.to_string())),
        Err(error) => Err(fault::sql(error)),
    }
}

async fn applied_migrations(conn: &mut SqliteConnection) -> Result<Vec<i64>, sqlx::Error> {
    let table: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM sqlite_schema WHERE name = '_sqlx_migrations'")
        .fetch_one(&mut *conn)
        .await?;
    if table == 0 {
        return Ok(Vec::new());
    }
    sqlx::query_scalar("SELECT version FROM _sqlx_migrations WHERE success")
        .fetch_all(conn)
        .await
}

pub(crate) fn file_length(path: &Path) -> u64 {
    std::fs::metadata(path).map(|found| found.len()).unwrap_or(0)
}

/// Whether the file begins as every SQLite database does.
fn is_sqlite(path: &Path) -> Result<bool> {
    let mut head = [0; 16];
    let mut file = File::open(path).map_err(|error| fault::io(error, Some(path)))?;
    match file.read_exact(&mut head) {
        Ok(()) => Ok(&head == b"SQLite format 3\0"),
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(fault::io(error, Some(path))),
    }
}

/// A copy that cannot be used, and why.
pub(crate) fn unusable(path: &Path, why: &str) -> AppError {
    AppError::new(ErrorCode::StoreDamaged).detail(format!("{}: {why}", path.display()))
}
