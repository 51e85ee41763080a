//! Metadata locks, from whichever of the server's tables records them.

use mysqler_contract::TableRef;
use mysqler_core::ports::ServerLockKind;

use super::ask;
use crate::row::Row;
use crate::session::Session;
use crate::sql;

/// One lock of one session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lock {
    pub session: u64,
    pub kind: String,
    pub granted: bool,
    /// For a lock on the whole server.
    pub server: Option<ServerLockKind>,
}

/// `None` when the server records none: MariaDB and MySQL 5.7 have the instrument off by default.
pub(super) async fn seen(session: &mut Session, table: &TableRef) -> Option<Vec<Lock>> {
    if is_instrumented(session).await {
        let rows = ask(session, &instrumented(table)).await?;
        return Some(rows.iter().filter_map(recorded).collect());
    }
    if !session.identity().is_mariadb() {
        return None;
    }
    let rows = ask(session, &plugin(table)).await?;
    Some(rows.iter().filter_map(listed).collect())
}

async fn is_instrumented(session: &mut Session) -> bool {
    let statement =
        "SELECT ENABLED FROM performance_schema.setup_instruments WHERE NAME = 'wait/lock/metadata/sql/mdl'";
    let rows = ask(session, statement).await.unwrap_or_default();
    rows.first().and_then(|row| row.at(0)) == Some("YES")
}

/// A detached prepared transaction has a lock without a thread.
fn instrumented(table: &TableRef) -> String {
    format!(
        "SELECT l.OBJECT_TYPE, l.LOCK_TYPE, l.LOCK_STATUS, COALESCE(t.PROCESSLIST_ID, 0) \
         FROM performance_schema.metadata_locks l \
         LEFT JOIN performance_schema.threads t ON t.THREAD_ID = l.OWNER_THREAD_ID \
         WHERE (l.OBJECT_TYPE = 'TABLE' AND l.OBJECT_SCHEMA = {} AND l.OBJECT_NAME = {}) \
         OR (l.OBJECT_TYPE = 'GLOBAL' AND l.LOCK_TYPE = 'SHARED') \
         OR l.OBJECT_TYPE LIKE 'BACKUP%'",
        sql::text(&table.database),
        sql::text(&table.table)
    )
}

fn recorded(row: &Row) -> Option<Lock> {
    let object = row.at(0)?;
    let kind = row.at(1)?;
    let server = if object == "TABLE" {
        None
    } else {
        Some(server_lock(object, kind)?)
    };
    Some(Lock {
        session: row.number(3),
        kind: kind.to_owned(),
        granted: row.at(2) == Some("GRANTED"),
        server,
    })
}

/// The plugin `METADATA_LOCK_INFO` lists granted locks only.
fn plugin(table: &TableRef) -> String {
    format!(
        "SELECT LOCK_TYPE, LOCK_MODE, THREAD_ID FROM information_schema.METADATA_LOCK_INFO \
         WHERE (TABLE_SCHEMA = {} AND TABLE_NAME = {}) OR LOCK_TYPE LIKE 'Global%' OR LOCK_TYPE LIKE 'Backup%'",
        sql::text(&table.database),
        sql::text(&table.table)
    )
}

fn listed(row: &Row) -> Option<Lock> {
    let object = row.at(0)?.to_ascii_uppercase();
    let kind = row.at(1)?.trim_start_matches("MDL_");
    let server = match object.as_str() {
        object if object.starts_with("TABLE") => None,
        object if object.starts_with("GLOBAL") => Some(server_lock("GLOBAL", kind)?),
        _ => Some(server_lock("BACKUP", kind)?),
    };
    Some(Lock {
        session: row.number(2),
        kind: kind.to_owned(),
        granted: true,
        server,
    })
}

/// Writers hold locks of these kinds as well, only weaker ones; those are nothing to tell.
fn server_lock(object: &str, kind: &str) -> Option<ServerLockKind> {
    match (object, kind) {
        ("GLOBAL", "SHARED") => Some(ServerLockKind::Reads),
        // MySQL: LOCK INSTANCE FOR BACKUP. Percona Server: LOCK TABLES FOR BACKUP.
        ("BACKUP LOCK" | "BACKUP TABLES LOCK", "SHARED") => Some(ServerLockKind::Backup),
        // MariaDB names the lock of FLUSH TABLES WITH READ LOCK by its stages.
        ("BACKUP", "BACKUP_FTWRL1" | "BACKUP_FTWRL2" | "BACKUP_WAIT_COMMIT") => Some(ServerLockKind::Reads),
        (
            "BACKUP",
            "BACKUP_START" | "BACKUP_FLUSH" | "BACKUP_WAIT_FLUSH" | "BACKUP_WAIT_DDL" | "BACKUP_BLOCK_DDL",
        ) => Some(ServerLockKind::Backup),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("TABLE", "SHARED_READ", "GRANTED", Some(None))]
    #[case("TABLE", "EXCLUSIVE", "PENDING", Some(None))]
    #[case("GLOBAL", "SHARED", "GRANTED", Some(Some(ServerLockKind::Reads)))]
    #[case("BACKUP LOCK", "SHARED", "GRANTED", Some(Some(ServerLockKind::Backup)))]
    #[case("BACKUP LOCK", "INTENTION_EXCLUSIVE", "GRANTED", None)]
    #[case("BACKUP", "BACKUP_FTWRL1", "GRANTED", Some(Some(ServerLockKind::Reads)))]
    #[case("BACKUP", "BACKUP_BLOCK_DDL", "GRANTED", Some(Some(ServerLockKind::Backup)))]
    #[case("BACKUP", "BACKUP_TRANS_DML", "GRANTED", None)]
    #[case("BACKUP", "BACKUP_DDL", "PENDING", None)]
    fn locks_of_writers_are_told_from_those_that_hold_the_server_up(
        #[case] object: &str,
        #[case] kind: &str,
        #[case] status: &str,
        #[case] expected: Option<Option<ServerLockKind>>,
    ) {
        let row = Row::recorded(&[
            ("OBJECT_TYPE", Some(object)),
            ("LOCK_TYPE", Some(kind)),
            ("LOCK_STATUS", Some(status)),
            ("id", Some("12")),
        ]);
        let lock = recorded(&row);
        assert_eq!(lock.as_ref().map(|lock| lock.server), expected);
        if let Some(lock) = lock {
            assert_eq!((lock.session, lock.granted), (12, status == "GRANTED"));
        }
    }

    #[test]
    fn the_plugin_of_mariadb_is_read_under_its_own_names() {
        let row = |object, mode| {
            Row::recorded(&[
                ("LOCK_TYPE", Some(object)),
                ("LOCK_MODE", Some(mode)),
                ("THREAD_ID", Some("9")),
            ])
        };
        let table = listed(&row("Table metadata lock", "MDL_SHARED_READ"));
        assert_eq!(
            table.map(|lock| (lock.kind, lock.server)),
            Some(("SHARED_READ".into(), None))
        );
        let backup = listed(&row("Backup lock", "MDL_BACKUP_FTWRL2"));
        assert_eq!(backup.and_then(|lock| lock.server), Some(ServerLockKind::Reads));
        assert_eq!(listed(&row("Backup lock", "MDL_BACKUP_DML")), None, "a writer");
    }
}
