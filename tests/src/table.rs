//! Tables that tests change, and what is left beside them.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "test support fails loudly"
)]

use mysqler_contract::TableRef;
use tokio::task::JoinSet;

use crate::sandbox::{Account, Client, Sandbox, Schema, Server, quoted};

/// A table `t` of `rows` rows with text of every kind, analysed, and known to the replica.
pub async fn filled(schema: &Schema, name: &str, rows: u64) -> TableRef {
    fill(&mut schema.client().await, name, rows).await;
    schema.replicated().await;
    TableRef::new(schema.name(), name)
}

/// The same in the schema that `client` uses.
pub async fn fill(client: &mut Client, name: &str, rows: u64) {
    let table = quoted(name);
    client
        .run(&format!(
            "CREATE TABLE {table} (id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, amount DECIMAL(12,2) NOT NULL, \
             note VARCHAR(200) NOT NULL, touched INT NOT NULL DEFAULT 0, KEY amount (amount)) ENGINE=InnoDB"
        ))
        .await;
    client
        .run(&format!(
            "INSERT INTO {table} (amount, note) VALUES (1.5, '订单 一'), (2.5, 'emoji 🐬'), (3.5, 'plain'), (4.5, 'quo''te')"
        ))
        .await;
    let mut have = 4;
    while have < rows {
        let more = have.min(rows - have);
        client
            .run(&format!(
                "INSERT INTO {table} (amount, note) SELECT amount + 1, CONCAT(LEFT(note, 20), ' ', REPEAT('x', 100)) FROM {table} LIMIT {more}"
            ))
            .await;
        have += more;
    }
    client.run(&format!("ANALYZE TABLE {table}")).await;
}

/// Empty tables `t00000`, `t00001`, …; the schema is one of `server`.
pub async fn many(sandbox: &Sandbox, server: Server, schema: &Schema, count: usize) {
    const CLIENTS: usize = 4;
    let mut clients = JoinSet::new();
    for client in 0..CLIENTS {
        let mut session = sandbox.client(server, Account::Root).await;
        // The replica need not follow.
        session
            .run(&format!(
                "USE {}; SET SESSION sql_log_bin = 0",
                quoted(schema.name())
            ))
            .await;
        clients.spawn(async move {
            for at in (client..count).step_by(CLIENTS) {
                // Kept in memory by the server: ten thousand files would take a gigabyte.
                session
                    .run(&format!(
                        "CREATE TABLE t{at:05} (id INT PRIMARY KEY) ENGINE=MEMORY"
                    ))
                    .await;
            }
        });
    }
    clients.join_all().await;
}

/// Row count and a sum over every value of the columns that every version of the table has.
pub async fn fingerprint(client: &mut Client, table: &TableRef) -> String {
    let name = format!("{}.{}", quoted(&table.database), quoted(&table.table));
    let rows = client
        .rows(&format!(
            "SELECT COUNT(*), COALESCE(SUM(CAST(CRC32(CONCAT_WS('#', id, amount, note, touched)) AS UNSIGNED)), 0) FROM {name}"
        ))
        .await;
    rows.concat().join(" ")
}

/// Names of tables and triggers in the schema that pt-osc made.
pub async fn remains(client: &mut Client, schema: &str) -> Vec<String> {
    let text = schema.replace('\'', "''");
    let rows = client
        .rows(&format!(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = '{text}' AND table_name REGEXP '^_.*_(new|old)$' \
             UNION ALL SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = '{text}' AND trigger_name LIKE 'pt\\_osc%'"
        ))
        .await;
    rows.concat()
}
