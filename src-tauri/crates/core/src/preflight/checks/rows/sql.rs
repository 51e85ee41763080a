//! Statements about rows. They mean the same under every sql_mode: names in backticks, literals without backslashes.

use mysqler_contract::{ColumnFacts, quote_identifier};

use super::super::super::column_type::{Kind, kind};
use super::super::super::context::Context;
use crate::clause::parse_definition;

/// Rows that are shown as examples.
const EXAMPLES: u32 = 5;
/// Characters of a value that are fetched: an example is read, not worked with.
const SHOWN: u32 = 121;

/// The examples, and how many there are.
pub struct Statements {
    pub examples: String,
    pub count: Option<String>,
}

/// Rows of the table for which `predicate` holds: their key and `columns`.
pub fn rows_where(context: &Context<'_>, columns: &[&str], predicate: &str) -> Statements {
    let table = context.quoted_table();
    let mut shown: Vec<&str> = row_key(context);
    for column in columns {
        if !shown.iter().any(|name| name.eq_ignore_ascii_case(column)) {
            shown.push(column);
        }
    }
    let list: Vec<String> = shown
        .iter()
        .filter_map(|name| context.column(name))
        .map(value_shown)
        .collect();
    Statements {
        examples: format!(
            "SELECT {} FROM {table} WHERE {predicate} LIMIT {EXAMPLES}",
            list.join(", ")
        ),
        count: Some(format!("SELECT COUNT(*) FROM {table} WHERE {predicate}")),
    }
}

/// Values of `parts` that several rows share, of the rows for which `predicate` holds.
pub fn groups_of(context: &Context<'_>, parts: &[(String, String)], predicate: &str) -> Statements {
    let table = context.quoted_table();
    let shown: Vec<String> = parts
        .iter()
        .map(|(name, value)| match *value == quote_identifier(name) {
            true => value.clone(),
            false => format!("{value} AS {}", quote_identifier(name)),
        })
        .collect();
    let values: Vec<&str> = parts.iter().map(|(_, value)| value.as_str()).collect();
    let values = values.join(", ");
    let grouped = format!("FROM {table} WHERE {predicate} GROUP BY {values} HAVING COUNT(*) > 1");
    Statements {
        examples: format!(
            "SELECT {}, COUNT(*) AS `rows` {grouped} LIMIT {EXAMPLES}",
            shown.join(", ")
        ),
        count: Some(format!(
            "SELECT COUNT(*) FROM (SELECT 1 {grouped}) AS shared_values"
        )),
    }
}

/// Columns that tell one row from every other; empty where the table has no such key.
pub fn row_key<'a>(context: &Context<'a>) -> Vec<&'a str> {
    let keys = context
        .input
        .table
        .map(|facts| facts.keys.as_slice())
        .unwrap_or_default();
    let whole = |part: &mysqler_contract::KeyColumn| part.name.is_some() && part.prefix.is_none();
    let key = keys
        .iter()
        .find(|key| key.unique && key.not_null && key.columns.iter().all(whole));
    key.map(|key| {
        key.columns
            .iter()
            .filter_map(|part| part.name.as_deref())
            .collect()
    })
    .unwrap_or_default()
}

/// A value as an example shows it: bytes as hexadecimal digits, long values cut.
fn value_shown(column: &ColumnFacts) -> String {
    let name = quote_identifier(&column.name);
    match kind(&parse_definition(&column.column_type)) {
        Kind::Bytes { .. } | Kind::Bits(_) => format!("HEX(LEFT({name}, {})) AS {name}", SHOWN / 2),
        Kind::Text { characters, .. } if characters > SHOWN.into() => {
            format!("LEFT({name}, {SHOWN}) AS {name}")
        }
        _ => name,
    }
}

/// A string literal.
pub fn text(value: &str) -> String {
    if value.contains('\\') || value.contains('\0') {
        return format!("_utf8mb4 X'{}'", hex::encode(value));
    }
    format!("'{}'", value.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_means_the_same_with_and_without_backslash_escapes() {
        assert_eq!(text("it's 订单"), "'it''s 订单'");
        assert_eq!(text("a\\"), "_utf8mb4 X'615c'");
    }
}
