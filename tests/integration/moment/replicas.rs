//! How the replica does, asked at the address that the primary lists.

use mysqler_contract::TableRef;
use mysqler_core::ports::ReplicaState;
use mysqler_tests::sandbox::{Account, Sandbox, Server};

use super::{moment, moment_when};

fn of(facts: &mysqler_core::ports::MomentFacts) -> &ReplicaState {
    assert_eq!(facts.replicas.len(), 1, "{facts:?}");
    facts.replicas[0].state.as_ref().expect("the replica answers")
}

#[tokio::test]
async fn a_replica_that_follows_and_one_that_is_stopped_and_filtered_are_told_apart() {
    let sandbox = Sandbox::from_env();
    let table = TableRef::new("shop", "categories");
    let facts = moment_when(Server::Primary, &table, |facts| of(facts).stopped.is_none()).await;
    let address = format!("127.0.0.1:{}", sandbox.port(Server::Replica));
    assert_eq!(facts.replicas[0].name, address);
    let follows = of(&facts);
    assert!(
        follows.lag_s.is_some() && follows.delay_s == 0 && follows.filters.is_empty(),
        "{follows:?}"
    );
    let mut root = sandbox.client(Server::Replica, Account::Root).await;
    root.run("STOP REPLICA SQL_THREAD").await;
    let filtered = "CHANGE REPLICATION FILTER REPLICATE_WILD_IGNORE_TABLE = ('mysqler_test_nowhere.%')";
    let applied = root.try_run(filtered).await;
    let facts = moment(Server::Primary, &table).await;
    root.run("CHANGE REPLICATION FILTER REPLICATE_WILD_IGNORE_TABLE = ()")
        .await;
    root.run("START REPLICA SQL_THREAD").await;
    applied.expect("a filter may be set while the thread is stopped");
    let stopped = of(&facts);
    assert!(
        stopped
            .stopped
            .as_ref()
            .is_some_and(|thread| thread.starts_with("SQL")),
        "{stopped:?}"
    );
    assert_eq!(
        stopped.filters,
        ["replicate_wild_ignore_table=mysqler_test_nowhere.%"]
    );
    assert_eq!(stopped.lag_s, None, "a stopped thread has no lag");
}

#[tokio::test]
async fn a_server_without_replicas_lists_none() {
    let facts = moment(Server::MariaDb, &TableRef::new("shop", "categories")).await;
    assert_eq!(facts.replicas, []);
}
