use mysqler_contract::{
    AppError, Connection, ErrorCode, Leftover, Phase, RunDetail, RunId, RunState, RunView, Timestamp, Work,
    WorkKind,
};
use mysqler_core::ports::{ConnectionStore, Lease, LogCursor, RunBatch, RunStore};
use mysqler_store::Store;

use crate::samples::{completed, connection, plan, progress, queued, table, view};
use crate::world::{NOW, fresh, refused};

const UNTIL: Timestamp = Timestamp(NOW.0 + 30_000);

pub async fn start(store: &Store, connection: &Connection, name: &str) -> (RunView, Lease) {
    let plan = plan(connection, &table(name));
    store
        .create("20260301", view(&plan), &plan, &queued(), "window:1", UNTIL)
        .await
        .unwrap()
}

pub async fn end(store: &Store, lease: &Lease, view: &RunView) {
    store.append(lease, &RunBatch::default(), view).await.unwrap();
}

#[tokio::test]
async fn runs_are_numbered_by_day() {
    let (_dir, store) = fresh().await;
    let main = connection("a", "main");
    let (first, lease) = start(&store, &main, "t1").await;
    let (second, _) = start(&store, &main, "t2").await;
    assert_eq!(
        (first.id.0.as_str(), second.id.0.as_str()),
        ("20260301-001", "20260301-002")
    );
    assert_eq!((lease.token, lease.run.clone()), (1, first.id.clone()));

    let plan = plan(&main, &table("t3"));
    let (other, _) = store
        .create("20260302", view(&plan), &plan, &queued(), "window:1", UNTIL)
        .await
        .unwrap();
    assert_eq!(other.id.0, "20260302-001");
}

#[tokio::test]
async fn view_plan_and_definition_read_back_the_same() {
    let (_dir, store) = fresh().await;
    let main = connection("a", "main");
    let (created, lease) = start(&store, &main, "t").await;
    let plan = plan(&main, &table("t"));
    assert_eq!(store.view(&created.id).await.unwrap(), created);

    let done = completed(&created, u64::from(u32::MAX) * 10, 5000);
    let batch = RunBatch {
        definition_after: Some("CREATE TABLE new".to_owned()),
        ..RunBatch::default()
    };
    store.append(&lease, &batch, &done).await.unwrap();
    end(&store, &lease, &done).await;
    let definition_after = Some("CREATE TABLE new".to_owned());
    assert_eq!(
        store.detail(&created.id).await.unwrap(),
        RunDetail {
            view: done,
            plan,
            definition_after
        }
    );
}

#[tokio::test]
async fn an_unknown_run_is_not_found() {
    let (_dir, store) = fresh().await;
    let id = RunId("20260301-999".to_owned());
    refused(store.view(&id).await, ErrorCode::NotFound);
    refused(store.detail(&id).await, ErrorCode::NotFound);
    refused(store.cursor(&id).await, ErrorCode::NotFound);
    refused(store.log(&id, 0, 10).await, ErrorCode::NotFound);
    refused(store.take_lease(&id, "x", NOW, UNTIL).await, ErrorCode::NotFound);
}

#[tokio::test]
async fn the_cursor_moves_on_and_never_back() {
    let (_dir, store) = fresh().await;
    let (view, lease) = start(&store, &connection("a", "main"), "t").await;
    let moved = RunBatch {
        cursor: LogCursor { stdout: 7, stderr: 3 },
        ..RunBatch::default()
    };
    store.append(&lease, &moved, &view).await.unwrap();
    end(&store, &lease, &view).await;
    assert_eq!(
        store.cursor(&view.id).await.unwrap(),
        LogCursor { stdout: 7, stderr: 3 }
    );
}

#[tokio::test]
async fn a_step_is_stored_whole_or_not_at_all() {
    let (_dir, store) = fresh().await;
    let (view, lease) = start(&store, &connection("a", "main"), "t").await;
    let broken = RunBatch {
        events: vec![progress(2), progress(4)],
        cursor: LogCursor { stdout: 9, stderr: 9 },
        ..RunBatch::default()
    };
    let after = RunView {
        warnings: 5,
        ..view.clone()
    };
    refused(store.append(&lease, &broken, &after).await, ErrorCode::Internal);
    assert_eq!(store.view(&view.id).await.unwrap(), view);
    assert_eq!(store.cursor(&view.id).await.unwrap(), LogCursor::default());
    assert_eq!(store.events(&view.id, 0, 10).await.unwrap(), queued());
}

#[tokio::test]
async fn live_runs_are_those_whose_state_is_not_terminal_newest_first() {
    let (_dir, store) = fresh().await;
    let main = connection("a", "main");
    let (first, _) = start(&store, &main, "t1").await;
    let (ended, lease) = start(&store, &main, "t2").await;
    let (third, third_lease) = start(&store, &main, "t3").await;
    end(
        &store,
        &lease,
        &RunView {
            state: RunState::Cancelled,
            ..ended
        },
    )
    .await;
    let interrupted = RunState::Interrupted {
        since: NOW,
        before: Box::new(RunState::Queued),
    };
    let third = RunView {
        state: interrupted,
        ..third
    };
    end(&store, &third_lease, &third).await;
    assert_eq!(store.live().await.unwrap(), [third, first]);
}

#[tokio::test]
async fn a_table_is_busy_on_its_server_whichever_connection_asks() {
    let (_dir, store) = fresh().await;
    let main = connection("a", "main");
    let same_server = Connection {
        host: "db1.EXAMPLE".to_owned(),
        ..connection("b", "same server")
    };
    let other_port = Connection {
        port: 3308,
        ..connection("c", "other port")
    };
    for saved in [&main, &same_server, &other_port] {
        store.save(saved, None).await.unwrap();
    }
    let (run, lease) = start(&store, &main, "t").await;
    let busy = async |connection: &Connection, name: &str| {
        store.busy_with(&connection.id, &table(name)).await.unwrap()
    };
    assert_eq!(busy(&main, "t").await, Some(run.id.clone()));
    assert_eq!(busy(&same_server, "t").await, Some(run.id.clone()));
    assert_eq!(busy(&other_port, "t").await, None);
    assert_eq!(busy(&main, "u").await, None);

    // An edited connection still names the server that its live run works on.
    store
        .save(
            &Connection {
                port: 1,
                ..main.clone()
            },
            None,
        )
        .await
        .unwrap();
    assert_eq!(busy(&main, "t").await, Some(run.id.clone()));

    end(
        &store,
        &lease,
        &RunView {
            state: RunState::Completed,
            ..run
        },
    )
    .await;
    assert_eq!(busy(&main, "t").await, None);
    assert_eq!(busy(&same_server, "t").await, None);
}

#[tokio::test]
async fn a_second_run_on_a_busy_table_is_not_created() {
    let (_dir, store) = fresh().await;
    let main = connection("a", "main");
    let (first, lease) = start(&store, &main, "t").await;
    let plan = plan(&main, &table("t"));
    let second = store
        .create("20260301", view(&plan), &plan, &queued(), "ctl:2", UNTIL)
        .await;
    let error = refused(second, ErrorCode::TableBusy);
    assert_eq!(error.params["run"], first.id.0);
    let error = Some(AppError::new(ErrorCode::RunFailed));
    let leftovers = vec![Leftover::Table {
        table: table("_t_new"),
    }];
    end(
        &store,
        &lease,
        &RunView {
            state: RunState::NeedsCleanup { leftovers, error },
            ..first
        },
    )
    .await;
    start(&store, &main, "t").await;
}

#[tokio::test]
async fn past_rates_are_those_of_one_kind_of_work_on_one_server() {
    let (_dir, store) = fresh().await;
    let main = connection("a", "main");
    let elsewhere = Connection {
        port: 3399,
        ..connection("b", "elsewhere")
    };
    let record = async |at: &Connection, name: &str, made: i64, kind: WorkKind, rows: u64| {
        let mut plan = plan(at, &table(name));
        plan.forecast.work = Some(Work { kind, rows });
        let fresh = RunView {
            created_at: Timestamp(NOW.0 + made),
            ..view(&plan)
        };
        let (fresh, lease) = store
            .create("20260301", fresh, &plan, &queued(), "w", UNTIL)
            .await
            .unwrap();
        let mut done = completed(&fresh, rows, 10_000);
        if kind != WorkKind::ChunkedCopy {
            done.phases[0].phase = Phase::Alter;
        }
        end(&store, &lease, &done).await;
    };
    record(&main, "plain", 1, WorkKind::ChunkedCopy, 100_000).await;
    record(&main, "later", 2, WorkKind::ChunkedCopy, 30_000).await;
    record(&main, "rebuilt", 3, WorkKind::Rebuild, 900_000).await;
    record(&elsewhere, "other", 4, WorkKind::ChunkedCopy, 70_000).await;
    let rates = async |at: &Connection, kind, limit| store.past_rates(at, kind, limit).await.unwrap();
    assert_eq!(rates(&main, WorkKind::ChunkedCopy, 10).await, [3_000, 10_000]);
    assert_eq!(
        rates(&main, WorkKind::ChunkedCopy, 1).await,
        [3_000],
        "the newest"
    );
    assert_eq!(rates(&main, WorkKind::Rebuild, 10).await, [90_000]);
    assert!(rates(&main, WorkKind::Indexes, 10).await.is_empty());
    let same_server = Connection {
        host: "db1.EXAMPLE".to_owned(),
        ..connection("c", "another name for it")
    };
    assert_eq!(rates(&same_server, WorkKind::Rebuild, 10).await, [90_000]);
    assert_eq!(rates(&elsewhere, WorkKind::ChunkedCopy, 10).await, [7_000]);
}
