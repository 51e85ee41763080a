//! What the spool keeps, where, and that nothing of it is lost by halves.

use std::fs::{self, OpenOptions};
use std::io::Write;

use mysqler_contract::{LogKind, LogLine, LogStream, RunEvent, RunEventKind, RunId, Timestamp};
use mysqler_core::ports::{RunBatch, RunSpool, SpooledStep};
use mysqler_store::FileSpool;

fn run() -> RunId {
    RunId("20260101-001".to_owned())
}

fn step(seq: u64) -> SpooledStep {
    SpooledStep {
        token: 3,
        seq,
        line: seq,
        batch: RunBatch {
            events: vec![RunEvent {
                seq,
                at: Timestamp(5),
                kind: RunEventKind::ContactRegained,
            }],
            lines: vec![LogLine {
                seq,
                at: Timestamp(5),
                stream: LogStream::Stderr,
                kind: LogKind::Info,
                text: "写入\n\"x\"".to_owned(),
            }],
            definition_after: Some("CREATE TABLE `t` (\n  `id` int)".to_owned()),
            ..RunBatch::default()
        },
    }
}

#[tokio::test]
async fn steps_come_back_as_they_were_put_until_they_are_cleared() {
    let dir = tempfile::tempdir().unwrap();
    let spool = FileSpool::new(vec![dir.path().join("spool")]);
    assert_eq!(spool.steps(&run()).await.unwrap(), []);
    for seq in 1..=3 {
        spool.put(&run(), &step(seq)).await.unwrap();
    }
    let again = FileSpool::new(vec![dir.path().join("spool")]);
    assert_eq!(again.steps(&run()).await.unwrap(), [step(1), step(2), step(3)]);
    let other = RunId("20260101-002".to_owned());
    assert_eq!(again.steps(&other).await.unwrap(), []);
    again.clear(&run()).await.unwrap();
    assert_eq!(spool.steps(&run()).await.unwrap(), []);
    spool.clear(&run()).await.unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_may_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().join("deep").join("spool");
    let spool = FileSpool::new(vec![place.clone()]);
    spool.put(&run(), &step(1)).await.unwrap();
    let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(place.join("20260101-001.jsonl")), 0o600);
    assert_eq!(mode(place), 0o700);
}

#[tokio::test]
async fn a_place_that_takes_nothing_is_passed_over() {
    let dir = tempfile::tempdir().unwrap();
    let (first, second) = (dir.path().join("first"), dir.path().join("second"));
    let spool = FileSpool::new(vec![first.clone(), second.clone()]);
    spool.put(&run(), &step(1)).await.unwrap();
    // From now on the first place is none: a file stands where its own file would have to grow.
    let kept = fs::read(first.join("20260101-001.jsonl")).unwrap();
    fs::remove_dir_all(&first).unwrap();
    fs::write(&first, b"").unwrap();
    spool.put(&run(), &step(2)).await.unwrap();
    fs::remove_file(&first).unwrap();
    fs::create_dir(&first).unwrap();
    fs::write(first.join("20260101-001.jsonl"), kept).unwrap();
    assert_eq!(spool.steps(&run()).await.unwrap(), [step(1), step(2)]);
    let nowhere = FileSpool::new(vec![dir.path().join("second/20260101-001.jsonl")]);
    nowhere.put(&run(), &step(3)).await.unwrap_err();
}

#[tokio::test]
async fn a_step_written_by_halves_spoils_neither_those_before_nor_those_after() {
    let dir = tempfile::tempdir().unwrap();
    let spool = FileSpool::new(vec![dir.path().to_owned()]);
    spool.put(&run(), &step(1)).await.unwrap();
    let file = dir.path().join("20260101-001.jsonl");
    let mut open = OpenOptions::new().append(true).open(&file).unwrap();
    open.write_all(b"{\"token\":3,\"seq\":2,\"li").unwrap();
    assert_eq!(spool.steps(&run()).await.unwrap(), [step(1)]);
    spool.put(&run(), &step(2)).await.unwrap();
    assert_eq!(spool.steps(&run()).await.unwrap(), [step(1), step(2)]);
}

#[tokio::test]
async fn what_is_set_aside_stays_and_is_not_read_again() {
    let dir = tempfile::tempdir().unwrap();
    let spool = FileSpool::new(vec![dir.path().to_owned()]);
    for round in 1..=2 {
        spool.put(&run(), &step(round)).await.unwrap();
        let names = spool.set_aside(&run()).await.unwrap();
        assert_eq!(names.len(), 1);
        assert!(fs::read_to_string(&names[0]).unwrap().contains("写入"));
        assert_eq!(spool.steps(&run()).await.unwrap(), []);
    }
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2, "the first one too");
}

#[tokio::test]
async fn whoever_looks_learns_of_every_run_of_which_something_is_kept_and_where() {
    let dir = tempfile::tempdir().unwrap();
    let places = ["first", "second"].map(|name| dir.path().join(name));
    let spool = FileSpool::new(places.to_vec());
    assert_eq!(spool.kept().await.unwrap(), []);
    let (one, other, aside) = (
        run(),
        RunId("20260101-002".to_owned()),
        RunId("20260101-003".to_owned()),
    );
    for place in &places {
        FileSpool::new(vec![place.clone()])
            .put(&one, &step(1))
            .await
            .unwrap();
    }
    spool.put(&other, &step(1)).await.unwrap();
    spool.put(&aside, &step(1)).await.unwrap();
    spool.set_aside(&aside).await.unwrap();
    fs::write(places[1].join("20260101-004.jsonl"), b"").unwrap();
    fs::write(places[1].join("notes.txt"), b"x").unwrap();
    let file = |place: usize, run: &RunId| places[place].join(format!("{run}.jsonl")).display().to_string();
    assert_eq!(
        spool.kept().await.unwrap(),
        [
            (one.clone(), vec![file(0, &one), file(1, &one)]),
            (other.clone(), vec![file(0, &other)]),
        ]
    );
}
