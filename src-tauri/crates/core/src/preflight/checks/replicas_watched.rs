//! Replicas that exist are watched for lag. Scope: options and launch. `warn`: the copy then runs as fast as the primary
//! takes it, and replicas fall behind.

use mysqler_contract::{Finding, Flavour, RecursionMethod, Severity};

use super::super::context::{Context, list};

pub const CODES: &[&str] = &["REPLICAS_NOT_WATCHED", "REPLICAS_BEHIND_TLS_PIN"];

/// Whether pt-osc would ask the replicas, where there are any.
pub fn watches_replicas(context: &Context<'_>) -> bool {
    context.input.server.flavour != Flavour::MariaDb
        && context.input.request.options.recursion_method != RecursionMethod::None
        && !is_pinned(context)
}

/// A session that is pinned to the source's certificate reaches no replica.
fn is_pinned(context: &Context<'_>) -> bool {
    let launch = context.input.launch.and_then(Result::ok);
    launch.is_some_and(|launch| {
        launch
            .defaults
            .iter()
            .any(|line| line.trim_start().starts_with("ssl-fp"))
    })
}

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let server = context.input.server;
    // On MariaDB nothing is watched whatever was chosen; that has a finding of its own.
    if server.replicas.is_empty() || server.flavour == Flavour::MariaDb {
        return Vec::new();
    }
    let code = if context.input.request.options.recursion_method == RecursionMethod::None {
        "REPLICAS_NOT_WATCHED"
    } else if is_pinned(context) {
        "REPLICAS_BEHIND_TLS_PIN"
    } else {
        return Vec::new();
    };
    vec![Finding::new(code, Severity::Warn).with("replicas", list(server.replicas.iter().cloned()))]
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::World;
    use mysqler_contract::RecursionMethod;

    #[test]
    fn unwatched_replicas_are_told_with_the_cause() {
        let mut world = World::calm();
        world.request.options.recursion_method = RecursionMethod::None;
        assert_eq!(
            world.codes(),
            Vec::<String>::new(),
            "no replicas, nothing to watch"
        );
        world.server.replicas = vec!["db2:3306".into()];
        assert_eq!(world.codes(), ["REPLICAS_NOT_WATCHED"]);
        world.request.options.recursion_method = RecursionMethod::Auto;
        assert_eq!(world.codes(), Vec::<String>::new());
        if let Some(Ok(launch)) = &mut world.launch {
            launch.defaults.push("ssl-fp=AB12".into());
        }
        assert_eq!(world.codes(), ["REPLICAS_BEHIND_TLS_PIN"]);
    }
}
