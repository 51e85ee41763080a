//! How the server means to read for a question, told by its own EXPLAIN: through an index, or all of the table.

use mysqler_contract::{Reading, Reads, Result};

use crate::row::Row;
use crate::session::Session;
use crate::sql;

/// Asked in the session that will put the question, so that the words mean the same. `Ok(None)` where nothing is told;
/// `Err` with the server's error.
pub(crate) async fn of(
    session: &mut Session,
    statement: &str,
) -> Result<std::result::Result<Option<Reading>, (u16, String)>> {
    // Since MySQL 9 another format is the default; MariaDB has long had this one alone.
    let explain = match session.identity().is_mariadb() {
        true => "EXPLAIN",
        false => "EXPLAIN FORMAT=TRADITIONAL",
    };
    let text = sql::bytes(&format!("{explain} {statement}"));
    let asked = format!(
        "SET @mysqler_explain = {text}; PREPARE mysqler_explain FROM @mysqler_explain; EXECUTE mysqler_explain; \
         DEALLOCATE PREPARE mysqler_explain"
    );
    Ok(session.answer(&asked).await?.map(|rows| read(&rows)))
}

/// The most costly of the tables that are read; one that the server made up for itself is not among them.
fn read(rows: &[Row]) -> Option<Reading> {
    let real = |row: &&Row| row.get("table").is_none_or(|name| !name.starts_with('<'));
    let readings = rows.iter().filter(real).map(of_table);
    readings.max_by_key(|reading| (cost(reading.how), reading.rows))
}

fn cost(how: Reads) -> u8 {
    match how {
        Reads::Nothing => 0,
        Reads::Index => 1,
        Reads::WholeIndex => 2,
        Reads::Table => 3,
    }
}

fn of_table(row: &Row) -> Reading {
    let access = row.get("type").unwrap_or_default();
    let index = row.get("key").map(str::to_owned);
    let rows = row.get("rows").and_then(|rows| rows.parse().ok()).unwrap_or(0);
    // MariaDB's join through a hash is `hash_ALL`; the primary key's entries are the rows themselves.
    let how = match access.strip_prefix("hash_").unwrap_or(access) {
        "" => Reads::Nothing,
        "ALL" => Reads::Table,
        "index" if index.as_deref() == Some("PRIMARY") => Reads::Table,
        "index" => Reads::WholeIndex,
        _ => Reads::Index,
    };
    Reading {
        how,
        table: row.get("table").map(str::to_owned),
        index: index.filter(|_| matches!(how, Reads::Index | Reads::WholeIndex)),
        rows,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(table: &str, access: Option<&str>, key: Option<&str>, rows: &str) -> Row {
        Row::recorded(&[
            ("id", Some("1")),
            ("table", Some(table)),
            ("type", access),
            ("key", key),
            ("rows", Some(rows)),
        ])
    }

    fn told(rows: &[Row]) -> (Reads, Option<String>, u64) {
        let reading = read(rows).expect("something is read");
        (reading.how, reading.index, reading.rows)
    }

    #[test]
    fn a_scan_is_told_apart_from_an_index() {
        let index = |name: &str| Some(name.to_owned());
        let scan = row("orders", Some("ALL"), None, "1928511");
        assert_eq!(told(&[scan.clone()]), (Reads::Table, None, 1_928_511));
        let whole = row("orders", Some("index"), Some("idx_created"), "9");
        assert_eq!(told(&[whole]), (Reads::WholeIndex, index("idx_created"), 9));
        let rows_themselves = row("orders", Some("index"), Some("PRIMARY"), "9");
        assert_eq!(told(&[rows_themselves]), (Reads::Table, None, 9));
        let part = row("orders", Some("ref|filter"), Some("a|b"), "2");
        assert_eq!(told(&[part.clone()]), (Reads::Index, index("a|b"), 2));
        let parent = row("parent", Some("eq_ref"), Some("PRIMARY"), "1");
        assert_eq!(told(&[parent, scan.clone()]), (Reads::Table, None, 1_928_511));
        let other = row("parent", Some("ALL"), None, "2000000");
        let worst = read(&[scan, other]).and_then(|reading| reading.table);
        assert_eq!(worst.as_deref(), Some("parent"));
        let derived = row("<derived2>", Some("ALL"), None, "1000");
        assert_eq!(told(&[derived, part]), (Reads::Index, index("a|b"), 2));
    }

    #[test]
    fn an_impossible_condition_reads_nothing() {
        let impossible = Row::recorded(&[("table", None), ("type", None), ("key", None), ("rows", None)]);
        assert_eq!(told(&[impossible]), (Reads::Nothing, None, 0));
        assert_eq!(read(&[]), None);
    }
}
