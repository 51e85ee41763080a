//! Keys stay within what a row format holds. Scope: table and clause. `block` when a key part would be longer after the
//! clause: the server refuses it, or without a strict mode cuts a plain index down to a prefix with only a warning.

use mysqler_contract::{ColumnFacts, Finding, KeyFacts, Severity, TableFacts};

use super::super::context::{Context, column_of};
use crate::clause::{ColumnDefinition, parse_definition};

pub const CODES: &[&str] = &["KEY_TOO_LONG"];

/// Bytes of one key part, by row format, and of a whole key.
const OLD_FORMAT_LIMIT: u64 = 767;
const LIMIT: u64 = 3072;

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some(facts) = context.input.table else {
        return Vec::new();
    };
    let format = wanted_format(context)
        .or_else(|| facts.row_format.clone())
        .unwrap_or_default();
    let old = ["Compact", "Redundant"]
        .iter()
        .any(|name| format.eq_ignore_ascii_case(name));
    let part_limit = if old { OLD_FORMAT_LIMIT } else { LIMIT };
    let keys = facts
        .keys
        .iter()
        .filter(|key| !matches!(key.index_type.as_str(), "FULLTEXT" | "SPATIAL"));
    keys.filter_map(|key| {
        let before = lengths(key, |column| part_bytes(facts, column, None));
        let after = lengths(key, |column| {
            part_bytes(facts, column, wanted(context, column).as_ref())
        });
        let too_long = |lengths: &[u64]| {
            lengths.iter().any(|bytes| *bytes > part_limit) || lengths.iter().sum::<u64>() > LIMIT
        };
        // A key that is over the limit as it stands was measured wrongly here.
        (too_long(&after) && !too_long(&before)).then(|| {
            let longest = after.iter().copied().max().unwrap_or(0);
            Finding::new("KEY_TOO_LONG", Severity::Block)
                .with("key", &key.name)
                .with(
                    "bytes",
                    if longest > part_limit {
                        longest
                    } else {
                        after.iter().sum()
                    },
                )
                .with("limit", if longest > part_limit { part_limit } else { LIMIT })
                .with("format", &format)
        })
    })
    .collect()
}

fn wanted_format(context: &Context<'_>) -> Option<String> {
    let operation = context.operations("ROW_FORMAT").next()?;
    let words = context.definition_text(operation).trim_start_matches(['=', ' ']);
    let format = words.split_whitespace().next()?.to_owned();
    (!format.eq_ignore_ascii_case("DEFAULT")).then_some(format)
}

fn lengths(key: &KeyFacts, bytes: impl Fn(&str) -> Option<(u64, u64)>) -> Vec<u64> {
    let parts = key.columns.iter().filter_map(|part| {
        let (characters, each) = bytes(part.name.as_deref()?)?;
        let characters = part
            .prefix
            .map_or(characters, |prefix| characters.min(u64::from(prefix)));
        Some(characters * each)
    });
    parts.collect()
}

/// Characters of a column and the bytes that each may take; `None` for types that are short, or only indexed by a prefix.
fn part_bytes(facts: &TableFacts, name: &str, wanted: Option<&Wanted>) -> Option<(u64, u64)> {
    let column = column_of(facts, name)?;
    let present = parse_definition(&column.column_type);
    let definition = wanted
        .and_then(|wanted| wanted.definition.as_ref())
        .unwrap_or(&present);
    let charset = wanted
        .and_then(|wanted| wanted.charset.as_deref())
        .or(column.charset.as_deref());
    let characters = match definition.base.as_str() {
        "char" | "varchar" | "binary" | "varbinary" => definition.arguments.first()?.parse().ok()?,
        _ => return None,
    };
    let binary = definition.base.ends_with("binary");
    Some((characters, if binary { 1 } else { bytes_of(charset?) }))
}

/// What the clause makes of a column.
struct Wanted {
    definition: Option<ColumnDefinition>,
    charset: Option<String>,
}

fn wanted(context: &Context<'_>, name: &str) -> Option<Wanted> {
    let redefined: Vec<(&ColumnFacts, ColumnDefinition)> = context.redefined();
    if let Some((_, definition)) = redefined.into_iter().find(|(column, _)| column.name == name) {
        let named = definition
            .charset
            .clone()
            .or_else(|| definition.collation.as_deref().map(charset_of));
        let charset = named.or_else(|| table_charset(context));
        return Some(Wanted {
            definition: Some(definition),
            charset,
        });
    }
    let operation = context.operations("CONVERT TO CHARACTER SET").last()?;
    // Read as attributes of a column, so that one reader knows both notations.
    let read = parse_definition(&format!("x {}", context.definition_text(operation)));
    let charset = read
        .charset
        .filter(|name| name != "default")
        .or_else(|| read.collation.as_deref().map(charset_of));
    Some(Wanted {
        definition: None,
        charset,
    })
}

fn table_charset(context: &Context<'_>) -> Option<String> {
    context.input.table?.collation.as_deref().map(charset_of)
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
mod tests {
    use super::super::super::fixture::{World, column};
    use rstest::rstest;

    fn keyed(clause: &str, format: &str, column_type: &str, charset: &str) -> bool {
        let world = World::altering(clause).with_table(|table| {
            table.row_format = Some(format.into());
            let mut name = column("name", column_type);
            name.charset = Some(charset.into());
            table.columns.push(name);
            let mut key = table.keys[1].clone();
            key.name = "by_name".into();
            key.columns[0].name = Some("name".into());
            table.keys.push(key);
        });
        world.codes().contains(&"KEY_TOO_LONG".to_owned())
    }

    #[rstest]
    #[case(
        "CONVERT TO CHARACTER SET utf8mb4",
        "Compact",
        "varchar(255)",
        "utf8mb3",
        true
    )]
    #[case(
        "CONVERT TO CHARACTER SET utf8mb4",
        "Dynamic",
        "varchar(255)",
        "utf8mb3",
        false
    )]
    #[case(
        "CONVERT TO CHARACTER SET utf8mb4",
        "Compact",
        "varchar(191)",
        "utf8mb3",
        false
    )]
    #[case(
        "CONVERT TO CHARSET utf8mb4, ROW_FORMAT=DYNAMIC",
        "Compact",
        "varchar(255)",
        "utf8mb3",
        false
    )]
    #[case(
        "CONVERT TO CHARACTER SET utf8mb4",
        "Dynamic",
        "varchar(1000)",
        "utf8mb3",
        true
    )]
    #[case(
        "MODIFY name VARCHAR(800) CHARACTER SET utf8mb4",
        "Dynamic",
        "varchar(100)",
        "utf8mb4",
        true
    )]
    #[case(
        "MODIFY name VARCHAR(768) CHARACTER SET utf8mb4",
        "Dynamic",
        "varchar(100)",
        "utf8mb4",
        false
    )]
    #[case("ADD COLUMN note VARCHAR(2000)", "Dynamic", "varchar(100)", "utf8mb4", false)]
    #[case("ADD COLUMN note INT", "Compact", "varchar(255)", "utf8mb4", false)]
    fn a_key_that_would_outgrow_its_format_blocks(
        #[case] clause: &str,
        #[case] format: &str,
        #[case] column_type: &str,
        #[case] charset: &str,
        #[case] fires: bool,
    ) {
        assert_eq!(keyed(clause, format, column_type, charset), fires, "{clause}");
    }
}
