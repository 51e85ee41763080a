//! A connection that was edited while its run works leads to another server: nothing of that one is told as the run's.

use mysqler_contract::{EngineChoice, Environment, ErrorCode, OptionSetting, RunState, SecretInput};
use mysqler_tests::desk::Desk;
use mysqler_tests::sandbox::{Account, Server};
use mysqler_tests::table::filled;

#[tokio::test(flavor = "multi_thread")]
async fn figures_and_thresholds_are_those_of_the_server_that_the_run_works_on() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "elsewhere").await;
    let table = filled(&schema, "orders", 40_000).await;
    let twin = desk.sandbox.fresh_schema(Server::MariaDb, "elsewhere").await;
    filled(&twin, "orders", 50).await;
    let connection = desk.primary().await;
    let mut request = desk.request(&connection, &table, "ADD COLUMN extra INT");
    request.engine = EngineChoice::PtOsc;
    request.options.chunk_size = Some(100);
    request.options.chunk_time_ms = None;
    let id = desk.go(request).await;
    desk.until(&id, "the copy", |view| view.rows_copied > 100).await;
    desk.core.run_pause(&id).await.expect("heard");
    desk.until(&id, "the pause", |view| {
        matches!(view.state, RunState::Paused { .. })
    })
    .await;
    desk.core
        .run_gate(&id)
        .await
        .expect("the run's own server answers");

    let mut draft = desk.draft(Server::MariaDb, Account::Mysqler, Environment::Development);
    draft.id = Some(connection.id.clone());
    draft.name = connection.name.clone();
    draft.password = SecretInput::Unchanged;
    desk.core.connection_save(&draft, true).await.expect("saved");
    let figures = desk.core.run_gate(&id).await.expect_err("another server");
    assert_eq!(figures.code, ErrorCode::ServerRefused, "{figures:?}");
    let lag = [OptionSetting::new("max-lag", Some("7"))];
    let tuning = desk.core.run_tune(&id, &lag).await.expect_err("another server");
    assert_eq!(tuning.code, ErrorCode::ServerRefused, "{tuning:?}");

    let mut draft = desk.draft(Server::Primary, Account::Mysqler, Environment::Development);
    draft.id = Some(connection.id.clone());
    draft.name = connection.name.clone();
    draft.password = SecretInput::Unchanged;
    desk.core.connection_save(&draft, true).await.expect("saved");
    desk.core.run_stop(&id).await.expect("heard");
    let view = desk.end(&id).await;
    assert_eq!(view.state, RunState::Cancelled, "{}", desk.log_text(&id).await);
    desk.close().await;
}
