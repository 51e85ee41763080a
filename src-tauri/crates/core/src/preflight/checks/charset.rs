//! Present text fits the new character set, and keys stay unique under the new collation. Scope: clause and columns, not
//! the rows. `danger`, not proven: a character without a place becomes `?`, and rows that a new collation makes equal
//! are dropped under a unique key, both with exit code 0.

use mysqler_contract::{ColumnFacts, Finding, Severity, TableFacts};

use super::super::context::{Context, list};
use crate::clause::{ColumnDefinition, parse_definition};

pub const CODES: &[&str] = &["CHARSET_NARROWED", "COLLATION_UNDER_UNIQUE"];

/// A text column and what it would become; `None` where that depends on the server.
struct Conversion<'a> {
    column: &'a ColumnFacts,
    charset: Option<String>,
    collation: Option<String>,
}

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some(facts) = context.input.table else {
        return Vec::new();
    };
    let mut conversions: Vec<Conversion<'_>> = Vec::new();
    for (column, wanted) in context
        .redefined()
        .into_iter()
        .filter(|(column, wanted)| is_text(column) && is_text_type(wanted))
    {
        conversions.push(conversion(column, &wanted, facts.collation.as_deref()));
    }
    for operation in context.operations("CONVERT TO CHARACTER SET") {
        // Read as attributes of a column, so that one reader knows both notations.
        let wanted = parse_definition(&format!("x {}", context.definition_text(operation)));
        let columns = facts.columns.iter().filter(|column| is_text(column));
        conversions.extend(columns.map(|column| conversion(column, &wanted, None)));
    }
    let narrowed = conversions
        .iter()
        .filter(|c| !holds(c.column.charset.as_deref(), c.charset.as_deref()));
    let reordered = conversions
        .iter()
        .filter(|c| c.collation != c.column.collation && in_unique_key(facts, c.column));
    [
        ("CHARSET_NARROWED", names(narrowed)),
        ("COLLATION_UNDER_UNIQUE", names(reordered)),
    ]
    .into_iter()
    .filter(|(_, names)| !names.is_empty())
    .map(|(code, names)| {
        Finding::new(code, Severity::Danger)
            .with("names", names)
            .not_proven()
    })
    .collect()
}

fn names<'a>(conversions: impl Iterator<Item = &'a Conversion<'a>>) -> String {
    list(conversions.map(|conversion| conversion.column.name.as_str()))
}

/// Without a word of its own a redefined column takes the table's default, not what it had.
fn conversion<'a>(column: &'a ColumnFacts, wanted: &ColumnDefinition, table: Option<&str>) -> Conversion<'a> {
    let named = wanted.charset.clone().filter(|name| name != "default");
    let inherited = if wanted.charset.is_none() && wanted.collation.is_none() {
        table.map(str::to_owned)
    } else {
        None
    };
    let collation = wanted.collation.clone().or(inherited);
    let charset = named.or_else(|| collation.as_deref().map(charset_of));
    Conversion {
        column,
        charset,
        collation,
    }
}

fn charset_of(collation: &str) -> String {
    collation.split('_').next().unwrap_or(collation).to_owned()
}

fn is_text(column: &ColumnFacts) -> bool {
    column.charset.is_some()
}

fn is_text_type(wanted: &ColumnDefinition) -> bool {
    ["char", "text", "enum", "set"]
        .iter()
        .any(|part| wanted.base.contains(part))
}

fn in_unique_key(facts: &TableFacts, column: &ColumnFacts) -> bool {
    let unique = facts.keys.iter().filter(|key| key.unique);
    unique
        .flat_map(|key| &key.columns)
        .any(|part| part.name.as_deref() == Some(column.name.as_str()))
}

/// Whether every character of `from` has a place in `to`.
fn holds(from: Option<&str>, to: Option<&str>) -> bool {
    let (Some(from), Some(to)) = (from, to) else {
        return false;
    };
    let full = |name: &str| matches!(name, "utf8mb4" | "utf16" | "utf16le" | "utf32" | "gb18030");
    let three_bytes = |name: &str| matches!(name, "utf8" | "utf8mb3" | "ucs2");
    from == to || full(to) || from == "ascii" || (three_bytes(to) && !full(from) && from != "binary")
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::World;
    use super::holds;
    use rstest::rstest;

    #[rstest]
    #[case("CONVERT TO CHARACTER SET latin1 COLLATE latin1_swedish_ci", &["CHARSET_NARROWED"])]
    #[case("CONVERT TO CHARACTER SET utf8mb3", &["CHARSET_NARROWED"])]
    #[case("CONVERT TO CHARACTER SET DEFAULT", &["CHARSET_NARROWED"])]
    #[case("CONVERT TO CHARSET utf8mb4 COLLATE utf8mb4_bin", &[])]
    #[case("MODIFY status VARCHAR(32) CHARACTER SET latin1", &["CHARSET_NARROWED"])]
    #[case("MODIFY status VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", &[])]
    #[case("MODIFY status VARCHAR(32)", &[])]
    fn only_a_narrower_character_set_is_told(#[case] clause: &str, #[case] codes: &[&str]) {
        assert_eq!(World::altering(clause).codes(), codes, "{clause}");
    }

    #[test]
    fn another_collation_under_a_unique_key_is_told() {
        let unique = |clause| {
            World::altering(clause).with_table(|table| {
                let mut key = table.keys[0].clone();
                key.name = "u_status".into();
                key.columns[0].name = Some("status".into());
                table.keys.push(key);
            })
        };
        assert_eq!(
            unique("CONVERT TO CHARSET utf8mb4 COLLATE utf8mb4_bin").codes(),
            ["COLLATION_UNDER_UNIQUE"]
        );
        assert_eq!(
            unique("CONVERT TO CHARSET utf8mb4 COLLATE utf8mb4_0900_ai_ci").codes(),
            Vec::<String>::new()
        );
    }

    #[test]
    fn a_column_that_falls_back_to_a_narrower_table_default_is_told() {
        let world = World::altering("MODIFY status VARCHAR(32)");
        let world = world.with_table(|table| table.collation = Some("latin1_swedish_ci".into()));
        assert_eq!(world.codes(), ["CHARSET_NARROWED"]);
    }

    #[test]
    fn places_for_characters() {
        assert!(holds(Some("latin1"), Some("utf8mb3")) && holds(Some("ascii"), Some("latin1")));
        assert!(
            !holds(Some("utf8mb4"), Some("utf8mb3"))
                && !holds(Some("gbk"), Some("latin1"))
                && !holds(Some("gbk"), None)
        );
    }
}
