//! Rows stay different under the unique keys that are there when their columns compare otherwise. Scope: rows. `block`:
//! the copy keeps one row of those that become equal and drops the others with exit code 0; the server's own ALTER
//! refuses.

use mysqler_contract::{Finding, KeyFacts, Severity};

use super::super::super::context::Context;
use super::becoming::{self, Becoming};
use super::index_in_use::goes;
use super::keys;
use super::suspicion::Suspicion;

pub const CODES: &[&str] = &["DUPLICATES_UNDER_COLLATION"];

pub fn suspicions(context: &Context<'_>) -> Vec<Suspicion> {
    let facts = context.input.table;
    let keys = facts.map(|facts| facts.keys.as_slice()).unwrap_or_default();
    let becoming = becoming::all(context);
    keys.iter()
        .filter(|key| key.unique && !goes(context, key))
        .filter_map(|key| suspicion(context, &becoming, key))
        .collect()
}

fn suspicion(context: &Context<'_>, becoming: &[Becoming<'_>], key: &KeyFacts) -> Option<Suspicion> {
    let touched = |becoming: &&Becoming<'_>| {
        let name = Some(becoming.column.name.as_str());
        key.columns.iter().any(|part| part.name.as_deref() == name)
    };
    let touched: Vec<&Becoming<'_>> = becoming.iter().filter(touched).collect();
    if touched.is_empty() {
        return None;
    }
    let mut collations: Vec<&str> = touched
        .iter()
        .map(|becoming| {
            becoming
                .collation
                .as_deref()
                .or(becoming.charset.as_deref())
                .unwrap_or("DEFAULT")
        })
        .collect();
    collations.dedup();
    let finding = Finding::new("DUPLICATES_UNDER_COLLATION", Severity::Block)
        .with("name", &key.name)
        .with("collation", collations.join(", "));
    let Some(values) = keys::values_of(context, key) else {
        return Some(Suspicion::unaskable(finding));
    };
    // With a prefix the value is a part of the column, and as unique as it was.
    let as_before = |becoming: &&Becoming<'_>| {
        let value = keys::compared_as(context, becoming);
        value.is_some_and(|value| value == becoming.name())
    };
    if touched.iter().all(as_before) {
        return None;
    }
    let finding = finding.with("columns", keys::labels(&values));
    Some(keys::groups(context, finding, &values))
}

#[cfg(test)]
mod tests {
    use super::super::super::super::fixture::World;
    use mysqler_contract::Severity;
    use rstest::rstest;

    const CODE: &str = "DUPLICATES_UNDER_COLLATION";

    fn unique(clause: &str) -> World {
        World::altering(clause).with_table(|table| {
            let mut key = table.keys[0].clone();
            key.name = "u_status".into();
            key.not_null = false;
            key.columns[0].name = Some("status".into());
            table.keys.push(key);
        })
    }

    #[rstest]
    #[case(
        "CONVERT TO CHARSET utf8mb4 COLLATE utf8mb4_general_ci",
        "`status` COLLATE utf8mb4_general_ci"
    )]
    #[case(
        "MODIFY status VARCHAR(32) COLLATE utf8mb4_general_ci",
        "`status` COLLATE utf8mb4_general_ci"
    )]
    #[case(
        "CONVERT TO CHARSET latin1 COLLATE latin1_swedish_ci",
        "CONVERT(`status` USING latin1) COLLATE latin1_swedish_ci"
    )]
    #[case("MODIFY status INT", "CAST(`status` AS DECIMAL(65,30))")]
    fn rows_that_become_equal_are_found(#[case] clause: &str, #[case] value: &str) {
        let found = unique(clause).offending(CODE).findings();
        let finding = found.iter().find(|finding| finding.code == CODE);
        let finding = finding.unwrap_or_else(|| panic!("{clause}: {found:?}"));
        assert_eq!((finding.severity, finding.proven), (Severity::Block, true));
        let query = finding.query.as_deref().unwrap_or_default();
        assert!(
            query.contains(&format!("GROUP BY {value} HAVING COUNT(*) > 1")),
            "{query}"
        );
        assert_eq!(unique(clause).clean().codes(), Vec::<String>::new());
    }

    #[rstest]
    #[case("CONVERT TO CHARSET utf8mb4 COLLATE utf8mb4_0900_ai_ci")]
    #[case("MODIFY status VARCHAR(64)")]
    #[case("CONVERT TO CHARSET utf8mb4 COLLATE utf8mb4_general_ci, DROP INDEX u_status")]
    fn nothing_is_asked_where_rows_compare_as_before(#[case] clause: &str) {
        let asked = unique(clause).questions();
        assert!(asked.iter().all(|question| question.code != CODE), "{asked:?}");
    }
}
