//! Every row has its parent under a foreign key that is added. Scope: rows. `block`: INSERT IGNORE leaves a row without
//! its parent out of the copy; the server's own ALTER refuses.

use mysqler_contract::{Finding, Severity, TableRef, quote_identifier};

use super::super::super::context::Context;
use super::suspicion::Suspicion;
use super::{keys, sql};
use crate::clause::{Name, References};

pub const CODES: &[&str] = &["ORPHAN_ROWS"];

pub fn suspicions(context: &Context<'_>) -> Vec<Suspicion> {
    let keys = context.clause.added_foreign_keys();
    let of_table = keys.filter_map(|(_, key)| {
        let columns: Vec<&str> = key.columns.iter().map(Name::as_str).collect();
        Some((key.name().map(str::to_owned), columns, key.references.as_ref()?))
    });
    let operations = context.clause.operations.iter();
    let of_columns = operations
        .flat_map(|operation| operation.kind.column_references())
        .map(|(column, references)| (None, vec![column.name.as_str()], references));
    of_table
        .chain(of_columns)
        .filter_map(|(name, columns, references)| suspicion(context, name, &columns, references))
        .collect()
}

fn suspicion(
    context: &Context<'_>,
    name: Option<String>,
    columns: &[&str],
    references: &References,
) -> Option<Suspicion> {
    let database = references.schema.as_ref().map(Name::as_str);
    let database = database.unwrap_or(&context.input.request.table.database);
    let parent = TableRef::new(database, references.table.as_str());
    // Added columns are NULL, or have one value that a person has chosen.
    let present: Vec<String> = columns
        .iter()
        .map(|name| keys::present_name(context, name))
        .collect();
    let present: Vec<&str> = present
        .iter()
        .map(|name| Some(context.column(name)?.name.as_str()))
        .collect::<Option<_>>()?;
    let finding = Finding::new("ORPHAN_ROWS", Severity::Block)
        .with("name", name.unwrap_or_else(|| "-".to_owned()))
        .with("columns", columns.join(", "))
        .with("parent", &parent);
    if references.columns.len() != present.len() {
        return Some(Suspicion::unaskable(finding));
    }
    let table = context.quoted_table();
    let own = |name: &&str| format!("{table}.{}", quote_identifier(name));
    let filled: Vec<String> = present
        .iter()
        .map(|name| format!("{} IS NOT NULL", own(name)))
        .collect();
    let same = references.columns.iter().zip(&present);
    let same: Vec<String> = same
        .map(|(theirs, ours)| format!("parent.{} = {}", quote_identifier(theirs.as_str()), own(ours)))
        .collect();
    let predicate = format!(
        "{} AND NOT EXISTS (SELECT 1 FROM {} AS parent WHERE {})",
        filled.join(" AND "),
        parent.quoted(),
        same.join(" AND ")
    );
    let statements = sql::rows_where(context, &present, &predicate);
    // A statement must not read the table that it deletes from: where a key refers to its own table, there is none.
    let own_parent = parent == context.input.request.table;
    let finding = match own_parent {
        true => finding,
        false => finding.remedy(format!("DELETE FROM {table} WHERE {predicate};")),
    };
    Some(Suspicion::new(finding, statements.examples, statements.count))
}

#[cfg(test)]
mod tests {
    use super::super::super::super::fixture::{World, column};
    use mysqler_contract::Severity;
    use rstest::rstest;

    const CODE: &str = "ORPHAN_ROWS";

    fn world(clause: &str) -> World {
        World::altering(clause)
            .with_table(|table| table.columns.push(column("customer_id", "bigint unsigned")))
    }

    #[rstest]
    #[case("ADD CONSTRAINT fk FOREIGN KEY (customer_id) REFERENCES customers (id)")]
    #[case("ADD FOREIGN KEY (customer_id) REFERENCES shop.customers (id) ON DELETE CASCADE")]
    #[case("MODIFY customer_id BIGINT UNSIGNED REFERENCES customers (id)")]
    fn a_row_without_its_parent_is_found(#[case] clause: &str) {
        let found = world(clause).offending(CODE).findings();
        let finding = found.iter().find(|finding| finding.code == CODE);
        let finding = finding.unwrap_or_else(|| panic!("{clause}: {found:?}"));
        assert_eq!((finding.severity, finding.proven), (Severity::Block, true));
        assert_eq!(finding.params["parent"], "shop.customers");
        assert_eq!(
            finding.query.as_deref(),
            Some(
                "SELECT `id`, `customer_id` FROM `shop`.`orders` WHERE `shop`.`orders`.`customer_id` IS NOT NULL \
                 AND NOT EXISTS (SELECT 1 FROM `shop`.`customers` AS parent \
                 WHERE parent.`id` = `shop`.`orders`.`customer_id`) LIMIT 5"
            )
        );
        let clean = world(clause).clean().codes();
        assert!(!clean.contains(&CODE.to_owned()), "{clean:?}");
    }

    #[test]
    fn a_column_that_is_added_empty_has_no_orphans() {
        let clause = "ADD COLUMN c INT, ADD FOREIGN KEY (c) REFERENCES customers (id)";
        assert!(
            world(clause)
                .questions()
                .iter()
                .all(|question| question.code != CODE)
        );
    }
}
