//! The connection goes while the statement works.

use mysqler_contract::{Algorithm, Connection, RunEventKind, RunState, SecretInput};
use mysqler_tests::desk::Desk;
use mysqler_tests::sandbox::{Account, Server};
use mysqler_tests::table::filled;

use crate::bench::{LONG, MANY, at_work, definition, plan, queue};
use mysqler_tests::proxy::{Mood, Proxy};

async fn through(desk: &Desk, proxy: &Proxy, server: Server) -> Connection {
    let mut draft = desk.draft(
        server,
        Account::Mysqler,
        mysqler_contract::Environment::Development,
    );
    draft.port = proxy.address.port();
    draft.host = proxy.address.ip().to_string();
    draft.password = SecretInput::Set {
        value: mysqler_contract::Secret::new(desk.sandbox.password(Account::Mysqler)),
    };
    desk.core.connection_test(&draft).await.expect("the relay relays");
    desk.core.connection_save(&draft, false).await.expect("saved")
}

fn interrupted(view: &mysqler_contract::RunView) -> bool {
    matches!(view.state, RunState::Interrupted { .. })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_connection_is_no_outcome_and_the_servers_own_end_is() {
    for server in [Server::Primary, Server::MariaDb] {
        let desk = Desk::new().await;
        let proxy = Proxy::to(desk.sandbox.address(server)).await;
        let schema = desk.sandbox.fresh_schema(server, "direct_cut").await;
        let table = filled(&schema, "orders", MANY).await;
        let connection = through(&desk, &proxy, server).await;
        let plan = plan(&desk, &schema, &connection, &table, LONG, Algorithm::Inplace).await;
        let id = queue(&desk, &plan).await;
        at_work(&desk, server, &id).await;
        proxy.set(Mood::Cut);
        desk.until(&id, "the lost contact", interrupted).await;
        proxy.set(Mood::Relays);
        desk.completed(&id).await;
        let mut client = schema.client().await;
        assert!(
            definition(&mut client, "orders").await.contains("by_note"),
            "{server:?}"
        );
        let events = desk.events(&id).await;
        let sessions = events
            .iter()
            .filter(|event| matches!(&event.kind, RunEventKind::Sessions { ids } if !ids.is_empty()))
            .count();
        assert_eq!(sessions, 1, "{server:?}: sent once");
        desk.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_during_lost_contact_is_kept_and_carried_out_when_the_server_is_back() {
    let desk = Desk::new().await;
    let proxy = Proxy::to(desk.sandbox.address(Server::Primary)).await;
    let schema = desk
        .sandbox
        .fresh_schema(Server::Primary, "direct_cut_stop")
        .await;
    let table = filled(&schema, "orders", MANY).await;
    let connection = through(&desk, &proxy, Server::Primary).await;
    let plan = plan(&desk, &schema, &connection, &table, LONG, Algorithm::Inplace).await;
    let id = queue(&desk, &plan).await;
    at_work(&desk, Server::Primary, &id).await;
    // Behind a reader that stays the statement cannot end by itself.
    let mut reader = schema.client().await;
    reader.run("BEGIN").await;
    reader.value("SELECT COUNT(*) FROM orders WHERE id < 10").await;
    proxy.set(Mood::Cut);
    desk.until(&id, "the lost contact", interrupted).await;
    desk.core.run_stop(&id).await.expect("heard");
    proxy.set(Mood::Relays);
    let view = desk.end(&id).await;
    assert_eq!(view.state, RunState::Cancelled, "{}", desk.log_text(&id).await);
    reader.run("COMMIT").await;
    assert!(!definition(&mut reader, "orders").await.contains("by_note"));
    desk.close().await;
}
