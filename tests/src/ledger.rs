//! An application that goes on writing to a table of [`crate::table`] while it is changed, and its ledger of what every
//! row must be. It repeats what lost a deadlock, and connects again when its server was away; what it cannot know, since
//! the connection went with the commit, it reads from a mark that it writes in the same transaction.
#![allow(clippy::expect_used, reason = "test support fails loudly")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sqlx::mysql::MySqlDatabaseError;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::place::Place;
use crate::sandbox::{Client, quoted};

const PACE: Duration = Duration::from_millis(10);
/// How long a server may be away.
const PATIENCE: Duration = Duration::from_secs(300);

/// Amount, note and count of touches, by id.
pub type Ledger = BTreeMap<u64, Row>;
type Row = [String; 3];

pub struct Writer {
    place: Place,
    schema: String,
    table: String,
    stop: CancellationToken,
    written: Arc<AtomicU64>,
    task: JoinHandle<Ledger>,
}

impl Writer {
    /// Begins to write to a table that nobody else writes to.
    pub async fn start(place: &Place, schema: &str, table: &str, seed: u64) -> Self {
        let mut client = session(place, schema).await.expect("the server is up");
        client
            .run("CREATE TABLE marks (writer INT PRIMARY KEY, step BIGINT UNSIGNED NOT NULL)")
            .await;
        client.run("INSERT INTO marks VALUES (1, 0)").await;
        let ledger = rows(&mut client, table).await;
        let (stop, written) = (CancellationToken::new(), Arc::<AtomicU64>::default());
        let pen = Pen {
            client,
            place: place.clone(),
            schema: schema.to_owned(),
            table: quoted(table),
            ids: ledger.keys().copied().collect(),
            next_id: ledger.keys().last().map_or(1, |id| id + 1),
            ledger,
            step: 0,
            random: Random::new(seed),
            written: written.clone(),
        };
        Self {
            place: place.clone(),
            schema: schema.to_owned(),
            table: table.to_owned(),
            task: tokio::spawn(pen.write(stop.clone())),
            stop,
            written,
        }
    }

    /// Transactions that the server took so far.
    pub fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    /// Waits until the application wrote once more, or twice: it is not shut out.
    pub async fn goes_on(&self) {
        let (before, started) = (self.written(), Instant::now());
        while self.written() < before + 2 {
            assert!(started.elapsed() < PATIENCE, "the application is shut out");
            assert!(!self.task.is_finished(), "the application met an error");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Ends the writing and compares every row of the table with what it must be.
    pub async fn agrees(self, what: &str) {
        self.stop.cancel();
        let ledger = self.task.await.expect("the application met no error");
        let mut client = session(&self.place, &self.schema)
            .await
            .expect("the server is up");
        let theirs = rows(&mut client, &self.table).await;
        let differing: Vec<_> = ledger
            .keys()
            .chain(theirs.keys())
            .filter(|id| ledger.get(id) != theirs.get(id))
            .map(|id| (id, ledger.get(id), theirs.get(id)))
            .take(5)
            .collect();
        assert!(
            differing.is_empty(),
            "{what}: ledger and table differ: {differing:#?}"
        );
        let written = self.written.load(Ordering::Relaxed);
        assert!(written > 0, "{what}: the application wrote nothing");
    }
}

async fn session(place: &Place, schema: &str) -> Result<Client, sqlx::Error> {
    let mut client = place.try_client().await?;
    // Whoever waits for the table's locks for longer asks again.
    let own = format!("USE {}; SET SESSION lock_wait_timeout = 3", quoted(schema));
    client.try_run(&own).await?;
    Ok(client)
}

async fn rows(client: &mut Client, table: &str) -> Ledger {
    let rows = client
        .rows(&format!(
            "SELECT id, amount, note, touched FROM {}",
            quoted(table)
        ))
        .await;
    let row = |row: Vec<String>| -> Option<(u64, Row)> {
        let [id, rest @ ..] = row.as_slice() else {
            return None;
        };
        Some((id.parse().ok()?, rest.to_vec().try_into().ok()?))
    };
    rows.into_iter()
        .map(|cells| row(cells).expect("four columns"))
        .collect()
}

enum Change {
    Put { id: u64, row: Row, new: bool },
    Remove { place: usize },
}

/// What a failed transaction means to the application.
enum Setback {
    Repeat,
    ConnectionLost,
}

struct Pen {
    client: Client,
    place: Place,
    schema: String,
    table: String,
    ids: Vec<u64>,
    next_id: u64,
    ledger: Ledger,
    step: u64,
    random: Random,
    written: Arc<AtomicU64>,
}

impl Pen {
    async fn write(mut self, stop: CancellationToken) -> Ledger {
        let mut pace = tokio::time::interval(PACE);
        pace.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while !stop.is_cancelled() {
            pace.tick().await;
            let (change, sql) = self.next_change();
            if self.took(&sql).await {
                self.written.fetch_add(1, Ordering::Relaxed);
                self.enter(change);
            }
        }
        self.ledger
    }

    fn next_change(&mut self) -> (Change, String) {
        let table = &self.table;
        let amount = format!("{}.25", self.random.below(900_000));
        let at = usize::try_from(self.random.below(self.ids.len() as u64)).expect("it fits");
        match self.random.below(10) {
            0..3 => {
                let id = self.next_id;
                let row = [amount, format!("写入 {id} 🐬"), "1".to_owned()];
                let sql = format!(
                    "INSERT INTO {table} (id, amount, note, touched) VALUES ({id}, {}, '{}', 1)",
                    row[0], row[1]
                );
                (Change::Put { id, row, new: true }, sql)
            }
            3..8 => {
                let id = self.ids[at];
                let mut row = self.ledger[&id].clone();
                let touched: u64 = row[2].parse().expect("a number");
                row = [amount, format!("改 {id}"), (touched + 1).to_string()];
                let sql = format!(
                    "UPDATE {table} SET amount = {}, note = '{}', touched = touched + 1 WHERE id = {id}",
                    row[0], row[1]
                );
                (Change::Put { id, row, new: false }, sql)
            }
            _ => {
                let sql = format!("DELETE FROM {table} WHERE id = {}", self.ids[at]);
                (Change::Remove { place: at }, sql)
            }
        }
    }

    fn enter(&mut self, change: Change) {
        match change {
            Change::Put { id, row, new } => {
                self.ledger.insert(id, row);
                if new {
                    self.ids.push(id);
                    self.next_id += 1;
                }
            }
            Change::Remove { place } => {
                let id = self.ids.swap_remove(place);
                self.ledger.remove(&id);
            }
        }
    }

    /// Whether the change is in the table.
    async fn took(&mut self, sql: &str) -> bool {
        let step = self.step + 1;
        // The mark first: its lock is held to the transaction's end, so whoever reads it next waits for that.
        let transaction = format!("BEGIN; UPDATE marks SET step = {step} WHERE writer = 1; {sql}; COMMIT");
        let Err(error) = self.client.try_run(&transaction).await else {
            self.step = step;
            return true;
        };
        match setback(sql, &error) {
            Setback::Repeat if self.client.try_run("ROLLBACK").await.is_ok() => false,
            _ => {
                let reached = self.reconnect().await;
                let done = reached == step;
                self.step = reached;
                done
            }
        }
    }

    /// Comes back when the server does, and says which step was its last.
    async fn reconnect(&mut self) -> u64 {
        let started = Instant::now();
        loop {
            if let Ok(mut client) = session(&self.place, &self.schema).await {
                let last = client
                    .cells("SELECT step FROM marks WHERE writer = 1 FOR UPDATE")
                    .await;
                if let Ok(rows) = last {
                    self.client = client;
                    let cell = rows[0][0].clone().expect("never NULL");
                    return String::from_utf8_lossy(&cell).parse().expect("a number");
                }
            }
            assert!(started.elapsed() < PATIENCE, "the server does not come back");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

/// Anything that is neither would be an outage: a trigger that writes to a table that is gone, a table that is gone.
fn setback(sql: &str, error: &sqlx::Error) -> Setback {
    let Some(known) = error.as_database_error() else {
        return Setback::ConnectionLost;
    };
    let number = known
        .try_downcast_ref::<MySqlDatabaseError>()
        .map(MySqlDatabaseError::number);
    match number {
        Some(1205 | 1213) => Setback::Repeat,
        // The server shuts down, or ended the session.
        Some(1053 | 1079 | 1317 | 1927 | 2013 | 3169 | 4031) => Setback::ConnectionLost,
        _ => panic!("the application met an error: {sql}: {error}"),
    }
}

/// Xorshift, so that what it chose can be chosen again.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        // Neighbouring seeds give unlike streams, and none stays at zero.
        let mut mixed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        Self((mixed ^ (mixed >> 31)) | 1)
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % limit.max(1)
    }

    pub fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        let at = usize::try_from(self.below(choices.len() as u64)).expect("it fits");
        choices[at]
    }
}
