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

/// A child table that the account may not see loses its parent all the same, so InnoDB's own dictionary is asked first.
/// It needs the PROCESS privilege; without it only what the account may see is told.
pub(crate) async fn referencing(session: &mut Session, table: &TableRef) -> Result<Vec<ForeignKeyFacts>> {
    let to_this = format!(
        "REFERENCED_TABLE_SCHEMA = {} AND REFERENCED_TABLE_NAME = {}",
        sql::text(&table.database),
        sql::text(&table.table)
    );
    let Some(known) = dictionary(session, table).await? else {
        return read(session, &to_this).await;
    };
    let mut children: Vec<&TableRef> = known.iter().map(|key| &key.table).collect();
    children.dedup();
    let mut keys = Vec::new();
    for child in children {
        let condition = format!(
            "TABLE_SCHEMA = {} AND TABLE_NAME = {} AND {to_this}",
            sql::text(&child.database),
            sql::text(&child.table)
        );
        keys.extend(read(session, &condition).await?);
    }
    let unseen = known.iter().filter(|key| {
        !keys
            .iter()
            .any(|seen| seen.name == key.name && seen.table == key.table)
    });
    let unseen: Vec<ForeignKeyFacts> = unseen.cloned().collect();
    keys.extend(unseen);
    Ok(keys)
}

/// Keys to `table` in InnoDB's dictionary, ordered by child table; `None` when it cannot be asked.
async fn dictionary(session: &mut Session, table: &TableRef) -> Result<Option<Vec<ForeignKeyFacts>>> {
    // Parts of a name are joined by a slash, and only file names escape one inside.
    if table.database.contains('/') || table.table.contains('/') {
        return Ok(None);
    }
    let modern = session.identity().mysql_since(8, 0, 0);
    let views = if modern {
        "INNODB_FOREIGN"
    } else {
        "INNODB_SYS_FOREIGN"
    };
    // Before MySQL 8 the names are those of files, in an encoding that the server itself can undo.
    let plain = |part: &str| match modern {
        true => part.to_owned(),
        false => format!("CONVERT(CONVERT(CAST({part} AS BINARY) USING filename) USING utf8mb4)"),
    };
    let (schema_of, name_of) = (
        |column: &str| plain(&format!("SUBSTRING_INDEX({column}, '/', 1)")),
        |column: &str| plain(&format!("SUBSTRING_INDEX({column}, '/', -1)")),
    );
    let statement = format!(
        "SELECT SUBSTRING_INDEX(f.ID, '/', -1), {}, {}, c.FOR_COL_NAME, {}, {}, c.REF_COL_NAME, f.TYPE \
         FROM information_schema.{views} f JOIN information_schema.{views}_COLS c ON c.ID = f.ID \
         WHERE {} = {} AND {} = {} ORDER BY 2, 3, 1, c.POS",
        schema_of("f.FOR_NAME"),
        name_of("f.FOR_NAME"),
        schema_of("f.REF_NAME"),
        name_of("f.REF_NAME"),
        schema_of("f.REF_NAME"),
        sql::text(&table.database),
        name_of("f.REF_NAME"),
        sql::text(&table.table)
    );
    let Ok(rows) = session.answer(&statement).await? else {
        return Ok(None);
    };
    let mut keys = gather(&rows);
    for key in &mut keys {
        let row = rows
            .iter()
            .find(|row| row.at(0) == Some(&key.name) && row.at(2) == Some(&key.table.table));
        let rules = row.map_or(0, |row| row.number(7));
        (key.on_delete, key.on_update) = (rule(rules, 1, 2), rule(rules, 4, 8));
    }
    Ok(Some(keys))
}

/// From the bits of InnoDB's dictionary; neither bit is what a key without a rule has.
fn rule(bits: u64, cascade: u64, set_null: u64) -> String {
    match (bits & cascade != 0, bits & set_null != 0) {
        (true, _) => "CASCADE",
        (false, true) => "SET NULL",
        (false, false) => "NO ACTION",
    }
    .to_owned()
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
