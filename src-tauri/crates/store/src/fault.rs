//! What the database and the file system report, told in the contract's codes.

use std::io;

use mysqler_contract::{AppError, ErrorCode};
use sqlx::migrate::MigrateError;

// Primary result codes; an extended code carries its primary one in the low byte.
const READONLY: i64 = 8;
const IOERR: i64 = 10;
const CORRUPT: i64 = 11;
const FULL: i64 = 13;
const NOTADB: i64 = 26;

// A full file system shows as a failed write where SQLite does not look at errno: in the log's index and in flushes.
const IOERR_WRITE: i64 = IOERR | (3 << 8);
const IOERR_FSYNC: i64 = IOERR | (4 << 8);
const IOERR_SHMSIZE: i64 = IOERR | (19 << 8);

/// SQLite's extended result code of `error`, when it comes from SQLite.
fn sqlite_code(error: &sqlx::Error) -> Option<i64> {
    error.as_database_error()?.code()?.parse().ok()
}

/// A database error as the edge tells it. Statements and bound values are never part of it.
pub(crate) fn sql(error: sqlx::Error) -> AppError {
    let code = match sqlite_code(&error) {
        Some(IOERR_WRITE | IOERR_FSYNC | IOERR_SHMSIZE) => ErrorCode::StoreFull,
        Some(code) => match code & 0xff {
            FULL => ErrorCode::StoreFull,
            READONLY => ErrorCode::StoreReadOnly,
            CORRUPT | NOTADB => ErrorCode::StoreDamaged,
            _ => ErrorCode::StoreFailed,
        },
        None => match &error {
            sqlx::Error::Io(inner) => return io(io::Error::from(inner.kind()), None).detail(&error),
            _ => ErrorCode::StoreFailed,
        },
    };
    AppError::new(code).detail(error)
}

/// Whether the file itself is at fault, so that setting it aside helps.
pub(crate) fn is_damage(error: &sqlx::Error) -> bool {
    matches!(sqlite_code(error).map(|code| code & 0xff), Some(CORRUPT | NOTADB))
}

pub(crate) fn migration(error: MigrateError) -> AppError {
    match error {
        MigrateError::VersionMissing(version) => newer(version),
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => sql(error),
        other => AppError::new(ErrorCode::StoreFailed).detail(other),
    }
}

pub(crate) fn newer(version: i64) -> AppError {
    AppError::new(ErrorCode::StoreNewer).detail(format!("the file has schema version {version}"))
}

/// A file system error about the data directory.
pub(crate) fn io(error: io::Error, path: Option<&std::path::Path>) -> AppError {
    let code = match error.kind() {
        io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => ErrorCode::StoreReadOnly,
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ErrorCode::StoreFull,
        _ => ErrorCode::StoreFailed,
    };
    match path {
        Some(path) => AppError::new(code).detail(format!("{}: {error}", path.display())),
        None => AppError::new(code).detail(error),
    }
}

/// A stored value that does not read back as what was written.
pub(crate) fn unreadable(what: &str, error: impl std::fmt::Display) -> AppError {
    AppError::new(ErrorCode::StoreDamaged).detail(format!("{what}: {error}"))
}
