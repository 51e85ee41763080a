//! A data file that is damaged when the core starts: set aside, told, and a backup brings everything back.

use std::fs::{self, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use mysqler_contract::{RunState, VaultStatus};
use mysqler_runner::DockerRunner;
use mysqler_tests::desk::Desk;
use mysqler_tests::sandbox::Server;
use mysqler_tests::table;

use crate::damaged_in_a_run::what_ctl_says;

/// Overwrites every page but the first, whose header still says that this is a database.
fn damage(file: &Path) {
    let length = fs::metadata(file).expect("the data file is there").len();
    let mut open = OpenOptions::new()
        .write(true)
        .open(file)
        .expect("it can be written");
    open.seek(SeekFrom::Start(4096)).expect("a position");
    let rubbish = vec![0xA5; usize::try_from(length - 4096).expect("a small file")];
    open.write_all(&rubbish).expect("written");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_file_is_set_aside_and_a_backup_brings_connections_and_runs_back() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "store_damage").await;
    let table = table::filled(&schema, "t", 500).await;
    let connection = desk.primary().await;
    let id = desk
        .go(desk.request(&connection, &table, "ADD COLUMN extra INT"))
        .await;
    desk.completed(&id).await;
    desk.core.backup_when_due().await.expect("a backup");
    let dir = desk.close().await.expect("the first desk owns the directory");
    let file = dir.path().join("mysqler.db");
    let before = fs::read(&file).expect("the data file");
    damage(&file);
    let damaged = fs::read(&file).expect("the data file");
    assert_ne!(before, damaged);

    let fresh = Desk::at(dir.path(), "test:2", DockerRunner::new()).await;
    let status = fresh.core.app_status("0.0.0").await.expect("an answer");
    let aside = status
        .data
        .set_aside
        .expect("it is told that the file was set aside");
    assert_eq!(
        fs::read(&aside).expect("never deleted"),
        damaged,
        "set aside as it was"
    );
    let newest = status
        .data
        .backups
        .first()
        .expect("the good backup is offered")
        .path
        .clone();
    assert!(
        fresh.core.connections().await.expect("listed").is_empty(),
        "an empty file was started"
    );
    fresh.close().await;

    // As the settings page says it: close the application, copy the backup over the data file, start again.
    fs::copy(&newest, &file).expect("copied");
    let restored = Desk::at(dir.path(), "test:3", DockerRunner::new()).await;
    let status = restored.core.app_status("0.0.0").await.expect("an answer");
    assert_eq!(status.data.set_aside, None);
    assert!(
        matches!(status.vault, VaultStatus::Unlocked { .. }),
        "the old master password opens it"
    );
    assert_eq!(
        restored
            .core
            .connection(&connection.id)
            .await
            .expect("it is back")
            .name,
        connection.name
    );
    restored
        .core
        .connection_test_saved(&connection.id)
        .await
        .expect("its password is back");
    let view = restored.core.run_view(&id).await.expect("the run is back");
    assert_eq!(view.state, RunState::Completed);
    assert!(!restored.log(&id).await.is_empty(), "with its log");
    assert!(Path::new(&aside).exists(), "the damaged file is still there");
    restored.close().await;
}

#[test]
fn the_command_line_says_where_a_damaged_file_was_set_aside() {
    let data = tempfile::tempdir().expect("a scratch directory");
    let dir = data.path();
    assert_eq!(what_ctl_says(dir), "");
    fs::write(dir.join("mysqler.db"), [0xA5; 8192]).expect("written");
    let said = what_ctl_says(dir);
    let names = fs::read_dir(dir).expect("it is there").flatten();
    let mut names = names.map(|entry| entry.path().display().to_string());
    // Its log goes with it.
    let is_aside = |name: &String| name.contains("mysqler.db.damaged-") && name.ends_with('Z');
    let aside = names.find(is_aside);
    let aside = aside.expect("it is kept");
    assert!(said.contains(&aside), "{said}");
    assert_eq!(what_ctl_says(dir), "", "told by the start that found it");
}
