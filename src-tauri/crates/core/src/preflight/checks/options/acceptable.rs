//! The tool can be given these options together, and every one is a person's to set. Scope: options. All `block`, but
//! for a pace that is said twice (`info`: the fixed size wins).

use mysqler_contract::{Finding, OptionProblem, Severity};

use super::super::super::context::Context;
use super::away;
use crate::options::{is_harmless, problems};

pub const CODES: &[&str] = &[
    "OPTION_CLASH",
    "OPTION_NEEDS",
    "OPTION_OURS",
    "OPTION_PACE_TWICE",
    "OPTION_REFUSED_CONTAINER",
    "OPTION_REFUSED_FOREIGN_KEYS",
    "OPTION_REFUSED_IDLE",
    "OPTION_REFUSED_PROOF",
    "OPTION_REFUSED_SECRET",
    "OPTION_REFUSED_SUPERSEDED",
    "OPTION_TWICE",
    "OPTION_UNKNOWN",
    "OPTION_VALUE",
];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let found = problems(&context.input.request.options);
    found.iter().map(finding).collect()
}

fn finding(problem: &OptionProblem) -> Finding {
    let code = match problem.reason.as_str() {
        _ if is_harmless(problem) => "OPTION_PACE_TWICE",
        "clash" => "OPTION_CLASH",
        "needs" => "OPTION_NEEDS",
        "ours" => "OPTION_OURS",
        "refused_container" => "OPTION_REFUSED_CONTAINER",
        "refused_foreign_keys" => "OPTION_REFUSED_FOREIGN_KEYS",
        "refused_idle" => "OPTION_REFUSED_IDLE",
        "refused_proof" => "OPTION_REFUSED_PROOF",
        "refused_secret" | "server_secret" => "OPTION_REFUSED_SECRET",
        "refused_superseded" => "OPTION_REFUSED_SUPERSEDED",
        "twice" | "field" => "OPTION_TWICE",
        "unknown" => "OPTION_UNKNOWN",
        _ => "OPTION_VALUE",
    };
    let severity = match code {
        "OPTION_PACE_TWICE" => Severity::Info,
        _ => Severity::Block,
    };
    let mut finding = Finding::new(code, severity).with("option", &problem.option);
    finding.params.extend(problem.params.clone());
    if code == "OPTION_VALUE" && !finding.params.contains_key("expected") {
        finding = finding.with("expected", "…");
    }
    match code {
        "OPTION_PACE_TWICE" => finding.fix(away("chunk_size")),
        _ => finding.fix(away(&problem.option)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::super::fixture::World;
    use mysqler_contract::{ForeignKeysMethod, OptionSetting};

    fn codes(others: &[(&str, Option<&str>)]) -> Vec<String> {
        let mut world = World::calm();
        world.request.options.others = others
            .iter()
            .map(|(name, value)| OptionSetting::new(name, *value))
            .collect();
        world.codes()
    }

    #[test]
    fn an_option_that_no_one_may_set_blocks_and_says_why() {
        for (name, value, code) in [
            ("made-up", None, "OPTION_UNKNOWN"),
            ("host", Some("db2"), "OPTION_OURS"),
            ("password", None, "OPTION_REFUSED_SECRET"),
            ("check-replica-lag", Some("h=a,p=b"), "OPTION_REFUSED_SECRET"),
            ("no-swap-tables", None, "OPTION_REFUSED_PROOF"),
            ("pid", Some("/tmp/x"), "OPTION_REFUSED_CONTAINER"),
            ("help", None, "OPTION_REFUSED_IDLE"),
            ("pause-file", Some("/tmp/x"), "OPTION_REFUSED_SUPERSEDED"),
            ("chunk-time", Some("1"), "OPTION_TWICE"),
            ("recurse", Some("many"), "OPTION_VALUE"),
            ("binary-index", None, "OPTION_NEEDS"),
        ] {
            assert_eq!(codes(&[(name, value)]), [code], "--{name}");
        }
    }

    #[test]
    fn options_that_contradict_each_other_block() {
        assert_eq!(
            codes(&[("data-dir", Some("/a")), ("remove-data-dir", None)]),
            ["OPTION_CLASH"]
        );
        assert_eq!(codes(&[("data-dir", Some("/a"))]), Vec::<String>::new());
        let mut world = World::calm();
        world.request.options.others = vec![OptionSetting::new("no-drop-new-table", None)];
        world.request.options.foreign_keys_method = Some(ForeignKeysMethod::DropSwap);
        assert!(world.codes().contains(&"OPTION_CLASH".to_owned()));
    }

    #[test]
    fn a_fixed_size_beside_a_time_is_told() {
        let mut world = World::calm();
        world.request.options.chunk_size = Some(1000);
        assert_eq!(world.codes(), ["OPTION_PACE_TWICE"]);
        world.request.options.chunk_time_ms = None;
        assert_eq!(world.codes(), Vec::<String>::new());
    }
}
