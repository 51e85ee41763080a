//! Replicas that exist are watched for lag: by pt-osc, or by the application where pt-osc cannot. Scope: options, launch
//! and the replicas' answers. `warn` where nobody watches: the copy then runs as fast as the primary takes it, and
//! replicas fall behind. That the application does is `info`, since it has to run for that.

use std::net::IpAddr;

use mysqler_contract::{Connection, Engine, Finding, Flavour, NetworkChoice, RecursionMethod, Severity};

use super::super::context::{Context, list};

const BY_APP: &str = "REPLICAS_WATCHED_BY_APP";

pub const CODES: &[&str] = &[
    "REPLICAS_NOT_WATCHED",
    "REPLICAS_BEHIND_TLS_PIN",
    "REPLICAS_AT_LOOPBACK",
    "REPLICAS_OUT_OF_REACH",
    BY_APP,
];

/// Who sees to it that the copy waits for replicas, where there are any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LagWatch {
    Tool,
    /// pt-osc asks MariaDB in words that it does not know, or that a distribution's build does not; and through a
    /// tunnel it reaches one server.
    Application,
    Nobody,
}

/// Which servers the tool's sessions reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    Any,
    /// They take the primary's certificate only.
    Pinned,
    /// The one at the tunnel's end.
    Tunnel,
}

impl Reach {
    pub fn of(connection: &Connection, pinned: bool) -> Self {
        match connection.tunnel {
            Some(_) => Self::Tunnel,
            None if pinned => Self::Pinned,
            None => Self::Any,
        }
    }
}

impl LagWatch {
    pub fn of(engine: Engine, flavour: Flavour, method: RecursionMethod, reach: Reach) -> Self {
        let asks_only_itself = flavour == Flavour::MariaDb || reach == Reach::Tunnel;
        match engine {
            _ if method == RecursionMethod::None => Self::Nobody,
            Engine::PtOsc if asks_only_itself => Self::Application,
            _ if asks_only_itself || reach == Reach::Pinned => Self::Nobody,
            _ => Self::Tool,
        }
    }
}

pub fn lag_watch(context: &Context<'_>) -> LagWatch {
    let input = context.input;
    let method = input.request.options.recursion_method;
    let reach = Reach::of(input.connection, is_pinned(context));
    LagWatch::of(input.engine, input.server.flavour, method, reach)
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
    if server.replicas.is_empty() {
        return Vec::new();
    }
    let (code, severity) = match lag_watch(context) {
        _ if context.input.request.options.recursion_method == RecursionMethod::None => {
            ("REPLICAS_NOT_WATCHED", Severity::Warn)
        }
        LagWatch::Application => return by_application(context),
        LagWatch::Tool => return at_loopback(context),
        LagWatch::Nobody if is_pinned(context) => ("REPLICAS_BEHIND_TLS_PIN", Severity::Warn),
        LagWatch::Nobody => return Vec::new(),
    };
    vec![Finding::new(code, severity).with("replicas", list(server.replicas.iter().cloned()))]
}

/// The tool asks from inside its container, where such an address is the container itself.
fn at_loopback(context: &Context<'_>) -> Vec<Finding> {
    let launch = context.input.launch.and_then(Result::ok);
    if launch.is_none_or(|launch| launch.network == NetworkChoice::Host) {
        return Vec::new();
    }
    let replicas = context.input.server.replicas.iter();
    let unreached: Vec<String> = replicas.filter(|name| is_loopback(name)).cloned().collect();
    if unreached.is_empty() {
        return Vec::new();
    }
    vec![Finding::new("REPLICAS_AT_LOOPBACK", Severity::Warn).with("replicas", list(unreached))]
}

fn is_loopback(name: &str) -> bool {
    let host = name.rsplit_once(':').map_or(name, |(host, _)| host);
    let address: Result<IpAddr, _> = host.trim_matches(['[', ']']).parse();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

/// Each that does not answer has a finding of its own.
fn by_application(context: &Context<'_>) -> Vec<Finding> {
    let Some(moment) = context.input.moment else {
        return Vec::new();
    };
    let reached = moment.replicas.iter().filter(|one| one.state.is_ok());
    let reached: Vec<String> = reached.map(|one| one.name.clone()).collect();
    if reached.is_empty() {
        let replicas = list(context.input.server.replicas.iter().cloned());
        return vec![Finding::new("REPLICAS_OUT_OF_REACH", Severity::Warn).with("replicas", replicas)];
    }
    let limit = context.input.request.options.max_lag_s;
    let finding = Finding::new(BY_APP, Severity::Info);
    vec![finding.with("replicas", list(reached)).with("max_lag_s", limit)]
}

/// The replicas that answered while the plan was made, where the application watches them.
pub fn watched_by_app(findings: &[Finding]) -> impl Iterator<Item = String> {
    let told = findings.iter().find(|finding| finding.code == BY_APP);
    let names = told.and_then(|finding| finding.params.get("replicas"));
    let names = names.into_iter().flat_map(|names| names.split(", "));
    names.map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::World;
    use crate::ports::{ReplicaMoment, ReplicaState};
    use mysqler_contract::{Flavour, NetworkChoice, RecursionMethod, Severity};

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

    #[test]
    fn a_replica_that_the_server_lists_at_loopback_is_out_of_a_containers_reach() {
        let mut world = World::calm();
        world.server.replicas = vec!["127.0.0.1:33962".into(), "db2:3306".into()];
        let network = |world: &mut World, network| {
            if let Some(Ok(launch)) = &mut world.launch {
                launch.network = network;
            }
        };
        network(&mut world, NetworkChoice::Bridge);
        let codes = world.codes();
        assert!(codes.contains(&"REPLICAS_AT_LOOPBACK".to_owned()), "{codes:?}");
        let finding = world
            .findings()
            .into_iter()
            .find(|one| one.code == "REPLICAS_AT_LOOPBACK");
        let named = finding.and_then(|finding| finding.params.get("replicas").cloned());
        assert_eq!(named.as_deref(), Some("127.0.0.1:33962"));
        network(&mut world, NetworkChoice::Host);
        assert!(!world.codes().contains(&"REPLICAS_AT_LOOPBACK".to_owned()));
        assert!(super::is_loopback("[::1]:3306") && super::is_loopback("localhost:3306"));
        assert!(!super::is_loopback("10.0.0.1:3306"));
    }

    fn mariadb(states: Vec<Result<ReplicaState, String>>) -> World {
        let mut world = World::calm();
        world.server.flavour = Flavour::MariaDb;
        let named = |at: usize| format!("db{at}:3306");
        world.server.replicas = (0..states.len()).map(named).collect();
        world.at_moment(|moment| {
            let each = states.into_iter().enumerate();
            moment.replicas = each
                .map(|(at, state)| ReplicaMoment {
                    name: named(at),
                    state,
                })
                .collect();
        })
    }

    #[test]
    fn on_mariadb_the_application_watches_whom_it_reaches() {
        let told = |world: &World| {
            let findings = world.findings().into_iter();
            findings
                .map(|finding| (finding.code, finding.severity))
                .collect::<Vec<_>>()
        };
        let follows = || {
            Ok(ReplicaState {
                lag_s: Some(0),
                ..ReplicaState::default()
            })
        };
        assert_eq!(told(&mariadb(Vec::new())), [], "no replicas, nothing to watch");
        assert_eq!(
            told(&mariadb(vec![follows()])),
            [("REPLICAS_WATCHED_BY_APP".to_owned(), Severity::Info)]
        );
        let one_of_two = told(&mariadb(vec![follows(), Err("access denied".into())]));
        assert!(one_of_two.contains(&("REPLICA_NOT_REACHED".to_owned(), Severity::Warn)));
        let none = told(&mariadb(vec![Err("access denied".into())]));
        assert!(none.contains(&("REPLICAS_OUT_OF_REACH".to_owned(), Severity::Warn)));
        let two = mariadb(vec![follows(), Err("access denied".into()), follows()]);
        let named: Vec<String> = super::watched_by_app(&two.findings()).collect();
        assert_eq!(named, ["db0:3306", "db2:3306"], "those that a run has to hear of");
        assert_eq!(super::watched_by_app(&[]).count(), 0);
        let mut unwanted = mariadb(vec![follows()]);
        unwanted.request.options.recursion_method = RecursionMethod::None;
        assert_eq!(unwanted.codes(), ["REPLICAS_NOT_WATCHED"]);
    }

    #[test]
    fn behind_a_tunnel_the_application_watches_whatever_the_server_is() {
        use super::{LagWatch, Reach};
        use mysqler_contract::Engine;
        let watch = |engine, method| LagWatch::of(engine, Flavour::MySql, method, Reach::Tunnel);
        assert_eq!(watch(Engine::PtOsc, RecursionMethod::Auto), LagWatch::Application);
        assert_eq!(
            watch(Engine::PtOsc, RecursionMethod::Hosts),
            LagWatch::Application
        );
        assert_eq!(watch(Engine::PtOsc, RecursionMethod::None), LagWatch::Nobody);
        assert_eq!(watch(Engine::Direct, RecursionMethod::Auto), LagWatch::Nobody);
    }
}
