//! A person ends an ALTER that is at work.

use mysqler_contract::{Algorithm, ErrorCode, RunState};
use mysqler_runner::DockerRunner;
use mysqler_tests::desk::Desk;
use mysqler_tests::sandbox::Server;
use mysqler_tests::table::{filled, fingerprint};

use crate::bench::{LONG, MANY, at_work, connection, definition, plan, queue};

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_ends_the_statement_and_the_table_is_as_it_was() {
    for server in [Server::Primary, Server::MariaDb] {
        let desk = Desk::new().await;
        let schema = desk.sandbox.fresh_schema(server, "direct_stop").await;
        let table = filled(&schema, "orders", MANY).await;
        let connection = connection(&desk, server).await;
        let mut client = schema.client().await;
        let before = (
            definition(&mut client, "orders").await,
            fingerprint(&mut client, &table).await,
        );
        let plan = plan(&desk, &schema, &connection, &table, LONG, Algorithm::Inplace).await;
        let id = queue(&desk, &plan).await;
        let session = at_work(&desk, server, &id).await.sessions[0];
        desk.core.run_stop(&id).await.expect("heard");
        let view = desk.end(&id).await;
        assert_eq!(
            view.state,
            RunState::Cancelled,
            "{server:?}\n{}",
            desk.log_text(&id).await
        );
        let after = (
            definition(&mut client, "orders").await,
            fingerprint(&mut client, &table).await,
        );
        assert_eq!(after, before, "{server:?}");
        let states = desk.states(&id).await;
        assert_eq!(
            states,
            [
                "queued",
                "preparing",
                "running",
                "stopping",
                "cleaning",
                "cancelled"
            ]
        );
        let list = client.rows("SHOW FULL PROCESSLIST").await;
        assert!(
            !list.iter().any(|row| row[0] == session.to_string()),
            "{server:?}: {list:?}"
        );
        let refused = desk.core.run_stop(&id).await.expect_err("it is over");
        assert_eq!(refused.code, ErrorCode::RunStateForbids);
        desk.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_process_follows_the_run_and_can_stop_it() {
    let desk = Desk::new().await;
    let schema = desk
        .sandbox
        .fresh_schema(Server::Primary, "direct_two_hosts")
        .await;
    let table = filled(&schema, "orders", MANY).await;
    let connection = connection(&desk, Server::Primary).await;
    let plan = plan(&desk, &schema, &connection, &table, LONG, Algorithm::Inplace).await;
    let id = queue(&desk, &plan).await;
    desk.until(&id, "its supervisor", |view| view.supervisor.is_some())
        .await;
    let other = Desk::at(desk.dir(), "test:2", DockerRunner::new()).await;
    at_work(&other, Server::Primary, &id).await;
    other.core.run_stop(&id).await.expect("posted");
    let view = other.end(&id).await;
    assert_eq!(view.state, RunState::Cancelled, "{}", other.log_text(&id).await);
    assert_eq!(
        view.supervisor.as_deref(),
        Some("test:1"),
        "the second process never took the run"
    );
    let mut client = schema.client().await;
    assert!(!definition(&mut client, "orders").await.contains("by_note"));
    other.close().await;
    desk.close().await;
}
