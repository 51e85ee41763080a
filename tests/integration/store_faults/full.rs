//! The disk of the data file is full while a run works: the run goes on, and nothing of its record is lost.

use std::fs;
use std::time::{Duration, Instant};

use futures::StreamExt;
use mysqler_contract::{AppEvent, ErrorCode, LogStream, RunEventKind, RunId, RunState, RunView, TableRef};
use mysqler_core::ports::{LogCursor, RawLine, Runner};
use mysqler_runner::DockerRunner;
use mysqler_tests::desk::{DEADLINE, Desk, Told};
use mysqler_tests::sandbox::{Schema, Server};
use mysqler_tests::table;

use crate::{disk, spooled};

pub const ROWS: u64 = 60_000;

/// A run in its copy, which takes a while.
pub struct Copying {
    pub schema: Schema,
    pub table: TableRef,
    pub id: RunId,
    pub view: RunView,
}

impl Copying {
    /// It waits at its gate when `held`.
    pub async fn on(desk: &Desk, name: &str, held: bool) -> Self {
        let schema = desk.sandbox.fresh_schema(Server::Primary, name).await;
        let table = table::filled(&schema, "t", ROWS).await;
        let connection = desk.primary().await;
        let mut request = desk.request(&connection, &table, "ADD COLUMN extra INT");
        request.options.chunk_size = Some(500);
        request.options.chunk_time_ms = None;
        request.hold_cutover = held;
        let id = desk.go(request).await;
        let view = desk.until(&id, "the copy", |view| view.rows_copied > 0).await;
        Self {
            schema,
            table,
            id,
            view,
        }
    }

    /// It stands still: until it is let go on nothing of it is stored.
    pub async fn paused(desk: &Desk, name: &str) -> Self {
        let run = Self::on(desk, name, false).await;
        desk.core.run_pause(&run.id).await.expect("heard");
        desk.until(&run.id, "the pause", |view| {
            matches!(view.state, RunState::Paused { .. })
        })
        .await;
        run
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_outlives_a_full_disk_and_its_record_is_whole() {
    let Some(dir) = disk::own_mounts("full::a_run_outlives_a_full_disk_and_its_record_is_whole") else {
        return;
    };
    disk::small(&dir);
    let desk = Desk::at(&dir, "test:1", DockerRunner::new()).await;
    let Copying {
        schema,
        table,
        id,
        view: copying,
    } = Copying::on(&desk, "store_full", true).await;

    let filler = disk::fill(&dir);
    trouble(&desk.told, &id, ErrorCode::StoreFull).await;
    // Nothing can be stored, and the tool copies on to its gate.
    let written = up_to_the_gate(&copying).await;
    let stuck = desk.core.run_view(&id).await.expect("reading goes on");
    assert!(
        !matches!(stuck.state, RunState::AwaitingCutover { .. }),
        "the disk was not full"
    );
    assert!(stuck.last_seq >= copying.last_seq, "what was stored stays");
    assert!(!desk.told.all().contains(&AppEvent::StoreRecovered));
    shown_only_what_is_stored(&desk, &stuck).await;
    let spool = spooled::file(&id, "awaiting_cutover").await;

    fs::remove_file(filler).expect("room is made");
    told(&desk.told, "the recovery", |event| {
        *event == AppEvent::StoreRecovered
    })
    .await;
    desk.until(&id, "the gate", |view| {
        matches!(view.state, RunState::AwaitingCutover { .. })
    })
    .await;
    assert_eq!(
        stored_lines(&desk, &id).await,
        shown(&written, &table),
        "no line is lost or doubled"
    );
    assert!(!spool.exists(), "what is stored is kept nowhere else");

    desk.core.run_cutover(&id).await.expect("heard");
    let view = desk.completed(&id).await;
    assert_eq!(view.rows_copied, ROWS);
    record_is_whole(&desk, &view).await;
    assert_eq!(troubles(&desk.told), 1, "one trouble is told once");
    assert_eq!(
        table::remains(&mut schema.client().await, schema.name()).await,
        Vec::<String>::new()
    );
    desk.close().await;

    let again = Desk::at(&dir, "test:2", DockerRunner::new()).await;
    let kept = again.core.run_view(&id).await.expect("stored");
    assert_eq!(kept, view, "after a restart it is the same");
    let status = again.core.app_status("0.0.0").await.expect("an answer");
    assert_eq!(status.data.set_aside, None, "a full disk damages nothing");
    again.close().await;
}

pub async fn told(told: &Told, what: &str, wanted: impl Fn(&AppEvent) -> bool) {
    let started = Instant::now();
    while !told.all().iter().any(&wanted) {
        assert!(
            started.elapsed() < DEADLINE,
            "{what} is never told: {:#?}",
            told.all().last()
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Waits until the trouble with the run's record is told, and as what it is.
pub async fn trouble(all: &Told, id: &RunId, code: ErrorCode) {
    told(all, "trouble", |event| {
        matches!(event, AppEvent::StoreTrouble { .. })
    })
    .await;
    let found = all.all().into_iter().find_map(|event| match event {
        AppEvent::StoreTrouble { run, error } => Some((run, error)),
        _ => None,
    });
    let (run, error) = found.expect("it was just told");
    assert_eq!((run.as_ref(), error.code), (Some(id), code), "{error}");
}

pub fn troubles(all: &Told) -> usize {
    let all = all.all();
    let of_it = all
        .iter()
        .filter(|event| matches!(event, AppEvent::StoreTrouble { .. }));
    of_it.count()
}

/// The job's own output up to where it waits.
pub async fn up_to_the_gate(view: &RunView) -> Vec<RawLine> {
    let job = view.job.as_deref().expect("a working run has a job");
    let reading = async {
        let mut lines = DockerRunner::new()
            .follow(job, LogCursor::default())
            .await
            .expect("followed");
        let mut read: Vec<RawLine> = Vec::new();
        while let Some(line) = lines.next().await {
            read.push(line.expect("contact is not lost"));
            // Its last words before it waits, one on each stream: which comes first is the engine's to say.
            let said = |words: &str| read.iter().any(|line| line.text.contains(words));
            if said("\"event\":\"held\"") && said("Copied rows OK.") {
                return read;
            }
        }
        panic!("the job ended before its gate: {read:#?}");
    };
    tokio::time::timeout(DEADLINE, reading)
        .await
        .expect("the gate is reached in time")
}

/// All that the job says until it ends.
pub async fn to_its_end(view: &RunView) -> Vec<RawLine> {
    let job = view.job.as_deref().expect("a working run has a job");
    let reading = async {
        let lines = DockerRunner::new().follow(job, LogCursor::default()).await;
        let lines = lines.expect("followed").collect::<Vec<_>>().await;
        let lines = lines.into_iter().collect::<Result<Vec<_>, _>>();
        lines.expect("contact is not lost")
    };
    tokio::time::timeout(DEADLINE, reading)
        .await
        .expect("the job ends in time")
}

pub fn shown(lines: &[RawLine], table: &TableRef) -> Vec<String> {
    let mut parser = DockerRunner::new().parser(table, false);
    lines
        .iter()
        .filter_map(|line| parser.feed(line).show.map(|(_, text)| text))
        .collect()
}

pub async fn stored_lines(desk: &Desk, id: &mysqler_contract::RunId) -> Vec<String> {
    let lines = desk.log(id).await;
    let of_the_tool = lines.into_iter().filter(|line| line.stream != LogStream::App);
    of_the_tool.map(|line| line.text).collect()
}

/// No view was told that a crash could have taken back.
async fn shown_only_what_is_stored(desk: &Desk, stored: &RunView) {
    for event in desk.told.all() {
        if let AppEvent::RunChanged { view } = event
            && view.id == stored.id
        {
            assert!(
                view.last_seq <= stored.last_seq,
                "event {} was told and is not stored",
                view.last_seq
            );
        }
    }
}

pub async fn record_is_whole(desk: &Desk, view: &RunView) {
    let events = desk.events(&view.id).await;
    let numbers: Vec<u64> = events.iter().map(|event| event.seq).collect();
    assert_eq!(
        numbers,
        (1..=view.last_seq).collect::<Vec<_>>(),
        "events follow on without a hole"
    );
    let gaps = events.iter().any(|event| {
        matches!(
            event.kind,
            RunEventKind::Gap { .. } | RunEventKind::ContactLost { .. }
        )
    });
    assert!(!gaps, "nothing of the job was missed");
    let lines: Vec<u64> = desk.log(&view.id).await.iter().map(|line| line.seq).collect();
    assert_eq!(
        lines,
        (1..=lines.len() as u64).collect::<Vec<_>>(),
        "lines follow on without a hole"
    );
}
