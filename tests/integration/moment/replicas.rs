//! How the replica does, asked at the address that the primary lists.

use mysqler_contract::TableRef;
use mysqler_core::ports::{MomentFacts, ReplicaState};
use mysqler_tests::sandbox::{Account, Sandbox, Server};

use super::{moment, moment_when};

fn of(facts: &MomentFacts) -> Option<&ReplicaState> {
    assert_eq!(facts.replicas.len(), 1, "{facts:?}");
    facts.replicas[0].state.as_ref().ok()
}

async fn when(wanted: impl Fn(&ReplicaState) -> bool) -> MomentFacts {
    let table = TableRef::new("shop", "categories");
    moment_when(Server::Primary, &table, |facts| of(facts).is_some_and(&wanted)).await
}

#[tokio::test]
async fn a_replica_that_follows_and_one_that_is_stopped_and_filtered_are_told_apart() {
    let sandbox = Sandbox::from_env();
    let follows = |state: &ReplicaState| state.stopped.is_none() && state.lag_s == Some(0);
    let facts = when(follows).await;
    let address = format!("127.0.0.1:{}", sandbox.port(Server::Replica));
    assert_eq!(facts.replicas[0].name, address);
    let state = of(&facts).unwrap();
    assert!(state.delay_s == 0 && state.filters.is_empty(), "{state:?}");
    let mut root = sandbox.client(Server::Replica, Account::Root).await;
    root.run("STOP REPLICA SQL_THREAD").await;
    let filter = "CHANGE REPLICATION FILTER REPLICATE_WILD_IGNORE_TABLE = ('mysqler_test_nowhere.%')";
    let filtered = root.try_run(filter).await;
    // Whatever comes of it, the replica goes on afterwards.
    let seen = tokio::spawn(when(|state| state.stopped.is_some())).await;
    root.run("CHANGE REPLICATION FILTER REPLICATE_WILD_IGNORE_TABLE = ()")
        .await;
    root.run("START REPLICA SQL_THREAD").await;
    filtered.expect("a filter may be set while the thread is stopped");
    let facts = seen.expect("the stopped replica was seen");
    let state = of(&facts).unwrap();
    assert!(
        state
            .stopped
            .as_ref()
            .is_some_and(|thread| thread.starts_with("SQL")),
        "{state:?}"
    );
    assert_eq!(
        state.filters,
        ["replicate_wild_ignore_table=mysqler_test_nowhere.%"]
    );
    assert_eq!(state.lag_s, None, "a stopped thread has no lag");
}

#[tokio::test]
async fn a_server_without_replicas_lists_none() {
    let facts = moment(Server::MariaDb, &TableRef::new("shop", "categories")).await;
    assert_eq!(facts.replicas, []);
}
