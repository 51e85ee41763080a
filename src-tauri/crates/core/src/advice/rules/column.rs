//! A column that is given another definition: what of it the rows have to follow.

use mysqler_contract::ColumnFacts;

use super::{has_fulltext, is_compressed, is_indexed, mariadb, mysql, present};
use crate::advice::{Price, Subject};
use crate::clause::{Column, ColumnDefinition, parse_definition};

/// `None` for a column that is not there, and where generation or counting changes.
pub fn redefined(subject: &Subject<'_>, name: &str, column: &Column) -> Option<Price> {
    let old = present(subject, name)?;
    let new = &column.definition;
    if old.generated || new.generated || old.auto_increment != new.auto_increment || !new.checks.is_empty() {
        return None;
    }
    let was = parse_definition(&old.column_type);
    let mut price = typed(subject, old, &was, new);
    price = price.max(nullable(subject, old, new));
    if new.unique || new.primary {
        price = price.max(match subject.is_mariadb() {
            true => Price::NOCOPY,
            false => Price::INPLACE,
        });
    }
    if column.position().is_some() {
        price = price.max(moved(subject));
    }
    if !column.name.is(name) {
        price = price.max(match subject.is_mariadb() {
            true => Price::INSTANT,
            false => mysql::renamed(subject, name),
        });
    }
    Some(price)
}

fn rebuilt(subject: &Subject<'_>) -> Price {
    match subject.is_mariadb() {
        true => mariadb::rebuilt(subject),
        false => mysql::rebuilt(subject),
    }
}

/// Values keep their bytes and only the dictionary changes.
fn kept(subject: &Subject<'_>) -> Price {
    match subject.is_mariadb() {
        true => Price::INSTANT,
        false => Price::INPLACE,
    }
}

fn moved(subject: &Subject<'_>) -> Price {
    let instant =
        subject.is_mariadb() && subject.since(10, 4, 0) && !has_fulltext(subject) && !is_compressed(subject);
    match instant {
        true => Price::INSTANT,
        false => rebuilt(subject),
    }
}

fn nullable(subject: &Subject<'_>, old: &ColumnFacts, new: &ColumnDefinition) -> Price {
    let stays_null = new.nullable != Some(false) && !new.primary && !new.auto_increment;
    match (old.nullable, stays_null) {
        (true, true) | (false, false) => Price::INSTANT,
        // Without the strict mode a NULL would become another value, which takes a copy.
        (true, false) if !subject.is_strict() => Price::COPY,
        (true, false) | (false, true) => rebuilt(subject),
    }
}

fn typed(subject: &Subject<'_>, old: &ColumnFacts, was: &ColumnDefinition, new: &ColumnDefinition) -> Price {
    let text = old.charset.is_some();
    let table_charset = subject.table.collation.as_deref().map(charset_of);
    let charset = new
        .charset
        .clone()
        .or_else(|| new.collation.as_deref().map(|name| charset_of(name).to_owned()))
        .or_else(|| table_charset.map(str::to_owned));
    let (base, new_base) = (kind(&was.base), kind(&new.base));
    if base != new_base || was.unsigned != new.unsigned {
        return Price::COPY;
    }
    let recoded = match (old.charset.as_deref(), charset.as_deref()) {
        (Some(from), Some(to)) if text => recoded(subject, old, from, to),
        _ => Price::INSTANT,
    };
    let collation = new
        .collation
        .clone()
        .or_else(|| match (&new.charset, &subject.table.collation) {
            (None, table) => table.clone(),
            (Some(_), _) => old.collation.clone(),
        });
    let sorted = match collation == old.collation || !text {
        true => Price::INSTANT,
        false if is_indexed(subject, &old.name) => Price::COPY,
        false => kept(subject),
    };
    let widened = match new_base {
        "varchar" | "varbinary" => widened(subject, old, was, new, charset.as_deref()),
        "enum" | "set" => members(was, new),
        "tinyint" | "smallint" | "mediumint" | "int" | "bigint" => Price::INSTANT,
        "decimal" if precision(was) == precision(new) => Price::INSTANT,
        _ if was.arguments == new.arguments => Price::INSTANT,
        _ => Price::COPY,
    };
    recoded.max(sorted).max(widened)
}

/// Every three-byte character is the same in four bytes' set.
fn recoded(subject: &Subject<'_>, old: &ColumnFacts, from: &str, to: &str) -> Price {
    let three = |name: &str| matches!(name, "utf8" | "utf8mb3");
    match (from, to) {
        _ if from == to || (three(from) && three(to)) => Price::INSTANT,
        (from, "utf8mb4") if three(from) && !is_indexed(subject, &old.name) => kept(subject),
        _ => Price::COPY,
    }
}

/// The length of a value takes one byte up to 255 bytes, two beyond.
fn widened(
    subject: &Subject<'_>,
    old: &ColumnFacts,
    was: &ColumnDefinition,
    new: &ColumnDefinition,
    charset: Option<&str>,
) -> Price {
    let length = |definition: &ColumnDefinition| definition.arguments.first()?.parse::<u64>().ok();
    let (Some(before), Some(after)) = (length(was), length(new)) else {
        return Price::COPY;
    };
    let before_bytes = before * bytes_of(old.charset.as_deref());
    let after_bytes = after * bytes_of(charset.filter(|_| old.charset.is_some()));
    match (before_bytes <= 255) == (after_bytes <= 255) {
        _ if after < before => Price::COPY,
        true if after == before => Price::INSTANT,
        true => kept(subject),
        false => Price::COPY,
    }
}

fn bytes_of(charset: Option<&str>) -> u64 {
    match charset {
        Some("utf8mb4" | "utf16" | "utf16le" | "utf32" | "gb18030") => 4,
        Some("utf8" | "utf8mb3" | "eucjpms" | "ujis") => 3,
        Some("ucs2" | "gbk" | "gb2312" | "big5" | "sjis" | "cp932" | "euckr") => 2,
        _ => 1,
    }
}

/// New members behind the old ones change no row, as long as a member's number takes no more bytes.
fn members(was: &ColumnDefinition, new: &ColumnDefinition) -> Price {
    let bytes = |definition: &ColumnDefinition| match (definition.base.as_str(), definition.arguments.len()) {
        ("enum", ..=255) => 1,
        ("enum", _) => 2,
        (_, count) => match count.div_ceil(8) {
            bytes @ 0..=4 => bytes,
            _ => 8,
        },
    };
    match new.arguments.starts_with(&was.arguments) && bytes(was) == bytes(new) {
        true => Price::INSTANT,
        false => Price::COPY,
    }
}

fn precision(definition: &ColumnDefinition) -> (&str, &str) {
    let at = |index: usize, otherwise| definition.arguments.get(index).map_or(otherwise, String::as_str);
    (at(0, "10"), at(1, "0"))
}

fn charset_of(collation: &str) -> &str {
    collation.split('_').next().unwrap_or(collation)
}

/// One name for each type.
fn kind(base: &str) -> &str {
    match base {
        "integer" => "int",
        "bool" | "boolean" => "tinyint",
        "dec" | "numeric" | "fixed" => "decimal",
        "character" => "char",
        "char varying" | "character varying" => "varchar",
        "double precision" | "real" => "double",
        other => other,
    }
}
