//! One of the tool's own guards is turned off. Scope: options and clause. `danger`, because each guard was made for a
//! loss that was seen; `block` for the guard against a new unique key, which deletes rows without a word.

use mysqler_contract::{Finding, Severity};

use super::super::super::context::Context;
use super::told;

pub const CODES: &[&str] = &[
    "OPTION_FORCE",
    "OPTION_NO_CHECK_FOREIGN_KEYS",
    "OPTION_NO_CHECK_PLAN",
    "OPTION_NO_CHECK_REPLICATION_FILTERS",
    "OPTION_NO_CHECK_UNIQUE_KEY_CHANGE",
    "OPTION_ONLY_SAME_SCHEMA_FKS",
];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    told(
        context,
        &[
            ("force", "OPTION_FORCE", Severity::Danger),
            (
                "no-check-foreign-keys",
                "OPTION_NO_CHECK_FOREIGN_KEYS",
                Severity::Danger,
            ),
            ("no-check-plan", "OPTION_NO_CHECK_PLAN", Severity::Danger),
            (
                "no-check-replication-filters",
                "OPTION_NO_CHECK_REPLICATION_FILTERS",
                Severity::Danger,
            ),
            // Seen: five rows became three, and the tool ended with success.
            (
                "no-check-unique-key-change",
                "OPTION_NO_CHECK_UNIQUE_KEY_CHANGE",
                Severity::Block,
            ),
            (
                "only-same-schema-fks",
                "OPTION_ONLY_SAME_SCHEMA_FKS",
                Severity::Danger,
            ),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::super::super::super::fixture::World;
    use super::*;
    use mysqler_contract::OptionSetting;

    #[test]
    fn a_guard_that_is_off_is_a_danger_and_one_that_is_on_is_nothing() {
        let mut world = World::calm();
        world.request.options.others = vec![OptionSetting::new("nocheck-plan", None)];
        assert_eq!(world.codes(), ["OPTION_NO_CHECK_PLAN"]);
        assert_eq!(world.findings()[0].severity, Severity::Danger);
        world.request.options.others = vec![OptionSetting::new("check-plan", None)];
        assert_eq!(world.codes(), Vec::<String>::new());
    }

    #[test]
    fn the_guard_against_a_new_unique_key_stays_on() {
        let mut world = World::calm();
        world.request.options.others = vec![OptionSetting::new("no-check-unique-key-change", None)];
        assert_eq!(world.findings()[0].severity, Severity::Block);
    }
}
