//! Full and read-only disks: real ones, small, in a mount name space that ends with its process. Root can always make one;
//! others where the kernel lets them. Where neither is possible these tests fail, and say why.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use mysqler_contract::{ErrorCode, Settings};
use mysqler_core::ports::{RunBatch, RunStore, SettingsStore};

use crate::runs::start;
use crate::samples::{connection, line};
use crate::world::{DIR, NOW, again, open, passed, refused, role};

const INSIDE: &str = "inside";

/// In the process that was started by hand: runs `test` again in a mount name space of its own, and waits for it.
fn with_own_mounts(test: &str) {
    let dir = tempfile::tempdir().unwrap();
    let root = fs::metadata("/proc/self").unwrap().uid() == 0;
    let prefix: &[&str] = match root {
        true => &["unshare", "--mount", "--propagation", "private", "--"],
        false => &[
            "unshare",
            "--user",
            "--map-root-user",
            "--mount",
            "--propagation",
            "private",
            "--",
        ],
    };
    let output = again(prefix, test, INSIDE).env(DIR, dir.path()).output().unwrap();
    passed(&output);
}

fn mount(words: &[&str], at: &Path) {
    let output = Command::new("mount").args(words).arg(at).output().unwrap();
    let why = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "this test needs to mount (run it as root): {why}"
    );
}

fn small_disk() -> PathBuf {
    let dir = PathBuf::from(std::env::var_os(DIR).unwrap());
    mount(&["-t", "tmpfs", "-o", "size=4m,mode=0700", "none"], &dir);
    dir
}

/// Takes all room there is; removing the file gives it back.
fn fill(dir: &Path) -> PathBuf {
    let path = dir.join("filler");
    let mut file = File::create(&path).unwrap();
    let mut size = 64 * 1024;
    while size > 0 {
        if file.write_all(&vec![b'x'; size]).is_err() {
            size /= 2;
        }
    }
    path
}

#[tokio::test]
async fn a_full_disk_is_told_loses_nothing_and_is_got_over() {
    if role().is_none() {
        return with_own_mounts("faulty_disk::a_full_disk_is_told_loses_nothing_and_is_got_over");
    }
    let dir = small_disk();
    let store = open(&dir).await.unwrap();
    let (view, lease) = start(&store, &connection("a", "main"), "t").await;
    let filler = fill(&dir);
    let long = "x".repeat(50_000);
    let mut stored = 0;
    let error = loop {
        let batch = RunBatch {
            lines: vec![line(stored + 1, &long)],
            ..RunBatch::default()
        };
        match store.append(&lease, &batch, &view).await {
            Ok(()) => stored += 1,
            Err(error) => break error,
        }
        assert!(stored < 1000, "the disk was never full");
    };
    assert_eq!(error.code, ErrorCode::StoreFull, "{error}");
    // Still full, still told as that, and reading goes on.
    let batch = RunBatch {
        lines: vec![line(stored + 1, &long)],
        ..RunBatch::default()
    };
    refused(store.append(&lease, &batch, &view).await, ErrorCode::StoreFull);
    assert_eq!(
        store.log(&view.id, 0, 1000).await.unwrap().lines.len() as u64,
        stored
    );
    refused(store.backup(3, NOW).await, ErrorCode::StoreFull);
    assert_eq!(
        fs::read_dir(dir.join("backups")).unwrap().count(),
        0,
        "half a backup must not stay"
    );

    fs::remove_file(&filler).unwrap();
    store.append(&lease, &batch, &view).await.unwrap();
    let page = store.log(&view.id, 0, 1000).await.unwrap();
    assert_eq!((page.total, page.lines.len() as u64), (stored + 1, stored + 1));
    store.backup(3, NOW).await.unwrap();
    store.close().await;
    drop(store);
    let store = open(&dir).await.unwrap();
    assert_eq!(store.data_status().await.unwrap().set_aside, None);
    assert_eq!(store.log(&view.id, 0, 1000).await.unwrap().total, stored + 1);
}

#[tokio::test]
async fn a_disk_that_is_full_at_the_start_is_told() {
    if role().is_none() {
        return with_own_mounts("faulty_disk::a_disk_that_is_full_at_the_start_is_told");
    }
    let dir = small_disk();
    let filler = fill(&dir);
    refused(open(&dir).await.map(|_| ()), ErrorCode::StoreFull);
    fs::remove_file(&filler).unwrap();
    let store = open(&dir).await.unwrap();
    assert_eq!(store.data_status().await.unwrap().set_aside, None);
    store.save(&Settings::default()).await.unwrap();
    store.close().await;
    drop(store);

    fill(&dir);
    refused(open(&dir).await.map(|_| ()), ErrorCode::StoreFull);
}

#[tokio::test]
async fn a_read_only_directory_is_told() {
    if role().is_none() {
        return with_own_mounts("faulty_disk::a_read_only_directory_is_told");
    }
    let dir = small_disk();
    let store = open(&dir).await.unwrap();
    store.close().await;
    drop(store);
    mount(&["-o", "remount,ro"], &dir);
    refused(open(&dir).await.map(|_| ()), ErrorCode::StoreReadOnly);
    refused(
        open(&dir.join("below")).await.map(|_| ()),
        ErrorCode::StoreReadOnly,
    );
    mount(&["-o", "remount,rw"], &dir);
    open(&dir).await.unwrap();
}

#[tokio::test]
async fn a_read_only_file_is_told() {
    if role().is_none() {
        return with_own_mounts("faulty_disk::a_read_only_file_is_told");
    }
    let dir = small_disk();
    let store = open(&dir).await.unwrap();
    store.close().await;
    drop(store);
    let file = dir.join("mysqler.db");
    let name = file.to_string_lossy().into_owned();
    mount(&["--bind", &name], &file);
    mount(&["-o", "remount,bind,ro"], &file);
    refused(open(&dir).await.map(|_| ()), ErrorCode::StoreReadOnly);
}

/// A disk whose files can be made read-only under whoever has them open, which a tmpfs does not do.
fn ext4_disk() -> PathBuf {
    let dir = PathBuf::from(std::env::var_os(DIR).unwrap());
    let (image, disk) = (dir.join("image"), dir.join("disk"));
    File::create(&image).unwrap().set_len(32 << 20).unwrap();
    let made = Command::new("mkfs.ext4").args(["-q", "-F"]).arg(&image).status();
    assert!(made.unwrap().success(), "this test needs mkfs.ext4");
    fs::create_dir(&disk).unwrap();
    mount(&["-o", "loop", &image.to_string_lossy()], &disk);
    disk
}

fn immutable(dir: &Path, sign: &str) {
    // Not the log's index: the kernel ends a process that writes to such a file's memory.
    let names = ["mysqler.db", "mysqler.db-wal"].map(|name| dir.join(name));
    let done = Command::new("chattr").arg(sign).args(&names).arg(dir).status();
    assert!(done.unwrap().success(), "chattr {sign}");
}

#[tokio::test]
async fn a_file_that_becomes_read_only_while_it_is_open_is_told_as_that_and_got_over() {
    if role().is_none() {
        let test = "faulty_disk::a_file_that_becomes_read_only_while_it_is_open_is_told_as_that_and_got_over";
        return with_own_mounts(test);
    }
    let dir = ext4_disk();
    let store = open(&dir).await.unwrap();
    let (view, lease) = start(&store, &connection("a", "main"), "t").await;
    let batch = |seq| RunBatch {
        lines: vec![line(seq, "x")],
        ..RunBatch::default()
    };
    store.append(&lease, &batch(1), &view).await.unwrap();
    immutable(&dir, "+i");
    // The first one fails in the middle of a write, those after it on a file that opens for reading only.
    for _ in 0..2 {
        refused(
            store.append(&lease, &batch(2), &view).await,
            ErrorCode::StoreReadOnly,
        );
    }
    assert_eq!(
        store.log(&view.id, 0, 10).await.unwrap().total,
        1,
        "reading goes on"
    );
    immutable(&dir, "-i");
    store.append(&lease, &batch(2), &view).await.unwrap();
    assert_eq!(store.log(&view.id, 0, 10).await.unwrap().total, 2);
    store.close().await;
}
