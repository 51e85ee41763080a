//! No two rows are equal under a unique key that is added. Scope: rows. `block`: the copy keeps one row of each and
//! drops the others with exit code 0; the server's own ALTER refuses. Rows with NULL in the key are never equal.

use mysqler_contract::{Finding, Severity};

use super::super::super::context::Context;
use super::keys::{self, PartValue, Value};
use super::suspicion::Suspicion;
use crate::clause::{Index, IndexPart};

pub const CODES: &[&str] = &["DUPLICATES_UNDER_UNIQUE"];

pub fn suspicions(context: &Context<'_>) -> Vec<Suspicion> {
    let added = keys::added(context);
    added
        .iter()
        .filter_map(|index| suspicion(context, index))
        .collect()
}

fn suspicion(context: &Context<'_>, index: &Index) -> Option<Suspicion> {
    let columns = index.parts.iter().map(|part| part.span.of(context.clause.text));
    let columns: Vec<&str> = columns.collect();
    let name = index
        .name()
        .map(str::to_owned)
        .unwrap_or_else(|| columns.join(", "));
    let finding = Finding::new("DUPLICATES_UNDER_UNIQUE", Severity::Block)
        .with("name", name)
        .with("columns", columns.join(", "));
    let Some(parts) = keys::values(context, index) else {
        return Some(Suspicion::unaskable(finding));
    };
    if parts.contains(&PartValue::Distinct) {
        return None;
    }
    let values: Vec<Value> = parts
        .into_iter()
        .filter_map(|part| match part {
            PartValue::Of(value) => Some(value),
            _ => None,
        })
        .collect();
    if is_unique_already(context, index, &values) {
        return None;
    }
    if values.is_empty() {
        // Every row gets the same value: two rows are one too many.
        let table = context.quoted_table();
        let sql = format!(
            "SELECT COUNT(*) AS `rows` FROM (SELECT 1 FROM {table} LIMIT 2) AS first_rows HAVING COUNT(*) > 1"
        );
        return Some(Suspicion::new(finding, sql, None).at_a_glance());
    }
    Some(keys::groups(context, finding, &values))
}

/// A key that is there keeps the same columns, or some of them, unique as they stay.
fn is_unique_already(context: &Context<'_>, index: &Index, values: &[Value]) -> bool {
    let keys = context
        .input
        .table
        .map(|facts| facts.keys.as_slice())
        .unwrap_or_default();
    let whole = |part: &IndexPart| part.prefix.is_none();
    let covers = |name: &str| {
        values
            .iter()
            .any(|value| value.unchanged && value.label.eq_ignore_ascii_case(name))
    };
    index.parts.iter().all(whole)
        && keys.iter().filter(|key| key.unique).any(|key| {
            key.columns
                .iter()
                .all(|part| part.prefix.is_none() && part.name.as_deref().is_some_and(covers))
        })
}

#[cfg(test)]
mod tests {
    use super::super::super::super::fixture::{World, column};
    use mysqler_contract::Severity;
    use rstest::rstest;

    const CODE: &str = "DUPLICATES_UNDER_UNIQUE";

    fn asked(clause: &str) -> Vec<String> {
        let world = World::altering(clause).with_table(|table| {
            table.columns.push(column("email", "varchar(190)"));
            table.columns.push(column("note", "text"));
        });
        let questions = world.questions().into_iter();
        questions
            .filter(|question| question.code == CODE)
            .map(|question| question.sql)
            .collect()
    }

    #[rstest]
    #[case(
        "ADD UNIQUE KEY u (email)",
        "SELECT `email`, COUNT(*) AS `rows` FROM `shop`.`orders` WHERE `email` IS NOT NULL GROUP BY `email` \
         HAVING COUNT(*) > 1 LIMIT 5"
    )]
    #[case(
        "ADD UNIQUE (amount, email)",
        "SELECT `amount`, `email`, COUNT(*) AS `rows` FROM `shop`.`orders` WHERE `email` IS NOT NULL \
         GROUP BY `amount`, `email` HAVING COUNT(*) > 1 LIMIT 5"
    )]
    #[case(
        "ADD UNIQUE (note(10))",
        "SELECT LEFT(`note`, 10) AS `note`, COUNT(*) AS `rows` FROM `shop`.`orders` WHERE LEFT(`note`, 10) IS NOT NULL \
         GROUP BY LEFT(`note`, 10) HAVING COUNT(*) > 1 LIMIT 5"
    )]
    #[case(
        "ADD UNIQUE u ((LOWER(email)))",
        "SELECT (LOWER(email)) AS `(LOWER(email))`, COUNT(*) AS `rows` FROM `shop`.`orders` \
         WHERE (LOWER(email)) IS NOT NULL GROUP BY (LOWER(email)) HAVING COUNT(*) > 1 LIMIT 5"
    )]
    #[case(
        "MODIFY email VARCHAR(190) COLLATE utf8mb4_bin UNIQUE",
        "SELECT `email` COLLATE utf8mb4_bin AS `email`, COUNT(*) AS `rows` FROM `shop`.`orders` \
         WHERE `email` COLLATE utf8mb4_bin IS NOT NULL GROUP BY `email` COLLATE utf8mb4_bin HAVING COUNT(*) > 1 LIMIT 5"
    )]
    #[case(
        "CHANGE email address VARCHAR(190), ADD PRIMARY KEY (address)",
        "SELECT `email`, COUNT(*) AS `rows` FROM `shop`.`orders` WHERE `email` IS NOT NULL GROUP BY `email` \
         HAVING COUNT(*) > 1 LIMIT 5"
    )]
    #[case(
        "ADD code INT NOT NULL DEFAULT 0 UNIQUE",
        "SELECT COUNT(*) AS `rows` FROM (SELECT 1 FROM `shop`.`orders` LIMIT 2) AS first_rows HAVING COUNT(*) > 1"
    )]
    fn each_form_of_a_unique_key_asks_for_what_rows_will_share(#[case] clause: &str, #[case] sql: &str) {
        assert_eq!(asked(clause), [sql], "{clause}");
        let offended = World::altering("ADD UNIQUE KEY u (status)").offending(CODE);
        let found = offended
            .findings()
            .into_iter()
            .find(|finding| finding.code == CODE)
            .unwrap();
        assert_eq!((found.severity, found.proven), (Severity::Block, true));
        assert_eq!(
            found.remedy.as_deref(),
            Some(
                "DELETE later FROM `shop`.`orders` AS later JOIN `shop`.`orders` AS kept \
                 ON kept.`status` = later.`status` AND kept.`id` < later.`id`;"
            )
        );
    }

    #[rstest]
    #[case("ADD INDEX i (email)")]
    #[case("ADD UNIQUE (id, email)")]
    #[case("ADD code INT NULL UNIQUE")]
    #[case("ADD seq BIGINT AUTO_INCREMENT UNIQUE")]
    fn nothing_is_asked_where_no_two_rows_can_be_equal(#[case] clause: &str) {
        assert_eq!(asked(clause), Vec::<String>::new(), "{clause}");
    }

    #[test]
    fn clean_rows_leave_nothing_to_tell() {
        let codes = World::altering("ADD UNIQUE KEY u (status)").clean().codes();
        assert!(!codes.contains(&CODE.to_owned()), "{codes:?}");
    }
}
