//! Two million orders of their own, so that the sandbox's stay as they were made. Built once, used again by every run.

use mysqler_tests::sandbox::{Account, Client, Sandbox, Server};
use mysqler_tests::table::remains;

pub const SCHEMA: &str = "mysqler_test_e2e";
pub const TABLE: &str = "mysqler_test_e2e.orders";
pub const COLUMN: &str = "e2e_channel";
pub const ROWS: u64 = 2_000_000;
/// A replica applies whole transactions: small ones keep it near.
const PART: u64 = 50_000;

/// The table as it was before the first run, whatever the last one left.
pub async fn ready(sandbox: &Sandbox) -> Client {
    let mut client = sandbox.client(Server::Primary, Account::Mysqler).await;
    client
        .run(&format!(
            "CREATE DATABASE IF NOT EXISTS {SCHEMA} DEFAULT CHARACTER SET utf8mb4"
        ))
        .await;
    tidy(&mut client).await;
    client
        .run(&format!("CREATE TABLE IF NOT EXISTS {TABLE} LIKE shop.orders"))
        .await;
    fill(&mut client).await;
    if has_column(&mut client).await {
        client
            .run(&format!("ALTER TABLE {TABLE} DROP COLUMN {COLUMN}"))
            .await;
    }
    client.run(&format!("ANALYZE TABLE {TABLE}")).await;
    sandbox.replicated().await;
    client
}

pub async fn has_column(client: &mut Client) -> bool {
    let found = client
        .value(&format!(
            "SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = '{SCHEMA}' \
             AND table_name = 'orders' AND column_name = '{COLUMN}'"
        ))
        .await;
    found == "1"
}

/// What a run that a failed test left in its middle made: triggers first, they write to the table that goes next.
async fn tidy(client: &mut Client) {
    let mut names = remains(client, SCHEMA).await;
    names.sort_by_key(|name| !name.starts_with("pt_osc"));
    for name in names {
        let kind = if name.starts_with("pt_osc") {
            "TRIGGER"
        } else {
            "TABLE"
        };
        client
            .run(&format!("DROP {kind} IF EXISTS {SCHEMA}.`{name}`"))
            .await;
    }
}

async fn fill(client: &mut Client) {
    let have: u64 = client
        .value(&format!("SELECT COUNT(*) FROM {TABLE}"))
        .await
        .parse()
        .expect("a count");
    // The writer of earlier runs inserted more than it deleted.
    if have >= ROWS {
        return;
    }
    client.run(&format!("TRUNCATE TABLE {TABLE}")).await;
    for first in (1..=ROWS).step_by(usize::try_from(PART).expect("it is small")) {
        let last = first + PART - 1;
        client
            .run(&format!(
                "INSERT INTO {TABLE} SELECT * FROM shop.orders WHERE id BETWEEN {first} AND {last}"
            ))
            .await;
    }
    let made = client.value(&format!("SELECT COUNT(*) FROM {TABLE}")).await;
    assert_eq!(made, ROWS.to_string(), "shop.orders lacks rows: run make sandbox");
}
