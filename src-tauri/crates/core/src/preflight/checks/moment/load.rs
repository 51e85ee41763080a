//! Load thresholds leave room above the server's present load. Scope: options and server. `block` where the copy would
//! wait for ever or abort at once; `warn` when the server could not be read.

use mysqler_contract::{Finding, LoadThreshold, Severity};

use super::super::super::context::Context;

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
        if let Some(max) = max.filter(|max| critical.value <= max.value) {
            let finding =
                Finding::new("CRITICAL_BELOW_MAX", Severity::Block).with("variable", &critical.variable);
            found.push(finding.with("critical", critical.value).with("max", max.value));
        }
    }
    found
}

fn against_present(context: &Context<'_>, code: &str, threshold: &LoadThreshold) -> Option<Finding> {
    let name = threshold.variable.to_lowercase();
    let finding = |code, severity| Finding::new(code, severity).with("variable", &threshold.variable);
    let query = format!("SHOW GLOBAL STATUS LIKE '{}'", name.replace('\'', "''"));
    let Some(present) = context.input.server.status.get(&name) else {
        return Some(
            finding("LOAD_VARIABLE_UNKNOWN", Severity::Warn)
                .query(query)
                .not_proven(),
        );
    };
    // The tool waits at the threshold already, not only above it.
    (threshold.value <= *present).then(|| {
        finding(code, Severity::Block)
            .with("value", threshold.value)
            .with("present", present)
            .query(query)
    })
}

#[cfg(test)]
mod tests {
    use crate::preflight::fixture::World;
    use mysqler_contract::LoadThreshold;

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
