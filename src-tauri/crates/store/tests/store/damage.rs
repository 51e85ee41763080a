use std::path::Path;

use mysqler_contract::ErrorCode;
use mysqler_core::ports::{ConnectionStore, SettingsStore};
use mysqler_store::Store;

use crate::samples::connection;
use crate::world::{NOW, StoppedClock, db, fresh, names, open, refused, tamper};

const ASIDE: &str = "mysqler.db.damaged-20260301T120000Z";

/// A closed data file of some hundred pages with one backup.
async fn filled() -> tempfile::TempDir {
    let (dir, store) = fresh().await;
    for n in 0..300 {
        let name = format!("connection {n}");
        ConnectionStore::save(&store, &connection(&name, &name), None)
            .await
            .unwrap();
    }
    store.backup(3, NOW).await.unwrap();
    store.close().await;
    dir
}

/// Opening sets the file aside byte for byte, starts anew, offers the backup; and the backup brings everything back.
async fn is_set_aside_and_recovered(dir: &Path) {
    let damaged = std::fs::read(db(dir)).unwrap();
    let store = open(dir).await.unwrap();
    assert!(store.list().await.unwrap().is_empty(), "a new file was started");
    let status = store.data_status().await.unwrap();
    assert_eq!(
        status.set_aside.as_deref(),
        Some(&*dir.join(ASIDE).to_string_lossy())
    );
    assert_eq!(
        std::fs::read(dir.join(ASIDE)).unwrap(),
        damaged,
        "what was set aside is what was there"
    );
    assert_eq!(status.backups.len(), 1);
    store.close().await;
    drop(store);

    Store::restore(dir, Path::new(&status.backups[0].path), &StoppedClock)
        .await
        .unwrap();
    let store = open(dir).await.unwrap();
    assert_eq!(store.list().await.unwrap().len(), 300);
    assert_eq!(store.data_status().await.unwrap().set_aside, None);
}

#[tokio::test]
async fn a_file_that_is_no_database_is_set_aside() {
    let dir = filled().await;
    std::fs::write(db(dir.path()), "this was somebody's shopping list").unwrap();
    is_set_aside_and_recovered(dir.path()).await;
}

#[tokio::test]
async fn a_file_with_overwritten_pages_is_set_aside() {
    let dir = filled().await;
    let mut bytes = std::fs::read(db(dir.path())).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 8192].fill(0xA5);
    std::fs::write(db(dir.path()), bytes).unwrap();
    is_set_aside_and_recovered(dir.path()).await;
}

#[tokio::test]
async fn a_truncated_file_is_set_aside() {
    let dir = filled().await;
    let bytes = std::fs::read(db(dir.path())).unwrap();
    for kept in [bytes.len() / 2, 100, 4096] {
        let dir = filled().await;
        std::fs::write(db(dir.path()), &bytes[..kept]).unwrap();
        is_set_aside_and_recovered(dir.path()).await;
    }
}

#[tokio::test]
async fn a_file_emptied_under_its_log_is_set_aside_with_the_log() {
    let dir = filled().await;
    std::fs::write(db(dir.path()), "").unwrap();
    std::fs::write(dir.path().join("mysqler.db-wal"), "what was not yet moved").unwrap();
    is_set_aside_and_recovered(dir.path()).await;
    let log = std::fs::read(dir.path().join(format!("{ASIDE}-wal"))).unwrap();
    assert_eq!(log, b"what was not yet moved");
}

#[tokio::test]
async fn two_damaged_files_of_one_second_are_both_kept() {
    let dir = filled().await;
    for words in ["first", "second"] {
        std::fs::write(db(dir.path()), words).unwrap();
        open(dir.path()).await.unwrap().close().await;
    }
    assert_eq!(names(dir.path(), ASIDE), [ASIDE.to_owned(), format!("{ASIDE}-2")]);
}

#[tokio::test]
async fn a_file_that_is_open_elsewhere_is_not_renamed_under_its_user() {
    let dir = filled().await;
    let user = open(dir.path()).await.unwrap();
    std::fs::OpenOptions::new()
        .write(true)
        .open(db(dir.path()))
        .unwrap()
        .set_len(4096)
        .unwrap();
    refused(open(dir.path()).await.map(|_| ()), ErrorCode::StoreFailed);
    assert!(names(dir.path(), ASIDE).is_empty());
    user.close().await;
}

#[tokio::test]
async fn a_file_of_a_newer_version_is_left_alone() {
    let dir = filled().await;
    tamper(
        dir.path(),
        "INSERT INTO _sqlx_migrations VALUES (9999, 'from the future', CURRENT_TIMESTAMP, TRUE, x'00', 1)",
    )
    .await;
    let before = std::fs::read(db(dir.path())).unwrap();
    refused(open(dir.path()).await.map(|_| ()), ErrorCode::StoreNewer);
    assert_eq!(std::fs::read(db(dir.path())).unwrap(), before);
    assert!(names(dir.path(), "mysqler.db.").is_empty());
}
