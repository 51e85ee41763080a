//! `DB.TABLE` as it is typed on a command line, odd names in backticks.

use mysqler_contract::{AppError, Result, TableRef, quote_identifier};

/// Reads `db.table`. A part in backticks may hold anything, a backtick doubled; a bare part ends at the dot. A bare
/// table part keeps further dots out: `a.b.c` does not say which dot parts the two.
pub fn parse(text: &str) -> Result<TableRef> {
    let (database, rest) = part(text).ok_or_else(malformed)?;
    let rest = rest.strip_prefix('.').ok_or_else(malformed)?;
    let (table, rest) = part(rest).ok_or_else(malformed)?;
    if !rest.is_empty() {
        return Err(malformed());
    }
    Ok(TableRef::new(database, table))
}

/// `table` as it can be typed again: bare where that is unambiguous, else in backticks.
pub fn quote(table: &TableRef) -> String {
    format!("{}.{}", quote_part(&table.database), quote_part(&table.table))
}

fn quote_part(name: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '-');
    if !name.is_empty() && name.chars().all(plain) {
        return name.to_owned();
    }
    quote_identifier(name)
}

fn part(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('`') else {
        let end = text.find(['.', '`']).unwrap_or(text.len());
        let (name, rest) = text.split_at(end);
        return (!name.is_empty()).then(|| (name.to_owned(), rest));
    };
    let mut name = String::new();
    let mut rest = quoted;
    loop {
        let end = rest.find('`')?;
        name.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('`') {
            Some(after) => {
                name.push('`');
                rest = after;
            }
            None => return (!name.is_empty()).then_some((name, rest)),
        }
    }
}

fn malformed() -> AppError {
    AppError::invalid("table", "table_name")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn plain_and_quoted_names_are_read_byte_for_byte() {
        for (text, database, table) in [
            ("shop.orders", "shop", "orders"),
            ("`shop`.orders", "shop", "orders"),
            ("`my db`.`a.b`", "my db", "a.b"),
            ("`a``b`.`'\"`", "a`b", "'\""),
            ("店铺.`订单 表`", "店铺", "订单 表"),
            ("shop. orders ", "shop", " orders "),
            ("shop.o'x", "shop", "o'x"),
        ] {
            assert_eq!(parse(text).unwrap(), TableRef::new(database, table), "{text}");
        }
    }

    #[test]
    fn whatever_leaves_a_doubt_is_refused() {
        for text in [
            "", ".", "orders", "shop.", ".orders", "a.b.c", "`a.b", "`a`b.c", "``.b", "a.``", "a.b`c",
            "`a``.b",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_quoted_name_reads_back_as_itself(database in ".{1,12}", table in ".{1,12}") {
            let name = TableRef::new(database, table);
            prop_assert_eq!(parse(&quote(&name)).unwrap(), name);
        }
    }
}
