//! No shadow or old table of an earlier run lies beside the table. Scope: the database. `warn`: pt-osc takes another
//! name and goes on, so the space stays occupied unseen.

use mysqler_contract::{Finding, Severity};

use super::super::context::{Context, list};

pub const CODES: &[&str] = &["LEFTOVER_TABLES"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let tables = &context.input.leftovers.tables;
    if tables.is_empty() {
        return Vec::new();
    }
    let names = list(tables.iter().map(ToString::to_string));
    vec![
        Finding::new("LEFTOVER_TABLES", Severity::Warn)
            .with("names", names)
            .with("table", context.table_name()),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::World;
    use mysqler_contract::TableRef;

    #[test]
    fn a_leftover_table_is_told_by_name_and_nothing_is_offered_for_dropping() {
        let mut world = World::calm();
        world.leftovers.tables = vec![TableRef::new("shop", "_orders_new")];
        assert_eq!(world.codes(), ["LEFTOVER_TABLES"]);
        assert_eq!(world.findings()[0].params["names"], "shop._orders_new");
        assert_eq!(world.findings()[0].remedy, None);
    }
}
