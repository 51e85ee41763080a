//! Foreign keys of a table, and those of other tables that point at it.

use mysqler_contract::{ForeignKeyFacts, Result, TableRef};

use crate::row::Row;
use crate::session::Session;
use crate::sql;

pub(crate) async fn of(session: &mut Session, table: &TableRef) -> Result<Vec<ForeignKeyFacts>> {
    let condition = format!(
        "TABLE_SCHEMA = {} AND TABLE_NAME = {} AND REFERENCED_TABLE_NAME IS NOT NULL",
        sql::text(&table.database),
        sql::text(&table.table)
    );
    read(session, &condition).await
}

pub(crate) async fn referencing(session: &mut Session, table: &TableRef) -> Result<Vec<ForeignKeyFacts>> {
    let condition = format!(
        "REFERENCED_TABLE_SCHEMA = {} AND REFERENCED_TABLE_NAME = {}",
        sql::text(&table.database),
        sql::text(&table.table)
    );
    read(session, &condition).await
}

async fn read(session: &mut Session, condition: &str) -> Result<Vec<ForeignKeyFacts>> {
    let rows = session
        .rows(&format!(
            "SELECT CONSTRAINT_NAME, TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, REFERENCED_TABLE_SCHEMA, \
             REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME FROM information_schema.KEY_COLUMN_USAGE \
             WHERE {condition} ORDER BY TABLE_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION"
        ))
        .await?;
    let mut keys = gather(&rows);
    // A join of the two views makes older servers open every table; the rules of few tables are cheap.
    for at in 0..keys.len() {
        let (schema, table) = (keys[at].table.database.clone(), keys[at].table.table.clone());
        if at > 0 && keys[at - 1].table == keys[at].table {
            continue;
        }
        let rules = session
            .rows(&format!(
                "SELECT CONSTRAINT_NAME, DELETE_RULE, UPDATE_RULE FROM information_schema.REFERENTIAL_CONSTRAINTS \
                 WHERE CONSTRAINT_SCHEMA = {} AND TABLE_NAME = {}",
                sql::text(&schema),
                sql::text(&table)
            ))
            .await?;
        for key in keys
            .iter_mut()
            .filter(|key| key.table.database == schema && key.table.table == table)
        {
            if let Some(rule) = rules.iter().find(|rule| rule.at(0) == Some(key.name.as_str())) {
                key.on_delete = rule.text(1);
                key.on_update = rule.text(2);
            }
        }
    }
    Ok(keys)
}

/// Rows come ordered by table, key and position.
fn gather(rows: &[Row]) -> Vec<ForeignKeyFacts> {
    let mut keys: Vec<ForeignKeyFacts> = Vec::new();
    for row in rows {
        let (name, table) = (row.text(0), TableRef::new(row.text(1), row.text(2)));
        match keys.last_mut() {
            Some(key) if key.name == name && key.table == table => {
                key.columns.push(row.text(3));
                key.referenced_columns.push(row.text(6));
            }
            _ => keys.push(ForeignKeyFacts {
                name,
                table,
                columns: vec![row.text(3)],
                referenced_table: TableRef::new(row.text(4), row.text(5)),
                referenced_columns: vec![row.text(6)],
                on_delete: String::new(),
                on_update: String::new(),
            }),
        }
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, table: &str, column: &str, referenced: &str) -> Row {
        Row::recorded(&[
            ("CONSTRAINT_NAME", Some(name)),
            ("TABLE_SCHEMA", Some("shop")),
            ("TABLE_NAME", Some(table)),
            ("COLUMN_NAME", Some(column)),
            ("REFERENCED_TABLE_SCHEMA", Some("shop")),
            ("REFERENCED_TABLE_NAME", Some("parent")),
            ("REFERENCED_COLUMN_NAME", Some(referenced)),
        ])
    }

    #[test]
    fn a_key_of_two_columns_is_one_key_and_names_repeat_across_tables() {
        let keys = gather(&[
            row("fk", "child", "a", "x"),
            row("fk", "child", "b", "y"),
            row("fk", "other", "a", "x"),
        ]);
        assert_eq!(keys.len(), 2);
        assert_eq!(keys[0].columns, ["a", "b"]);
        assert_eq!(keys[0].referenced_columns, ["x", "y"]);
        assert_eq!(keys[1].table, TableRef::new("shop", "other"));
    }
}
