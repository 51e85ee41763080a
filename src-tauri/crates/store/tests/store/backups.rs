use mysqler_contract::{DataStatus, ErrorCode, Settings, Timestamp};
use mysqler_core::ports::{ConnectionStore, SettingsStore};
use mysqler_store::Store;

use crate::samples::connection;
use crate::world::{NOW, StoppedClock, db, fresh, names, open, refused, tamper};

fn day(n: i64) -> Timestamp {
    Timestamp(NOW.0 + n * 86_400_000)
}

#[tokio::test]
async fn a_backup_is_whole_and_the_newest_are_kept() {
    let (dir, store) = fresh().await;
    ConnectionStore::save(&store, &connection("a", "main"), None)
        .await
        .unwrap();
    for n in 0..4 {
        store.backup(3, day(n)).await.unwrap();
    }
    let backups = store.data_status().await.unwrap().backups;
    assert_eq!(
        backups.iter().map(|info| info.made_at).collect::<Vec<_>>(),
        [day(3), day(2), day(1)]
    );
    assert_eq!(
        names(&dir.path().join("backups"), "").len(),
        3,
        "no partial file stays"
    );
    assert_eq!(
        backups[0].bytes,
        std::fs::metadata(&backups[0].path).unwrap().len()
    );

    store.backup(0, day(4)).await.unwrap();
    assert_eq!(
        store.data_status().await.unwrap().backups.len(),
        1,
        "the last one is never removed"
    );
}

#[tokio::test]
async fn a_backup_that_was_damaged_later_is_not_offered() {
    let (_dir, store) = fresh().await;
    store.backup(3, day(0)).await.unwrap();
    store.backup(3, day(1)).await.unwrap();
    let backups = store.data_status().await.unwrap().backups;
    let newest = std::path::Path::new(&backups[0].path);
    std::fs::write(newest, vec![b'x'; 10_000]).unwrap();
    assert_eq!(store.data_status().await.unwrap().backups, backups[1..]);
}

#[tokio::test]
async fn restoring_brings_the_backup_back_and_keeps_what_was_there() {
    let (dir, store) = fresh().await;
    let main = connection("a", "main");
    ConnectionStore::save(&store, &main, None).await.unwrap();
    store.backup(3, day(0)).await.unwrap();
    store.remove(&main.id).await.unwrap();
    let DataStatus { backups, .. } = store.data_status().await.unwrap();
    let backup = std::path::PathBuf::from(&backups[0].path);

    let in_use = Store::restore(dir.path(), &backup, &StoppedClock).await;
    refused(in_use, ErrorCode::StoreFailed);
    store.close().await;
    drop(store);
    Store::restore(dir.path(), &backup, &StoppedClock).await.unwrap();

    assert_eq!(
        names(dir.path(), "mysqler.db.replaced-").first().unwrap(),
        "mysqler.db.replaced-20260301T120000Z"
    );
    let store = open(dir.path()).await.unwrap();
    assert_eq!(store.list().await.unwrap(), [main]);
    assert_eq!(
        store.data_status().await.unwrap().backups,
        backups,
        "restoring does not use a backup up"
    );
}

#[tokio::test]
async fn a_damaged_backup_is_refused_before_anything_is_touched() {
    let (dir, store) = fresh().await;
    ConnectionStore::save(&store, &connection("a", "main"), None)
        .await
        .unwrap();
    store.backup(3, day(0)).await.unwrap();
    let backup = std::path::PathBuf::from(&store.data_status().await.unwrap().backups[0].path);
    store.close().await;
    drop(store);
    let whole = std::fs::read(&backup).unwrap();
    std::fs::write(&backup, &whole[..whole.len() / 2]).unwrap();
    refused(
        Store::restore(dir.path(), &backup, &StoppedClock).await,
        ErrorCode::StoreDamaged,
    );
    assert_eq!(open(dir.path()).await.unwrap().list().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_file_of_an_older_schema_is_backed_up_before_it_is_migrated() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(db(dir.path()), "").unwrap();
    tamper(
        dir.path(),
        "CREATE TABLE of_old (x); INSERT INTO of_old VALUES (42)",
    )
    .await;
    let store = open(dir.path()).await.unwrap();
    SettingsStore::save(&store, &Settings::default()).await.unwrap();
    store.close().await;
    let backups = names(&dir.path().join("backups"), "");
    assert_eq!(backups, ["mysqler-20260301T120000000Z.db"]);

    std::fs::copy(dir.path().join("backups").join(&backups[0]), db(dir.path())).unwrap();
    tamper(dir.path(), "UPDATE of_old SET x = 43").await;
    let untouched = std::fs::read(db(dir.path())).unwrap();
    assert!(
        !untouched.windows(8).any(|window| window == b"settings"),
        "the backup is of before the migration"
    );

    drop(store);
    open(dir.path()).await.unwrap().close().await;
    let again = open(dir.path()).await.unwrap();
    assert_eq!(again.load().await.unwrap(), Settings::default());
}
