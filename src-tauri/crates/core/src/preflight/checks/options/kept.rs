//! Something of the run stays on the server, or a table of the tool's is made there. Scope: options and table. `danger`:
//! what stays takes room, and triggers that stay keep the next run away.

use mysqler_contract::{Finding, Severity};

use super::super::super::context::Context;
use super::told;

pub const CODES: &[&str] = &[
    "OPTION_HISTORY",
    "OPTION_NO_DROP_NEW_TABLE",
    "OPTION_NO_DROP_OLD_TABLE",
    "OPTION_NO_DROP_TRIGGERS",
];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    told(
        context,
        &[
            ("history", "OPTION_HISTORY", Severity::Danger),
            ("no-drop-new-table", "OPTION_NO_DROP_NEW_TABLE", Severity::Danger),
            ("no-drop-old-table", "OPTION_NO_DROP_OLD_TABLE", Severity::Danger),
            ("no-drop-triggers", "OPTION_NO_DROP_TRIGGERS", Severity::Danger),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::super::super::super::fixture::World;
    use mysqler_contract::OptionSetting;

    #[test]
    fn what_stays_is_told_with_the_table_that_it_belongs_to() {
        let mut world = World::calm();
        world.request.options.others = vec![OptionSetting::new("no-drop-old-table", None)];
        assert_eq!(world.codes(), ["OPTION_NO_DROP_OLD_TABLE"]);
        assert_eq!(world.findings()[0].params["table"], "shop.orders");
        world.request.options.others = vec![OptionSetting::new("drop-old-table", None)];
        assert_eq!(world.codes(), Vec::<String>::new());
    }
}
