//! Bad input and a workstation that lacks something: every plan says what is wrong, and nothing is touched.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on fails loudly"
)]

use mysqler_contract::{
    ChangeKind, EngineChoice, Environment, ErrorCode, Plan, PrepareVerdict, Secret, SecretInput, Severity,
    TableRef, TlsMode,
};
use mysqler_runner::DockerRunner;
use mysqler_tests::desk::Desk;
use mysqler_tests::sandbox::{Account, Schema, Server};
use mysqler_tests::table::{filled, remains};

fn blocks(plan: &Plan) -> Vec<&str> {
    let blocking = plan
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::Block);
    blocking.map(|finding| finding.code.as_str()).collect()
}

async fn schema_of_odd_tables(desk: &Desk, name: &str) -> Schema {
    let schema = desk.sandbox.fresh_schema(Server::Primary, name).await;
    let mut client = schema.client().await;
    for statement in [
        "CREATE TABLE plain (id INT PRIMARY KEY, note VARCHAR(40) NOT NULL, parent INT)",
        "INSERT INTO plain VALUES (1, 'a', NULL), (2, 'b', 1)",
        "CREATE VIEW seen AS SELECT * FROM plain",
        "CREATE TABLE flat (id INT PRIMARY KEY) ENGINE=MyISAM",
        "CREATE TABLE keyless (id INT)",
        "CREATE TABLE loose (id INT NULL, UNIQUE KEY (id))",
        "CREATE TABLE triggered (id INT PRIMARY KEY)",
        "CREATE TRIGGER mine BEFORE INSERT ON triggered FOR EACH ROW SET NEW.id = NEW.id + 1",
        "CREATE TABLE parent (id INT PRIMARY KEY)",
        "CREATE TABLE child (id INT PRIMARY KEY, p INT, CONSTRAINT fk_p FOREIGN KEY (p) REFERENCES parent (id))",
        "CREATE TABLE tick (id INT PRIMARY KEY, `od``d` INT)",
        "CREATE TABLE `both'\"quotes` (id INT PRIMARY KEY)",
        "CREATE TABLE `back\\slash` (id INT PRIMARY KEY)",
        "CREATE TABLE left_over (id INT PRIMARY KEY)",
        "CREATE TABLE _left_over_new (id INT PRIMARY KEY)",
        "ANALYZE TABLE plain",
    ] {
        client.run(statement).await;
    }
    schema
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_cannot_be_copied_blocks_its_plan_with_the_reason() {
    let desk = Desk::new().await;
    let schema = schema_of_odd_tables(&desk, "refusals_tables").await;
    let connection = desk.primary().await;
    let table_codes = [
        ("seen", "TABLE_IS_VIEW"),
        ("flat", "TABLE_NOT_INNODB"),
        ("keyless", "NO_USABLE_KEY"),
        ("loose", "NO_USABLE_KEY"),
        ("triggered", "TRIGGERS_EXIST"),
        ("parent", "FOREIGN_KEYS_REFERENCED"),
        ("tick", "NAME_COLUMN_BACKTICK"),
        ("both'\"quotes", "NAME_TABLE_QUOTES"),
        ("back\\slash", "NAME_TABLE_BACKSLASH"),
    ];
    for (name, code) in table_codes {
        let table = TableRef::new(schema.name(), name);
        let plan = desk
            .core
            .plan(desk.request(&connection, &table, "ADD COLUMN z INT"), None)
            .await;
        let plan = plan.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(blocks(&plan).contains(&code), "{name}: {:?}", plan.findings);
    }
    let missing = TableRef::new(schema.name(), "nowhere");
    let refused = desk
        .core
        .plan(desk.request(&connection, &missing, "ADD COLUMN z INT"), None)
        .await;
    assert_eq!(refused.expect_err("no such table").code, ErrorCode::TableMissing);
    let missing = TableRef::new("mysqler_test_no_such_schema", "t");
    let refused = desk
        .core
        .plan(desk.request(&connection, &missing, "ADD COLUMN z INT"), None)
        .await
        .expect_err("no such schema");
    assert!(
        matches!(refused.code, ErrorCode::TableMissing | ErrorCode::DatabaseMissing),
        "{refused:?}"
    );
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leftover_shadow_is_told_and_survives_a_run_beside_it() {
    let desk = Desk::new().await;
    let schema = schema_of_odd_tables(&desk, "refusals_leftover").await;
    let connection = desk.primary().await;
    let table = TableRef::new(schema.name(), "left_over");
    let plan = desk
        .core
        .plan(desk.request(&connection, &table, "ADD COLUMN z INT"), None)
        .await
        .expect("made");
    assert!(
        plan.findings
            .iter()
            .any(|finding| finding.code == "LEFTOVER_TABLES"),
        "{:?}",
        plan.findings
    );
    let view = desk.start(&plan).await;
    desk.completed(&view.id).await;
    let mut client = schema.client().await;
    assert_eq!(
        remains(&mut client, schema.name()).await,
        ["_left_over_new"],
        "what was not ours stays"
    );
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clause_that_is_not_one_is_refused_before_or_by_the_server() {
    let desk = Desk::new().await;
    let schema = schema_of_odd_tables(&desk, "refusals_clause").await;
    let connection = desk.primary().await;
    let table = TableRef::new(schema.name(), "plain");
    for (clause, code) in [
        ("", "CLAUSE_EMPTY"),
        ("   ", "CLAUSE_EMPTY"),
        ("ADD COLUMN z INT; DROP TABLE plain", "CLAUSE_SECOND_STATEMENT"),
        (
            "ADD COLUMN z INT /*!50000 , DROP COLUMN note */",
            "CLAUSE_EXECUTABLE_COMMENT",
        ),
        ("RENAME TO elsewhere", "CLAUSE_RENAME_TABLE"),
        ("ADD COLUMN z INT DEFAULT ?", "CLAUSE_PLACEHOLDER"),
        ("ADD COLUMN z NOSUCHTYPE", "PREPARE_REFUSED"),
        ("ADDD COLUMN z INT", "PREPARE_REFUSED"),
        ("DROP COLUMN nowhere", "COLUMN_MISSING"),
        ("ADD COLUMN note INT", "COLUMN_EXISTS"),
        ("ADD UNIQUE KEY u (parent)", "ADDS_UNIQUE"),
        ("DROP PRIMARY KEY", "PRIMARY_KEY_CHANGED"),
        ("RENAME COLUMN id TO pk", "COLUMN_RENAMED"),
    ] {
        let mut request = desk.request(&connection, &table, clause);
        // Left to choose, the server's own ALTER is taken where the copy cannot do it.
        request.engine = EngineChoice::PtOsc;
        let plan = desk.core.plan(request, None).await.expect("made");
        assert!(blocks(&plan).contains(&code), "{clause:?}: {:?}", plan.findings);
    }
    let verdict = desk
        .core
        .clause_prepare(
            &connection.id,
            &table,
            "ADD COLUMN z INT, ADD COLUMN y NOSUCH",
            &[],
        )
        .await;
    match verdict.expect("asked") {
        PrepareVerdict::Refused {
            code: 1064,
            at: Some(at),
            ..
        } => assert!(at >= 19, "at {at}"),
        other => panic!("not refused at its place but {other:?}"),
    }
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_without_rights_is_told_which_grant_would_help() {
    let desk = Desk::new().await;
    let connection = desk
        .connection(Server::Primary, Account::Limited, Environment::Development)
        .await;
    let table = TableRef::new("shop", "orders");
    let plan = desk
        .core
        .plan(desk.request(&connection, &table, "ADD COLUMN z INT"), None)
        .await
        .expect("made");
    let finding = plan
        .findings
        .iter()
        .find(|finding| finding.code == "PRIVILEGES_MISSING")
        .expect("told");
    let remedy = finding.remedy.clone().expect("a statement that helps");
    assert!(remedy.contains("GRANT") && remedy.contains("TRIGGER"), "{remedy}");
    assert_eq!(finding.severity, Severity::Block);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replica_as_target_and_thresholds_at_the_idle_value_are_caught() {
    let desk = Desk::new().await;
    let connection = desk
        .connection(Server::Replica, Account::Mysqler, Environment::Development)
        .await;
    let table = TableRef::new("shop", "categories");
    let mut request = desk.request(&connection, &table, "ADD COLUMN z INT");
    request.options.max_load[0].value = 1;
    let plan = desk.core.plan(request, None).await.expect("made");
    let codes: Vec<&str> = plan
        .findings
        .iter()
        .map(|finding| finding.code.as_str())
        .collect();
    assert!(
        codes.contains(&"TARGET_IS_REPLICA") && codes.contains(&"MAX_LOAD_TOO_LOW"),
        "{codes:?}"
    );
    assert!(plan.blocked());
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_engine_or_an_image_the_plan_says_so_and_everything_else_is_still_checked() {
    let data = tempfile::tempdir().expect("a scratch directory");
    let desk = Desk::at(
        data.path(),
        "test:1",
        DockerRunner::at("unix:///nowhere/docker.sock"),
    )
    .await;
    let schema = schema_of_odd_tables(&desk, "refusals_engine").await;
    let connection = desk.primary().await;
    let table = TableRef::new(schema.name(), "plain");
    let plan = desk
        .core
        .plan(desk.request(&connection, &table, "DROP COLUMN nowhere"), None)
        .await
        .expect("made");
    assert!(
        blocks(&plan).contains(&"DOCKER_UNAVAILABLE") && blocks(&plan).contains(&"COLUMN_MISSING"),
        "{:?}",
        plan.findings
    );
    desk.close().await;

    let desk = Desk::new().await;
    let mut settings = desk.core.settings().await.expect("settings");
    settings.image = "mysqler/no-such-image:1".to_owned();
    desk.core.settings_save(&settings).await.expect("saved");
    let connection = desk.primary().await;
    let plan = desk
        .core
        .plan(desk.request(&connection, &table, "ADD COLUMN z INT"), None)
        .await
        .expect("made");
    assert!(blocks(&plan).contains(&"IMAGE_MISSING"), "{:?}", plan.findings);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_cannot_be_reached_gives_its_own_error_within_the_timeout() {
    let desk = Desk::new().await;
    let good = desk.draft(Server::Primary, Account::Mysqler, Environment::Development);
    let closed = std::net::TcpListener::bind("127.0.0.1:0")
        .expect("a port")
        .local_addr()
        .expect("bound")
        .port();
    // Accepts and never speaks, as a black hole does after the handshake of TCP.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let silent_port = silent.local_addr().expect("bound").port();
    let cases = [
        (
            mysqler_contract::ConnectionDraft {
                host: "no-such-host.invalid".into(),
                ..good.clone()
            },
            ErrorCode::ServerHostUnknown,
        ),
        (
            mysqler_contract::ConnectionDraft {
                port: closed,
                ..good.clone()
            },
            ErrorCode::ServerUnreachable,
        ),
        (
            mysqler_contract::ConnectionDraft {
                port: silent_port,
                connect_timeout_s: 1,
                ..good.clone()
            },
            ErrorCode::ServerTimeout,
        ),
        (
            mysqler_contract::ConnectionDraft {
                password: SecretInput::Set {
                    value: Secret::new("wrong"),
                },
                ..good.clone()
            },
            ErrorCode::ServerAccessDenied,
        ),
        (
            mysqler_contract::ConnectionDraft {
                tls: TlsMode::VerifyCa,
                ca_file: Some(desk.sandbox.value("OTHER_CA_FILE").to_owned()),
                ..good.clone()
            },
            ErrorCode::ServerTls,
        ),
    ];
    for (draft, code) in cases {
        let refused = desk
            .core
            .connection_test(&draft)
            .await
            .expect_err("cannot be reached");
        assert_eq!(refused.code, code, "{refused:?}");
        let untested = desk
            .core
            .connection_save(&draft, false)
            .await
            .expect_err("never passed a test");
        assert_eq!(untested.code, ErrorCode::ConnectionUntested);
    }
    let kept = desk
        .core
        .connection_save(&good, true)
        .await
        .expect("kept untested by choice");
    assert!(kept.tested.is_none(), "and marked so");
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reclaim_needs_no_clause_and_a_dry_run_of_the_same_plan_no_typing() {
    let desk = Desk::new().await;
    let schema = desk
        .sandbox
        .fresh_schema(Server::Primary, "refusals_reclaim")
        .await;
    let table = filled(&schema, "t", 200).await;
    let connection = desk
        .connection(Server::Primary, Account::Tricky, Environment::Production)
        .await;
    let mut request = desk.request(&connection, &table, "");
    request.kind = ChangeKind::Reclaim;
    assert_eq!(
        desk.plan(request.clone()).await.confirmation.typed,
        Some(table.to_string())
    );
    request.dry_run = true;
    let plan = desk.plan(request).await;
    assert_eq!(plan.confirmation.typed, None, "a dry run changes nothing");
    let view = desk.start(&plan).await;
    desk.completed(&view.id).await;
    desk.close().await;
}
