//! Names that pt-osc is known to mishandle. Scope: database, table and columns. `block`: one of them leaves a live
//! trigger on the table after it failed.

use mysqler_contract::{Finding, Severity};

use super::super::context::Context;

pub const CODES: &[&str] = &[
    "NAME_COLUMN_BACKTICK",
    "NAME_TABLE_QUOTES",
    "NAME_TABLE_BACKSLASH",
    "NAME_DATABASE_SIGN",
];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let block = |code, name: &str| Finding::new(code, Severity::Block).with("name", name);
    let table = &context.input.request.table;
    let mut found = Vec::new();
    let columns = context
        .input
        .table
        .map(|facts| facts.columns.as_slice())
        .unwrap_or_default();
    for column in columns.iter().filter(|column| column.name.contains('`')) {
        found.push(block("NAME_COLUMN_BACKTICK", &column.name));
    }
    if table.table.contains('\'') && table.table.contains('"') {
        found.push(block("NAME_TABLE_QUOTES", &table.table));
    }
    if table.table.contains('\\') {
        found.push(block("NAME_TABLE_BACKSLASH", &table.table));
    }
    if table.database.contains([';', ':']) {
        found.push(block("NAME_DATABASE_SIGN", &table.database));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::{World, column};
    use rstest::rstest;

    #[rstest]
    #[case("shop", "a'b\"c", &["NAME_TABLE_QUOTES"])]
    #[case("shop", "a\\b", &["NAME_TABLE_BACKSLASH"])]
    #[case("sh;op", "t", &["NAME_DATABASE_SIGN"])]
    #[case("sh:op", "t", &["NAME_DATABASE_SIGN"])]
    #[case("商店 db.x", "it's `订单` 50%, =$.T", &[])]
    #[case("shop", "with\"double", &[])]
    fn only_names_that_break_are_refused(
        #[case] database: &str,
        #[case] table: &str,
        #[case] codes: &[&str],
    ) {
        assert_eq!(World::named(database, table).codes(), codes);
    }

    #[test]
    fn a_backtick_in_a_column_is_refused_and_other_signs_are_not() {
        let odd = World::calm().with_table(|table| table.columns.push(column("a 'b\" c.d,%备", "int")));
        assert_eq!(odd.codes(), Vec::<String>::new());
        let tick = World::calm().with_table(|table| table.columns.push(column("a`b", "int")));
        assert_eq!(tick.codes(), ["NAME_COLUMN_BACKTICK"]);
    }
}
