//! A data directory that cannot be written, or has no room for a first file: said at once, in a code of its own.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use mysqler_contract::{AppError, ErrorCode};
use mysqler_core::HostName;
use mysqler_tests::desk::Told;
use mysqler_tests::program::mysqlerctl;

use crate::disk;

async fn opened(dir: &Path) -> Result<(), AppError> {
    let host = HostName("test:1".to_owned());
    mysqler_host::open(dir, host, Arc::new(Told::default()))
        .await
        .map(drop)
}

/// Exit code and the error's code, as a script sees them.
pub fn ctl(dir: &Path) -> (Option<i32>, String) {
    let mut command = Command::new(mysqlerctl());
    command
        .arg("--data-dir")
        .arg(dir)
        .args(["--json", "connection", "list"]);
    let output = command
        .output()
        .expect("mysqlerctl is built: run cargo build --workspace");
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    (
        output.status.code(),
        said["error"]["code"].as_str().unwrap_or_default().to_owned(),
    )
}

#[tokio::test]
async fn a_data_directory_that_cannot_be_written_is_told_to_both_hosts() {
    let Some(dir) =
        disk::own_mounts("read_only::a_data_directory_that_cannot_be_written_is_told_to_both_hosts")
    else {
        return;
    };
    disk::small(&dir);
    // By another process: the mount cannot change while this one has files open for writing.
    assert_eq!(ctl(&dir), (Some(0), String::new()));
    disk::mount(&["-o", "remount,ro"], &dir);
    let error = opened(&dir).await.expect_err("nothing can be stored");
    assert_eq!(error.code, ErrorCode::StoreReadOnly, "{error}");
    let detail = error.detail.expect("where it happened");
    assert!(detail.contains(&dir.display().to_string()), "{detail}");
    assert_eq!(ctl(&dir), (Some(1), "STORE_READ_ONLY".to_owned()));

    disk::mount(&["-o", "remount,rw"], &dir);
    opened(&dir).await.expect("as soon as it can be written again");
}

#[tokio::test]
async fn a_disk_without_room_at_the_start_is_told_to_both_hosts() {
    let Some(dir) = disk::own_mounts("read_only::a_disk_without_room_at_the_start_is_told_to_both_hosts")
    else {
        return;
    };
    disk::small(&dir);
    let filler = disk::fill(&dir);
    let data = dir.join("data");
    let error = opened(&data).await.expect_err("nothing can be stored");
    assert_eq!(error.code, ErrorCode::StoreFull, "{error}");
    assert_eq!(ctl(&data), (Some(1), "STORE_FULL".to_owned()));

    fs::remove_file(filler).expect("room is made");
    opened(&data).await.expect("as soon as there is room");
    assert_eq!(ctl(&data), (Some(0), String::new()));
}
