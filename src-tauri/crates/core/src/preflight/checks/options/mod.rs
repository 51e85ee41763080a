//! Checks of the options: whether the tool can be given them together, and what a dangerous one can lose.

mod acceptable;
mod guards;
mod kept;
mod values;

use mysqler_contract::{Finding, Fix, Scope, Severity};

use super::super::context::Context;
use super::Rule;
use crate::options::find;

pub const RULES: &[Rule] = rules![
    Clause acceptable for PtOsc,
    Clause guards for PtOsc,
    Table kept for PtOsc,
    Rows values for PtOsc,
];

/// A finding for each of these settings that was given, under the code that the catalogue knows it by; one click takes
/// the option away.
fn told(context: &Context<'_>, told: &[(&'static str, &'static str, Severity)]) -> Vec<Finding> {
    let given = |name: &str| {
        let others = &context.input.request.options.others;
        others
            .iter()
            .find(|other| find(&other.name).is_some_and(|found| found.name() == name))
    };
    told.iter()
        .filter_map(|(name, code, severity)| {
            let setting = given(name)?;
            Some(
                Finding::new(code, *severity)
                    .with("option", setting)
                    .with("table", context.table_name())
                    .fix(away(&setting.name)),
            )
        })
        .collect()
}

fn away(option: &str) -> Fix {
    Fix::SetOption {
        option: option.to_owned(),
        value: None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::super::fixture::World;
    use super::*;
    use crate::options::catalogue::{CATALOGUE, Kind, Policy};
    use mysqler_contract::OptionSetting;

    /// A value that the kind takes, for any option.
    fn example(kind: Kind) -> Option<&'static str> {
        match kind {
            Kind::Flag => None,
            Kind::Server => Some("h=r1"),
            Kind::Tries => Some("copy_rows:5:1"),
            Kind::Thresholds | Kind::Variables => Some("a=1"),
            Kind::Choice(values) => Some(values[0]),
            _ => Some("2"),
        }
    }

    #[test]
    fn every_dangerous_option_is_explained_and_stands_in_the_way_and_every_open_one_is_silent() {
        let registered: BTreeSet<&str> = RULES.iter().flat_map(|rule| rule.codes).copied().collect();
        let mut dangerous = 0;
        for entry in CATALOGUE {
            let mut world = World::calm();
            world.request.options.others = vec![OptionSetting::new(&entry.setting(), example(entry.kind))];
            match entry.policy {
                Policy::Dangerous => {
                    let findings = world.findings();
                    let explained = findings.iter().find(|finding| finding.code == entry.code());
                    let explained =
                        explained.unwrap_or_else(|| panic!("--{} is not explained", entry.setting()));
                    assert!(explained.severity >= Severity::Danger, "--{}", entry.setting());
                    assert_eq!(explained.fixes, [away(&entry.setting())]);
                    assert!(registered.contains(entry.code().as_str()));
                    dangerous += 1;
                }
                Policy::Open if entry.needs.is_empty() => {
                    assert_eq!(world.codes(), Vec::<String>::new(), "--{}", entry.name)
                }
                Policy::Open => {}
                Policy::Field(_) | Policy::Ours | Policy::Refused(_) => {
                    assert!(
                        world
                            .findings()
                            .iter()
                            .any(|finding| finding.severity == Severity::Block),
                        "--{}",
                        entry.name
                    );
                }
            }
        }
        assert!(dangerous >= 12, "{dangerous}");
    }
}
