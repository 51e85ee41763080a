//! A column whose type changes can be judged. Scope: the clause. `danger`, not proven, where no question about the rows
//! could tell what becomes of the values.

use mysqler_contract::{Finding, Severity};

use super::super::context::Context;
use super::rows::{all_becoming, rows_can_tell};

pub const CODES: &[&str] = &["COLUMN_TYPE_CHANGED"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let becoming = all_becoming(context).into_iter();
    becoming
        .filter(|becoming| !rows_can_tell(becoming))
        .map(|becoming| {
            Finding::new("COLUMN_TYPE_CHANGED", Severity::Danger)
                .with("name", &becoming.column.name)
                .with("from", &becoming.column.column_type)
                .with("to", becoming.wanted_type())
                .not_proven()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::{World, column};
    use mysqler_contract::Severity;
    use rstest::rstest;

    fn world(present: &str, wanted: &str) -> World {
        World::altering(&format!("MODIFY c {wanted}"))
            .with_table(|table| table.columns.push(column("c", present)))
    }

    #[rstest]
    #[case("point", "VARCHAR(64)")]
    #[case("datetime", "BIGINT")]
    #[case("varchar(8)", "BIT(8)")]
    #[case("enum('a')", "INT")]
    fn what_the_rows_cannot_tell_is_a_danger(#[case] present: &str, #[case] wanted: &str) {
        let found = world(present, wanted).clean().findings();
        let codes: Vec<&str> = found.iter().map(|finding| finding.code.as_str()).collect();
        assert_eq!(codes, ["COLUMN_TYPE_CHANGED"], "{present} → {wanted}");
        assert_eq!((found[0].severity, found[0].proven), (Severity::Danger, false));
    }

    #[rstest]
    #[case("varchar(32)", "VARCHAR(16)")]
    #[case("varchar(32)", "INT")]
    #[case("int", "VARCHAR(4)")]
    #[case("timestamp", "DATETIME")]
    #[case("json", "TEXT")]
    #[case("bigint", "BIGINT")]
    fn what_the_rows_tell_is_left_to_them(#[case] present: &str, #[case] wanted: &str) {
        assert_eq!(
            world(present, wanted).clean().codes(),
            Vec::<String>::new(),
            "{present} → {wanted}"
        );
    }
}
