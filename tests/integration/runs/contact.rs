//! The engine stops answering in the middle of a run and comes back.

use mysqler_contract::{RunEventKind, RunState};
use mysqler_runner::DockerRunner;
use mysqler_tests::desk::Desk;
use mysqler_tests::sandbox::Server;
use mysqler_tests::table::{filled, remains};
use mysqler_tests::wire::Wire;

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_found_again_after_the_engine_was_out_of_reach() {
    let dir = tempfile::tempdir().expect("a scratch directory");
    let wire = Wire::new(dir.path());
    let data = tempfile::tempdir().expect("a scratch directory");
    let runner = DockerRunner::at(&wire.address());
    let desk = Desk::at(data.path(), "test:1", runner).await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "contact").await;
    let table = filled(&schema, "orders", 40_000).await;
    let connection = desk.primary().await;
    let mut request = desk.request(&connection, &table, "ADD COLUMN extra INT");
    request.options.chunk_size = Some(100);
    request.options.chunk_time_ms = None;
    let id = desk.go(request).await;
    desk.until(&id, "the copy", |view| view.rows_copied > 500).await;

    wire.cut();
    desk.until(&id, "the loss", |view| {
        matches!(view.state, RunState::Interrupted { .. })
    })
    .await;
    wire.mend();
    desk.until(&id, "contact", |view| {
        !matches!(view.state, RunState::Interrupted { .. })
    })
    .await;
    desk.completed(&id).await;
    let events = desk.events(&id).await;
    assert!(
        events
            .iter()
            .any(|event| matches!(event.kind, RunEventKind::ContactLost { .. }))
    );
    assert!(
        events
            .iter()
            .any(|event| matches!(event.kind, RunEventKind::ContactRegained))
    );
    let mut client = schema.client().await;
    assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());
    desk.close().await;
}
