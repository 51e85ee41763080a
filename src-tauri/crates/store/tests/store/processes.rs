//! Two processes on one data file.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use mysqler_contract::{ErrorCode, RunAction, RunId, Timestamp};
use mysqler_core::ports::{RunBatch, RunStore};
use mysqler_store::Store;

use crate::runs::start;
use crate::samples::{connection, progress};
use crate::world::{DIR, NOW, again, fresh, open, refused, role};

const OTHER: &str = "other";
/// Marks the lines that are ours among the test harness's own.
const MARK: &str = "said: ";

fn at(seconds: i64) -> Timestamp {
    Timestamp(NOW.0 + seconds * 1000)
}

/// The other process, spoken to line by line. Each side waits for the other's word, never for time to pass.
struct Other {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Other {
    fn start(test: &str, dir: &std::path::Path) -> Self {
        let mut command = again(&[], test, OTHER);
        let mut child = command
            .env(DIR, dir)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let (to, from) = (
            child.stdin.take().unwrap(),
            BufReader::new(child.stdout.take().unwrap()),
        );
        Self { child, to, from }
    }

    fn tell(&mut self, word: &str) {
        writeln!(self.to, "{word}").unwrap();
    }

    fn hear(&mut self) -> String {
        loop {
            let mut line = String::new();
            assert_ne!(
                self.from.read_line(&mut line).unwrap(),
                0,
                "the other process ended early"
            );
            if let Some((_, said)) = line.split_once(MARK) {
                return said.trim().to_owned();
            }
        }
    }

    fn end(mut self) {
        drop(self.to);
        assert!(self.child.wait().unwrap().success(), "the other process failed");
    }
}

fn say(word: &str) {
    println!("\n{MARK}{word}");
}

fn heard() -> String {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    line.trim().to_owned()
}

async fn opened_by_other() -> Store {
    open(&PathBuf::from(std::env::var_os(DIR).unwrap()))
        .await
        .unwrap()
}

#[tokio::test]
async fn a_lease_fences_off_the_process_that_lost_it() {
    if role().is_some() {
        return the_other_takes_over().await;
    }
    let (dir, store) = fresh().await;
    let (view, lease) = start(&store, &connection("a", "main"), "t").await;
    let quiet = store.data_version().await.unwrap();
    store
        .append(
            &lease,
            &RunBatch {
                events: vec![progress(2)],
                ..RunBatch::default()
            },
            &view,
        )
        .await
        .unwrap();
    assert_eq!(
        store.data_version().await.unwrap(),
        quiet,
        "one's own writing is no news"
    );

    let mut other = Other::start(
        "processes::a_lease_fences_off_the_process_that_lost_it",
        dir.path(),
    );
    assert_eq!(other.hear(), "posted");
    assert_ne!(
        store.data_version().await.unwrap(),
        quiet,
        "the other process has written"
    );
    let mail = store.collect(&lease).await.unwrap();
    assert_eq!(
        (mail.len(), mail[0].action, mail[0].by.as_str()),
        (1, RunAction::Pause, "mysqlerctl")
    );

    other.tell("take over");
    assert_eq!(other.hear(), "taken");
    let batch = RunBatch {
        events: vec![progress(4)],
        ..RunBatch::default()
    };
    refused(store.append(&lease, &batch, &view).await, ErrorCode::LeaseLost);
    refused(store.renew_lease(&lease, at(900)).await, ErrorCode::LeaseLost);
    assert_eq!(
        store.lease_holder(&view.id, at(41)).await.unwrap().as_deref(),
        Some("ctl:2")
    );
    assert_eq!(store.events(&view.id, 2, 10).await.unwrap(), [progress(3)]);
    other.end();
}

async fn the_other_takes_over() {
    let store = opened_by_other().await;
    let run = RunId("20260301-001".to_owned());
    assert_eq!(
        store.take_lease(&run, "ctl:2", at(10), at(70)).await.unwrap(),
        None,
        "the first still holds it"
    );
    store
        .post(&run, RunAction::Pause, None, "mysqlerctl", at(10))
        .await
        .unwrap();
    say("posted");
    assert_eq!(heard(), "take over");
    let lease = store
        .take_lease(&run, "ctl:2", at(40), at(100))
        .await
        .unwrap()
        .unwrap();
    let view = store.view(&run).await.unwrap();
    store
        .append(
            &lease,
            &RunBatch {
                events: vec![progress(3)],
                ..RunBatch::default()
            },
            &view,
        )
        .await
        .unwrap();
    say("taken");
}

#[tokio::test]
async fn both_write_at_once_and_neither_loses_a_step() {
    const RUNS: usize = 15;
    let write = async |store: &Store, who: &str| {
        for n in 0..RUNS {
            let (view, lease) = start(store, &connection("a", "main"), &format!("{who}{n}")).await;
            let batch = RunBatch {
                events: vec![progress(2), progress(3)],
                ..RunBatch::default()
            };
            store.append(&lease, &batch, &view).await.unwrap();
        }
    };
    if role().is_some() {
        let store = opened_by_other().await;
        say("ready");
        assert_eq!(heard(), "go");
        return write(&store, "other").await;
    }
    let (dir, store) = fresh().await;
    let mut other = Other::start(
        "processes::both_write_at_once_and_neither_loses_a_step",
        dir.path(),
    );
    assert_eq!(other.hear(), "ready");
    other.tell("go");
    write(&store, "this").await;
    other.end();

    let mut ids: Vec<String> = store
        .live()
        .await
        .unwrap()
        .into_iter()
        .map(|view| view.id.0)
        .collect();
    ids.sort();
    let expected: Vec<String> = (1..=2 * RUNS).map(|n| format!("20260301-{n:03}")).collect();
    assert_eq!(ids, expected);
    for id in ids {
        assert_eq!(store.events(&RunId(id), 0, 10).await.unwrap().len(), 3);
    }
}

#[tokio::test]
async fn both_open_a_new_file_at_once() {
    if role().is_some() {
        say("ready");
        assert_eq!(heard(), "go");
        return opened_by_other().await.close().await;
    }
    let dir = tempfile::tempdir().unwrap();
    let mut other = Other::start("processes::both_open_a_new_file_at_once", dir.path());
    assert_eq!(other.hear(), "ready");
    other.tell("go");
    let store = open(dir.path()).await.unwrap();
    other.end();
    assert!(store.live().await.unwrap().is_empty());
}
