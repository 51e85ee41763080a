use mysqler_contract::{ContainerLimits, Settings};
use mysqler_core::ports::SettingsStore;

use crate::world::{db, fresh, open, tamper};

#[tokio::test]
async fn defaults_are_told_until_something_is_saved() {
    let (dir, store) = fresh().await;
    assert_eq!(store.load().await.unwrap(), Settings::default());
    let limits = ContainerLimits {
        memory_bytes: 1 << 30,
        cpus_milli: 2500,
        pids: 99,
    };
    let changed = Settings {
        image: "mine:1".to_owned(),
        limits,
        runs_at_once: 3,
        data_check_limit_s: 20,
        ..Settings::default()
    };
    store
        .save(&Settings {
            backups_kept: 1,
            ..Settings::default()
        })
        .await
        .unwrap();
    store.save(&changed).await.unwrap();
    store.close().await;
    drop(store);
    assert_eq!(open(dir.path()).await.unwrap().load().await.unwrap(), changed);
}

#[tokio::test]
async fn a_setting_that_an_older_version_did_not_know_gets_its_default() {
    let (dir, store) = fresh().await;
    store.close().await;
    tamper(
        dir.path(),
        r#"INSERT INTO settings VALUES ('core', '{"runs_at_once": 2}')"#,
    )
    .await;
    let store = open(dir.path()).await.unwrap();
    assert_eq!(
        store.load().await.unwrap(),
        Settings {
            runs_at_once: 2,
            ..Settings::default()
        }
    );
}

#[tokio::test]
async fn a_fresh_store_names_its_file_and_has_nothing_to_complain_of() {
    let (dir, store) = fresh().await;
    let status = store.data_status().await.unwrap();
    assert_eq!(status.path, db(dir.path()).to_string_lossy());
    assert_eq!((status.set_aside, status.backups), (None, Vec::new()));
}

#[cfg(unix)]
#[tokio::test]
async fn what_is_made_belongs_to_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let outer = tempfile::tempdir().unwrap();
    let dir = outer.path().join("new").join("data");
    let store = open(&dir).await.unwrap();
    store.save(&Settings::default()).await.unwrap();
    store.backup(3, crate::world::NOW).await.unwrap();
    let mut looked_at = 0;
    for folder in [dir.clone(), dir.join("backups")] {
        assert_eq!(
            std::fs::metadata(&folder).unwrap().permissions().mode() & 0o777,
            0o700,
            "{}",
            folder.display()
        );
        for entry in std::fs::read_dir(&folder)
            .unwrap()
            .map(Result::unwrap)
            .filter(|entry| entry.path().is_file())
        {
            let mode = entry.metadata().unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, 0o600, "{}", entry.path().display());
            looked_at += 1;
        }
    }
    assert!(
        looked_at >= 4,
        "data file, log, its index and the backup at least"
    );
}
