//! The table has a primary key or a unique key over NOT NULL columns. Scope: the table. `block`: without one the
//! triggers cannot name a row, and the copy has no order to go by.

use mysqler_contract::{Finding, Severity, TableKind};

use super::super::context::Context;

pub const CODES: &[&str] = &["NO_USABLE_KEY"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some(facts) = context
        .input
        .table
        .filter(|facts| facts.summary.kind == TableKind::Base)
    else {
        return Vec::new();
    };
    let usable = facts.keys.iter().any(|key| {
        key.unique
            && key.not_null
            && !key.columns.is_empty()
            && key.columns.iter().all(|part| part.name.is_some())
    });
    if usable {
        return Vec::new();
    }
    let finding = Finding::new("NO_USABLE_KEY", Severity::Block).with("table", context.table_name());
    vec![finding.query(format!("SHOW INDEX FROM {}", context.quoted_table()))]
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::World;

    #[test]
    fn a_unique_key_counts_only_when_no_column_may_be_null() {
        let bare = World::calm().with_table(|table| table.keys.clear());
        assert_eq!(bare.codes(), ["NO_USABLE_KEY"]);
        let nullable = World::calm().with_table(|table| table.keys[0].not_null = false);
        assert_eq!(nullable.codes(), ["NO_USABLE_KEY"]);
        let functional = World::calm().with_table(|table| table.keys[0].columns[0].name = None);
        assert_eq!(functional.codes(), ["NO_USABLE_KEY"]);
        let unique = World::calm().with_table(|table| table.keys[0].name = "uniq".into());
        assert_eq!(unique.codes(), Vec::<String>::new());
    }
}
