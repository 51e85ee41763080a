//! The process ends while the disk of the data file is full: what it could not store is in a file on another disk, and
//! the next process adds it to the record.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use mysqler_contract::{ErrorCode, RunId, RunState};
use mysqler_runner::DockerRunner;
use mysqler_tests::desk::{DEADLINE, Desk};

use crate::disk;
use crate::full::{Copying, ROWS, record_is_whole, shown, stored_lines, trouble, up_to_the_gate};

/// The run's file in the cache directory, as soon as it holds `text`.
pub async fn file(id: &RunId, text: &str) -> PathBuf {
    let cache = std::env::var_os("XDG_CACHE_HOME").expect("the test has a cache directory of its own");
    let started = Instant::now();
    loop {
        let found = below(Path::new(&cache), &format!("{id}.jsonl"));
        if let Some(path) = found
            && fs::read_to_string(&path).is_ok_and(|kept| kept.contains(text))
        {
            let mode = fs::metadata(&path).expect("it is there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{}", path.display());
            return path;
        }
        assert!(started.elapsed() < DEADLINE, "nothing with {text} is kept");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn below(dir: &Path, name: &str) -> Option<PathBuf> {
    let entries = fs::read_dir(dir).ok()?.flatten().map(|entry| entry.path());
    entries.into_iter().find_map(|path| {
        if path.is_dir() {
            below(&path, name)
        } else {
            path.file_name()
                .is_some_and(|found| found == name)
                .then_some(path)
        }
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_full_disk_kept_out_of_the_record_is_added_by_the_next_process() {
    let test = "spooled::what_a_full_disk_kept_out_of_the_record_is_added_by_the_next_process";
    let Some(dir) = disk::own_mounts(test) else {
        return;
    };
    disk::small(&dir);
    let desk = Desk::at(&dir, "test:1", DockerRunner::new()).await;
    let run = Copying::on(&desk, "store_spooled", true).await;
    let id = run.id.clone();
    let filler = disk::fill(&dir);
    trouble(&desk.told, &id, ErrorCode::StoreFull).await;
    let written = up_to_the_gate(&run.view).await;
    let spool = file(&id, "awaiting_cutover").await;
    desk.close().await;
    assert!(spool.exists(), "it waits for the next process");

    fs::remove_file(filler).expect("room is made");
    let again = Desk::at(&dir, "test:2", DockerRunner::new()).await;
    let held = again
        .until(&id, "the gate", |view| {
            matches!(view.state, RunState::AwaitingCutover { .. })
        })
        .await;
    assert_eq!(held.rows_copied, ROWS);
    let lines = stored_lines(&again, &id).await;
    assert_eq!(lines, shown(&written, &run.table), "no line is lost or doubled");
    assert!(!spool.exists(), "what is stored is kept nowhere else");
    again.core.run_cutover(&id).await.expect("heard");
    let view = again.completed(&id).await;
    assert_eq!(view.supervisor.as_deref(), Some("test:2"));
    record_is_whole(&again, &view).await;
    again.close().await;
}
