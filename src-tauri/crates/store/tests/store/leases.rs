use mysqler_contract::{ErrorCode, Timestamp};
use mysqler_core::ports::{Lease, RunBatch, RunStore};

use crate::runs::start;
use crate::samples::{connection, progress};
use crate::world::{NOW, fresh, refused};

fn at(seconds: i64) -> Timestamp {
    Timestamp(NOW.0 + seconds * 1000)
}

#[tokio::test]
async fn a_live_lease_of_another_is_not_given_out_and_an_expired_one_is() {
    let (_dir, store) = fresh().await;
    let (view, first) = start(&store, &connection("a", "main"), "t").await;
    assert_eq!(
        store.take_lease(&view.id, "ctl:2", at(29), at(60)).await.unwrap(),
        None
    );
    assert_eq!(
        store.lease_holder(&view.id, at(29)).await.unwrap().as_deref(),
        Some("window:1")
    );
    assert_eq!(store.lease_holder(&view.id, at(31)).await.unwrap(), None);

    let second = store
        .take_lease(&view.id, "ctl:2", at(30), at(60))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        second,
        Lease {
            run: view.id.clone(),
            token: first.token + 1,
            holder: "ctl:2".to_owned()
        }
    );
    assert_eq!(
        store.lease_holder(&view.id, at(31)).await.unwrap().as_deref(),
        Some("ctl:2")
    );
}

#[tokio::test]
async fn the_holder_may_take_its_own_lease_again_and_keeps_its_token() {
    let (_dir, store) = fresh().await;
    let (view, first) = start(&store, &connection("a", "main"), "t").await;
    let again = store
        .take_lease(&view.id, "window:1", at(5), at(90))
        .await
        .unwrap();
    assert_eq!(again.as_ref(), Some(&first));
    assert_eq!(
        store.take_lease(&view.id, "ctl:2", at(60), at(99)).await.unwrap(),
        None,
        "it was prolonged"
    );
}

#[tokio::test]
async fn a_stale_lease_can_do_nothing() {
    let (_dir, store) = fresh().await;
    let (view, stale) = start(&store, &connection("a", "main"), "t").await;
    let taken = store
        .take_lease(&view.id, "ctl:2", at(40), at(60))
        .await
        .unwrap()
        .unwrap();
    let batch = RunBatch {
        events: vec![progress(2)],
        ..RunBatch::default()
    };
    refused(store.append(&stale, &batch, &view).await, ErrorCode::LeaseLost);
    refused(store.renew_lease(&stale, at(90)).await, ErrorCode::LeaseLost);
    refused(store.collect(&stale).await, ErrorCode::LeaseLost);
    refused(store.release_lease(&stale).await, ErrorCode::LeaseLost);
    let forged = Lease {
        token: taken.token,
        ..stale
    };
    refused(store.append(&forged, &batch, &view).await, ErrorCode::LeaseLost);
    assert_eq!(store.events(&view.id, 1, 10).await.unwrap(), []);
    store.append(&taken, &batch, &view).await.unwrap();
}

#[tokio::test]
async fn a_lease_that_was_given_back_is_free_and_its_token_never_returns() {
    let (_dir, store) = fresh().await;
    let (view, first) = start(&store, &connection("a", "main"), "t").await;
    store.renew_lease(&first, at(1000)).await.unwrap();
    store.release_lease(&first).await.unwrap();
    assert_eq!(store.lease_holder(&view.id, at(1)).await.unwrap(), None);
    refused(
        store.append(&first, &RunBatch::default(), &view).await,
        ErrorCode::LeaseLost,
    );
    let second = store
        .take_lease(&view.id, "window:1", at(1), at(60))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(second.token, first.token + 1);
}

#[tokio::test]
async fn a_lease_of_a_time_before_the_clock_was_set_back_holds_nobody_up() {
    let (_dir, store) = fresh().await;
    let (view, first) = start(&store, &connection("a", "main"), "t").await;
    let hour = 3600;
    let again = store
        .take_lease(&view.id, "ctl:2", at(-hour), at(10 - hour))
        .await
        .unwrap();
    assert_eq!(again.map(|lease| lease.token), Some(first.token + 1));
    refused(store.renew_lease(&first, at(90)).await, ErrorCode::LeaseLost);
}
