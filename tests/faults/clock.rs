//! A workstation that sleeps: its host stands still past its lease, somebody else takes over, and then it wakes.

use mysqler_contract::RunState;

use crate::host::Host;
use crate::proof;
use crate::scene::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_wakes_after_its_lease_writes_nothing_more_and_only_watches() {
    let scene = Stage::new("sleeper").set().await;
    let mut host = Host::run(&scene, 20, true, None);
    let eye = scene.eye().await;
    let id = eye.run().await;
    let tap = eye.tap(&id).await;
    eye.until(&id, "the copy", |view| view.rows_copied > 0).await;
    host.freeze(&scene).await;
    let asleep = eye.view(&id).await.supervisor.expect("driven");

    let desk = scene.desk("test:next").await;
    let held = desk
        .until(&id, "the gate", |view| {
            matches!(view.state, RunState::AwaitingCutover { .. })
        })
        .await;
    assert_eq!(held.supervisor.as_deref(), Some("test:next"));
    let lease = desk.events(&id).await.len();
    host.thaw();
    desk.core.run_cutover(&id).await.expect("heard");
    // Nothing is posted to a sleeper that woke: whoever drives the run is here.
    let view = desk.completed(&id).await;
    assert_eq!(
        view.supervisor.as_deref(),
        Some("test:next"),
        "{asleep} came back"
    );
    assert_eq!(host.end().await, 0, "it watches to the end:\n{}", host.said());
    let events = desk.events(&id).await;
    assert!(events.len() > lease);
    proof::holds(scene, desk, &id, Some(tap)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_hosts_that_wait_for_a_dead_one_exactly_one_goes_on() {
    let scene = Stage::new("heirs").set().await;
    let mut host = Host::run(&scene, 200, true, None);
    let (one, other) = (scene.desk("test:one").await, scene.desk("test:other").await);
    let eye = scene.eye().await;
    let id = eye.run().await;
    let tap = eye.tap(&id).await;
    eye.held(&id).await;
    let told = |desk: &mysqler_tests::desk::Desk| {
        let told = desk.told.all();
        told.iter()
            .filter(|event| matches!(event, mysqler_contract::AppEvent::RunChanged { view } if view.id == id))
            .count()
    };
    assert!(told(&one) > 0 && told(&other) > 0, "both follow it live");
    host.kill();
    let dead = eye.view(&id).await.supervisor;
    eye.until(&id, "an heir", |view| view.supervisor != dead).await;
    assert_eq!(one.core.supervised() + other.core.supervised(), 1);
    other.core.run_cutover(&id).await.expect("heard");
    one.completed(&id).await;
    let changes = one.events(&id).await;
    let changes = changes.iter().filter(|event| {
        matches!(
            event.kind,
            mysqler_contract::RunEventKind::SupervisorChanged { .. }
        )
    });
    assert_eq!(changes.count(), 2, "the dead one, and one heir");
    proof::idle(&other).await;
    other.close().await;
    proof::holds(scene, one, &id, Some(tap)).await;
}
