//! Metadata locks on one table, and the transactions behind them.

use mysqler_core::ports::MomentFacts;
use mysqler_tests::sandbox::{Account, Sandbox, Server};

use super::{moment, moment_when, table};

#[tokio::test]
async fn an_idle_transaction_is_seen_with_its_lock_and_its_last_statement() {
    let sandbox = Sandbox::from_env();
    let schema = sandbox.fresh_schema(Server::Primary, "moment_idle").await;
    let table = table(&schema).await;
    let before = moment(Server::Primary, &table).await;
    assert_eq!(before.table_locks, Some(Vec::new()), "nobody is there yet");
    let mut holder = schema.client().await;
    let id = holder.id().await;
    holder.run("BEGIN").await;
    holder.run("UPDATE t SET a = 7 WHERE id = 1").await;
    let listed = |facts: &MomentFacts| {
        facts
            .transactions
            .iter()
            .flatten()
            .any(|session| session.id == id)
    };
    let facts = moment_when(Server::Primary, &table, listed).await;
    let locks = facts.table_locks.unwrap();
    let lock = locks
        .iter()
        .find(|lock| lock.session.id == id)
        .expect("the holder is listed");
    assert!(lock.granted && lock.lock == "SHARED_WRITE", "{lock:?}");
    let session = &lock.session;
    assert_eq!(session.user, "mysqler");
    assert_eq!(
        (session.command.as_str(), session.database.as_deref()),
        ("Sleep", Some(schema.name()))
    );
    assert_eq!(
        session.statement.as_deref(),
        Some("UPDATE t SET a = 7 WHERE id = 1")
    );
    let open = facts.transactions.unwrap();
    let open = open
        .iter()
        .find(|session| session.id == id)
        .expect("its transaction is listed");
    assert_eq!(open.transaction.as_ref().unwrap().rows_modified, 1);
    assert!(open.is_still(session));
    holder.run("COMMIT").await;
    let after = moment_when(Server::Primary, &table, |facts| !listed(facts)).await;
    assert!(after.transactions.is_some());
    assert_eq!(after.table_locks, Some(Vec::new()));
}

#[tokio::test]
async fn a_lock_on_another_table_is_not_told_of_this_one() {
    let sandbox = Sandbox::from_env();
    let schema = sandbox.fresh_schema(Server::Primary, "moment_other").await;
    let table = table(&schema).await;
    let mut holder = schema.client().await;
    holder.run("CREATE TABLE other (id INT PRIMARY KEY)").await;
    holder.run("LOCK TABLES other WRITE").await;
    assert_eq!(
        moment(Server::Primary, &table).await.table_locks,
        Some(Vec::new())
    );
    holder.run("UNLOCK TABLES").await;
}

#[tokio::test]
async fn a_statement_that_queues_at_the_table_is_seen_as_waiting() {
    let sandbox = Sandbox::from_env();
    let schema = sandbox.fresh_schema(Server::Primary, "moment_queue").await;
    let table = table(&schema).await;
    let mut holder = schema.client().await;
    holder.run("BEGIN").await;
    holder.run("SELECT * FROM t").await;
    let mut waiting = schema.client().await;
    let id = waiting.id().await;
    let queued = tokio::spawn(async move { waiting.try_run("ALTER TABLE t ADD COLUMN b INT").await });
    let facts = moment_when(Server::Primary, &table, |facts| {
        let mut locks = facts.table_locks.iter().flatten();
        locks.any(|lock| lock.session.id == id && !lock.granted)
    });
    let facts = facts.await;
    let waits = |session: &mysqler_contract::ServerSession| session.id == id;
    assert!(
        facts.waiting.iter().any(waits),
        "the process list says so too: {:?}",
        facts.waiting
    );
    holder.run("COMMIT").await;
    queued
        .await
        .unwrap()
        .expect("the queue moves on once the lock is released");
}

#[tokio::test]
async fn mariadb_tells_of_locks_once_it_records_them_and_admits_it_otherwise() {
    let sandbox = Sandbox::from_env();
    let schema = sandbox.fresh_schema(Server::MariaDb, "moment_maria").await;
    let table = table(&schema).await;
    let mut root = sandbox.client(Server::MariaDb, Account::Root).await;
    let record = |value: &str| {
        format!(
            "UPDATE performance_schema.setup_instruments SET ENABLED = '{value}' WHERE NAME = 'wait/lock/metadata/sql/mdl'"
        )
    };
    let blind = moment(Server::MariaDb, &table).await;
    root.run(&record("YES")).await;
    let mut holder = schema.client().await;
    let id = holder.id().await;
    holder.run("BEGIN").await;
    holder.run("SELECT * FROM t").await;
    let listed = |facts: &MomentFacts| {
        facts
            .transactions
            .iter()
            .flatten()
            .any(|session| session.id == id)
    };
    let facts = moment_when(Server::MariaDb, &table, listed).await;
    holder.run("COMMIT").await;
    // A second session of a backup, while locks are recorded.
    let mut backup = sandbox.client(Server::MariaDb, Account::Root).await;
    let backup_id = backup.id().await;
    backup.run("BACKUP STAGE START").await;
    let staged = moment(Server::MariaDb, &table).await;
    backup.run("BACKUP STAGE END").await;
    root.run(&record("NO")).await;
    assert_eq!(blind.table_locks, None, "the instrument is off by default");
    assert!(blind.transactions.is_some(), "transactions are seen all the same");
    let locks = facts.table_locks.unwrap();
    let lock = locks
        .iter()
        .find(|lock| lock.session.id == id)
        .expect("the holder is listed");
    assert_eq!(lock.lock, "SHARED_READ");
    let open = facts.transactions.unwrap();
    assert!(
        open.iter()
            .any(|session| session.id == id && session.transaction.is_some())
    );
    let stages = staged.server_locks.unwrap();
    let stage = stages
        .iter()
        .find(|lock| lock.session.id == backup_id)
        .expect("the backup is listed");
    assert_eq!(
        stage.kind,
        mysqler_core::ports::ServerLockKind::Backup,
        "{stage:?}"
    );
}

#[tokio::test]
async fn an_account_that_may_not_look_is_told_nothing_rather_than_fine() {
    let sandbox = Sandbox::from_env();
    let target = sandbox.target(Server::Primary, Account::Limited);
    let table = mysqler_contract::TableRef::new("shop", "orders");
    let servers = mysqler_mysql::MySqlServers::new();
    let facts = mysqler_core::ports::Servers::moment(&servers, &target, &table)
        .await
        .unwrap();
    assert_eq!(
        (facts.table_locks, facts.transactions, facts.server_locks),
        (None, None, None)
    );
}
