//! Runs whose process is gone, taken up where that is not simple: their engine does not answer, or a record is damaged.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use mysqler_contract::{
    AppEvent, Confirmation, ErrorCode, RunEventKind, RunId, RunState, Schedule, Timestamp,
};
use mysqler_core::ports::{Clock, RunStore, SystemClock};
use mysqler_runner::DockerRunner;
use mysqler_tests::desk::{DEADLINE, Desk};
use mysqler_tests::sandbox::{Schema, Server};
use mysqler_tests::table::filled;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

use crate::hazards::{ended, settled};
use crate::troubled::{Trouble, Troubled};

/// A run whose application went away before its container was there, taken up where the engine does not answer.
async fn out_of_reach(dir: &Path, name: &str) -> (Desk, Arc<Trouble>, RunId, Schema) {
    let runner = Troubled::new();
    runner.trouble().start_takes_s.store(3_600, Ordering::SeqCst);
    let desk = Desk::at(dir, "test:1", runner).await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, name).await;
    let table = filled(&schema, "orders", 100).await;
    let connection = desk.primary().await;
    let mut request = desk.request(&connection, &table, "ADD COLUMN extra INT");
    request.engine = mysqler_contract::EngineChoice::PtOsc;
    let id = desk.go(request).await;
    desk.until(&id, "its begin", |view| view.state == RunState::Preparing)
        .await;
    desk.close().await;
    let runner = Troubled::new();
    let trouble = runner.trouble();
    trouble.lists_nothing.store(true, Ordering::SeqCst);
    let again = Desk::at(dir, "test:2", runner).await;
    again
        .until(&id, "the loss", |view| {
            matches!(view.state, RunState::Interrupted { .. })
        })
        .await;
    let lost = |kind: &RunEventKind| matches!(kind, RunEventKind::ContactLost { .. });
    assert!(again.events(&id).await.iter().any(|event| lost(&event.kind)));
    (again, trouble, id, schema)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_is_heard_while_the_engine_does_not_answer_and_says_where_to_look() {
    let dir = tempfile::tempdir().expect("a scratch directory");
    let (desk, trouble, id, _schema) = out_of_reach(dir.path(), "adoption_stop").await;
    desk.core.run_stop(&id).await.expect("heard");
    match desk.end(&id).await.state {
        RunState::Unknown { check } => {
            assert_eq!(check.len(), 1, "{check:?}");
            assert_eq!(check[0].what, "container_unseen");
            assert_eq!(check[0].params["container"], format!("mysqler-run-{id}"));
            assert!(!check[0].params["engine"].is_empty());
        }
        other => panic!("{other:?}"),
    }
    // A cleanup first asks the engine: what is not known to be over is not said to be.
    settled(&desk, &id, |_| true).await;
    desk.core.run_cleanup(&id).await.expect("taken up");
    let still = settled(&desk, &id, |_| true).await;
    assert!(
        matches!(still.state, RunState::Unknown { .. }),
        "{:?}",
        still.state
    );
    trouble.lists_nothing.store(false, Ordering::SeqCst);
    desk.core.run_cleanup(&id).await.expect("taken up");
    match settled(&desk, &id, ended).await.state {
        RunState::Failed { error } => assert_eq!(error.code, ErrorCode::JobLost),
        other => panic!("{other:?}"),
    }
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_that_answers_again_tells_that_nothing_was_started() {
    let dir = tempfile::tempdir().expect("a scratch directory");
    let (desk, trouble, id, _schema) = out_of_reach(dir.path(), "adoption_back").await;
    trouble.lists_nothing.store(false, Ordering::SeqCst);
    match desk.end(&id).await.state {
        RunState::Failed { error } => assert_eq!(error.code, ErrorCode::JobLost),
        other => panic!("{other:?}"),
    }
    let regained = |kind: &RunEventKind| matches!(kind, RunEventKind::ContactRegained);
    assert!(desk.events(&id).await.iter().any(|event| regained(&event.kind)));
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_cannot_be_taken_up_is_told_and_keeps_no_other_from_it() {
    let desk = Desk::new().await;
    let schema = desk
        .sandbox
        .fresh_schema(Server::Primary, "adoption_damaged")
        .await;
    let connection = desk.primary().await;
    let mut ids = Vec::new();
    for name in ["older", "newer"] {
        let table = filled(&schema, name, 100).await;
        let plan = desk
            .plan(desk.request(&connection, &table, "ADD COLUMN extra INT"))
            .await;
        let given = Confirmation {
            typed: plan.confirmation.typed.clone(),
            accept: plan.confirmation.accept.clone(),
        };
        let later = Schedule {
            not_before: Some(Timestamp(SystemClock.now().0 + 3_600_000)),
            window: None,
        };
        let view = desk.core.run_start_at(&plan.id, &given, later).await;
        ids.push(view.expect("queued").id);
    }
    let (older, newer) = (ids[0].clone(), ids[1].clone());
    let dir = desk.close().await.expect("a scratch directory");
    damage(dir.path(), &newer).await;

    let again = Desk::at(dir.path(), "test:2", DockerRunner::new()).await;
    again
        .until(&older, "somebody who takes it up", |view| {
            view.supervisor.as_deref() == Some("test:2")
        })
        .await;
    let started = Instant::now();
    let told = || {
        let all = again.told.all();
        let of_it = |event: &&AppEvent| matches!(event, AppEvent::StoreTrouble { run: Some(run), .. } if run == &newer);
        all.iter().filter(of_it).count()
    };
    while told() == 0 {
        assert!(started.elapsed() < DEADLINE, "nobody was told");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // Whoever can read it need not wait for a lease that nobody uses.
    while again
        .store
        .lease_holder(&newer, SystemClock.now())
        .await
        .expect("asked")
        .is_some()
    {
        assert!(started.elapsed() < DEADLINE, "the lease was kept");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(told(), 1, "once is enough");
    again.core.run_stop(&older).await.expect("heard");
    assert_eq!(again.end(&older).await.state, RunState::Cancelled);
    again.close().await;
}

async fn damage(dir: &Path, run: &RunId) {
    let file = SqliteConnectOptions::new().filename(dir.join("mysqler.db"));
    let mut data = file.connect().await.expect("the data file opens");
    let done = sqlx::query("UPDATE runs SET plan = '{}' WHERE id = ?")
        .bind(&run.0)
        .execute(&mut data)
        .await
        .expect("written");
    assert_eq!(done.rows_affected(), 1);
    data.close().await.expect("closed");
}
