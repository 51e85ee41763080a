//! A write transaction that leaves nothing behind, whatever happens to it.

use std::ops::{Deref, DerefMut};

use mysqler_contract::Result;
use sqlx::pool::PoolConnection;
use sqlx::sqlite::SqlitePool;
use sqlx::{Sqlite, SqliteConnection};

use crate::fault;

/// Holds the write lock from the start. Dropped without [`Write::commit`], be it by an error or by a cancelled task, it
/// closes its connection: SQLite ends a transaction by itself on a full disk, after which a client that still counts one
/// open would be stuck, and closing is right in every case.
pub(crate) struct Write {
    conn: PoolConnection<Sqlite>,
    done: bool,
}

impl Write {
    pub async fn begin(pool: &SqlitePool) -> Result<Self> {
        let conn = pool.acquire().await.map_err(fault::sql)?;
        let mut write = Self { conn, done: false };
        sqlx::query("BEGIN IMMEDIATE")
            .execute(&mut *write.conn)
            .await
            .map_err(fault::sql)?;
        Ok(write)
    }

    pub async fn commit(mut self) -> Result<()> {
        sqlx::query("COMMIT")
            .execute(&mut *self.conn)
            .await
            .map_err(fault::sql)?;
        self.done = true;
        Ok(())
    }
}

impl Deref for Write {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        &self.conn
    }
}

impl DerefMut for Write {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.conn
    }
}

impl Drop for Write {
    fn drop(&mut self) {
        if !self.done {
            self.conn.close_on_drop();
        }
    }
}
