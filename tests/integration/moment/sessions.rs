//! Ending a session that stands in the way: only the one that was shown.

use std::time::Instant;

use mysqler_contract::{ConnectionId, ErrorCode, ServerSession, SessionEnd};
use mysqler_tests::desk::Desk;
use mysqler_tests::sandbox::{Client, Schema, Server};

use super::{BETWEEN, DEADLINE, table};

async fn holder(schema: &Schema) -> (Client, u64) {
    let mut client = schema.client().await;
    let id = client.id().await;
    client.run("BEGIN").await;
    client.run("UPDATE t SET a = a + 1 WHERE id = 1").await;
    (client, id)
}

/// The session as it is shown once its transaction is.
async fn shown(desk: &Desk, connection: &ConnectionId, id: u64) -> ServerSession {
    let begun = Instant::now();
    loop {
        let session = desk.core.session(connection, id).await.unwrap();
        if session.transaction.is_some() {
            return session;
        }
        assert!(begun.elapsed() < DEADLINE, "no transaction: {session:?}");
        tokio::time::sleep(BETWEEN).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_ended_after_it_was_shown_and_its_work_is_undone() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "moment_kill").await;
    table(&schema).await;
    let connection = desk.primary().await;
    let (mut client, id) = holder(&schema).await;
    let shown = shown(&desk, &connection.id, id).await;
    assert!(
        shown
            .transaction
            .as_ref()
            .is_some_and(|open| open.rows_modified == 1),
        "{shown:?}"
    );
    let end = desk.core.session_kill(&connection.id, &shown).await.unwrap();
    assert_eq!(end, SessionEnd::Gone);
    assert!(
        client.try_run("SELECT 1").await.is_err(),
        "its connection is closed"
    );
    let mut other = schema.client().await;
    assert_eq!(
        other.value("SELECT a FROM t WHERE id = 1").await,
        "1",
        "rolled back"
    );
    let again = desk.core.session_kill(&connection.id, &shown).await.unwrap();
    assert_eq!(again, SessionEnd::Gone, "what is gone needs no ending");
    let gone = desk.core.session(&connection.id, id).await.unwrap_err();
    assert_eq!(gone.code, ErrorCode::SessionChanged);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_went_on_to_other_work_is_spared() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "moment_spared").await;
    table(&schema).await;
    let connection = desk.primary().await;
    let (mut client, id) = holder(&schema).await;
    let shown = shown(&desk, &connection.id, id).await;
    client.run("COMMIT").await;
    let refused = desk.core.session_kill(&connection.id, &shown).await.unwrap_err();
    assert_eq!(
        refused.code,
        ErrorCode::SessionChanged,
        "it committed in the meantime"
    );
    let now = desk.core.session(&connection.id, id).await.unwrap();
    let stranger = ServerSession {
        host: "10.9.8.7:1".into(),
        ..now
    };
    let refused = desk
        .core
        .session_kill(&connection.id, &stranger)
        .await
        .unwrap_err();
    assert_eq!(refused.code, ErrorCode::SessionChanged, "another client");
    client.run("SELECT 1").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn replication_is_never_ended_from_here() {
    let desk = Desk::new().await;
    let connection = desk.primary().await;
    let mut client = desk
        .sandbox
        .client(Server::Primary, mysqler_tests::sandbox::Account::Mysqler)
        .await;
    let id = client
        .value("SELECT ID FROM performance_schema.processlist WHERE COMMAND LIKE 'Binlog Dump%' LIMIT 1")
        .await;
    let shown = desk
        .core
        .session(&connection.id, id.parse().unwrap())
        .await
        .unwrap();
    let refused = desk.core.session_kill(&connection.id, &shown).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::SessionProtected);
}
