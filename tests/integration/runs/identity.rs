//! What an ended run left, told from what another change made under the same names since.

use std::time::{Duration, Instant};

use mysqler_contract::{ErrorCode, Leftover, RunState, TableRef};
use mysqler_tests::desk::{DEADLINE, Desk};
use mysqler_tests::sandbox::{Client, Server};
use mysqler_tests::table::{filled, remains};

use crate::hazards::{ended, held, kill_container, settled, with_a_leftover_shadow};

fn unknown(state: &RunState) -> bool {
    matches!(state, RunState::Unknown { .. })
}

fn looks(state: &RunState) -> Vec<&str> {
    match state {
        RunState::Unknown { check } => check.iter().map(|look| look.what.as_str()).collect(),
        other => panic!("{other:?}"),
    }
}

/// Returns when the server's clock has gone on for so many seconds.
async fn server_goes_on(client: &mut Client, seconds: u64) {
    let mut now = async || -> u64 {
        client
            .value("SELECT UNIX_TIMESTAMP()")
            .await
            .parse()
            .expect("a number")
    };
    let until = now().await + seconds;
    let started = Instant::now();
    while now().await < until {
        assert!(started.elapsed() < DEADLINE, "the server's clock stands");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_workstation_made_since_under_the_same_names_is_not_touched() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "identity_later").await;
    let (old, _, shadow) = with_a_leftover_shadow(&desk, &schema).await;
    let mut client = schema.client().await;
    client.run(&format!("DROP TABLE {}", shadow.table)).await;
    server_goes_on(&mut client, 5).await;
    let other = Desk::new().await;
    let there = other.primary().await;
    let table = TableRef::new(schema.name(), "orders");
    let (new, view) = held(&other, other.request(&there, &table, "ADD COLUMN extra INT")).await;
    assert_eq!(view.shadow, Some(shadow), "both runs' shadows have the same name");

    // At work, then given up: neither is this workstation's to remove.
    desk.core.run_cleanup(&old).await.expect("taken up");
    let refused = settled(&desk, &old, unknown).await;
    assert_eq!(
        looks(&refused.state),
        ["made_later"],
        "{}",
        desk.log_text(&old).await
    );
    assert_eq!(remains(&mut client, schema.name()).await.len(), 4);
    other.core.run_cutover(&new).await.expect("heard");
    other.completed(&new).await;
    other.close().await;

    desk.core.run_cleanup(&old).await.expect("taken up");
    settled(&desk, &old, |state| ended(state) || unknown(state)).await;
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_removed_while_another_tools_session_works_on_the_table() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "identity_live").await;
    let (id, _, shadow) = with_a_leftover_shadow(&desk, &schema).await;
    let mut client = schema.client().await;
    let mut tool = schema.client().await;
    let session = tool.id().await;
    let statement = format!(
        "SELECT SLEEP(600) FROM `{}`.`orders` LIMIT 1 /*pt-online-schema-change 7 copy nibble*/",
        schema.name()
    );
    let at_work = tokio::spawn(async move { tool.try_run(&statement).await });
    let sees = format!(
        "SELECT COUNT(*) FROM information_schema.processlist WHERE id = {session} AND info LIKE 'SELECT SLEEP%'"
    );
    let started = Instant::now();
    while client.value(&sees).await != "1" {
        assert!(started.elapsed() < DEADLINE, "the statement never began");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }

    desk.core.run_cleanup(&id).await.expect("taken up");
    let refused = settled(&desk, &id, unknown).await;
    assert_eq!(
        looks(&refused.state),
        ["another_change"],
        "{}",
        desk.log_text(&id).await
    );
    assert_eq!(
        remains(&mut client, schema.name()).await,
        std::slice::from_ref(&shadow.table)
    );

    client.run(&format!("KILL {session}")).await;
    let _ = at_work.await.expect("ended");
    desk.core.run_cleanup(&id).await.expect("taken up");
    let view = settled(&desk, &id, ended).await;
    assert_eq!(
        view.state,
        RunState::Cancelled,
        "it was stopped, whatever came in between"
    );
    assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trigger_that_somebody_edited_keeps_the_shadow_that_it_writes_to() {
    let desk = Desk::new().await;
    let schema = desk
        .sandbox
        .fresh_schema(Server::Primary, "identity_edited")
        .await;
    let (id, _, shadow) = with_a_leftover_shadow(&desk, &schema).await;
    let mut client = schema.client().await;
    client
        .run(&format!(
            "CREATE TRIGGER mine AFTER DELETE ON orders FOR EACH ROW DELETE FROM `{}`.`{}` WHERE id = OLD.id + 0",
            schema.name(),
            shadow.table
        ))
        .await;
    desk.core.run_cleanup(&id).await.expect("taken up");
    let refused = settled(&desk, &id, unknown).await;
    assert!(
        looks(&refused.state).contains(&"triggers_exist"),
        "{:?}",
        refused.state
    );
    assert_eq!(
        remains(&mut client, schema.name()).await,
        std::slice::from_ref(&shadow.table)
    );
    client.run("DELETE FROM orders WHERE id = 1").await;
    client.run("DROP TRIGGER mine").await;
    desk.core.run_cleanup(&id).await.expect("taken up");
    settled(&desk, &id, ended).await;
    assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_table_that_could_not_be_dropped_stays_named_with_the_cause() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "identity_old").await;
    let table = filled(&schema, "orders", 500).await;
    let connection = desk.primary().await;
    let (id, view) = held(&desk, desk.request(&connection, &table, "ADD COLUMN extra INT")).await;
    let shadow = view.shadow.clone().expect("created").table;
    let mut client = schema.client().await;
    // The tool dies right after its swap, before it could say so.
    client
        .run(&format!(
            "RENAME TABLE orders TO _orders_old, `{shadow}` TO orders"
        ))
        .await;
    kill_container(&view).await;
    desk.end(&id).await;

    let mut reader = schema.client().await;
    reader.run("BEGIN").await;
    reader.run("SELECT COUNT(*) FROM _orders_old").await;
    let old = Leftover::Table {
        table: TableRef::new(schema.name(), "_orders_old"),
    };
    for held_up in [false, true] {
        if held_up {
            desk.core.run_cleanup(&id).await.expect("taken up");
        }
        let is_left = |state: &RunState| matches!(state, RunState::NeedsCleanup { .. });
        match settled(&desk, &id, is_left).await.state {
            RunState::NeedsCleanup { leftovers, error } => {
                assert_eq!(leftovers, std::slice::from_ref(&old), "held up: {held_up}");
                let error = error.expect("a reason");
                assert_eq!(error.code, ErrorCode::RunFailedAfterSwap, "held up: {held_up}");
                assert_eq!(error.detail.is_some(), held_up, "{error:?}");
            }
            other => panic!("{other:?}"),
        }
    }
    reader.run("COMMIT").await;
    desk.core.run_cleanup(&id).await.expect("taken up");
    match settled(&desk, &id, ended).await.state {
        RunState::Failed { error } => assert_eq!(error.code, ErrorCode::RunFailedAfterSwap),
        other => panic!("{other:?}"),
    }
    assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());
    desk.close().await;
}
