//! Renamed columns and changed primary keys: what a copy by pt-osc gets right with its own check turned off, and why not.
//! Its triggers name a row by columns of a unique key under one name for both tables; where that name is not the same
//! on both, every UPDATE and DELETE of the application fails.

use std::collections::BTreeMap;

use mysqler_contract::{KeyFacts, TableFacts};

use super::context::column_of;
use crate::clause::{Analysis, Index, IndexKind, Name, OperationKind};

/// Old names in lower case with their new ones, as the tool has to read them; a change of case alone is none.
pub fn renamed_columns(clause: &Analysis<'_>) -> BTreeMap<String, String> {
    let names = renames(clause).map(|(from, to)| (from.as_str().to_lowercase(), to.value.clone()));
    names.collect()
}

/// Whether the tool goes on only without its check of the clause.
pub fn needs_check_off(clause: &Analysis<'_>) -> bool {
    renames(clause).next().is_some() || changes_primary_key(clause)
}

pub fn renames<'c>(clause: &'c Analysis<'_>) -> impl Iterator<Item = (&'c Name, &'c Name)> {
    clause.operations.iter().filter_map(|operation| {
        let (from, to) = match &operation.kind {
            OperationKind::Change { from, column } => (from, &column.name),
            OperationKind::RenameColumn { from, to: Some(to) } => (from, to),
            _ => return None,
        };
        (!from.is(to.as_str())).then_some((from, to))
    })
}

pub fn changes_primary_key(clause: &Analysis<'_>) -> bool {
    let mut kinds = clause.operations.iter().map(|operation| &operation.kind);
    kinds.any(|kind| {
        matches!(kind, OperationKind::DropPrimaryKey)
            || kind
                .indexes()
                .iter()
                .any(|index| index.kind == IndexKind::Primary)
    })
}

/// Why the copy would not carry the column to its new name; `None` when it does.
pub fn rename_obstacle(
    clause: &Analysis<'_>,
    table: &TableFacts,
    charset: &str,
    (from, to): (&Name, &Name),
) -> Option<&'static str> {
    let names = [from.as_str(), to.as_str()];
    let in_unique_key = table
        .keys
        .iter()
        .filter(|key| key.unique)
        .any(|key| key_has(key, from) || key.columns.iter().any(|part| part.name.is_none()));
    let added = clause.added_indexes().any(|(_, index)| {
        let mut parts = index.parts.iter().filter_map(|part| part.column());
        index.kind.is_unique() && parts.any(|part| to.is(part))
    });
    let referenced = table
        .referenced_by
        .iter()
        .any(|key| key.referenced_columns.iter().any(|column| from.is(column)));
    let leaves = |name: &Name| renames(clause).any(|(other, _)| other.is(name.as_str()));
    let conditional = clause.operations.iter().any(|operation| {
        operation.conditional && operation.subject.as_deref().is_some_and(|name| from.is(name))
    });
    match () {
        () if in_unique_key || added => Some("rename_key"),
        () if referenced => Some("rename_referenced"),
        () if column_of(table, from.as_str()).is_none_or(|column| column.generated) => {
            Some("rename_generated")
        }
        // Dropped in the same clause: the tool would copy two columns into one.
        () if column_of(table, to.as_str()).is_some() && !leaves(to) => Some("rename_taken"),
        () if conditional => Some("rename_conditional"),
        () if names.iter().any(|name| name.contains(['.', '`', '"'])) => Some("rename_sign"),
        () if !charset.starts_with("utf8") && names.iter().any(|name| !name.is_ascii()) => {
            Some("rename_charset")
        }
        () => None,
    }
}

/// Why the copy could lose rows or hold them twice under the new primary key; `None` when it cannot: each row is named by
/// a key that is unique and never NULL on both sides.
pub fn primary_key_obstacle(clause: &Analysis<'_>, table: &TableFacts) -> Option<&'static str> {
    // Their constraints are made anew on the copy, long after the rows, and need a key there that begins as they do.
    if !table.referenced_by.is_empty() {
        return Some("primary_referenced");
    }
    let primary = |index: &Index| index.kind == IndexKind::Primary;
    let added = clause.added_indexes().filter(|(_, index)| primary(index)).count();
    // As a column's own attribute it is on a new column, or on one that is made anew.
    let mut own = clause
        .operations
        .iter()
        .filter_map(|operation| match &operation.kind {
            OperationKind::AddIndex(index) if primary(index) => Some(index),
            _ => None,
        });
    match (added, own.next()) {
        (0, _) => {
            let left = identities(table).any(|key| {
                let mut columns = key.columns.iter().filter_map(|part| part.name.as_deref());
                key.name != "PRIMARY"
                    && !columns.any(|name| touches(clause, name))
                    && !drops_index(clause, &key.name)
            });
            (!left).then_some("primary_none_left")
        }
        (1, Some(index)) => wider_obstacle(clause, table, index),
        _ => Some("primary_shape"),
    }
}

fn wider_obstacle(clause: &Analysis<'_>, table: &TableFacts, index: &Index) -> Option<&'static str> {
    let whole = index.parts.iter().all(|part| part.prefix.is_none());
    let Some(columns) = index.columns().filter(|_| whole) else {
        return Some("primary_shape");
    };
    let firm = |name: &&str| {
        let known = column_of(table, name).is_some_and(|column| !column.nullable && !column.generated);
        known && !touches(clause, name)
    };
    if !columns.iter().all(firm) {
        return Some("primary_columns");
    }
    let holds = |key: &KeyFacts| {
        let mut parts = key.columns.iter().filter_map(|part| part.name.as_deref());
        parts.all(|part| columns.iter().any(|name| name.eq_ignore_ascii_case(part)))
    };
    (!identities(table).any(holds)).then_some("primary_not_wider")
}

/// Keys that name exactly one row, by whole columns.
fn identities(table: &TableFacts) -> impl Iterator<Item = &KeyFacts> {
    table.keys.iter().filter(|key| {
        let whole = key
            .columns
            .iter()
            .all(|part| part.name.is_some() && part.prefix.is_none());
        key.unique && key.not_null && whole
    })
}

fn touches(clause: &Analysis<'_>, column: &str) -> bool {
    clause.operations.iter().any(|operation| match &operation.kind {
        OperationKind::DropColumn(name)
        | OperationKind::Change { from: name, .. }
        | OperationKind::RenameColumn { from: name, .. } => name.is(column),
        OperationKind::Modify(defined) => defined.name.is(column),
        // Every text of the table.
        OperationKind::ConvertCharset { .. } | OperationKind::Unknown => true,
        _ => false,
    })
}

fn drops_index(clause: &Analysis<'_>, index: &str) -> bool {
    clause.operations.iter().any(|operation| match &operation.kind {
        OperationKind::DropIndex(name) | OperationKind::DropConstraint(name) => name.is(index),
        _ => false,
    })
}

fn key_has(key: &KeyFacts, column: &Name) -> bool {
    key.columns
        .iter()
        .any(|part| part.name.as_deref().is_some_and(|name| column.is(name)))
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{World, column, foreign_key};
    use super::*;
    use crate::clause::analyze;
    use mysqler_contract::KeyColumn;
    use rstest::rstest;

    fn table() -> TableFacts {
        let world = World::calm().with_table(|table| {
            let mut code = column("code", "int");
            code.nullable = false;
            let mut sum = column("sum", "int");
            sum.generated = true;
            table.columns.extend([code, sum, column("kept", "int")]);
            let mut key = table.keys[0].clone();
            key.name = "by_code".into();
            key.columns = vec![KeyColumn {
                name: Some("code".into()),
                prefix: None,
            }];
            table.keys.push(key);
            let mut child = foreign_key("fk", "items");
            child.referenced_columns = vec!["kept".into()];
            table.referenced_by = vec![child];
        });
        world.table.expect("the world has a table")
    }

    #[rstest]
    #[case("CHANGE status state varchar(32)", None)]
    #[case("RENAME COLUMN status TO amount, RENAME COLUMN amount TO status", None)]
    #[case("CHANGE status 状态 varchar(32)", None)]
    #[case("CHANGE status state varchar(32), ADD COLUMN status INT", None)]
    #[case("CHANGE id pk bigint unsigned auto_increment", Some("rename_key"))]
    #[case("RENAME COLUMN code TO number", Some("rename_key"))]
    #[case("CHANGE status state varchar(32), ADD UNIQUE (state)", Some("rename_key"))]
    #[case("RENAME COLUMN kept TO held", Some("rename_referenced"))]
    #[case("RENAME COLUMN sum TO total", Some("rename_generated"))]
    #[case("DROP COLUMN amount, RENAME COLUMN status TO amount", Some("rename_taken"))]
    #[case(
        "CHANGE COLUMN IF EXISTS status state varchar(32)",
        Some("rename_conditional")
    )]
    #[case("CHANGE status `st.ate` varchar(32)", Some("rename_sign"))]
    fn a_rename_is_carried_or_not_for_a_reason(#[case] clause: &str, #[case] why: Option<&str>) {
        let (clause, table) = (analyze(clause), table());
        let mut found = renames(&clause).map(|pair| rename_obstacle(&clause, &table, "utf8mb4", pair));
        assert_eq!(found.next(), Some(why));
    }

    #[test]
    fn a_name_beyond_ascii_needs_a_character_set_that_has_it() {
        let (clause, table) = (analyze("RENAME COLUMN status TO 状态"), table());
        let pair = renames(&clause).next().unwrap();
        assert_eq!(
            rename_obstacle(&clause, &table, "latin1", pair),
            Some("rename_charset")
        );
    }

    #[rstest]
    #[case("DROP PRIMARY KEY, ADD PRIMARY KEY (id, amount)", None)]
    #[case("DROP PRIMARY KEY, ADD PRIMARY KEY (amount, code)", None)]
    #[case("DROP PRIMARY KEY, MODIFY id bigint unsigned", None)]
    #[case("DROP PRIMARY KEY, DROP INDEX by_code", Some("primary_none_left"))]
    #[case("DROP PRIMARY KEY, ADD PRIMARY KEY (amount)", Some("primary_not_wider"))]
    #[case("DROP PRIMARY KEY, ADD PRIMARY KEY (id, status)", Some("primary_columns"))]
    #[case(
        "DROP PRIMARY KEY, MODIFY amount int NOT NULL, ADD PRIMARY KEY (id, amount)",
        Some("primary_columns")
    )]
    #[case(
        "DROP PRIMARY KEY, ADD COLUMN pk INT, ADD PRIMARY KEY (id, pk)",
        Some("primary_columns")
    )]
    #[case(
        "DROP PRIMARY KEY, ADD COLUMN pk INT AUTO_INCREMENT PRIMARY KEY",
        Some("primary_shape")
    )]
    fn a_row_keeps_a_name_of_its_own_or_the_key_is_refused(#[case] clause: &str, #[case] why: Option<&str>) {
        let mut table = table();
        let (clause, children) = (analyze(clause), std::mem::take(&mut table.referenced_by));
        assert_eq!(primary_key_obstacle(&clause, &table), why);
        table.referenced_by = children;
        assert_eq!(primary_key_obstacle(&clause, &table), Some("primary_referenced"));
    }

    #[test]
    fn what_the_tool_has_to_read_is_told_in_its_own_form() {
        let clause = analyze("CHANGE Status State INT, RENAME COLUMN a TO A, RENAME COLUMN b TO c");
        let told: Vec<(String, String)> = renamed_columns(&clause).into_iter().collect();
        let pair = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        assert_eq!(told, [pair("b", "c"), pair("status", "State")]);
        assert!(needs_check_off(&clause) && !needs_check_off(&analyze("CHANGE a A INT")));
    }
}
