//! The application that goes on writing while its table is changed, and its ledger of what every row must be.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use mysqler_tests::sandbox::{Account, Client, Sandbox, Server, is_lock_conflict};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::orders::TABLE;

/// Of every 40 rows one is writer 0's and one writer 1's; the others nobody touches.
const SHARE: u64 = 40;
const WRITERS: u64 = 2;
/// Two writers at this pace: about 250 statements a second.
const PACE: Duration = Duration::from_millis(8);
const COLUMNS: &str =
    "customer_id, order_no, status, amount, COALESCE(note, '∅'), address, created_at, updated_at";

pub type Ledger = BTreeMap<u64, Vec<String>>;

pub struct Writers {
    stop: CancellationToken,
    written: Arc<AtomicU64>,
    tasks: Vec<JoinHandle<Ledger>>,
    /// Rows and a sum over them that nobody may touch.
    untouched: String,
    highest: u64,
}

impl Writers {
    pub async fn start(sandbox: &Sandbox) -> Self {
        let mut client = sandbox.client(Server::Primary, Account::App).await;
        let highest = client
            .value(&format!("SELECT MAX(id) FROM {TABLE}"))
            .await
            .parse()
            .expect("an id");
        let untouched = untouched(&mut client, highest).await;
        let stop = CancellationToken::new();
        let written = Arc::new(AtomicU64::new(0));
        let mut tasks = Vec::new();
        for number in 0..WRITERS {
            let mut client = sandbox.client(Server::Primary, Account::App).await;
            let ledger = rows_where(
                &mut client,
                &format!("id % {SHARE} = {number} AND id <= {highest}"),
            )
            .await;
            let writer = Writer {
                client,
                ids: ledger.keys().copied().collect(),
                ledger,
                next_id: highest + 1 + number,
                seed: 0x9E37_79B9_7F4A_7C15 ^ (number + 1),
                written: written.clone(),
            };
            tasks.push(tokio::spawn(writer.write(stop.clone())));
        }
        Self {
            stop,
            written,
            tasks,
            untouched,
            highest,
        }
    }

    /// Statements that the server took so far.
    pub fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    /// Ends the writing and compares every row with what it must be.
    pub async fn agree(self, sandbox: &Sandbox) {
        self.stop.cancel();
        let written = self.written();
        let mut ledger = Ledger::new();
        for task in self.tasks {
            ledger.extend(task.await.expect("the writer met no error"));
        }
        assert!(written > 1_000, "the writer wrote {written} times only");
        let mut client = sandbox.client(Server::Primary, Account::App).await;
        let highest = self.highest;
        let theirs = rows_where(
            &mut client,
            &format!("id % {SHARE} < {WRITERS} OR id > {highest}"),
        )
        .await;
        let differing: Vec<_> = ledger
            .keys()
            .chain(theirs.keys())
            .filter(|id| ledger.get(id) != theirs.get(id))
            .map(|id| (id, ledger.get(id), theirs.get(id)))
            .take(5)
            .collect();
        assert!(differing.is_empty(), "ledger and table differ: {differing:#?}");
        assert_eq!(
            untouched(&mut client, highest).await,
            self.untouched,
            "rows that nobody wrote to"
        );
        println!(
            "{written} statements of the application; its {} rows and the untouched ({}) agree",
            ledger.len(),
            self.untouched
        );
    }
}

async fn untouched(client: &mut Client, highest: u64) -> String {
    let rows = client
        .rows(&format!(
            "SELECT COUNT(*), SUM(CAST(CRC32(CONCAT_WS('#', id, {COLUMNS})) AS UNSIGNED)) FROM {TABLE} \
             WHERE id % {SHARE} >= {WRITERS} AND id <= {highest}"
        ))
        .await;
    rows.concat().join(" ")
}

async fn rows_where(client: &mut Client, condition: &str) -> Ledger {
    let rows = client
        .rows(&format!("SELECT id, {COLUMNS} FROM {TABLE} WHERE {condition}"))
        .await;
    rows.into_iter()
        .map(|mut row| {
            let id = row.remove(0).parse().expect("an id");
            (id, row)
        })
        .collect()
}

struct Writer {
    client: Client,
    ids: Vec<u64>,
    ledger: Ledger,
    next_id: u64,
    seed: u64,
    written: Arc<AtomicU64>,
}

impl Writer {
    async fn write(mut self, stop: CancellationToken) -> Ledger {
        let mut pace = tokio::time::interval(PACE);
        pace.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        while !stop.is_cancelled() {
            pace.tick().await;
            match self.random(10) {
                0..3 => self.insert().await,
                3..8 => self.update().await,
                _ => self.delete().await,
            }
        }
        self.ledger
    }

    async fn insert(&mut self) {
        let id = self.next_id;
        let row = vec![
            (id % 20_000).to_string(),
            format!("E2E-{id}"),
            "new".to_owned(),
            format!("{}.50", self.random(9_000)),
            format!("写入 {id} 🐬"),
            "Hauptstraße 1".to_owned(),
            "2026-02-03 04:05:06".to_owned(),
            "2026-02-03 04:05:06".to_owned(),
        ];
        let values = row
            .iter()
            .map(|value| format!("'{value}'"))
            .collect::<Vec<_>>()
            .join(", ");
        let sql = format!(
            "INSERT INTO {TABLE} (id, customer_id, order_no, status, amount, note, address, created_at, updated_at) \
             VALUES ({id}, {values})"
        );
        if self.took(&sql).await {
            self.next_id += WRITERS;
            self.ids.push(id);
            self.ledger.insert(id, row);
        }
    }

    async fn update(&mut self) {
        let place = self.place();
        let id = self.ids[place];
        let amount = format!("{}.25", self.random(900_000));
        let updated = format!("2026-03-0{} 07:08:09", 1 + self.random(9));
        let sql = format!(
            "UPDATE {TABLE} SET status = 'paid', amount = {amount}, note = '改 {amount}', updated_at = '{updated}' WHERE id = {id}"
        );
        if self.took(&sql).await {
            let row = self.ledger.get_mut(&id).expect("every id is in the ledger");
            row[2] = "paid".to_owned();
            row[4] = format!("改 {amount}");
            row[3] = amount;
            row[7] = updated;
        }
    }

    async fn delete(&mut self) {
        let place = self.place();
        let id = self.ids[place];
        if self.took(&format!("DELETE FROM {TABLE} WHERE id = {id}")).await {
            self.ids.swap_remove(place);
            self.ledger.remove(&id);
        }
    }

    /// An application repeats what lost a deadlock or waited too long for a lock; anything else would be an outage.
    async fn took(&mut self, sql: &str) -> bool {
        let Err(error) = self.client.try_run(sql).await else {
            self.written.fetch_add(1, Ordering::Relaxed);
            return true;
        };
        assert!(
            is_lock_conflict(&error),
            "the application met an error: {sql}: {error}"
        );
        false
    }

    fn place(&mut self) -> usize {
        let count = u64::try_from(self.ids.len()).expect("it fits");
        usize::try_from(self.random(count)).expect("it fits")
    }

    /// Below `limit`; xorshift, so that a run can be repeated.
    fn random(&mut self, limit: u64) -> u64 {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 7;
        self.seed ^= self.seed << 17;
        self.seed % limit
    }
}
