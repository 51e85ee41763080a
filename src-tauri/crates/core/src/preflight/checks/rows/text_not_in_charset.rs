//! Every character has its place in the new character set. Scope: rows. `block`: the copy puts a question mark in the
//! place of what has none with exit code 0, the server's own ALTER refuses it under a strict sql_mode.

use mysqler_contract::{Finding, Severity};

use super::super::super::column_type::Kind;
use super::super::super::context::{Context, list};
use super::becoming::{self, Becoming, plain};
use super::sql;
use super::suspicion::Suspicion;

pub const CODES: &[&str] = &["TEXT_NOT_IN_CHARSET"];

/// One question for all columns: converting a whole table would otherwise read it once for each.
pub fn suspicions(context: &Context<'_>) -> Vec<Suspicion> {
    let becoming = becoming::all(context);
    let narrowed: Vec<(&Becoming<'_>, Option<String>)> = becoming
        .iter()
        .filter(|becoming| may_lose(becoming))
        .map(|becoming| (becoming, lost(becoming)))
        .collect();
    if narrowed.is_empty() {
        return Vec::new();
    }
    let names = || narrowed.iter().map(|(becoming, _)| becoming.column.name.as_str());
    let mut charsets: Vec<&str> = narrowed
        .iter()
        .map(|(becoming, _)| becoming.charset.as_deref().unwrap_or("DEFAULT"))
        .collect();
    charsets.dedup();
    let finding = Finding::new("TEXT_NOT_IN_CHARSET", Severity::Block)
        .with("names", list(names()))
        .with("charset", charsets.join(", "));
    let predicates: Option<Vec<String>> = narrowed.iter().map(|(_, predicate)| predicate.clone()).collect();
    let Some(predicates) = predicates else {
        return vec![Suspicion::unaskable(finding)];
    };
    let shown: Vec<&str> = names().collect();
    let statements = sql::rows_where(context, &shown, &predicates.join(" OR "));
    let table = context.quoted_table();
    let mended = narrowed
        .iter()
        .zip(&predicates)
        .map(|((becoming, _), predicate)| {
            let charset = becoming.charset.as_deref().unwrap_or_default();
            let name = becoming.name();
            // MariaDB refuses the conversion itself under a strict sql_mode.
            format!("UPDATE IGNORE {table} SET {name} = CONVERT({name} USING {charset}) WHERE {predicate};")
        });
    let finding = finding.remedy(mended.collect::<Vec<_>>().join("\n"));
    vec![Suspicion::new(finding, statements.examples, statements.count)]
}

fn may_lose(becoming: &Becoming<'_>) -> bool {
    let to_text = matches!(becoming.to(), Kind::Text { .. } | Kind::Members { .. });
    match becoming.from() {
        Kind::Bytes { .. } => to_text,
        Kind::Text { .. } => {
            to_text && !holds(becoming.column.charset.as_deref(), becoming.charset.as_deref())
        }
        _ => false,
    }
}

/// A text that does not come back as it was; `None` where the server decides what it becomes.
fn lost(becoming: &Becoming<'_>) -> Option<String> {
    let name = becoming.name();
    let charset = becoming.charset.as_deref()?;
    let there = format!("CONVERT({name} USING {charset})");
    Some(match becoming.column.charset.as_deref() {
        Some(present) => {
            format!("CONVERT(CONVERT({there} USING {present}) USING binary) <> CONVERT({name} USING binary)")
        }
        None => format!("{name} IS NOT NULL AND NOT (CONVERT({there} USING binary) <=> {name})"),
    })
}

/// Whether every character of `from` has a place in `to`.
fn holds(from: Option<&str>, to: Option<&str>) -> bool {
    let (Some(from), Some(to)) = (from.map(plain), to.map(plain)) else {
        return false;
    };
    let full = |name: &str| matches!(name, "utf8mb4" | "utf16" | "utf16le" | "utf32" | "gb18030");
    let three_bytes = |name: &str| matches!(name, "utf8mb3" | "ucs2");
    from == to || full(to) || from == "ascii" || (three_bytes(to) && !full(from) && from != "binary")
}

#[cfg(test)]
mod tests {
    use super::super::super::super::fixture::{World, column};
    use super::holds;
    use mysqler_contract::Severity;
    use rstest::rstest;

    const CODE: &str = "TEXT_NOT_IN_CHARSET";

    #[rstest]
    #[case("CONVERT TO CHARACTER SET latin1 COLLATE latin1_swedish_ci", "latin1")]
    #[case("CONVERT TO CHARACTER SET utf8mb3", "utf8mb3")]
    #[case("MODIFY status VARCHAR(32) CHARACTER SET latin1", "latin1")]
    fn a_character_without_a_place_is_found(#[case] clause: &str, #[case] charset: &str) {
        let found = World::altering(clause).offending(CODE).findings();
        let finding = found.iter().find(|finding| finding.code == CODE);
        let finding = finding.unwrap_or_else(|| panic!("{clause}: {found:?}"));
        assert_eq!((finding.severity, finding.proven), (Severity::Block, true));
        assert_eq!(
            finding.query.as_deref(),
            Some(
                format!(
                    "SELECT `id`, `status` FROM `shop`.`orders` WHERE \
                     CONVERT(CONVERT(CONVERT(`status` USING {charset}) USING utf8mb4) USING binary) \
                     <> CONVERT(`status` USING binary) LIMIT 5"
                )
                .as_str()
            )
        );
        assert_eq!(World::altering(clause).clean().codes(), Vec::<String>::new());
    }

    #[test]
    fn what_the_server_decides_is_told_as_not_proven() {
        let found = World::altering("CONVERT TO CHARACTER SET DEFAULT")
            .clean()
            .findings();
        let finding = found.iter().find(|finding| finding.code == CODE).unwrap();
        assert_eq!((finding.severity, finding.proven), (Severity::Danger, false));
    }

    #[test]
    fn one_question_is_asked_for_all_columns() {
        let world = World::altering("CONVERT TO CHARACTER SET latin1")
            .with_table(|table| table.columns.push(column("note", "text")));
        assert_eq!(
            world
                .questions()
                .iter()
                .filter(|question| question.code == CODE)
                .count(),
            1
        );
    }

    #[rstest]
    #[case("CONVERT TO CHARSET utf8mb4 COLLATE utf8mb4_bin")]
    #[case("MODIFY status VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")]
    #[case("MODIFY status VARCHAR(32)")]
    fn nothing_is_asked_where_every_character_has_its_place(#[case] clause: &str) {
        assert_eq!(World::altering(clause).questions(), [], "{clause}");
    }

    #[test]
    fn a_column_that_falls_back_to_a_narrower_table_default_is_asked_about() {
        let world = World::altering("MODIFY status VARCHAR(32)");
        let world = world.with_table(|table| table.collation = Some("latin1_swedish_ci".into()));
        assert_eq!(world.offending(CODE).codes(), [CODE]);
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
