//! Ctrl-C while the server itself is at work on the ALTER.

use std::time::{Duration, Instant};

use mysqler_contract::TableRef;
use mysqler_tests::sandbox::{Account, Client, Schema, Server};
use mysqler_tests::table;
use serde_json::Value;

use crate::program::{Desk, Running};

const DEADLINE: Duration = Duration::from_secs(60);
/// Rebuilds the table and makes three indexes: some seconds of work.
const LONG: &str = "ADD INDEX by_note (note, amount), ADD INDEX by_amount (amount, note), ADD INDEX by_touch (touched, note), FORCE";

struct Bench {
    desk: Desk,
    /// Root, to see every session.
    client: Client,
    schema: Schema,
    table: TableRef,
}

/// A session that carries the ALTER.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Carrier {
    session: String,
    state: String,
}

impl Bench {
    async fn new(name: &str, rows: u64) -> Self {
        let desk = Desk::connected();
        let schema = desk.sandbox.fresh_schema(Server::Primary, name).await;
        let table = table::filled(&schema, "t", rows).await;
        let client = desk.sandbox.client(Server::Primary, Account::Root).await;
        Self {
            desk,
            client,
            schema,
            table,
        }
    }

    /// Everything that the plan asks for is given.
    fn start(&self, options: &[&str]) -> Running {
        let name = self.table.to_string();
        let change = ["Sandbox", "--table", &name, "--alter", LONG, "--engine", "direct"];
        let with = |command: &'static str| -> Vec<&str> {
            let line = std::iter::once(command).chain(change);
            line.chain(options.iter().copied()).collect()
        };
        let plan = self.desk.json(&with("plan")).done().object();
        assert_eq!(plan["direct"]["algorithm"], "inplace", "{}", plan["findings"]);
        let need = &plan["confirmation"];
        let codes: Vec<&str> = need["accept"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(Value::as_str)
            .collect();
        let accept = format!("--accept={}", codes.join(","));
        let mut line = with("run");
        if let Some(typed) = need["typed"].as_str() {
            line.extend(["--confirm", typed]);
        }
        if !codes.is_empty() {
            line.push(&accept);
        }
        self.desk.start(&line)
    }

    async fn carrier(&mut self) -> Option<Carrier> {
        let mine = format!("ALTER TABLE `{}`", self.schema.name());
        let rows = self.client.rows("SHOW FULL PROCESSLIST").await;
        let found = rows.iter().find(|row| row[7].starts_with(&mine));
        found.map(|row| Carrier {
            session: row[0].clone(),
            state: row[6].clone(),
        })
    }

    /// Waits until the server shows the ALTER in a state that contains `state`.
    async fn works(&mut self, state: &str) -> Carrier {
        let begun = Instant::now();
        loop {
            let carrier = self.carrier().await;
            if let Some(carrier) = carrier.as_ref().filter(|carrier| carrier.state.contains(state)) {
                return carrier.clone();
            }
            assert!(begun.elapsed() < DEADLINE, "never {state:?}: {carrier:?}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn table_as_it_is(&self) -> (Vec<Vec<String>>, String) {
        let mut client = self.schema.client().await;
        let definition = client.rows("SHOW CREATE TABLE t").await;
        (definition, table::fingerprint(&mut client, &self.table).await)
    }

    /// The run ended as stopped, its statement on the server with it, and the record says how.
    async fn stopped(&mut self, run: Running, carrier: &Carrier) {
        let said = run.end().ends(5);
        assert!(said.err.contains("Stopping the run"), "{}", said.err);
        assert!(said.out.contains(": Cancelled"), "{}", said.out);
        assert_eq!(self.carrier().await, None, "it works on");
        let runs = self.desk.json(&["history", "list"]).done().objects();
        let id = runs[0]["id"].as_str().unwrap();
        let log = self.desk.ctl(&["runs", "log", id]).done().out;
        let ended = format!("Ended the statement of session {}", carrier.session);
        assert!(log.contains(&ended), "no KILL QUERY: {log}");
        // The server's own word for it: the statement did not end by itself.
        assert!(log.contains("1317: "), "{log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_ends_an_alter_at_work_and_the_table_is_as_it_was() {
    let mut bench = Bench::new("ctl_direct_work", 150_000).await;
    let before = bench.table_as_it_is().await;
    let run = bench.start(&[]);
    let carrier = bench.works("alter").await;
    run.interrupt();
    bench.stopped(run, &carrier).await;
    assert_eq!(bench.table_as_it_is().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_ends_an_alter_that_waits_for_its_lock_and_whoever_has_the_lock_keeps_it() {
    let mut bench = Bench::new("ctl_direct_lock", 500).await;
    let before = bench.table_as_it_is().await;
    let mut holder = bench.schema.client().await;
    holder.run("BEGIN").await;
    holder
        .run("UPDATE t SET touched = touched + 1 WHERE id = 1")
        .await;
    // Longer than the test: only Ctrl-C ends the wait.
    let run = bench.start(&["--lock-wait-timeout", "300"]);
    let carrier = bench.works("metadata lock").await;
    run.interrupt();
    bench.stopped(run, &carrier).await;
    assert_eq!(
        holder.value("SELECT touched FROM t WHERE id = 1").await,
        "1",
        "the transaction lives"
    );
    holder.run("ROLLBACK").await;
    assert_eq!(bench.table_as_it_is().await, before);
}
