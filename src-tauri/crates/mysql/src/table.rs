//! Everything about one table, with fresh numbers.

use mysqler_contract::{
    ColumnFacts, ErrorCode, KeyColumn, KeyFacts, Result, TableFacts, TableRef, TableSummary, Timestamp,
    TriggerFacts,
};

use crate::catalog::{self, SUMMARY_COLUMNS};
use crate::row::Row;
use crate::session::Session;
use crate::{foreign_keys, sql};

struct Head {
    summary: TableSummary,
    row_format: Option<String>,
    collation: Option<String>,
    comment: String,
    auto_increment: Option<u64>,
    partitioned: bool,
    created_at: Option<Timestamp>,
}

pub(crate) async fn facts(session: &mut Session, table: &TableRef) -> Result<TableFacts> {
    let head = head(session, table).await?;
    let definition = definition(session, table).await;
    let Some(head) = head else {
        // The server's own words tell a missing table from one that the account may not see.
        definition?;
        catalog::require_database(session, &table.database).await?;
        return Err(missing(session, ErrorCode::TableMissing, table));
    };
    let here = format!(
        "TABLE_SCHEMA = {} AND TABLE_NAME = {}",
        sql::text(&table.database),
        sql::text(&table.table)
    );
    let columns = session
        .rows(&format!(
            "SELECT COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE, COLUMN_DEFAULT, CHARACTER_SET_NAME, COLLATION_NAME, EXTRA, \
             COLUMN_COMMENT FROM information_schema.COLUMNS WHERE {here} ORDER BY ORDINAL_POSITION"
        ))
        .await?;
    let keys = session
        .rows(&format!(
            "SELECT INDEX_NAME, NON_UNIQUE, COLUMN_NAME, SUB_PART, NULLABLE, INDEX_TYPE \
             FROM information_schema.STATISTICS WHERE {here} ORDER BY INDEX_NAME, SEQ_IN_INDEX"
        ))
        .await?;
    let quoted_defaults = session.identity().mariadb_since(10, 2, 7);
    Ok(TableFacts {
        table: table.clone(),
        summary: head.summary,
        row_format: head.row_format,
        collation: head.collation,
        comment: head.comment,
        auto_increment: head.auto_increment,
        partitioned: head.partitioned,
        columns: columns.iter().map(|row| column(row, quoted_defaults)).collect(),
        keys: group_keys(&keys),
        foreign_keys: foreign_keys::of(session, table).await?,
        referenced_by: foreign_keys::referencing(session, table).await?,
        triggers: triggers(session, table).await?,
        // A view's definition may be out of reach where its columns are not.
        definition: match definition {
            Ok(text) => text.unwrap_or_default(),
            Err(error) if error.code == ErrorCode::ServerPrivilege => String::new(),
            Err(error) => return Err(error),
        },
        statistics_at: statistics_at(session, table).await?,
        created_at: head.created_at,
    })
}

fn missing(session: &Session, code: ErrorCode, table: &TableRef) -> mysqler_contract::AppError {
    session
        .place()
        .error(code)
        .with("database", &table.database)
        .with("table", table)
}

async fn head(session: &mut Session, table: &TableRef) -> Result<Option<Head>> {
    let statement = format!(
        "SELECT {SUMMARY_COLUMNS}, ROW_FORMAT, TABLE_COLLATION, TABLE_COMMENT, AUTO_INCREMENT, CREATE_OPTIONS, \
         UNIX_TIMESTAMP(CREATE_TIME) FROM information_schema.TABLES WHERE TABLE_SCHEMA = {} AND TABLE_NAME = {}",
        sql::text(&table.database),
        sql::text(&table.table)
    );
    let rows = session.rows(&statement).await?;
    // A case-insensitive comparison can bring a namesake along.
    let row = rows
        .iter()
        .find(|row| row.at(0) == Some(table.table.as_str()))
        .or(rows.first());
    Ok(row.map(|row| Head {
        summary: catalog::summary(row),
        row_format: row.optional(7),
        collation: row.optional(8),
        comment: row.text(9),
        auto_increment: row.at(10).and_then(|text| text.parse().ok()),
        partitioned: row.at(11).is_some_and(|options| options.contains("partitioned")),
        created_at: row.at(12).and_then(moment),
    }))
}

/// Unix seconds, with a fraction or not.
fn moment(text: &str) -> Option<Timestamp> {
    let seconds: f64 = text.parse().ok()?;
    // Milliseconds of any date that a server can know fit far inside an i64.
    (seconds > 0.0).then_some(Timestamp((seconds * 1000.0) as i64))
}

fn column(row: &Row, quoted_defaults: bool) -> ColumnFacts {
    let extra = row.text(6).to_ascii_uppercase();
    let default = row.optional(3);
    ColumnFacts {
        name: row.text(0),
        column_type: row.text(1),
        nullable: row.at(2) == Some("YES"),
        default: if quoted_defaults {
            default.and_then(unquote_default)
        } else {
            default
        },
        charset: row.optional(4),
        collation: row.optional(5),
        // DEFAULT_GENERATED marks an expression as default, not a generated column.
        generated: ["VIRTUAL", "STORED", "PERSISTENT"]
            .iter()
            .any(|word| extra.contains(word)),
        auto_increment: extra.contains("AUTO_INCREMENT"),
        comment: row.text(7),
    }
}

/// MariaDB since 10.2.7 shows a default as an expression: text in quotes, and the word NULL for none.
fn unquote_default(text: String) -> Option<String> {
    if text == "NULL" {
        return None;
    }
    match text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        Some(inner) => Some(inner.replace("''", "'").replace("\\\\", "\\")),
        None => Some(text),
    }
}

fn group_keys(rows: &[Row]) -> Vec<KeyFacts> {
    let mut keys: Vec<KeyFacts> = Vec::new();
    for row in rows {
        let name = row.text(0);
        let part = KeyColumn {
            name: row.optional(2),
            prefix: row.at(3).and_then(|text| text.parse().ok()),
        };
        let not_null = row.at(4) != Some("YES");
        match keys.last_mut() {
            Some(key) if key.name == name => {
                key.columns.push(part);
                key.not_null &= not_null;
            }
            _ => keys.push(KeyFacts {
                name,
                unique: row.at(1) == Some("0"),
                index_type: row.text(5),
                columns: vec![part],
                not_null,
            }),
        }
    }
    // The primary key first, as the server itself shows it.
    keys.sort_by_key(|key| key.name != "PRIMARY");
    keys
}

/// In the order in which those of the same event and timing fire.
pub(crate) async fn triggers(session: &mut Session, table: &TableRef) -> Result<Vec<TriggerFacts>> {
    let rows = session
        .rows(&format!(
            "SELECT TRIGGER_NAME, ACTION_TIMING, EVENT_MANIPULATION, ACTION_STATEMENT, DEFINER, SQL_MODE, \
             CHARACTER_SET_CLIENT, COLLATION_CONNECTION \
             FROM information_schema.TRIGGERS WHERE EVENT_OBJECT_SCHEMA = {} AND EVENT_OBJECT_TABLE = {} \
             ORDER BY EVENT_MANIPULATION, ACTION_TIMING, ACTION_ORDER, TRIGGER_NAME",
            sql::text(&table.database),
            sql::text(&table.table)
        ))
        .await?;
    Ok(rows
        .iter()
        .map(|row| TriggerFacts {
            name: row.text(0),
            timing: row.text(1),
            event: row.text(2),
            body: row.text(3),
            definer: row.text(4),
            sql_mode: row.text(5),
            charset: row.text(6),
            collation: row.text(7),
        })
        .collect())
}

/// `SHOW CREATE TABLE`; `None` when there is no such table or database.
pub(crate) async fn definition(session: &mut Session, table: &TableRef) -> Result<Option<String>> {
    match session
        .rows(&format!("SHOW CREATE TABLE {}", table.quoted()))
        .await
    {
        Ok(rows) => Ok(rows.first().map(|row| row.text(1))),
        Err(error) => match error.code {
            ErrorCode::TableMissing => Ok(None),
            ErrorCode::DatabaseMissing => Ok(None),
            _ => Err(error),
        },
    }
}

/// Only accounts that may read `mysql.innodb_table_stats` can know.
async fn statistics_at(session: &mut Session, table: &TableRef) -> Result<Option<Timestamp>> {
    let answer = session
        .answer(&format!(
            "SELECT UNIX_TIMESTAMP(MAX(last_update)) FROM mysql.innodb_table_stats WHERE database_name = {} \
             AND (table_name = {name} OR LEFT(table_name, CHAR_LENGTH({name}) + 3) IN (CONCAT({name}, '#p#'), CONCAT({name}, '#P#')))",
            sql::text(&table.database),
            name = sql::text(&table.table)
        ))
        .await?;
    Ok(answer
        .ok()
        .and_then(|rows| rows.first().and_then(|row| row.at(0).and_then(moment))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key_row(name: &str, unique: bool, column: Option<&str>, prefix: Option<&str>, nullable: &str) -> Row {
        Row::recorded(&[
            ("INDEX_NAME", Some(name)),
            ("NON_UNIQUE", Some(if unique { "0" } else { "1" })),
            ("COLUMN_NAME", column),
            ("SUB_PART", prefix),
            ("NULLABLE", Some(nullable)),
            ("INDEX_TYPE", Some("BTREE")),
        ])
    }

    #[test]
    fn keys_are_gathered_with_prefixes_and_functional_parts() {
        let keys = group_keys(&[
            key_row("A_first", false, Some("name"), Some("10"), ""),
            key_row("A_first", false, None, None, "YES"),
            key_row("PRIMARY", true, Some("id"), None, ""),
            key_row("uk", true, Some("a"), None, "YES"),
        ]);
        assert_eq!(keys[0].name, "PRIMARY");
        assert!(keys[0].unique && keys[0].not_null);
        assert_eq!(
            keys[1].columns[0],
            KeyColumn {
                name: Some("name".into()),
                prefix: Some(10)
            }
        );
        assert_eq!(keys[1].columns[1].name, None, "a functional part has no column");
        assert!(!keys[1].not_null, "a functional part may be NULL");
        assert!(keys[2].unique && !keys[2].not_null);
    }

    #[test]
    fn defaults_of_mariadb_read_like_those_of_mysql() {
        assert_eq!(unquote_default("NULL".into()), None);
        assert_eq!(unquote_default("'new'".into()).as_deref(), Some("new"));
        assert_eq!(unquote_default("'it''s'".into()).as_deref(), Some("it's"));
        assert_eq!(
            unquote_default("current_timestamp()".into()).as_deref(),
            Some("current_timestamp()")
        );
        assert_eq!(unquote_default("0".into()).as_deref(), Some("0"));
    }

    #[test]
    fn a_default_expression_is_not_a_generated_column() {
        let row = |extra| {
            Row::recorded(&[
                ("COLUMN_NAME", Some("c")),
                ("COLUMN_TYPE", Some("int")),
                ("IS_NULLABLE", Some("NO")),
                ("COLUMN_DEFAULT", None),
                ("CHARACTER_SET_NAME", None),
                ("COLLATION_NAME", None),
                ("EXTRA", Some(extra)),
                ("COLUMN_COMMENT", Some("")),
            ])
        };
        assert!(!column(&row("DEFAULT_GENERATED on update CURRENT_TIMESTAMP"), false).generated);
        assert!(column(&row("VIRTUAL GENERATED"), false).generated);
        assert!(column(&row("STORED GENERATED"), false).generated);
        assert!(column(&row("auto_increment"), false).auto_increment);
    }

    #[test]
    fn a_moment_needs_a_real_date() {
        assert_eq!(moment("1700000000"), Some(Timestamp(1_700_000_000_000)));
        assert_eq!(moment("1700000000.500"), Some(Timestamp(1_700_000_000_500)));
        assert_eq!(moment("0"), None);
    }
}
