//! The program's own log: JSON lines under the data directory, a file a day, the oldest removed. It tells of faults and
//! of what was done to runs; secrets and SQL texts have no place in it.

use std::path::Path;

use mysqler_contract::{AppError, ErrorCode, Result};
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;

const FILES: usize = 7;
/// Of libraries only warnings; of the database client nothing, since it quotes statements.
const WHAT: &str = "warn,mysqler=info,sqlx=off";
/// Overrides what is logged, in the filter syntax of `tracing`.
const VARIABLE: &str = "MYSQLER_LOG";

/// Logs to `<data_dir>/logs` from here on. The first call in a process decides.
pub(crate) fn start(data_dir: &Path) -> Result<()> {
    let dir = data_dir.join("logs");
    let failed = |error: &dyn std::fmt::Display| {
        AppError::new(ErrorCode::FileUnwritable)
            .with("path", dir.display())
            .detail(error)
    };
    private(&dir).map_err(|error| failed(&error))?;
    let file = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("mysqler")
        .filename_suffix("jsonl")
        .max_log_files(FILES)
        .build(&dir)
        .map_err(|error| failed(&error))?;
    let chosen = std::env::var(VARIABLE).ok().filter(|text| !text.is_empty());
    let filter = chosen
        .and_then(|text| EnvFilter::try_new(text).ok())
        .unwrap_or_else(|| EnvFilter::new(WHAT));
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_env_filter(filter)
        .with_writer(file)
        .finish();
    // Refused when the process logs already, for example in a test that opens two data directories.
    let _ = tracing::subscriber::set_global_default(subscriber);
    Ok(())
}

/// Whoever may not read the data file may not read of it either.
fn private(dir: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_json_with_their_fields_and_libraries_stay_quiet() {
        let dir = tempfile::tempdir().unwrap();
        start(dir.path()).unwrap();
        tracing::info!(target: "mysqler_core::run", run = "20260321-001", "taken up");
        tracing::info!(target: "bollard", "noise");
        tracing::error!(target: "sqlx::query", "SELECT secret");
        start(dir.path()).expect("a second opening in one process is no error");
        let mut files = std::fs::read_dir(dir.path().join("logs")).unwrap();
        let text = std::fs::read_to_string(files.next().unwrap().unwrap().path()).unwrap();
        let lines: Vec<serde_json::Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(lines.len(), 1, "{text}");
        assert_eq!(lines[0]["fields"]["run"], "20260321-001");
        assert_eq!(lines[0]["level"], "INFO");
    }

    #[test]
    fn a_data_directory_that_cannot_be_written_is_said() {
        let dir = tempfile::tempdir().unwrap();
        let blocked = dir.path().join("file");
        std::fs::write(&blocked, "").unwrap();
        assert_eq!(start(&blocked).unwrap_err().code, ErrorCode::FileUnwritable);
    }
}
