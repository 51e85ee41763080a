//! What tests stand on: a data directory of their own, a clock that is set by hand, and this very program started again as
//! another process.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use mysqler_contract::{AppError, ErrorCode, Timestamp};
use mysqler_core::ports::Clock;
use mysqler_store::Store;
use sqlx::{Connection as _, SqliteConnection};
use tempfile::TempDir;

/// 2026-03-01 12:00:00 UTC.
pub const NOW: Timestamp = Timestamp(1_772_366_400_000);

pub struct StoppedClock;

impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        NOW
    }

    fn local_day(&self, _: Timestamp) -> String {
        "20260301".to_owned()
    }
}

pub async fn open(dir: &Path) -> Result<Store, AppError> {
    Store::open(dir, Arc::new(StoppedClock)).await
}

/// A fresh store; the directory lives as long as its guard.
pub async fn fresh() -> (TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).await.unwrap();
    (dir, store)
}

pub fn db(dir: &Path) -> PathBuf {
    dir.join("mysqler.db")
}

/// Changes the file behind the store's back.
pub async fn tamper(dir: &Path, statement: &'static str) {
    let url = format!("sqlite://{}", db(dir).display());
    let mut conn = SqliteConnection::connect(&url).await.unwrap();
    sqlx::raw_sql(statement).execute(&mut conn).await.unwrap();
    conn.close().await.unwrap();
}

#[track_caller]
pub fn refused<T: std::fmt::Debug>(result: Result<T, AppError>, code: ErrorCode) -> AppError {
    let error = result.expect_err("this should have been refused");
    assert_eq!(error.code, code, "{error}");
    error
}

/// Names below `dir` that start with `prefix`, sorted.
pub fn names(dir: &Path, prefix: &str) -> Vec<String> {
    let entries = std::fs::read_dir(dir).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| name.starts_with(prefix)).collect();
    names.sort();
    names
}

const ROLE: &str = "MYSQLER_TEST_ROLE";
pub const DIR: &str = "MYSQLER_TEST_DIR";

/// The part that this process plays in a test of several; `None` in the one that was started by hand.
pub fn role() -> Option<String> {
    std::env::var(ROLE).ok()
}

/// `prefix`, then this program running one test by its full name in another role.
pub fn again(prefix: &[&str], test: &str, role: &str) -> Command {
    let program = std::env::current_exe().unwrap();
    let mut words: Vec<&std::ffi::OsStr> = prefix.iter().map(std::ffi::OsStr::new).collect();
    words.push(program.as_os_str());
    let mut command = Command::new(words[0]);
    command
        .args(&words[1..])
        .args([test, "--exact", "--nocapture", "--test-threads=1"])
        .env(ROLE, role);
    command
}

/// The other process ran its one test, and passed: a name that matches no test would also end well.
#[track_caller]
pub fn passed(output: &Output) {
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(
        output.status.success() && out.contains("1 passed"),
        "the other process failed:\n{out}\n{err}"
    );
}
