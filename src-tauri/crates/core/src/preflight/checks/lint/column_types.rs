//! Types that suit what they hold. `warn` for money in binary fractions and for members of an ENUM that change places;
//! the rest is `info`.

use mysqler_contract::{Finding, Severity};

use super::super::super::context::Context;
use super::super::super::table_options::says;
use super::{Written, about, length, written};
use crate::clause::parse_definition;

pub const CODES: &[&str] = &[
    "LINT_DISPLAY_WIDTH",
    "LINT_ENUM_ADDED",
    "LINT_ENUM_REORDERED",
    "LINT_FLOAT_MONEY",
    "LINT_TEXT",
    "LINT_VARCHAR_WIDE",
    "LINT_ZEROFILL",
];

const MONEY: [&str; 14] = [
    "amount", "balance", "charge", "cost", "discount", "fee", "fund", "income", "money", "payment", "price",
    "salary", "tax", "total",
];

/// Characters; what is longer is rarely one value, and no index takes it whole.
const WIDE: u64 = 1024;

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    written(context)
        .iter()
        .flat_map(|column| judge(context, column))
        .collect()
}

fn judge(context: &Context<'_>, column: &Written<'_>) -> Vec<Finding> {
    let name = column.name();
    let base = column.base();
    let found = |code, severity| about(code, severity, name).with("type", type_of(column));
    let mut all = Vec::new();
    let lower = name.to_lowercase();
    if matches!(base, "float" | "double" | "real" | "double precision")
        && MONEY.iter().any(|word| lower.contains(word))
    {
        all.push(found("LINT_FLOAT_MONEY", Severity::Warn));
    }
    let whole = matches!(
        base,
        "tinyint" | "smallint" | "mediumint" | "int" | "integer" | "bigint"
    );
    // TINYINT(1) is how a yes or no is written.
    if whole && length(column).is_some_and(|width| !(base == "tinyint" && width == 1)) {
        all.push(found("LINT_DISPLAY_WIDTH", Severity::Info));
    }
    let words = column
        .column
        .definition
        .span
        .of(context.clause.text)
        .to_ascii_uppercase();
    if says(&words, "ZEROFILL") {
        all.push(found("LINT_ZEROFILL", Severity::Info));
    }
    if base.contains("varchar") && length(column).is_some_and(|characters| characters > WIDE) {
        all.push(found("LINT_VARCHAR_WIDE", Severity::Info));
    }
    if column.before.is_none() && (base.ends_with("text") || base.ends_with("blob")) {
        all.push(found("LINT_TEXT", Severity::Info));
    }
    if matches!(base, "enum" | "set") {
        all.extend(members(column));
    }
    all
}

fn members(column: &Written<'_>) -> Option<Finding> {
    let base = column.base();
    let Some(before) = column.before else {
        return Some(about("LINT_ENUM_ADDED", Severity::Info, column.name()).with("type", type_of(column)));
    };
    let old = parse_definition(&before.column_type);
    let kept = old.base == base && column.column.definition.arguments.starts_with(&old.arguments);
    let finding =
        about("LINT_ENUM_REORDERED", Severity::Warn, column.name()).with("before", &before.column_type);
    (old.base == base && !kept).then(|| finding.with("type", type_of(column)))
}

fn type_of(column: &Written<'_>) -> String {
    let definition = &column.column.definition;
    match definition.arguments.is_empty() {
        true => definition.base.clone(),
        false => format!("{}({})", definition.base, definition.arguments.join(",")),
    }
}

#[cfg(test)]
mod tests {
    use crate::preflight::fixture::World;
    use rstest::rstest;

    #[rstest]
    #[case("ADD COLUMN unit_price DOUBLE NULL", &["LINT_FLOAT_MONEY"])]
    #[case("ADD COLUMN unit_price DECIMAL(12,2) NULL", &[])]
    #[case("ADD COLUMN ratio DOUBLE NULL", &[])]
    #[case("ADD COLUMN n INT(11) NULL", &["LINT_DISPLAY_WIDTH"])]
    #[case("ADD COLUMN n INT NULL", &[])]
    #[case("ADD COLUMN done TINYINT(1) NULL", &[])]
    #[case("ADD COLUMN n INT ZEROFILL NULL", &["LINT_ZEROFILL"])]
    #[case("ADD COLUMN n INT NULL COMMENT 'no zerofill'", &[])]
    #[case("ADD COLUMN a VARCHAR(1025)", &["LINT_VARCHAR_WIDE"])]
    #[case("ADD COLUMN a VARCHAR(1024)", &[])]
    #[case("ADD COLUMN body MEDIUMTEXT", &["LINT_TEXT"])]
    #[case("ADD COLUMN body VARCHAR(500)", &[])]
    #[case("ADD COLUMN kind ENUM('a','b') NULL", &["LINT_ENUM_ADDED"])]
    #[case("ADD (n INT(11) NULL, body TEXT)", &["LINT_DISPLAY_WIDTH", "LINT_TEXT"])]
    fn types_that_suit_pass(#[case] clause: &str, #[case] codes: &[&str]) {
        assert_eq!(World::altering(clause).lints(), codes, "{clause}");
    }

    #[rstest]
    #[case("enum('new','paid','sent')", false)]
    #[case("enum('paid','new')", true)]
    #[case("enum('new','packed','paid')", true)]
    fn new_members_belong_at_the_end(#[case] wanted: &str, #[case] told: bool) {
        let world = World::altering(&format!("MODIFY status {wanted}"))
            .with_table(|table| table.columns[1].column_type = "enum('new','paid')".into());
        assert_eq!(
            world.lints().contains(&"LINT_ENUM_REORDERED".to_owned()),
            told,
            "{wanted}"
        );
    }
}
