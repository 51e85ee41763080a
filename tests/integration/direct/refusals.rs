//! What the server will not do, and what other hands end.

use mysqler_contract::{Algorithm, AppError, ErrorCode, RunId, RunState};
use mysqler_tests::desk::Desk;
use mysqler_tests::sandbox::{Account, Server};
use mysqler_tests::table::{filled, fingerprint};

use crate::bench::{LONG, MANY, at_work, connection, definition, plan, queue};

async fn failure(desk: &Desk, id: &RunId) -> AppError {
    let view = desk.end(id).await;
    match view.state {
        RunState::Failed { error } => error,
        other => panic!("{other:?}\n{}", desk.log_text(id).await),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn duplicates_under_a_new_unique_key_are_refused_with_the_servers_words() {
    for server in [Server::Primary, Server::MariaDb] {
        let desk = Desk::new().await;
        let schema = desk.sandbox.fresh_schema(server, "direct_duplicates").await;
        let table = filled(&schema, "orders", 2_000).await;
        let connection = connection(&desk, server).await;
        let mut client = schema.client().await;
        client.run("UPDATE orders SET note = CONCAT('n', id)").await;
        client
            .run("UPDATE orders SET note = 'twice' WHERE id IN (1, 3)")
            .await;
        let before = (
            definition(&mut client, "orders").await,
            fingerprint(&mut client, &table).await,
        );
        let clause = "ADD UNIQUE KEY by_note (note)";
        let plan = plan(&desk, &schema, &connection, &table, clause, Algorithm::Inplace).await;
        let id = queue(&desk, &plan).await;
        let error = failure(&desk, &id).await;
        assert_eq!(error.code, ErrorCode::AlterRefused, "{server:?}");
        let words = error.detail.expect("the server's words");
        assert!(
            words.starts_with("1062: ") && words.contains("twice"),
            "{server:?}: {words}"
        );
        let after = (
            definition(&mut client, "orders").await,
            fingerprint(&mut client, &table).await,
        );
        assert_eq!(after, before, "{server:?}: the table is intact");
        desk.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_algorithm_that_the_server_refuses_is_never_replaced_by_a_copy() {
    for server in [Server::Primary, Server::MariaDb] {
        let desk = Desk::new().await;
        let schema = desk.sandbox.fresh_schema(server, "direct_algorithm").await;
        let table = filled(&schema, "orders", 1_000).await;
        let connection = connection(&desk, server).await;
        let mut client = schema.client().await;
        let before = definition(&mut client, "orders").await;
        for (clause, algorithm) in [
            ("ADD INDEX by_note (note)", Algorithm::Instant),
            ("MODIFY note INT NOT NULL", Algorithm::Inplace),
        ] {
            let plan = plan(&desk, &schema, &connection, &table, clause, algorithm).await;
            let id = queue(&desk, &plan).await;
            let error = failure(&desk, &id).await;
            assert_eq!(
                error.code,
                ErrorCode::AlterAlgorithmRefused,
                "{server:?} {clause}: {error:?}"
            );
            assert_eq!(error.params["algorithm"], algorithm.keyword());
            assert!(error.hint.contains("Plan again"), "{}", error.hint);
            assert_eq!(
                definition(&mut client, "orders").await,
                before,
                "{server:?} {clause}"
            );
        }
        desk.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_another_hand_ends_leaves_the_table_and_says_so() {
    for server in [Server::Primary, Server::MariaDb] {
        let desk = Desk::new().await;
        let schema = desk.sandbox.fresh_schema(server, "direct_killed").await;
        let table = filled(&schema, "orders", MANY).await;
        let connection = connection(&desk, server).await;
        let mut root = desk.sandbox.client(server, Account::Root).await;
        let mut client = schema.client().await;
        let before = definition(&mut client, "orders").await;
        for kill in ["KILL QUERY", "KILL"] {
            let plan = plan(&desk, &schema, &connection, &table, LONG, Algorithm::Inplace).await;
            let id = queue(&desk, &plan).await;
            let session = at_work(&desk, server, &id).await.sessions[0];
            root.run(&format!("{kill} {session}")).await;
            let error = failure(&desk, &id).await;
            assert_eq!(error.code, ErrorCode::AlterEnded, "{server:?} {kill}: {error:?}");
            assert_eq!(
                definition(&mut client, "orders").await,
                before,
                "{server:?} {kill}"
            );
        }
        desk.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_text_of_a_failed_run_holds_the_password() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "direct_secret").await;
    let table = filled(&schema, "orders", 100).await;
    let connection = connection(&desk, Server::Primary).await;
    let plan = plan(
        &desk,
        &schema,
        &connection,
        &table,
        "ADD INDEX a (note)",
        Algorithm::Instant,
    )
    .await;
    let id = queue(&desk, &plan).await;
    failure(&desk, &id).await;
    let detail = desk.core.run_detail(&id).await.expect("stored");
    let events = desk.events(&id).await;
    let told = format!("{detail:?} {events:?} {}", desk.log_text(&id).await);
    assert!(
        told.contains(desk.sandbox.user(Account::Mysqler)),
        "the search looks where names are"
    );
    assert!(!told.contains(desk.sandbox.password(Account::Mysqler)));
    desk.close().await;
}
