//! An application that goes on writing to its table, and counts the statements that failed for want of a table.

use mysqler_contract::TableRef;
use mysqler_tests::sandbox::{Schema, quoted};
use sqlx::mysql::MySqlDatabaseError;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// What an application meets in any change, and tries again: a deadlock, a lock that takes too long.
const TRIED_AGAIN: [u16; 2] = [1213, 1205];

pub struct Writer {
    stop: CancellationToken,
    task: JoinHandle<(u64, Vec<String>)>,
}

impl Writer {
    pub async fn start(schema: &Schema, table: &TableRef) -> Self {
        let mut client = schema.client().await;
        let name = quoted(&table.table);
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let task = tokio::spawn(async move {
            let (mut written, mut failures) = (0, Vec::new());
            while !stopped.is_cancelled() {
                for statement in [
                    format!("INSERT INTO {name} (amount, note) VALUES (9.5, 'written')"),
                    format!("UPDATE {name} SET touched = touched + 1 WHERE id = 1 + {written} % 1000"),
                    format!("DELETE FROM {name} WHERE note = 'written' LIMIT 1"),
                ] {
                    match client.try_run(&statement).await {
                        Ok(()) => written += 1,
                        Err(error) => failures.extend(failure(&error)),
                    }
                }
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
            (written, failures)
        });
        Self { stop, task }
    }

    /// How many statements went through, and which failed for another reason than a lock.
    pub async fn end(self) -> (u64, Vec<String>) {
        self.stop.cancel();
        self.task.await.expect("the writer ends")
    }
}

fn failure(error: &sqlx::Error) -> Option<String> {
    let number = match error {
        sqlx::Error::Database(error) => error
            .try_downcast_ref::<MySqlDatabaseError>()
            .map(|error| error.number()),
        _ => None,
    };
    let is_lock = number.is_some_and(|number| TRIED_AGAIN.contains(&number));
    (!is_lock).then(|| error.to_string())
}
