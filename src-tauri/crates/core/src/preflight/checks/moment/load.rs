//! Load thresholds leave room above the server's present load. Scope: options and server. `block` where the copy would
//! wait for ever or abort at once, with a threshold that leaves room a click away; `warn` when the server could not be
//! read.

use mysqler_contract::{Finding, Fix, LoadThreshold, Severity};

use super::super::super::context::Context;
use crate::plan::{HEADROOM_CRITICAL, HEADROOM_MAX};

pub const CODES: &[&str] = &[
    "MAX_LOAD_TOO_LOW",
    "CRITICAL_LOAD_TOO_LOW",
    "CRITICAL_BELOW_MAX",
    "LOAD_VARIABLE_UNKNOWN",
];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let options = &context.input.request.options;
    let mut found = Vec::new();
    for (code, thresholds) in [
        ("MAX_LOAD_TOO_LOW", &options.max_load),
        ("CRITICAL_LOAD_TOO_LOW", &options.critical_load),
    ] {
        found.extend(
            thresholds
                .iter()
                .filter_map(|threshold| against_present(context, code, threshold)),
        );
    }
    for critical in &options.critical_load {
        let max = options
            .max_load
            .iter()
            .find(|max| max.variable.eq_ignore_ascii_case(&critical.variable));
        if let Some(max) = max.filter(|max| is_below(critical, max)) {
            let finding =
                Finding::new("CRITICAL_BELOW_MAX", Severity::Block).with("variable", &critical.variable);
            let room = max.value.saturating_add(HEADROOM_CRITICAL - HEADROOM_MAX);
            found.push(
                finding
                    .with("critical", critical.value)
                    .with("max", max.value)
                    .fix(raised("critical_load", &options.critical_load, critical, room)),
            );
        }
    }
    found
}

/// The tool waits, or ends, at the threshold already, not only above it.
pub fn is_reached(threshold: &LoadThreshold, present: u64) -> bool {
    threshold.value <= present
}

/// The run would end where it is to wait.
pub fn is_below(critical: &LoadThreshold, max: &LoadThreshold) -> bool {
    critical.variable.eq_ignore_ascii_case(&max.variable) && critical.value <= max.value
}

fn against_present(context: &Context<'_>, code: &str, threshold: &LoadThreshold) -> Option<Finding> {
    let name = threshold.variable.to_lowercase();
    let options = &context.input.request.options;
    let (option, all, headroom) = match code {
        "MAX_LOAD_TOO_LOW" => ("max_load", &options.max_load, HEADROOM_MAX),
        _ => ("critical_load", &options.critical_load, HEADROOM_CRITICAL),
    };
    let finding = |code, severity| Finding::new(code, severity).with("variable", &threshold.variable);
    let query = format!("SHOW GLOBAL STATUS LIKE '{}'", name.replace('\'', "''"));
    let Some(present) = context.input.server.status.get(&name) else {
        return Some(
            finding("LOAD_VARIABLE_UNKNOWN", Severity::Warn)
                .query(query)
                .not_proven(),
        );
    };
    is_reached(threshold, *present).then(|| {
        finding(code, Severity::Block)
            .with("value", threshold.value)
            .with("present", present)
            .query(query)
            .fix(raised(option, all, threshold, present.saturating_add(headroom)))
    })
}

/// The option's whole list, as pt-osc writes it, with one of its thresholds at another value.
fn raised(option: &str, all: &[LoadThreshold], which: &LoadThreshold, to: u64) -> Fix {
    let each = all.iter().map(|threshold| {
        let value = if threshold == which { to } else { threshold.value };
        format!("{}={value}", threshold.variable)
    });
    Fix::SetOption {
        option: option.to_owned(),
        value: Some(each.collect::<Vec<_>>().join(",")),
    }
}

#[cfg(test)]
mod tests {
    use crate::preflight::fixture::World;
    use mysqler_contract::{Fix, LoadThreshold};

    fn threshold(variable: &str, value: u64) -> Vec<LoadThreshold> {
        vec![LoadThreshold {
            variable: variable.into(),
            value,
        }]
    }

    #[test]
    fn a_threshold_at_the_idle_load_would_wait_for_ever() {
        let mut world = World::calm();
        world.request.options.max_load = threshold("Threads_running", 3);
        assert_eq!(world.codes(), ["MAX_LOAD_TOO_LOW"]);
        let room = Fix::SetOption {
            option: "max_load".into(),
            value: Some("Threads_running=28".into()),
        };
        assert_eq!(world.findings()[0].fixes, [room]);
        world.request.options.max_load = threshold("Threads_running", 4);
        assert_eq!(world.codes(), Vec::<String>::new());
    }

    #[test]
    fn a_critical_threshold_stands_above_the_other_and_above_the_present() {
        let mut world = World::calm();
        world.request.options.critical_load = threshold("threads_running", 25);
        assert_eq!(world.codes(), ["CRITICAL_BELOW_MAX"]);
        world.request.options.max_load.clear();
        assert_eq!(world.codes(), Vec::<String>::new());
        world.request.options.critical_load = threshold("Threads_running", 2);
        assert_eq!(world.codes(), ["CRITICAL_LOAD_TOO_LOW"]);
        world.request.options.critical_load = threshold("No_such", 2);
        assert_eq!(world.codes(), ["LOAD_VARIABLE_UNKNOWN"]);
    }
}
