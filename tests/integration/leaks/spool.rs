//! The files in which a run's record waits while the data file cannot be written.

use mysqler_contract::{ChangeKind, ConnectionDraft, EngineChoice, Environment, Secret, SecretInput};
use mysqler_tests::desk::{DEADLINE, Desk};
use mysqler_tests::sandbox::{Account, Server};
use mysqler_tests::table;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

use crate::account::CanaryAccount;
use crate::containers::Places;
use crate::files;

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_beside_the_data_file_holds_no_secret() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "leaks_spool").await;
    let table = table::filled(&schema, "t", 5_000).await;
    let account = CanaryAccount::new(&desk.sandbox, &schema).await;
    let draft = ConnectionDraft {
        user: account.user.clone(),
        password: SecretInput::Set {
            value: Secret::new(account.password.secret()),
        },
        ..desk.draft(Server::Primary, Account::Mysqler, Environment::Development)
    };
    let connection = desk.core.connection_save(&draft, true).await.expect("saved");
    let mut request = desk.request(&connection, &table, "");
    request.kind = ChangeKind::Reclaim;
    request.engine = EngineChoice::PtOsc;
    request.hold_cutover = true;
    let plan = desk.plan(request).await;
    let id = desk.start(&plan).await.id;
    desk.until(&id, "the job", |view| view.job.is_some()).await;

    // Another program has the data file to itself.
    let mut other = SqliteConnectOptions::new()
        .filename(desk.dir().join("mysqler.db"))
        .connect()
        .await
        .expect("the data file opens");
    sqlx::query("BEGIN IMMEDIATE")
        .execute(&mut other)
        .await
        .expect("locked");
    let spool = desk.dir().join("spool");
    let started = std::time::Instant::now();
    let kept: Places = loop {
        let kept = if spool.is_dir() {
            files::all(&spool)
        } else {
            Places::new()
        };
        if kept.values().any(|bytes| bytes.ends_with(b"\n")) {
            break kept;
        }
        assert!(started.elapsed() < DEADLINE, "nothing is put aside");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    };
    account.password.is_in_none_of(&kept);
    let planted: Places = kept
        .into_iter()
        .map(|(path, bytes)| (path, [bytes, account.password.planted()].concat()))
        .collect();
    account.password.is_in_each_of(&planted);

    sqlx::query("ROLLBACK")
        .execute(&mut other)
        .await
        .expect("unlocked");
    other.close().await.expect("closed");
    desk.until(&id, "the gate", |view| {
        matches!(view.state, mysqler_contract::RunState::AwaitingCutover { .. })
    })
    .await;
    desk.core.run_cutover(&id).await.expect("heard");
    desk.completed(&id).await;
    assert_eq!(
        files::all(&spool),
        Places::new(),
        "what is stored is kept nowhere else"
    );
    desk.close().await;
}
