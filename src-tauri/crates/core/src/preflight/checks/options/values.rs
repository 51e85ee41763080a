//! An option that itself leaves rows behind or puts other values in their place. Scope: options and rows. `block` where
//! rows would be gone with the swap; `danger` where the loss is what the option is for.

use mysqler_contract::{Finding, Severity};

use super::super::super::context::Context;
use super::told;

pub const CODES: &[&str] = &["OPTION_DEFAULT_ENGINE", "OPTION_NULL_TO_NOT_NULL", "OPTION_WHERE"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    told(
        context,
        &[
            ("default-engine", "OPTION_DEFAULT_ENGINE", Severity::Danger),
            ("null-to-not-null", "OPTION_NULL_TO_NOT_NULL", Severity::Danger),
            ("where", "OPTION_WHERE", Severity::Block),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::super::super::super::fixture::World;
    use super::*;
    use mysqler_contract::OptionSetting;

    #[test]
    fn a_part_of_the_rows_is_never_swapped_in_for_the_whole() {
        let mut world = World::calm();
        world.request.options.others = vec![OptionSetting::new("where", Some("id > 5"))];
        assert_eq!(
            (world.codes(), world.findings()[0].severity),
            (vec!["OPTION_WHERE".into()], Severity::Block)
        );
        world.request.options.others.clear();
        assert_eq!(world.codes(), Vec::<String>::new());
    }
}
