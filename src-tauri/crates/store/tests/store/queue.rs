//! The queue across processes: its order, and that no more are let in than may be, whoever asks at the same moment.

use mysqler_contract::{BatchId, BatchPlace, ErrorCode, Plan, QueueMove, RunId, RunView};
use mysqler_core::ports::{Lease, NewRun, RunStore};
use mysqler_core::run::admission::{Place, Rules, Turn};
use mysqler_core::run::hours::Moment;
use mysqler_store::Store;

use crate::samples;
use crate::world::{self, NOW, refused};

const RULES: Rules = Rules {
    at_once: 2,
    heavy_per_server: 1,
};

fn now() -> Moment {
    let at = chrono::DateTime::from_timestamp_millis(NOW.0).unwrap();
    Moment {
        at: NOW,
        local: at.naive_utc(),
    }
}

/// A plan and the view of its run, on a table of that name.
fn waiting(table: &str) -> (Plan, RunView) {
    let plan = samples::plan(&samples::connection("c", "c"), &samples::table(table));
    let view = samples::view(&plan);
    (plan, view)
}

/// Queued runs on tables of their own, each on the server of that name.
async fn queued(store: &Store, hosts: &[&str]) -> Vec<(RunView, Lease)> {
    let new = hosts.iter().enumerate().map(|(number, host)| {
        let (mut plan, view) = waiting(&format!("t{number}"));
        plan.connection.host = (*host).to_owned();
        NewRun {
            view,
            plan,
            events: samples::queued(),
        }
    });
    let until = mysqler_contract::Timestamp(NOW.0 + 10_000);
    store
        .create_all("20260301", new.collect(), "window:1", until)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_that_ask_at_once_in_two_processes_only_as_many_as_may_are_let_in() {
    let (dir, first) = world::fresh().await;
    let second = world::open(dir.path()).await.unwrap();
    let runs = queued(&first, &["a", "b", "c", "d", "e", "f"]).await;
    let mut asking = tokio::task::JoinSet::new();
    for (number, (_, lease)) in runs.iter().enumerate() {
        let (store, lease) = (
            if number % 2 == 0 { &first } else { &second }.clone(),
            lease.clone(),
        );
        asking.spawn(async move { store.admit(&lease, RULES, now()).await.unwrap() });
    }
    let answers = asking.join_all().await;
    let let_in = answers.iter().filter(|answer| **answer == Turn::Now).count();
    let all = first.queue(&runs[0].0.id, NOW).await.unwrap();
    let works = all.iter().filter(|one| one.place == Place::Works).count();
    assert_eq!(let_in, works, "who was told so takes a place");
    assert_eq!(works, 2, "{answers:?}");
    // Asked again by whoever was let in: it stays so.
    for (one, (_, lease)) in all.iter().zip(&runs) {
        let again = first.admit(lease, RULES, now()).await.unwrap();
        assert!(one.place != Place::Works || again == Turn::Now);
    }
}

#[tokio::test]
async fn a_stale_owner_is_not_let_in() {
    let (_dir, store) = world::fresh().await;
    let (view, lease) = queued(&store, &["a"]).await.remove(0);
    let later = mysqler_contract::Timestamp(NOW.0 + 60_000);
    let until = mysqler_contract::Timestamp(NOW.0 + 70_000);
    let taken = store
        .take_lease(&view.id, "mysqlerctl:2", later, until)
        .await
        .unwrap()
        .unwrap();
    refused(store.admit(&lease, RULES, now()).await, ErrorCode::LeaseLost);
    assert_eq!(store.admit(&taken, RULES, now()).await.unwrap(), Turn::Now);
}

#[tokio::test]
async fn a_moved_run_stands_where_it_was_put_and_new_ones_come_last() {
    let (_dir, store) = world::fresh().await;
    let runs = queued(&store, &["a", "b", "c"]).await;
    let id = |number: usize| runs[number].0.id.clone();
    let to = async |number: usize, to: QueueMove| {
        let order = store.move_in_queue(&id(number), &to).await.unwrap();
        let places = order
            .iter()
            .map(|run| runs.iter().position(|(view, _)| view.id == *run).unwrap());
        places.collect::<Vec<usize>>()
    };
    assert_eq!(to(2, QueueMove::First).await, [2, 0, 1]);
    assert_eq!(to(2, QueueMove::Down).await, [0, 2, 1]);
    assert_eq!(to(1, QueueMove::Up).await, [0, 1, 2]);
    assert_eq!(to(0, QueueMove::Up).await, [0, 1, 2]);
    assert_eq!(to(0, QueueMove::Before { run: id(2) }).await, [1, 0, 2]);
    assert_eq!(to(1, QueueMove::Last).await, [0, 2, 1]);
    let all = store.queue(&id(0), NOW).await.unwrap();
    assert_eq!(
        all.iter().map(|one| one.run.clone()).collect::<Vec<_>>(),
        [id(0), id(2), id(1)]
    );

    let (_, lease) = &runs[2];
    assert_eq!(store.admit(lease, RULES, now()).await.unwrap(), Turn::Now);
    refused(
        store.move_in_queue(&id(2), &QueueMove::First).await,
        ErrorCode::RunStateForbids,
    );
    let nobody = QueueMove::Before {
        run: RunId("x".into()),
    };
    refused(
        store.move_in_queue(&id(0), &nobody).await,
        ErrorCode::RunStateForbids,
    );
}

#[tokio::test]
async fn runs_of_a_batch_are_queued_all_or_none_and_keep_their_order() {
    let (_dir, store) = world::fresh().await;
    let of_batch = |tables: &[&str]| -> Vec<NewRun> {
        let numbered = (1..).zip(tables);
        numbered
            .map(|(number, table)| {
                let (plan, mut view) = waiting(table);
                view.batch = Some(BatchPlace {
                    id: BatchId("b".into()),
                    name: "b".into(),
                    number,
                    of: 3,
                    stop_on_failure: true,
                });
                NewRun {
                    view,
                    plan,
                    events: samples::queued(),
                }
            })
            .collect()
    };
    let until = mysqler_contract::Timestamp(NOW.0 + 10_000);
    let twice = store
        .create_all("20260301", of_batch(&["x", "y", "x"]), "window:1", until)
        .await;
    refused(twice, ErrorCode::TableBusy);
    assert!(store.live().await.unwrap().is_empty());
    let made = store
        .create_all("20260301", of_batch(&["x", "y", "z"]), "window:1", until)
        .await
        .unwrap();
    let shown = store.batch(&BatchId("b".into())).await.unwrap();
    assert_eq!(
        shown.iter().map(|view| &view.id).collect::<Vec<_>>(),
        made.iter().map(|(view, _)| &view.id).collect::<Vec<_>>()
    );
}
