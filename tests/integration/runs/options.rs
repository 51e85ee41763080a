//! Options beside the main ones really reach the tool, and what a dangerous one leaves is what was told.

use mysqler_contract::{ErrorCode, OptionSetting, Severity};
use mysqler_tests::desk::Desk;
use mysqler_tests::sandbox::Server;
use mysqler_tests::table::{filled, fingerprint, remains};

fn set(name: &str, value: Option<&str>) -> OptionSetting {
    OptionSetting::new(name, value)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_set_is_what_the_tool_does() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "run_options").await;
    let table = filled(&schema, "orders", 20_000).await;
    let mut client = schema.client().await;
    client.run("ALTER TABLE orders ADD UNIQUE KEY walked (id)").await;
    let before = fingerprint(&mut client, &table).await;
    let connection = desk.primary().await;
    let mut request = desk.request(&connection, &table, "ADD COLUMN extra INT");
    request.options.others = vec![
        set("chunk-index", Some("walked")),
        set("tries", Some("copy_rows:41:0.3")),
        set("sleep", Some("0.01")),
        set("no-buffer-stdout", None),
        set("no-drop-old-table", None),
    ];
    let plan = desk.plan(request).await;
    assert_eq!(plan.confirmation.accept, ["OPTION_NO_DROP_OLD_TABLE"]);
    let command = plan.command.clone().expect("a command");
    for shown in [
        "--chunk-index walked",
        "copy_rows:41:0.3",
        "--sleep 0.01",
        "--no-drop-old-table",
    ] {
        assert!(command.contains(shown), "{shown}: {command}");
    }

    let id = desk.start(&plan).await.id;
    desk.completed(&id).await;
    let log = desk.log_text(&id).await;
    assert!(log.contains("FORCE INDEX(`walked`)"), "{log}");
    assert!(
        log.contains("copy_rows, 41, 0.3") && log.contains("swap_tables, 60, 3"),
        "{log}"
    );
    assert_eq!(remains(&mut client, schema.name()).await, ["_orders_old"]);
    assert_eq!(fingerprint(&mut client, &table).await, before);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_catalogue_does_not_open_is_never_composed() {
    let desk = Desk::new().await;
    let schema = desk
        .sandbox
        .fresh_schema(Server::Primary, "run_options_refused")
        .await;
    let table = filled(&schema, "orders", 10).await;
    let connection = desk.primary().await;
    for (setting, code) in [
        (set("password", Some("hunter2")), "OPTION_REFUSED_SECRET"),
        (set("no-swap-tables", None), "OPTION_REFUSED_PROOF"),
        (
            set("no-check-unique-key-change", None),
            "OPTION_NO_CHECK_UNIQUE_KEY_CHANGE",
        ),
        (set("made-up", Some("hunter2")), "OPTION_UNKNOWN"),
    ] {
        let mut request = desk.request(&connection, &table, "ADD COLUMN extra INT");
        request.options.others = vec![setting];
        let plan = desk.core.plan(request, None).await.expect("the plan is made");
        let found = plan.findings.iter().find(|finding| finding.code == code);
        assert_eq!(
            found.map(|finding| finding.severity),
            Some(Severity::Block),
            "{code}"
        );
        assert!(
            !format!("{plan:?}").contains("hunter2"),
            "{code} keeps a value that may be a secret"
        );
        let refused = desk.core.run_start(&plan.id, &Default::default()).await;
        assert_eq!(
            refused.expect_err("blocked").code,
            ErrorCode::PlanBlocked,
            "{code}"
        );
    }
    desk.close().await;
}
