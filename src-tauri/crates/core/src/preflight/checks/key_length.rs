//! Keys stay within what a row format holds. Scope: table and clause. `block` for a key that is added, or would be longer
//! after the clause: the server refuses it, or, as MariaDB does and MySQL without a strict mode, cuts a plain index down to
//! a prefix with only a note.

use mysqler_contract::{Finding, Flavour, KeyFacts, Severity, TableFacts};

use super::super::context::{Context, column_of};
use super::rows::present_name;
use crate::clause::{ColumnDefinition, Index, IndexKind, OperationKind, parse_definition};

pub const CODES: &[&str] = &["KEY_TOO_LONG"];

/// Bytes of one key part under the old row formats, and of a whole key, hence of a part under the others.
const OLD_FORMAT_LIMIT: u64 = 767;
const LIMIT: u64 = 3072;

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some(facts) = context.input.table else {
        return Vec::new();
    };
    let limits = Limits::of(context, facts);
    let present = facts.keys.iter().filter(|key| !is_gone(context, &key.name));
    let grown = present.filter_map(|key| {
        let before = lengths_of(key, |name| present_part(facts, name));
        let after = lengths_of(key, |name| wanted_part(context, facts, name));
        // A key that is over the limit as it stands was measured wrongly here.
        limits.exceeded(&before).is_none().then_some(())?;
        limits.finding(&key.name, &after)
    });
    let added = context.clause.added_indexes().filter_map(|(_, index)| {
        let after = added_lengths(context, facts, &index)?;
        let first = index.parts.first().and_then(|part| part.column());
        limits.finding(index.name().or(first).unwrap_or("-"), &after)
    });
    grown.chain(added).collect()
}

/// What the row format, and the size of the server's pages, hold.
struct Limits {
    format: String,
    part: u64,
    whole: u64,
}

impl Limits {
    fn of(context: &Context<'_>, facts: &TableFacts) -> Self {
        let format = wanted_format(context)
            .or_else(|| facts.row_format.clone())
            .unwrap_or_default();
        let old = ["Compact", "Redundant"]
            .iter()
            .any(|name| format.eq_ignore_ascii_case(name));
        // Servers before 5.7 hold longer ones only when told to.
        let large = context.variable("innodb_large_prefix").is_none() || context.is_on("innodb_large_prefix");
        let whole = match context.variable("innodb_page_size") {
            Some("4096") => LIMIT / 4,
            Some("8192") => LIMIT / 2,
            _ => LIMIT,
        };
        Self {
            format,
            part: if old || !large {
                OLD_FORMAT_LIMIT.min(whole)
            } else {
                whole
            },
            whole,
        }
    }

    /// Bytes and the limit that they exceed.
    fn exceeded(&self, lengths: &[u64]) -> Option<(u64, u64)> {
        let longest = lengths.iter().copied().max().unwrap_or(0);
        let sum = lengths.iter().sum();
        if longest > self.part {
            return Some((longest, self.part));
        }
        (sum > self.whole).then_some((sum, self.whole))
    }

    fn finding(&self, key: &str, lengths: &[u64]) -> Option<Finding> {
        let (bytes, limit) = self.exceeded(lengths)?;
        let finding = Finding::new("KEY_TOO_LONG", Severity::Block).with("key", key);
        let finding = finding.with("bytes", bytes).with("limit", limit);
        Some(finding.with("format", &self.format))
    }
}

fn wanted_format(context: &Context<'_>) -> Option<String> {
    let operation = context.operations("ROW_FORMAT").next()?;
    let words = context.definition_text(operation).trim_start_matches(['=', ' ']);
    let format = words.split_whitespace().next()?.to_owned();
    (!format.eq_ignore_ascii_case("DEFAULT")).then_some(format)
}

fn is_gone(context: &Context<'_>, key: &str) -> bool {
    context
        .clause
        .operations
        .iter()
        .any(|operation| match &operation.kind {
            OperationKind::DropIndex(name) => name.is(key),
            OperationKind::DropPrimaryKey => key == "PRIMARY",
            _ => false,
        })
}

/// What one column puts into a key: at most so many characters, or bytes, of so many bytes each.
#[derive(Debug, Clone, Copy)]
struct Part {
    characters: u64,
    each: u64,
}

impl Part {
    fn bytes(self, prefix: Option<u64>) -> u64 {
        let characters = prefix.map_or(self.characters, |prefix| self.characters.min(prefix));
        characters.saturating_mul(self.each)
    }
}

fn lengths_of(key: &KeyFacts, part: impl Fn(&str) -> Option<Part>) -> Vec<u64> {
    if matches!(key.index_type.as_str(), "FULLTEXT" | "SPATIAL") {
        return Vec::new();
    }
    let parts = key.columns.iter();
    parts
        .filter_map(|column| {
            let part = part(column.name.as_deref()?)?;
            Some(part.bytes(column.prefix.map(u64::from)))
        })
        .collect()
}

/// `None` for an index that has no such limit.
fn added_lengths(context: &Context<'_>, facts: &TableFacts, index: &Index) -> Option<Vec<u64>> {
    let server = context.input.server;
    let version = (server.version.major, server.version.minor);
    // MariaDB keeps a long unique key as a hash.
    let hashed = index.kind == IndexKind::Unique && server.flavour == Flavour::MariaDb && version >= (10, 4);
    if hashed
        || !matches!(
            index.kind,
            IndexKind::Plain | IndexKind::Unique | IndexKind::Primary
        )
    {
        return None;
    }
    let parts = index.parts.iter();
    let lengths = parts.filter_map(|key| {
        let name = key.column()?;
        let part = match context.added_column(name) {
            Some(column) => part_of(&column.definition, default_charset(context, facts)),
            None => wanted_part(context, facts, &present_name(context, name)),
        };
        Some(part?.bytes(key.prefix))
    });
    Some(lengths.collect())
}

fn present_part(facts: &TableFacts, name: &str) -> Option<Part> {
    let column = column_of(facts, name)?;
    part_of(&parse_definition(&column.column_type), column.charset.clone())
}

/// As the clause leaves the column.
fn wanted_part(context: &Context<'_>, facts: &TableFacts, name: &str) -> Option<Part> {
    let column = column_of(facts, name)?;
    let redefined = context.redefined().into_iter();
    if let Some((_, definition)) = redefined.into_iter().find(|(known, _)| known.name == column.name) {
        return part_of(&definition, default_charset(context, facts));
    }
    let converted = context.clause.conversion().and_then(|to| {
        let named = to.charset.filter(|name| name != "default");
        named.or_else(|| to.collation.as_deref().map(charset_of))
    });
    let charset = column
        .charset
        .as_ref()
        .map(|present| converted.unwrap_or(present.clone()));
    part_of(&parse_definition(&column.column_type), charset)
}

/// `None` for types whose length is not known here. `charset` is the column's where its definition names none.
fn part_of(definition: &ColumnDefinition, charset: Option<String>) -> Option<Part> {
    let named = definition.charset.clone();
    let named = named.or_else(|| definition.collation.as_deref().map(charset_of));
    let of_text = |characters| {
        let each = bytes_of(&named.or(charset)?);
        Some(Part { characters, each })
    };
    let of_bytes = |characters| Some(Part { characters, each: 1 });
    let number = |at: usize| definition.arguments.get(at)?.parse::<u64>().ok();
    let length = || number(0);
    // Two digits of a fraction take a byte.
    let fraction = || number(0).unwrap_or(0).div_ceil(2);
    match definition.base.as_str() {
        "char" | "varchar" => of_text(length()?),
        "binary" | "varbinary" => of_bytes(length()?),
        // Only indexed by a prefix: without one the server has another complaint.
        "tinytext" => of_text(255),
        "text" | "mediumtext" | "longtext" => of_text(LIMIT + 1),
        "tinyblob" => of_bytes(255),
        "blob" | "mediumblob" | "longblob" => of_bytes(LIMIT + 1),
        "tinyint" | "year" => of_bytes(1),
        "smallint" => of_bytes(2),
        "mediumint" | "date" => of_bytes(3),
        "int" | "integer" | "float" => of_bytes(4),
        "bigint" | "double" => of_bytes(8),
        "time" => of_bytes(3 + fraction()),
        "timestamp" => of_bytes(4 + fraction()),
        "datetime" => of_bytes(5 + fraction()),
        "enum" => of_bytes(if definition.members().len() > 255 { 2 } else { 1 }),
        "decimal" | "numeric" => {
            let (digits, scale) = (length().unwrap_or(10), number(1).unwrap_or(0));
            of_bytes(packed(digits.saturating_sub(scale)) + packed(scale))
        }
        _ => None,
    }
}

/// Bytes of so many decimal digits: four for nine of them, and fewer for the rest.
fn packed(digits: u64) -> u64 {
    digits / 9 * 4 + (digits % 9).div_ceil(2)
}

/// The table's, as the clause leaves it.
fn default_charset(context: &Context<'_>, facts: &TableFacts) -> Option<String> {
    let own = context.clause.table_charset().unwrap_or_default();
    let collation = own.collation.or_else(|| facts.collation.clone());
    let named = own.charset.filter(|name| name != "default");
    named.or_else(|| collation.as_deref().map(charset_of))
}

fn charset_of(collation: &str) -> String {
    collation.split('_').next().unwrap_or(collation).to_owned()
}

/// The most bytes that one character takes.
fn bytes_of(charset: &str) -> u64 {
    match charset {
        "utf8mb4" | "utf16" | "utf16le" | "utf32" | "gb18030" => 4,
        "utf8" | "utf8mb3" | "eucjpms" | "ujis" => 3,
        "ucs2" | "gbk" | "gb2312" | "big5" | "sjis" | "cp932" | "euckr" => 2,
        _ => 1,
    }
}

#[cfg(test)]
#[path = "key_length_test.rs"]
mod tests;
