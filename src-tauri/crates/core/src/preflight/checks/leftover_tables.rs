//! No shadow or old table of an earlier run lies beside the table. Scope: the database. `warn`: pt-osc takes another
//! name and goes on, so the space stays occupied unseen. An empty clone that a check of ours left is `warn` too, with the
//! statement that drops it on this server alone.

use mysqler_contract::{Finding, Severity};

use super::super::context::{Context, list};

pub const CODES: &[&str] = &["LEFTOVER_TABLES", "LEFTOVER_CLONES"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let left = context.input.leftovers;
    let mut found = Vec::new();
    if !left.tables.is_empty() {
        let names = list(left.tables.iter().map(ToString::to_string));
        found.push(
            Finding::new("LEFTOVER_TABLES", Severity::Warn)
                .with("names", names)
                .with("table", context.table_name()),
        );
    }
    if !left.clones.is_empty() {
        let drops = left
            .clones
            .iter()
            .map(|clone| format!("DROP TABLE {};", clone.quoted()));
        let remedy: Vec<String> = std::iter::once("SET SESSION sql_log_bin = 0;".to_owned())
            .chain(drops)
            .collect();
        found.push(
            Finding::new("LEFTOVER_CLONES", Severity::Warn)
                .with("names", list(left.clones.iter().map(ToString::to_string)))
                .remedy(remedy.join("\n")),
        );
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::World;
    use mysqler_contract::TableRef;

    #[test]
    fn a_clone_of_ours_is_told_with_what_drops_it() {
        let mut world = World::calm();
        world.leftovers.clones = vec![TableRef::new("shop", "_mysqler_1a_clone")];
        assert_eq!(world.codes(), ["LEFTOVER_CLONES"]);
        assert_eq!(
            world.findings()[0].remedy.as_deref(),
            Some("SET SESSION sql_log_bin = 0;\nDROP TABLE `shop`.`_mysqler_1a_clone`;")
        );
    }

    #[test]
    fn a_leftover_table_is_told_by_name_and_nothing_is_offered_for_dropping() {
        let mut world = World::calm();
        world.leftovers.tables = vec![TableRef::new("shop", "_orders_new")];
        assert_eq!(world.codes(), ["LEFTOVER_TABLES"]);
        assert_eq!(world.findings()[0].params["names"], "shop._orders_new");
        assert_eq!(world.findings()[0].remedy, None);
    }
}
