//! Locks on a whole server. Each is held on the replica, for as long as one look takes: nobody else works there.

use mysqler_contract::TableRef;
use mysqler_core::ports::ServerLockKind;
use mysqler_tests::sandbox::{Account, Sandbox, Server};

use super::moment;

async fn kinds_under(lock: &str, release: &str) -> Vec<ServerLockKind> {
    let sandbox = Sandbox::from_env();
    let table = TableRef::new("shop", "categories");
    let mut holder = sandbox.client(Server::Replica, Account::Root).await;
    let id = holder.id().await;
    let kinds = |facts: mysqler_core::ports::MomentFacts| {
        let locks = facts
            .server_locks
            .expect("the server records its locks")
            .into_iter();
        let mut kinds: Vec<_> = locks
            .filter(|lock| lock.session.id == id)
            .map(|lock| lock.kind)
            .collect();
        kinds.dedup();
        kinds
    };
    assert_eq!(
        kinds(moment(Server::Replica, &table).await),
        [],
        "nothing is locked yet"
    );
    holder.run(lock).await;
    let facts = moment(Server::Replica, &table).await;
    holder.run(release).await;
    kinds(facts)
}

#[tokio::test]
async fn a_backup_lock_and_a_global_read_lock_are_told_apart() {
    let backup = kinds_under("LOCK INSTANCE FOR BACKUP", "UNLOCK INSTANCE").await;
    assert_eq!(backup, [ServerLockKind::Backup]);
    let reads = kinds_under("FLUSH TABLES WITH READ LOCK", "UNLOCK TABLES").await;
    assert_eq!(reads, [ServerLockKind::Reads]);
}
