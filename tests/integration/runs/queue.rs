//! Runs that wait for each other: on one server, in one batch, and driven by two processes on one data file.

use std::sync::Arc;

use mysqler_contract::{
    BatchTerms, Confirmation, Connection, EngineChoice, ErrorCode, QueueMove, RunId, RunState, RunView,
    TableRef, WaitsFor,
};
use mysqler_runner::DockerRunner;
use mysqler_tests::clock::HandClock;
use mysqler_tests::desk::Desk;
use mysqler_tests::sandbox::{Account, Schema, Server, quoted};
use mysqler_tests::table::filled;

/// Two processes on one data file. Their clock stands, so that no plan grows old however slow the machine is.
struct Two {
    first: Desk,
    second: Desk,
    connection: Connection,
    schema: Schema,
    _dir: tempfile::TempDir,
}

impl Two {
    async fn new(schema: &str) -> Self {
        let dir = tempfile::tempdir().expect("a scratch directory can be made");
        let clock = Arc::new(HandClock::at("12:00:00"));
        let open = |name: &'static str| Desk::by_clock(dir.path(), name, DockerRunner::new(), clock.clone());
        let first = open("test:1").await;
        let second = open("test:2").await;
        let schema = first.sandbox.fresh_schema(Server::Primary, schema).await;
        let connection = first.primary().await;
        Self {
            first,
            second,
            connection,
            schema,
            _dir: dir,
        }
    }

    async fn tables(&self, names: &[&str]) -> Vec<TableRef> {
        let mut tables = Vec::new();
        for name in names {
            tables.push(filled(&self.schema, name, 40).await);
        }
        tables
    }

    /// A copy that holds before its swap.
    async fn copy(&self, desk: &Desk, table: &TableRef) -> RunId {
        let mut request = desk.request(&self.connection, table, "ADD COLUMN extra INT");
        request.engine = EngineChoice::PtOsc;
        request.hold_cutover = true;
        desk.go(request).await
    }

    async fn close(self) {
        self.first.close().await;
        self.second.close().await;
    }
}

fn is_held(view: &RunView) -> bool {
    matches!(view.state, RunState::AwaitingCutover { .. })
}

fn waits_for(view: &RunView, run: &RunId) -> bool {
    let reason = view.waiting.as_ref().map(|waiting| &waiting.reason);
    view.state == RunState::Queued && reason == Some(&WaitsFor::Server { run: run.clone() })
}

fn position(view: &RunView) -> Option<u32> {
    view.waiting.as_ref().and_then(|waiting| waiting.position)
}

#[tokio::test(flavor = "multi_thread")]
async fn one_copy_works_on_a_server_whoever_drives_it_and_the_next_in_order_follows() {
    let two = Two::new("run_queue").await;
    let tables = two.tables(&["a", "b", "c"]).await;
    let a = two.copy(&two.first, &tables[0]).await;
    two.first.until(&a, "the gate", is_held).await;
    let b = two.copy(&two.second, &tables[1]).await;
    let c = two.copy(&two.first, &tables[2]).await;
    for (run, place) in [(&b, 1), (&c, 2)] {
        let wanted = |view: &RunView| waits_for(view, &a) && position(view) == Some(place);
        two.first.until(run, "its place behind the first", wanted).await;
    }

    let order = two
        .second
        .core
        .run_move(&c, &QueueMove::First)
        .await
        .expect("it waits");
    assert_eq!(order.iter().map(|view| &view.id).collect::<Vec<_>>(), [&c, &b]);
    two.first
        .until(&b, "its new place", |view| position(view) == Some(2))
        .await;
    let refused = two
        .first
        .core
        .run_move(&a, &QueueMove::First)
        .await
        .expect_err("it works");
    assert_eq!(refused.code, ErrorCode::RunStateForbids);

    two.second.core.run_cutover(&a).await.expect("heard");
    two.first.completed(&a).await;
    two.first.until(&c, "the gate", is_held).await;
    two.second
        .until(&b, "the one that went before it", |view| waits_for(view, &c))
        .await;
    two.first.core.run_stop(&b).await.expect("heard");
    let stopped = two.first.end(&b).await;
    assert_eq!(
        (stopped.state, stopped.started_at, stopped.job),
        (RunState::Cancelled, None, None)
    );
    two.first.core.run_cutover(&c).await.expect("heard");
    two.first.completed(&c).await;
    two.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiting_run_is_taken_up_and_begun_by_the_other_process_when_its_own_goes() {
    let two = Two::new("run_queue_left").await;
    let tables = two.tables(&["a", "b"]).await;
    let a = two.copy(&two.first, &tables[0]).await;
    two.first.until(&a, "the gate", is_held).await;
    let b = two.copy(&two.second, &tables[1]).await;
    two.first
        .until(&b, "its turn to wait", |view| waits_for(view, &a))
        .await;
    let Two {
        first, second, _dir, ..
    } = two;
    second.close().await;
    first.core.run_cutover(&a).await.expect("heard");
    first.completed(&a).await;
    let held = first.until(&b, "the gate", is_held).await;
    assert_eq!(held.supervisor.as_deref(), Some("test:1"));
    first.core.run_cutover(&b).await.expect("heard");
    first.completed(&b).await;
    first.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_together_never_let_more_in_than_the_settings_say() {
    let two = Two::new("run_queue_slots").await;
    let mut settings = two.first.core.settings().await.expect("read");
    settings.runs_at_once = 2;
    two.first.core.settings_save(&settings).await.expect("saved");
    let tables = two.tables(&["a", "b", "c", "d", "e", "f"]).await;
    let mut runs = Vec::new();
    for (number, table) in tables.iter().enumerate() {
        let desk = if number % 2 == 0 { &two.first } else { &two.second };
        // Held before anything is sent: each takes a place for as long as nobody lets it go.
        let mut request = desk.request(&two.connection, table, "ADD COLUMN extra INT");
        request.engine = EngineChoice::Direct;
        request.hold_cutover = true;
        let plan = desk.plan(request).await;
        assert!(plan.direct.is_some(), "nothing is copied");
        runs.push(desk.start(&plan).await.id);
    }
    let mut left: Vec<RunId> = runs.clone();
    while !left.is_empty() {
        let next = left.remove(0);
        two.first.until(&next, "the gate", is_held).await;
        let live = two.first.core.runs_live().await.expect("read");
        let at_work = live.iter().filter(|view| view.state != RunState::Queued).count();
        assert!(at_work <= 2, "{at_work} at once");
        if left.len() > 1 {
            let last = left.last().expect("some are left");
            let full = Some(WaitsFor::Slots { limit: 2 });
            let wanted = |view: &RunView| view.waiting.as_ref().map(|waiting| waiting.reason.clone()) == full;
            two.second.until(last, "a place", wanted).await;
        }
        two.second.core.run_cutover(&next).await.expect("heard");
        two.first.completed(&next).await;
    }
    two.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_failure_calls_the_rest_of_a_batch_off() {
    let two = Two::new("run_batch").await;
    let tables = two.tables(&["a", "b", "c"]).await;
    let requests = tables
        .iter()
        .map(|table| two.first.request(&two.connection, table, "ADD COLUMN extra INT"));
    let batch = two
        .first
        .core
        .batch_plan(requests.collect(), None)
        .await
        .expect("planned");
    assert!(!batch.blocked() && batch.items.len() == 3);
    let mut client = two.first.sandbox.client(Server::Primary, Account::Root).await;
    let name = |table: &TableRef| format!("{}.{}", quoted(&table.database), quoted(&table.table));
    client.run(&format!("DROP TABLE {}", name(&tables[1]))).await;

    let terms = BatchTerms {
        name: "extra".to_owned(),
        stop_on_failure: true,
        ..BatchTerms::default()
    };
    let given = Confirmation {
        typed: batch.confirmation.typed.clone(),
        accept: batch.confirmation.accept.clone(),
    };
    let views = two
        .first
        .core
        .batch_start(&batch.id, &given, &terms)
        .await
        .expect("queued");
    let ids: Vec<RunId> = views.iter().map(|view| view.id.clone()).collect();
    two.first.completed(&ids[0]).await;
    let failed = two.first.end(&ids[1]).await;
    assert!(
        matches!(failed.state, RunState::NeedsReview { .. }),
        "{:?}",
        failed.state
    );
    let called_off = two.first.end(&ids[2]).await;
    assert_eq!(called_off.state, RunState::Cancelled);
    assert_eq!(called_off.called_off_by.as_ref(), Some(&ids[1]));
    assert_eq!(called_off.started_at, None);

    let columns = |table: &TableRef| {
        format!(
            "SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = '{}' AND table_name = '{}' AND column_name = 'extra'",
            table.database, table.table
        )
    };
    assert_eq!(client.rows(&columns(&tables[0])).await.concat(), ["1"]);
    assert_eq!(client.rows(&columns(&tables[2])).await.concat(), ["0"]);
    let shown = two.second.core.batch_runs(&batch.id).await.expect("read");
    assert_eq!(shown.iter().map(|view| view.id.clone()).collect::<Vec<_>>(), ids);
    assert!(
        two.first
            .core
            .batch_start(&batch.id, &given, &terms)
            .await
            .is_err(),
        "it is used up"
    );
    two.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_cannot_be_queued_whole_is_not_queued_at_all() {
    let two = Two::new("run_batch_busy").await;
    let tables = two.tables(&["a", "b"]).await;
    let requests = tables
        .iter()
        .map(|table| two.first.request(&two.connection, table, "ADD COLUMN extra INT"));
    let batch = two
        .first
        .core
        .batch_plan(requests.collect(), None)
        .await
        .expect("planned");
    let busy = two.copy(&two.second, &tables[1]).await;
    let given = Confirmation {
        typed: batch.confirmation.typed.clone(),
        accept: batch.confirmation.accept.clone(),
    };
    let terms = BatchTerms::default();
    let refused = two
        .first
        .core
        .batch_start(&batch.id, &given, &terms)
        .await
        .expect_err("one table is busy");
    assert_eq!(refused.code, ErrorCode::TableBusy);
    let live = two.first.core.runs_live().await.expect("read");
    assert_eq!(live.iter().map(|view| &view.id).collect::<Vec<_>>(), [&busy]);
    two.first.until(&busy, "the gate", is_held).await;
    two.first.core.run_stop(&busy).await.expect("heard");
    two.first.end(&busy).await;
    two.close().await;
}
