//! Tables `vault` (sealed secrets) and `vault_key` (how the master key is protected). Bytes only: the cryptography is the
//! vault's.

use mysqler_contract::Result;
use mysqler_core::ports::SealedSecret;
use sqlx::SqliteConnection;
use sqlx::sqlite::SqlitePool;

use crate::fault;

pub(super) async fn put(
    conn: &mut SqliteConnection,
    record: &str,
    field: &str,
    sealed: &SealedSecret,
) -> Result<()> {
    let query = sqlx::query!(
        "INSERT INTO vault (record, field, envelope) VALUES (?, ?, ?)
        ON CONFLICT (record, field) DO UPDATE SET envelope = excluded.envelope",
        record,
        field,
        sealed.0
    );
    query.execute(conn).await.map_err(fault::sql)?;
    Ok(())
}

/// All secrets of a record.
pub(super) async fn remove(conn: &mut SqliteConnection, record: &str) -> Result<()> {
    sqlx::query!("DELETE FROM vault WHERE record = ?", record)
        .execute(conn)
        .await
        .map_err(fault::sql)?;
    Ok(())
}

pub(super) async fn remove_one(conn: &mut SqliteConnection, record: &str, field: &str) -> Result<()> {
    sqlx::query!("DELETE FROM vault WHERE record = ? AND field = ?", record, field)
        .execute(conn)
        .await
        .map_err(fault::sql)?;
    Ok(())
}

pub(super) async fn get(pool: &SqlitePool, record: &str, field: &str) -> Result<Option<SealedSecret>> {
    let query = sqlx::query_scalar!(
        "SELECT envelope FROM vault WHERE record = ? AND field = ?",
        record,
        field
    );
    Ok(query
        .fetch_optional(pool)
        .await
        .map_err(fault::sql)?
        .map(SealedSecret))
}

/// The one row of `vault_key`, as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyRow {
    pub vault_id: String,
    pub protection: String,
    pub key_id: Vec<u8>,
    pub key_check: Vec<u8>,
    pub kdf: Option<String>,
    pub wrap: Option<Vec<u8>>,
    pub checksum: Vec<u8>,
    pub created_at: i64,
}

pub(crate) async fn key(pool: &SqlitePool) -> Result<Option<KeyRow>> {
    let query = sqlx::query_as!(
        KeyRow,
        "SELECT vault_id, protection, key_id, key_check, kdf, wrap, checksum, created_at FROM vault_key WHERE id = 1"
    );
    query.fetch_optional(pool).await.map_err(fault::sql)
}

/// False when there is a row already.
pub(crate) async fn insert_key(pool: &SqlitePool, row: &KeyRow) -> Result<bool> {
    let query = sqlx::query!(
        "INSERT INTO vault_key (id, vault_id, protection, key_id, key_check, kdf, wrap, checksum, created_at)
        VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
        row.vault_id,
        row.protection,
        row.key_id,
        row.key_check,
        row.kdf,
        row.wrap,
        row.checksum,
        row.created_at
    );
    Ok(query.execute(pool).await.map_err(fault::sql)?.rows_affected() == 1)
}

/// Replaces the wrap if it is still the one that was unwrapped; false when another process was faster.
pub(crate) async fn replace_wrap(pool: &SqlitePool, before: &KeyRow, after: &KeyRow) -> Result<bool> {
    let query = sqlx::query!(
        "UPDATE vault_key SET kdf = ?, wrap = ?, checksum = ? WHERE id = 1 AND checksum = ?",
        after.kdf,
        after.wrap,
        after.checksum,
        before.checksum
    );
    Ok(query.execute(pool).await.map_err(fault::sql)?.rows_affected() == 1)
}
