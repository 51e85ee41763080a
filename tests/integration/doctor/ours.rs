//! What a run of this workstation recorded goes by that run's own clean-up, so that its record tells of it.

use mysqler_contract::{LeftoverPick, LeftoverVerdict, RunState};
use mysqler_tests::desk::Desk;
use mysqler_tests::sandbox::Server;
use mysqler_tests::table::{filled, remains};

use crate::look;

#[tokio::test(flavor = "multi_thread")]
async fn what_an_ended_run_left_is_removed_without_being_picked_and_the_run_says_so() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "doctor_ours").await;
    let table = filled(&schema, "orders", 2_000).await;
    let connection = desk.primary().await;
    let mut request = desk.request(&connection, &table, "ADD COLUMN extra INT");
    request.hold_cutover = true;
    let id = desk.go(request).await;
    let view = desk
        .until(&id, "the gate", |view| {
            matches!(view.state, RunState::AwaitingCutover { .. })
        })
        .await;
    let shadow = view.shadow.expect("created");
    let live = look(&desk, &connection, &schema).await;
    assert!(
        live.found.len() == 4
            && live
                .found
                .iter()
                .all(|found| found.verdict == LeftoverVerdict::Live),
        "{:#?}",
        live.found
    );
    // A reader keeps the shadow from being dropped with the run.
    let mut reader = schema.client().await;
    reader.run("BEGIN").await;
    reader
        .run(&format!("SELECT COUNT(*) FROM {}", shadow.table))
        .await;
    desk.core.run_stop(&id).await.expect("heard");
    let view = desk.end(&id).await;
    assert!(
        matches!(view.state, RunState::NeedsCleanup { .. }),
        "{:?}",
        view.state
    );
    reader.run("COMMIT").await;

    let report = look(&desk, &connection, &schema).await;
    assert_eq!(report.found.len(), 1, "{:#?}", report.found);
    let found = &report.found[0];
    assert_eq!(
        (found.verdict, found.run.as_ref(), found.object.as_table()),
        (LeftoverVerdict::Ours, Some(&id), Some(&shadow))
    );
    // Over the whole server, among whatever else is there.
    let everywhere = desk
        .core
        .leftovers(&connection.id, None)
        .await
        .expect("the server is looked through");
    assert!(
        everywhere
            .found
            .iter()
            .any(|other| other.id == found.id && other.verdict == LeftoverVerdict::Ours),
        "{:#?}",
        everywhere.found
    );
    let nothing_picked = LeftoverPick::These { ids: Vec::new() };
    let cleanup = desk
        .core
        .leftovers_remove(&connection.id, Some(schema.name()), &nothing_picked)
        .await
        .expect("removed");
    assert!(cleanup.is_complete(), "{:#?}", cleanup.removals);
    assert!(cleanup.left.found.is_empty());
    let mut client = schema.client().await;
    assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());
    let view = desk.core.run_view(&id).await.expect("stored");
    assert_eq!(view.state, RunState::Cancelled);
    desk.close().await;
}
