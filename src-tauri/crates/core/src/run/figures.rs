//! What a person looks at before the tables change places, read from the server at the moment of asking.

use std::time::Duration;

use mysqler_contract::{
    Difference, Engine, GateCount, GateFigures, GateLoad, GateLock, GateReplica, LoadThreshold, Params, Plan,
    Result, RunId, RunView, TableRef, Timestamp, Tuning,
};

use crate::Core;
use crate::ports::{MomentFacts, Target};
use crate::session::is_protected;

/// A transaction that is open for longer is told, s.
const LONG_S: u64 = 10;
/// Transactions that are told.
const TRANSACTIONS: usize = 10;
/// What looking for holders of the lock may take.
const MOMENT: Duration = Duration::from_secs(4);
/// Holders that are named.
const NAMED: usize = 3;
/// Watched whether or not a threshold stands on it.
const ALWAYS: &str = "Threads_running";

impl Core {
    /// Locks on the run's table, long transactions, replicas and load, as they are now, and what of it stands in the way
    /// of the swap. Touches nothing.
    pub async fn run_gate(&self, id: &RunId) -> Result<GateFigures> {
        let detail = self.ports.runs.detail(id).await?;
        let (view, plan) = (detail.view, detail.plan);
        // Asked again and again by a page that stands open.
        let target = self.target_of_unnoticed(&plan).await?;
        let tuning = tuning_of(&view, &plan);
        let names = variables(&tuning);
        let servers = &self.ports.servers;
        let (moment, load) = tokio::join!(
            servers.moment(&target, &plan.request.table),
            servers.load(&target, &names)
        );
        let load = load.unwrap_or_default();
        let counters = names.iter().filter_map(|name| {
            let threshold = |all: &[LoadThreshold]| {
                let found = all.iter().find(|one| one.variable.eq_ignore_ascii_case(name));
                found.map(|one| one.value)
            };
            Some(GateLoad {
                variable: name.clone(),
                value: *load.get(name)?,
                max: threshold(&tuning.max_load),
                critical: threshold(&tuning.critical_load),
            })
        });
        let load = counters.collect();
        let now = self.ports.clock.now();
        Ok(figures(now, moment?, load, &view, &plan, &tuning))
    }
}

/// What holds for the run now.
pub(super) fn tuning_of(view: &RunView, plan: &Plan) -> Tuning {
    let last = view.retunings.last().map(|last| last.tuning.clone());
    last.unwrap_or_else(|| Tuning::of(&plan.request.options))
}

fn variables(tuning: &Tuning) -> Vec<String> {
    let mut names = vec![ALWAYS.to_owned()];
    for threshold in tuning.max_load.iter().chain(&tuning.critical_load) {
        if !names
            .iter()
            .any(|name| name.eq_ignore_ascii_case(&threshold.variable))
        {
            names.push(threshold.variable.clone());
        }
    }
    names
}

fn figures(
    at: Timestamp,
    moment: MomentFacts,
    load: Vec<GateLoad>,
    view: &RunView,
    plan: &Plan,
    tuning: &Tuning,
) -> GateFigures {
    let ours = |id: u64| view.sessions.contains(&id);
    let locks = moment.table_locks.map(|locks| {
        let mut locks: Vec<GateLock> = locks
            .into_iter()
            .filter(|lock| !ours(lock.session.id))
            .map(|lock| GateLock {
                protected: is_protected(&lock.session),
                session: lock.session,
                lock: lock.lock,
                granted: lock.granted,
            })
            .collect();
        locks.sort_by_key(|lock| (!lock.granted, std::cmp::Reverse(lock.session.busy_seconds())));
        // A session may have the same lock more than once.
        locks.dedup_by(|a, b| a.session.id == b.session.id && a.lock == b.lock && a.granted == b.granted);
        locks
    });
    let transactions = moment.transactions.map(|open| {
        open.into_iter()
            .filter(|session| !ours(session.id) && session.busy_seconds() >= LONG_S)
            .take(TRANSACTIONS)
            .collect()
    });
    let replicas = moment.replicas.into_iter().map(|replica| match replica.state {
        Ok(state) => GateReplica {
            name: replica.name,
            // What it stays behind on purpose is no lag.
            lag_s: state.lag_s.map(|lag| lag.saturating_sub(state.delay_s)),
            trouble: state.stopped,
        },
        Err(why) => GateReplica {
            name: replica.name,
            lag_s: None,
            trouble: Some(why),
        },
    });
    let mut figures = GateFigures {
        at,
        locks,
        transactions,
        replicas: replicas.collect(),
        load,
        obstacles: Vec::new(),
    };
    figures.obstacles = obstacles(&figures, view, plan, tuning);
    figures
}

/// The worst first. Nothing of this keeps a person from swapping but rows that differ.
fn obstacles(figures: &GateFigures, view: &RunView, plan: &Plan, tuning: &Tuning) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut tell = |what: &str, params: &[(&str, String)]| {
        let params = params
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()));
        found.push(Difference {
            what: what.to_owned(),
            params: params.collect::<Params>(),
        });
    };
    if super::checksum::difference(view).is_some() || matches!(view.gate, Some(GateCount::Different { .. })) {
        tell("rows_differ", &[]);
    }
    match &figures.locks {
        None => tell("locks_unknown", &[]),
        Some(locks) => {
            let patience = u64::from(plan.request.options.lock_wait_timeout_s);
            let mut holding: Vec<_> = locks
                .iter()
                .filter(|lock| lock.granted && lock.session.busy_seconds() >= patience)
                .collect();
            holding.dedup_by_key(|lock| lock.session.id);
            if let Some(longest) = holding.iter().map(|lock| lock.session.busy_seconds()).max() {
                let count = holding.len().to_string();
                tell("lock_held", &[("count", count), ("seconds", longest.to_string())]);
            }
        }
    }
    for load in &figures.load {
        if let Some(max) = load.max.filter(|max| load.value >= *max) {
            let values = [("value", load.value.to_string()), ("max", max.to_string())];
            tell(
                "load_high",
                &[&[("variable", load.variable.clone())][..], &values[..]].concat(),
            );
        }
    }
    for replica in &figures.replicas {
        let name = ("name", replica.name.clone());
        match (&replica.trouble, replica.lag_s) {
            (Some(why), _) => tell("replica_stopped", &[name, ("why", why.clone())]),
            (None, Some(lag)) if lag > u64::from(tuning.max_lag_s.unwrap_or(u32::MAX)) => {
                tell("replica_behind", &[name, ("seconds", lag.to_string())]);
            }
            _ => {}
        }
    }
    if matches!(view.gate, Some(GateCount::NotCounted { .. })) && plan.engine == Engine::PtOsc {
        tell("rows_not_proven", &[]);
    }
    found
}

/// Sessions but `own` that have held a lock on the table for so many seconds; `None` where there is none, or none is
/// told.
pub(super) async fn lock_holders(
    core: &Core,
    target: &Target,
    table: &TableRef,
    own: &[u64],
    seconds: u64,
) -> Option<String> {
    let asked = core.ports.servers.moment(target, table);
    let moment = tokio::time::timeout(MOMENT, asked).await.ok()?.ok()?;
    let locks = moment.table_locks.unwrap_or_default();
    let mut sessions: Vec<_> = locks
        .iter()
        .filter(|lock| lock.granted && lock.session.busy_seconds() >= seconds)
        .map(|lock| &lock.session)
        .filter(|session| !own.contains(&session.id))
        .collect();
    sessions.sort_by_key(|session| std::cmp::Reverse(session.busy_seconds()));
    sessions.dedup_by_key(|session| session.id);
    let told = sessions.iter().take(NAMED).map(|session| {
        let (id, user, host) = (session.id, &session.user, &session.host);
        format!("session {id} ({user}@{host}, {} s)", session.busy_seconds())
    });
    let told: Vec<String> = told.collect();
    (!told.is_empty()).then(|| told.join(", "))
}

#[cfg(test)]
mod tests {
    use mysqler_contract::WorkKind;

    use super::*;
    use crate::ports::{ReplicaMoment, ReplicaState, TableLock};
    use crate::preflight::fixture::server_session;
    use crate::run::fixture;

    fn lock(id: u64, seconds: u64, granted: bool) -> TableLock {
        TableLock {
            session: server_session(id, seconds),
            lock: "SHARED_READ".into(),
            granted,
        }
    }

    fn told(moment: MomentFacts, load: u64) -> GateFigures {
        let plan = fixture::plan(WorkKind::ChunkedCopy);
        let mut view = fixture::worked(&plan, 10_000);
        view.sessions = vec![7];
        let tuning = tuning_of(&view, &plan);
        let load = vec![GateLoad {
            variable: "Threads_running".into(),
            value: load,
            max: Some(25),
            critical: Some(50),
        }];
        figures(Timestamp(1), moment, load, &view, &plan, &tuning)
    }

    fn names(figures: &GateFigures) -> Vec<&str> {
        figures.obstacles.iter().map(|one| one.what.as_str()).collect()
    }

    #[test]
    fn a_lock_that_outlasts_a_try_of_the_swap_stands_in_the_way_and_our_own_sessions_do_not() {
        let moment = |locks| MomentFacts {
            table_locks: Some(locks),
            ..MomentFacts::default()
        };
        assert!(names(&told(moment(vec![lock(7, 900, true), lock(8, 0, true)]), 3)).is_empty());
        let held = told(moment(vec![lock(9, 0, false), lock(8, 900, true)]), 3);
        assert_eq!(names(&held), ["lock_held"]);
        assert_eq!(held.obstacles[0].params["seconds"], "900");
        let first = held.locks.expect("told").remove(0);
        assert_eq!(
            (first.session.id, first.granted),
            (8, true),
            "who holds it comes first"
        );
        assert_eq!(names(&told(MomentFacts::default(), 3)), ["locks_unknown"]);
    }

    #[test]
    fn a_loaded_server_and_replicas_behind_are_told_but_not_what_is_behind_on_purpose() {
        let replica = |lag, delay_s, stopped: Option<&str>| ReplicaMoment {
            name: "r:3306".into(),
            state: Ok(ReplicaState {
                lag_s: lag,
                delay_s,
                stopped: stopped.map(str::to_owned),
                filters: Vec::new(),
            }),
        };
        let moment = MomentFacts {
            table_locks: Some(Vec::new()),
            replicas: vec![
                replica(Some(3600), 3600, None),
                replica(Some(40), 0, None),
                replica(None, 0, Some("SQL: No")),
            ],
            ..MomentFacts::default()
        };
        assert_eq!(
            names(&told(moment, 25)),
            ["load_high", "replica_behind", "replica_stopped"]
        );
    }
}
