//! Replicas follow closely. Scope: the replicas now. `danger` where a watched one is stopped, or stays behind on
//! purpose and pt-osc watches it, since the copy then waits for as long as that lasts, its triggers in place; a filter on
//! one that pt-osc watches is `block`, for it refuses that. Unwatched, both are told by what the replica would miss. Lag alone is `info`, a minute of it `warn`.

use mysqler_contract::{Finding, Severity};

use super::super::super::context::{Context, list};
use super::super::{LagWatch, lag_watch};
use crate::ports::ReplicaState;

pub const CODES: &[&str] = &[
    "REPLICA_STOPPED",
    "REPLICA_DELAYED",
    "REPLICA_LAGS",
    "REPLICA_FILTERED",
    "REPLICA_NOT_REACHED",
];

/// Seconds of lag that do not pass while a person looks on.
const LONG_LAG_S: u64 = 60;

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let replicas = context
        .input
        .moment
        .map(|moment| moment.replicas.as_slice())
        .unwrap_or_default();
    // What the application cannot ask, it does not watch either.
    let unreached = match lag_watch(context) {
        LagWatch::Application => Severity::Warn,
        LagWatch::Tool | LagWatch::Nobody => Severity::Info,
    };
    replicas
        .iter()
        .flat_map(|replica| match &replica.state {
            Ok(state) => judge(context, &replica.name, state),
            Err(reason) => vec![
                Finding::new("REPLICA_NOT_REACHED", unreached)
                    .with("replica", &replica.name)
                    .with("reason", reason)
                    .not_proven(),
            ],
        })
        .collect()
}

fn judge(context: &Context<'_>, name: &str, state: &ReplicaState) -> Vec<Finding> {
    let watch = lag_watch(context);
    let finding = |code, severity| Finding::new(code, severity).with("replica", name);
    let grave = |watched| if watched { Severity::Danger } else { Severity::Warn };
    let holds_up = grave(watch != LagWatch::Nobody);
    let mut found = Vec::new();
    if let Some(thread) = &state.stopped {
        found.push(finding("REPLICA_STOPPED", holds_up).with("thread", thread));
    } else if state.delay_s > 0 {
        found.push(finding("REPLICA_DELAYED", grave(watch == LagWatch::Tool)).with("delay_s", state.delay_s));
    } else if let Some(lag) = state
        .lag_s
        .filter(|lag| *lag > u64::from(context.input.request.options.max_lag_s))
    {
        let severity = if lag >= LONG_LAG_S {
            Severity::Warn
        } else {
            Severity::Info
        };
        let limit = context.input.request.options.max_lag_s;
        found.push(
            finding("REPLICA_LAGS", severity)
                .with("lag_s", lag)
                .with("max_lag_s", limit),
        );
    }
    if !state.filters.is_empty() {
        let severity = if watch == LagWatch::Tool {
            Severity::Block
        } else {
            Severity::Danger
        };
        let filters = list(state.filters.iter().cloned());
        found.push(finding("REPLICA_FILTERED", severity).with("filters", filters));
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::ports::{ReplicaMoment, ReplicaState};
    use crate::preflight::fixture::World;
    use mysqler_contract::{RecursionMethod, Severity};

    fn with(state: Result<ReplicaState, String>) -> World {
        World::calm().at_moment(|moment| {
            moment.replicas = vec![ReplicaMoment {
                name: "db2:3306".into(),
                state,
            }];
        })
    }

    fn told(world: &World) -> Vec<(String, Severity)> {
        world
            .findings()
            .into_iter()
            .map(|finding| (finding.code, finding.severity))
            .collect()
    }

    #[test]
    fn lag_is_told_above_the_limit_and_graver_when_it_is_long() {
        let lagging = |lag_s| {
            told(&with(Ok(ReplicaState {
                lag_s: Some(lag_s),
                ..ReplicaState::default()
            })))
        };
        assert_eq!(lagging(1), []);
        assert_eq!(lagging(2), [("REPLICA_LAGS".to_owned(), Severity::Info)]);
        assert_eq!(lagging(60), [("REPLICA_LAGS".to_owned(), Severity::Warn)]);
    }

    #[test]
    fn a_stopped_delayed_or_filtered_replica_is_graver_when_it_is_watched() {
        let states = [
            ReplicaState {
                stopped: Some("SQL: No".into()),
                ..ReplicaState::default()
            },
            ReplicaState {
                delay_s: 3600,
                lag_s: Some(3600),
                ..ReplicaState::default()
            },
            ReplicaState {
                filters: vec!["replicate_do_db=shop".into()],
                ..ReplicaState::default()
            },
        ];
        let severities = |unwatched: bool| {
            states.clone().map(|state| {
                let mut world = with(Ok(state));
                if unwatched {
                    world.request.options.recursion_method = RecursionMethod::None;
                }
                told(&world).remove(0)
            })
        };
        assert_eq!(
            severities(false).map(|(_, severity)| severity),
            [Severity::Danger, Severity::Danger, Severity::Block]
        );
        assert_eq!(
            severities(true).map(|(_, severity)| severity),
            [Severity::Warn, Severity::Warn, Severity::Danger]
        );
        assert_eq!(
            severities(false).map(|(code, _)| code),
            ["REPLICA_STOPPED", "REPLICA_DELAYED", "REPLICA_FILTERED"]
        );
    }

    #[test]
    fn a_replica_out_of_reach_is_not_called_fine() {
        let world = with(Err("no answer within 1500 ms".into()));
        assert_eq!(world.codes(), ["REPLICA_NOT_REACHED"]);
        assert!(!world.findings()[0].proven);
        assert_eq!(with(Ok(ReplicaState::default())).codes(), Vec::<String>::new());
    }
}
