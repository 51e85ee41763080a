//! Comparing the rows of two tables by chunks of a key, each chunk of both in one consistent snapshot: a trigger writes to
//! the other table within the same transaction, so that a writer at work makes no difference.
//!
//! The bounds of a chunk stay on the server in user variables: a value that is read and written as text again may be
//! another one. A row's hash is SHA-256, since CRC32 is linear: rows that exchanged values of one length would cancel out.

use std::time::{Duration, Instant};

use mysqler_contract::{ErrorCode, Result, quote_identifier};
use mysqler_core::ports::{ColumnForm, ComparisonEnd, RowComparison, Side};
use tokio_util::sync::CancellationToken;

use crate::row::Row;
use crate::session::Session;

/// Rows of the first chunk; later ones are as large as fits into [`PACE`].
const FIRST: u64 = 1_000;
const LARGEST: u64 = 100_000;
/// What the purge of old versions waits for, at most, is the snapshot of one chunk.
const PACE: Duration = Duration::from_millis(500);
/// A chunk that differs is narrowed down to so many rows.
const NARROW: u64 = 100;

const SETTINGS: &str =
    "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ; SET SESSION time_zone = '+00:00'";
const SNAPSHOT: &str = "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY";

pub(crate) async fn compare(
    session: &mut Session,
    what: &RowComparison,
    limit: Duration,
    cancel: &CancellationToken,
    heard: &(dyn Fn(u64) + Send + Sync),
) -> Result<ComparisonEnd> {
    session.spoil();
    session.run(SETTINGS).await?;
    let started = Instant::now();
    let mut rows = 0;
    let mut size = FIRST;
    let mut narrowing = false;
    let mut after: Option<String> = None;
    loop {
        let left = limit.saturating_sub(started.elapsed());
        if left.is_zero() {
            return Ok(ComparisonEnd::OutOfTime { rows, up_to: after });
        }
        let begun = Instant::now();
        let chunk = tokio::select! {
            chunk = chunk(session, what, after.is_some(), size, left) => chunk,
            () = cancel.cancelled() => {
                return Ok(ComparisonEnd::Cancelled { rows, up_to: after });
            }
        };
        let chunk = match chunk {
            Err(error) if error.code == ErrorCode::ServerTimeout => {
                return Ok(ComparisonEnd::OutOfTime { rows, up_to: after });
            }
            chunk => chunk?,
        };
        if chunk.one.unread + chunk.other.unread > 0 {
            return Ok(ComparisonEnd::Unreadable { rows });
        }
        if chunk.one != chunk.other {
            if size > NARROW {
                (size, narrowing) = ((size / 8).max(NARROW), true);
                continue;
            }
            let to = chunk.to;
            return Ok(ComparisonEnd::Different { rows, after, to });
        }
        rows += chunk.rows;
        heard(rows);
        let Some(to) = chunk.to else {
            return Ok(ComparisonEnd::Equal { rows });
        };
        after = Some(to);
        session.run(&advance(what.one.key.len())).await?;
        if !narrowing {
            size = next_size(size, begun.elapsed());
        }
    }
}

/// Grows slowly and shrinks at once.
fn next_size(size: u64, took: Duration) -> u64 {
    let fits = u128::from(size) * PACE.as_millis() / took.as_millis().max(1);
    let fits = u64::try_from(fits).unwrap_or(LARGEST);
    fits.clamp(NARROW, (size * 2).min(LARGEST))
}

struct Chunk {
    /// The last key; `None` for the rest of the table.
    to: Option<String>,
    one: Digest,
    other: Digest,
    rows: u64,
}

#[derive(Debug, PartialEq, Eq)]
struct Digest {
    rows: u64,
    /// Their hashes folded into one.
    folded: String,
    /// Rows without a hash: the server made nothing of a value that is none.
    unread: u64,
}

async fn chunk(
    session: &mut Session,
    what: &RowComparison,
    bounded: bool,
    size: u64,
    left: Duration,
) -> Result<Chunk> {
    let statement = format!("{SNAPSHOT}; {}", bound(&what.one, bounded, size));
    let found = session.rows_within(&statement, left).await?;
    let to = found.first().filter(|row| row.at(0).is_some()).map(key_text);
    let statement = format!(
        "{}; {}; COMMIT",
        digest(&what.one, &what.forms, bounded, to.is_some()),
        digest(&what.other, &what.forms, bounded, to.is_some())
    );
    let found = session.rows_within(&statement, left).await?;
    let read = |row: Option<&Row>| Digest {
        rows: row.map_or(0, |row| row.number(0)),
        folded: row.map(|row| row.text(1)).unwrap_or_default(),
        unread: row.map_or(0, |row| row.number(2)),
    };
    let (one, other) = (read(found.first()), read(found.get(1)));
    Ok(Chunk {
        to,
        rows: one.rows,
        one,
        other,
    })
}

fn key_text(row: &Row) -> String {
    let values = (0..).map_while(|at| row.at(at));
    values.collect::<Vec<_>>().join(", ")
}

/// Sets `@to…` to the key at the end of the chunk, or to NULL, and answers with it.
fn bound(side: &Side, bounded: bool, size: u64) -> String {
    let columns: Vec<String> = side.key.iter().map(|name| quote_identifier(name)).collect();
    let variables: Vec<String> = (0..columns.len()).map(|at| format!("@to{at}")).collect();
    let none: Vec<String> = variables.iter().map(|name| format!("{name} = NULL")).collect();
    format!(
        "SET {}; SELECT {} INTO {} FROM {} FORCE INDEX ({}) WHERE {} ORDER BY {} LIMIT 1 OFFSET {}; SELECT {}",
        none.join(", "),
        columns.join(", "),
        variables.join(", "),
        side.table.quoted(),
        quote_identifier(&side.index),
        if bounded {
            beyond(&columns, "from", false)
        } else {
            "TRUE".to_owned()
        },
        columns.join(", "),
        size.saturating_sub(1),
        variables.join(", ")
    )
}

fn advance(columns: usize) -> String {
    let each: Vec<String> = (0..columns).map(|at| format!("@from{at} = @to{at}")).collect();
    format!("SET {}", each.join(", "))
}

/// Rows whose key is greater than the variables, or not greater. Written out by columns: servers go by an index for that,
/// and not for a comparison of rows.
fn beyond(columns: &[String], variable: &str, up_to: bool) -> String {
    let last = columns.len().saturating_sub(1);
    let (strict, loose) = if up_to { ("<", "<=") } else { (">", ">") };
    let parts: Vec<String> = (0..columns.len())
        .map(|at| {
            let equal = (0..at).map(|before| format!("{} = @{variable}{before}", columns[before]));
            let sign = if at == last { loose } else { strict };
            let own = format!("{} {sign} @{variable}{at}", columns[at]);
            equal.chain([own]).collect::<Vec<_>>().join(" AND ")
        })
        .collect();
    format!("(({}))", parts.join(") OR ("))
}

fn digest(side: &Side, forms: &[ColumnForm], bounded: bool, ends: bool) -> String {
    let columns: Vec<String> = side.key.iter().map(|name| quote_identifier(name)).collect();
    let mut bounds = Vec::new();
    if bounded {
        bounds.push(beyond(&columns, "from", false));
    }
    if ends {
        bounds.push(beyond(&columns, "to", true));
    }
    if bounds.is_empty() {
        bounds.push("TRUE".to_owned());
    }
    // The limit, which is none, keeps the inner part apart: merged into the outer one it would be computed twice a row.
    format!(
        "SELECT COUNT(*), COALESCE(HEX(BIT_XOR(hash)), ''), COUNT(*) - COUNT(hash) FROM (SELECT \
         CAST(CONV(LEFT(SHA2({}, 256), 16), 16, 10) AS UNSIGNED) AS hash \
         FROM {} FORCE INDEX ({}) WHERE {} LIMIT 18446744073709551615) AS hashed",
        row_text(side, forms),
        side.table.quoted(),
        quote_identifier(&side.index),
        bounds.join(" AND ")
    )
}

/// Text of a document may be so many times as long as the document is stored.
const JSON_GROWTH: u32 = 6;

/// All values of a row in one text that no other row has: values, then their lengths, then which of them are NULL. NULL
/// as a whole when the server makes NULL of a value that is none, as it does of what outgrows a packet.
fn row_text(side: &Side, forms: &[ColumnForm]) -> String {
    let columns: Vec<String> = side.columns.iter().map(|name| quote_identifier(name)).collect();
    let values = columns.iter().zip(forms).map(|(column, form)| {
        let value = match form {
            ColumnForm::Text => column.clone(),
            // Of a FLOAT the text has six digits, and one with decimals is rounded to them.
            ColumnForm::Digits => format!("{column} + 0e0"),
            ColumnForm::Bytes => format!("CAST({column} AS BINARY)"),
            ColumnForm::Long | ColumnForm::Opaque => format!("SHA2({column}, 256)"),
            ColumnForm::Bits => format!("{column} + 0"),
            // A text that does not fit is cut off without a word.
            ColumnForm::Json => format!(
                "IF(JSON_STORAGE_SIZE({column}) > @@max_allowed_packet DIV {JSON_GROWTH}, NULL, SHA2({column}, 256))"
            ),
        };
        format!("IF(ISNULL({column}), '', {value})")
    });
    let lengths = columns
        .iter()
        .zip(forms)
        .filter(|(_, form)| **form == ColumnForm::Bytes);
    let lengths: Vec<String> = lengths.map(|(column, _)| format!("LENGTH({column})")).collect();
    let nulls: Vec<String> = columns.iter().map(|column| format!("ISNULL({column})")).collect();
    let mut parts: Vec<String> = values.collect();
    if !lengths.is_empty() {
        parts.push(format!("CONCAT_WS(',', {})", lengths.join(", ")));
    }
    parts.push(format!("CONCAT({})", nulls.join(", ")));
    format!("CONCAT({})", parts.join(", '#', "))
}

#[cfg(test)]
mod tests {
    use mysqler_contract::TableRef;

    use super::*;

    fn side() -> Side {
        Side {
            table: TableRef::new("shop", "or`ders"),
            index: "PRIMARY".into(),
            key: vec!["a".into(), "b".into()],
            columns: vec!["a".into(), "note".into(), "doc".into()],
        }
    }

    #[test]
    fn a_key_of_two_columns_is_bounded_by_columns() {
        let columns = ["`a`".to_owned(), "`b`".to_owned()];
        assert_eq!(
            beyond(&columns, "from", false),
            "((`a` > @from0) OR (`a` = @from0 AND `b` > @from1))"
        );
        assert_eq!(
            beyond(&columns, "to", true),
            "((`a` < @to0) OR (`a` = @to0 AND `b` <= @to1))"
        );
        assert_eq!(advance(2), "SET @from0 = @to0, @from1 = @to1");
    }

    #[test]
    fn a_row_is_hashed_with_its_lengths_and_nulls() {
        let forms = [ColumnForm::Text, ColumnForm::Bytes, ColumnForm::Long];
        assert_eq!(
            row_text(&side(), &forms),
            "CONCAT(IF(ISNULL(`a`), '', `a`), '#', IF(ISNULL(`note`), '', CAST(`note` AS BINARY)), '#', \
             IF(ISNULL(`doc`), '', SHA2(`doc`, 256)), '#', CONCAT_WS(',', LENGTH(`note`)), '#', \
             CONCAT(ISNULL(`a`), ISNULL(`note`), ISNULL(`doc`)))"
        );
        let whole = digest(&side(), &forms, false, false);
        assert!(
            whole.contains("FROM `shop`.`or``ders` FORCE INDEX (`PRIMARY`) WHERE TRUE"),
            "{whole}"
        );
    }

    #[test]
    fn chunks_follow_the_pace() {
        assert_eq!(next_size(1_000, Duration::from_millis(10)), 2_000);
        assert_eq!(next_size(1_000, Duration::from_secs(1)), 500);
        assert_eq!(next_size(LARGEST, Duration::from_millis(1)), LARGEST);
        assert_eq!(next_size(200, Duration::from_secs(60)), NARROW);
    }
}
