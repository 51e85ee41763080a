//! The way to the server is cut for a while: packets that vanish, and connections that are reset.

use std::time::Duration;

use mysqler_contract::{RunId, RunState};
use mysqler_tests::desk::Desk;
use mysqler_tests::proxy::{Mood, Proxy};
use mysqler_tests::sandbox::{Sandbox, Server};

use crate::eye::Eye;
use crate::moment::{Hold, Moment};
use crate::proof;
use crate::scene::{Scene, Stage};

/// Shorter than any limit of the tool and longer than every pause of ours; `make test-long` takes the true ones.
fn outage(long: u64) -> Duration {
    match std::env::var_os("MYSQLER_FAULT_REAL_TIME") {
        Some(_) => Duration::from_secs(long),
        None => Duration::from_secs(4),
    }
}

async fn copying(name: &str) -> (Proxy, Scene, Desk, Eye, RunId) {
    let proxy = Proxy::to(Sandbox::from_env().address(Server::Primary)).await;
    let mut stage = Stage::new(name);
    stage.via = Some(proxy.address);
    stage.rows = 4_000;
    let scene = stage.set().await;
    let desk = scene.desk("test:1").await;
    let id = scene.go(&desk, 5, false).await;
    let eye = scene.eye().await;
    eye.until(&id, "the copy", |view| view.rows_copied > 0).await;
    (proxy, scene, desk, eye, id)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_survives_packets_that_vanish_for_a_while() {
    let proxy = Proxy::to(Sandbox::from_env().address(Server::Primary)).await;
    let mut stage = Stage::new("net_silent");
    stage.via = Some(proxy.address);
    let scene = stage.set().await;
    let hold = Hold::before(&scene, Moment::Copy).await;
    let desk = scene.desk("test:1").await;
    let id = scene.go(&desk, Moment::Copy.chunk(), false).await;
    let eye = scene.eye().await;
    let tap = eye.tap(&id).await;
    let hold = hold.reach(&scene, &eye, &id).await;
    proxy.set(Mood::Silent);
    // The word goes through the engine; what the tool then asks of the server vanishes.
    hold.let_go(&eye, &id).await;
    tokio::time::sleep(outage(15)).await;
    let during = eye.view(&id).await;
    assert!(!during.state.is_terminal(), "{:?}", during.state);
    proxy.set(Mood::Relays);
    desk.completed(&id).await;
    proof::holds(scene, desk, &id, Some(tap)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_connections_are_reset_is_cleaned_up_after_when_the_way_is_open_again() {
    let (proxy, scene, desk, eye, id) = copying("net_reset").await;
    let tap = eye.tap(&id).await;
    proxy.set(Mood::Cut);
    eye.until(&id, "the cleaning", |view| {
        matches!(view.state, RunState::Cleaning { .. })
    })
    .await;
    proxy.set(Mood::Relays);
    let view = desk.end(&id).await;
    match &view.state {
        RunState::Failed { error } => assert!(
            matches!(
                error.params.get("class").map(String::as_str),
                Some("server_lost" | "unreachable")
            ),
            "{error:?}"
        ),
        other => panic!("{other:?}"),
    }
    proof::holds(scene, desk, &id, Some(tap)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_way_that_stays_shut_is_told_with_what_may_be_left_and_cleaned_later() {
    let (proxy, scene, desk, eye, id) = copying("net_shut").await;
    let tap = eye.tap(&id).await;
    proxy.set(Mood::Cut);
    let view = desk.end(&id).await;
    match &view.state {
        RunState::NeedsCleanup { leftovers, error } => {
            assert_eq!(leftovers.len(), 4, "three triggers and the shadow: {leftovers:?}");
            assert!(error.is_some());
        }
        other => panic!("{other:?}"),
    }
    tokio::time::sleep(outage(600)).await;
    proxy.set(Mood::Relays);
    let view = proof::cleaned(&desk, &id).await;
    assert!(matches!(view.state, RunState::Failed { .. }), "{:?}", view.state);
    proof::holds(scene, desk, &id, Some(tap)).await;
}
