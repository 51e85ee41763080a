//! Names that need no quotes and look alike. `info`.

use mysqler_contract::{Finding, Severity};

use super::super::super::context::Context;
use super::reserved::is_reserved;
use super::{about, indexes, written};
use crate::clause::{IndexKind, OperationKind};

pub const CODES: &[&str] = &["LINT_INDEX_NAME", "LINT_NAME_CASE", "LINT_RESERVED_NAME"];

const INDEX_PREFIXES: [&str; 9] = ["idx_", "ix_", "uk_", "uq_", "uniq_", "key_", "fk_", "ft_", "sp_"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let info = |code, name: &str| about(code, Severity::Info, name);
    let mut found = Vec::new();
    for name in given(context) {
        if is_reserved(&name) {
            found.push(info("LINT_RESERVED_NAME", &name));
        }
        if name.chars().any(char::is_uppercase) {
            found.push(info("LINT_NAME_CASE", &name));
        }
    }
    for index in indexes(context)
        .into_iter()
        .filter(|index| index.kind != IndexKind::Primary)
    {
        let odd = |name: &&str| {
            !INDEX_PREFIXES
                .iter()
                .any(|prefix| name.to_lowercase().starts_with(prefix))
        };
        found.extend(index.name().filter(odd).map(|name| info("LINT_INDEX_NAME", name)));
    }
    found
}

/// Names that the clause gives, not those that it only mentions.
fn given(context: &Context<'_>) -> Vec<String> {
    let columns = written(context).into_iter().filter(|column| {
        // A column that keeps its name was not named here.
        column
            .before
            .is_none_or(|before| !super::same(&before.name, column.name()))
    });
    let mut names: Vec<String> = columns.map(|column| column.name().to_owned()).collect();
    let named = indexes(context)
        .into_iter()
        .filter(|index| index.kind != IndexKind::Primary);
    names.extend(named.filter_map(|index| index.name().map(str::to_owned)));
    let renamed = context
        .clause
        .operations
        .iter()
        .filter_map(|operation| match &operation.kind {
            OperationKind::RenameColumn { to, .. } | OperationKind::RenameIndex { to, .. } => to.as_ref(),
            _ => None,
        });
    names.extend(renamed.map(|name| name.value.clone()));
    names
}

#[cfg(test)]
mod tests {
    use crate::preflight::fixture::World;
    use rstest::rstest;

    #[rstest]
    #[case("ADD COLUMN `rank` INT NULL", &["LINT_RESERVED_NAME"])]
    #[case("ADD COLUMN `Order` INT NULL", &["LINT_NAME_CASE", "LINT_RESERVED_NAME"])]
    #[case("RENAME COLUMN status TO `key`", &["LINT_RESERVED_NAME"])]
    #[case("ADD COLUMN position INT NULL", &[])]
    #[case("ADD COLUMN orderNo INT NULL", &["LINT_NAME_CASE"])]
    #[case("ADD COLUMN order_no INT NULL", &[])]
    #[case("ADD INDEX by_amount (amount)", &["LINT_INDEX_NAME"])]
    #[case("ADD INDEX idx_amount (amount)", &[])]
    #[case("ADD COLUMN 备注 INT NULL", &[])]
    fn names_need_no_quotes(#[case] clause: &str, #[case] codes: &[&str]) {
        assert_eq!(World::altering(clause).lints(), codes, "{clause}");
    }
}
