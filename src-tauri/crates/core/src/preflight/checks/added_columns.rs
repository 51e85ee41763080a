//! An added column has a value for the rows that are there. Scope: the clause. `warn`: NOT NULL without a DEFAULT makes
//! the tool fail, or leaves the type's zero value.

use mysqler_contract::{Finding, Severity};

use super::super::context::Context;

pub const CODES: &[&str] = &["ADDED_WITHOUT_DEFAULT"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let added = context
        .operations("ADD COLUMN")
        .flat_map(|operation| context.defined_columns(operation));
    added
        .filter(|(_, column)| column.nullable == Some(false) && column.default.is_none())
        .filter(|(_, column)| !column.auto_increment && !column.generated && !column.primary)
        .map(|(name, _)| Finding::new("ADDED_WITHOUT_DEFAULT", Severity::Warn).with("name", name))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::World;
    use rstest::rstest;

    #[rstest]
    #[case("ADD COLUMN fresh INT NOT NULL", &["ADDED_WITHOUT_DEFAULT"])]
    #[case("ADD (a1 INT, b1 INT NOT NULL)", &["ADDED_WITHOUT_DEFAULT"])]
    #[case("ADD COLUMN fresh INT NOT NULL DEFAULT 0", &[])]
    #[case("ADD COLUMN fresh INT NOT NULL DEFAULT (1 + 1)", &[])]
    #[case("ADD COLUMN fresh INT", &[])]
    #[case("ADD COLUMN fresh INT GENERATED ALWAYS AS (id + 1) STORED NOT NULL", &[])]
    fn rows_that_are_there_need_a_value(#[case] clause: &str, #[case] codes: &[&str]) {
        assert_eq!(World::altering(clause).codes(), codes, "{clause}");
    }
}
