//! What a run proves when nothing goes wrong, and what it asks before it begins.

use mysqler_contract::{
    ChangeKind, Confirmation, Environment, ErrorCode, Phase, RunEventKind, RunState, Severity,
};
use mysqler_tests::desk::Desk;
use mysqler_tests::sandbox::{Account, Server};
use mysqler_tests::table::{filled, fingerprint, remains};

#[tokio::test(flavor = "multi_thread")]
async fn a_column_is_added_rows_stay_and_nothing_is_left() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "run_completes").await;
    let table = filled(&schema, "orders", 60_000).await;
    let mut client = schema.client().await;
    let before = fingerprint(&mut client, &table).await;
    let connection = desk.primary().await;

    let id = desk
        .go(desk.request(&connection, &table, "ADD COLUMN extra INT NOT NULL DEFAULT 7"))
        .await;
    let view = desk.completed(&id).await;

    assert_eq!(fingerprint(&mut client, &table).await, before);
    assert_eq!(client.value("SELECT SUM(extra) FROM orders").await, "420000");
    assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());
    assert_eq!(view.rows_copied, 60_000, "the plugin counts exactly");
    let phases: Vec<Phase> = view.phases.iter().map(|time| time.phase).collect();
    for phase in [
        Phase::CreateShadow,
        Phase::AlterShadow,
        Phase::CreateTriggers,
        Phase::Copy,
        Phase::Swap,
        Phase::Verify,
    ] {
        assert!(phases.contains(&phase), "{phase:?} is missing in {phases:?}");
    }
    let events = desk.events(&id).await;
    let seqs: Vec<u64> = events.iter().map(|event| event.seq).collect();
    assert_eq!(
        seqs,
        (1..=events.len() as u64).collect::<Vec<_>>(),
        "events follow on without a hole"
    );
    assert!(
        events
            .iter()
            .any(|event| matches!(event.kind, RunEventKind::Verified { .. })),
        "read back"
    );
    let detail = desk.core.run_detail(&id).await.expect("stored");
    assert!(
        detail
            .definition_after
            .expect("kept")
            .contains("`extra` int NOT NULL DEFAULT '7'")
    );
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_runs_is_what_was_previewed() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "run_preview").await;
    let table = filled(&schema, "orders", 1_000).await;
    let connection = desk.primary().await;
    let mut request = desk.request(
        &connection,
        &table,
        "ADD COLUMN `a,b'c` VARCHAR(9) COMMENT 'x \"y\" $z'",
    );
    request.hold_cutover = true;
    let plan = desk.plan(request).await;
    let launch = plan.launch.clone().expect("composed");
    let view = desk.start(&plan).await;
    let held = desk
        .until(&view.id, "the gate", |view| {
            matches!(view.state, RunState::AwaitingCutover { .. })
        })
        .await;

    let docker = bollard::Docker::connect_with_local_defaults().expect("the engine answers");
    let inspected = docker
        .inspect_container(&held.job.expect("started"), None)
        .await
        .expect("inspected");
    let config = inspected.config.expect("has a configuration");
    assert!(
        config.cmd.expect("has arguments").ends_with(&launch.argv),
        "the very arguments of the plan"
    );
    assert_eq!(inspected.image, launch.image.map(|image| image.id));
    desk.core.run_cutover(&view.id).await.expect("heard");
    desk.completed(&view.id).await;
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_leaves_the_table_and_nothing_beside_it() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "run_dry").await;
    let table = filled(&schema, "orders", 1_000).await;
    let mut client = schema.client().await;
    let definition = client.rows("SHOW CREATE TABLE orders").await;
    let connection = desk.primary().await;
    let mut request = desk.request(&connection, &table, "ADD COLUMN extra INT");
    request.dry_run = true;

    let id = desk.go(request).await;
    let view = desk.completed(&id).await;

    assert!(view.dry_run);
    assert_eq!(client.rows("SHOW CREATE TABLE orders").await, definition);
    assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_of_a_table_with_every_odd_thing_in_its_name_completes() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "run_names").await;
    let connection = desk.primary().await;
    let long = "x".repeat(64);
    for name in [
        "with space",
        "do.t",
        "back`tick",
        "订单",
        "per%cent=$a",
        long.as_str(),
    ] {
        let table = filled(&schema, name, 500).await;
        let mut client = schema.client().await;
        let before = fingerprint(&mut client, &table).await;
        let mut request = desk.request(&connection, &table, "");
        request.kind = ChangeKind::Reclaim;
        let id = desk.go(request).await;
        desk.completed(&id).await;
        assert_eq!(fingerprint(&mut client, &table).await, before, "{name}");
        assert_eq!(
            remains(&mut client, schema.name()).await,
            Vec::<String>::new(),
            "{name}"
        );
    }
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn production_wants_the_full_name_typed_and_every_danger_accepted() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "run_confirm").await;
    let table = filled(&schema, "orders", 100).await;
    let connection = desk
        .connection(Server::Primary, Account::Mysqler, Environment::Production)
        .await;
    let plan = desk
        .plan(desk.request(&connection, &table, "DROP COLUMN touched"))
        .await;
    assert_eq!(plan.confirmation.typed, Some(table.to_string()));
    assert!(
        plan.findings
            .iter()
            .any(|finding| finding.severity == Severity::Danger)
    );
    let accept = plan.confirmation.accept.clone();

    let tries = [
        (None, accept.clone(), ErrorCode::ConfirmationMismatch),
        (
            Some("orders".to_owned()),
            accept.clone(),
            ErrorCode::ConfirmationMismatch,
        ),
        (Some(table.to_string()), vec![], ErrorCode::DangersNotAccepted),
    ];
    for (typed, accept, wanted) in tries {
        let refused = desk
            .core
            .run_start(&plan.id, &Confirmation { typed, accept })
            .await;
        assert_eq!(refused.expect_err("refused").code, wanted);
    }
    let confirmed = Confirmation {
        typed: Some(table.to_string()),
        accept,
    };
    let view = desk.core.run_start(&plan.id, &confirmed).await.expect("starts");
    desk.completed(&view.id).await;
    let again = desk.core.run_start(&plan.id, &confirmed).await;
    assert_eq!(again.expect_err("a plan is used up").code, ErrorCode::PlanExpired);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blocked_plan_never_starts() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "run_blocked").await;
    let table = filled(&schema, "orders", 100).await;
    let mut client = schema.client().await;
    client
        .run("CREATE TRIGGER mine BEFORE INSERT ON orders FOR EACH ROW SET NEW.touched = 1")
        .await;
    let connection = desk.primary().await;
    let plan = desk
        .core
        .plan(desk.request(&connection, &table, "ADD COLUMN extra INT"), None)
        .await
        .expect("made");
    assert!(plan.blocked());
    let refused = desk.core.run_start(&plan.id, &Confirmation::default()).await;
    assert_eq!(refused.expect_err("refused").code, ErrorCode::PlanBlocked);
    desk.close().await;
}
