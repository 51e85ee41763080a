//! What the server says of its disks and of what its binary log leaves out.

use mysqler_contract::Result;
use mysqler_core::ports::DiskFacts;

use crate::row::Row;
use crate::session::Session;

const KILOBYTE: u64 = 1024;

/// MariaDB with its DISKS plugin; `None` elsewhere, and for an account without FILE.
pub(crate) async fn disks(session: &mut Session) -> Result<Option<Vec<DiskFacts>>> {
    if !session.identity().is_mariadb() {
        return Ok(None);
    }
    let statement = "SELECT Path, Total, Available FROM information_schema.DISKS";
    let rows = session.answer(statement).await?.ok();
    Ok(rows
        .map(|rows| rows.iter().map(disk).collect())
        .filter(|disks: &Vec<_>| !disks.is_empty()))
}

fn disk(row: &Row) -> DiskFacts {
    DiskFacts {
        path: row.text(0),
        total_bytes: row.number(1).saturating_mul(KILOBYTE),
        available_bytes: row.number(2).saturating_mul(KILOBYTE),
    }
}

/// Nothing where the binary log is off or the account may not look.
pub(crate) async fn binlog_filters(session: &mut Session) -> Result<Vec<String>> {
    let statement = match session.identity().mysql_since(8, 2, 0) {
        true => "SHOW BINARY LOG STATUS",
        false => "SHOW MASTER STATUS",
    };
    let rows = session.answer(statement).await?.unwrap_or_default();
    Ok(rows.first().map(filters).unwrap_or_default())
}

/// Names and bytes; the last file is the one that is written to.
pub(crate) async fn binary_logs(session: &mut Session) -> Result<Option<Vec<(String, u64)>>> {
    let rows = session.answer("SHOW BINARY LOGS").await?.ok();
    Ok(rows.map(|rows| rows.iter().map(|row| (row.text(0), row.number(1))).collect()))
}

fn filters(row: &Row) -> Vec<String> {
    ["Binlog_Do_DB", "Binlog_Ignore_DB"]
        .iter()
        .filter_map(|name| {
            let value = row.get(name).filter(|value| !value.is_empty())?;
            Some(format!("{}={value}", name.to_ascii_lowercase()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disks_are_told_in_bytes_and_filters_by_name() {
        let row = Row::recorded(&[
            ("Path", Some("/")),
            ("Total", Some("100")),
            ("Available", Some("7")),
        ]);
        assert_eq!(disk(&row).available_bytes, 7 * 1024);
        let row = Row::recorded(&[
            ("File", Some("binlog.000001")),
            ("Binlog_Do_DB", Some("")),
            ("Binlog_Ignore_DB", Some("test,tmp")),
        ]);
        assert_eq!(filters(&row), ["binlog_ignore_db=test,tmp"]);
    }
}
