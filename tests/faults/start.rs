//! The application dies while its container begins: before it is there, and before anybody knows that it is.

use mysqler_contract::{ErrorCode, RunState};
use mysqler_tests::wire::Wire;

use crate::host::Host;
use crate::proof;
use crate::scene::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn an_application_killed_before_its_container_was_made_started_nothing() {
    let scene = Stage::new("start_unmade").set().await;
    let wire = Wire::trapped(scene.data().as_path(), &["name=mysqler-run-"], false);
    let mut host = Host::run(&scene, 200, false, Some(&wire.address()));
    let eye = scene.eye().await;
    let id = eye.run().await;
    wire.sprung().await;
    assert_eq!(eye.view(&id).await.state, RunState::Preparing, "{}", host.said());
    host.kill();
    // The run is of this engine, and asked for there.
    wire.mend();
    let desk = scene.desk("test:next").await;
    let view = desk.end(&id).await;
    match &view.state {
        RunState::Failed { error } => assert_eq!(error.code, ErrorCode::JobLost),
        other => panic!("{other:?}"),
    }
    proof::holds(scene, desk, &id, None).await;
}

/// The container runs, and its id is not on record; without its secret it ends by itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_container_that_began_when_nobody_heard_of_it_is_found_by_its_label() {
    let scene = Stage::new("start_unheard").set().await;
    let wire = Wire::trapped(scene.data().as_path(), &["name=mysqler-run-", "/start"], true);
    let mut host = Host::run(&scene, 200, false, Some(&wire.address()));
    let eye = scene.eye().await;
    let id = eye.run().await;
    wire.sprung().await;
    assert_eq!(eye.view(&id).await.job, None, "{}", host.said());
    host.kill();
    // The run is of this engine, and asked for there.
    wire.mend();
    let desk = scene.desk("test:next").await;
    let view = desk.end(&id).await;
    assert!(view.job.is_some(), "{:?}", view.state);
    assert!(
        matches!(view.state, RunState::Failed { .. } | RunState::Completed),
        "{:?}",
        view.state
    );
    proof::holds(scene, desk, &id, None).await;
}
