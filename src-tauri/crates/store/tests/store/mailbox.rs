use mysqler_contract::{ErrorCode, RunAction, RunId, Timestamp, WishDetail};
use mysqler_core::ports::{MailboxEntry, RunStore};

use crate::runs::start;
use crate::samples::connection;
use crate::world::{NOW, fresh, refused};

#[tokio::test]
async fn wishes_are_taken_out_once_in_the_order_they_came() {
    let (_dir, store) = fresh().await;
    let main = connection("a", "main");
    let (view, lease) = start(&store, &main, "t").await;
    let (other, other_lease) = start(&store, &main, "u").await;
    assert!(store.collect(&lease).await.unwrap().is_empty());
    store
        .post(&view.id, RunAction::Pause, None, "window", NOW)
        .await
        .unwrap();
    store
        .post(&other.id, RunAction::Stop, None, "window", NOW)
        .await
        .unwrap();
    store
        .post(
            &view.id,
            RunAction::CutOver,
            None,
            "mysqlerctl",
            Timestamp(NOW.0 + 1),
        )
        .await
        .unwrap();
    let at_four = WishDetail::CutOverAt {
        at: Some(Timestamp(NOW.0 + 4)),
    };
    store
        .post(
            &view.id,
            RunAction::Schedule,
            Some(&at_four),
            "mysqlerctl",
            Timestamp(NOW.0 + 2),
        )
        .await
        .unwrap();

    let entries = store.collect(&lease).await.unwrap();
    let entry = |n: usize, action, by: &str, at| MailboxEntry {
        id: entries[n].id,
        run: view.id.clone(),
        action,
        detail: None,
        by: by.to_owned(),
        at,
    };
    let expected = [
        entry(0, RunAction::Pause, "window", NOW),
        entry(1, RunAction::CutOver, "mysqlerctl", Timestamp(NOW.0 + 1)),
        MailboxEntry {
            detail: Some(at_four),
            ..entry(2, RunAction::Schedule, "mysqlerctl", Timestamp(NOW.0 + 2))
        },
    ];
    assert_eq!(entries, expected);
    assert!(entries[0].id < entries[1].id);
    assert!(store.collect(&lease).await.unwrap().is_empty());
    assert_eq!(store.collect(&other_lease).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_wish_for_no_run_is_refused() {
    let (_dir, store) = fresh().await;
    let nobody = RunId("20260301-404".to_owned());
    refused(
        store.post(&nobody, RunAction::Stop, None, "window", NOW).await,
        ErrorCode::NotFound,
    );
}

#[tokio::test]
async fn a_stale_supervisor_takes_nothing_out() {
    let (_dir, store) = fresh().await;
    let (view, stale) = start(&store, &connection("a", "main"), "t").await;
    let late = Timestamp(NOW.0 + 60_000);
    let taken = store
        .take_lease(&view.id, "ctl:2", late, Timestamp(late.0 + 1000))
        .await
        .unwrap()
        .unwrap();
    store
        .post(&view.id, RunAction::Stop, None, "window", late)
        .await
        .unwrap();
    refused(store.collect(&stale).await, ErrorCode::LeaseLost);
    assert_eq!(store.collect(&taken).await.unwrap().len(), 1);
}
