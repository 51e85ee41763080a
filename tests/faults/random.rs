//! Faults at random, at random moments, one or two a run, and afterwards what a person would do. What was chosen follows
//! from the seed alone: `MYSQLER_FAULT_SEED=N MYSQLER_FAULT_COUNT=1` repeats scenario N.

mod scenario;

use std::sync::Arc;
use std::time::{Duration, Instant};

use mysqler_contract::{RunId, RunState};
use mysqler_tests::desk::{DEADLINE, Desk};
use mysqler_tests::proxy::{Mood, Proxy};
use mysqler_tests::sandbox::Sandbox;
use mysqler_tests::spare::SpareServer;
use tokio::sync::Mutex;

use crate::container::AT_ONCE;
use crate::eye::{Eye, Tap};
use crate::host::Host;
use crate::proof;
use crate::scene::{Scene, Stage};
use scenario::{Fault, Scenario};

/// The first scenarios of a build that is only to be checked are always the same.
const SEED: u64 = 20_261_121;
const COUNT: u64 = 20;

fn setting(name: &str, otherwise: u64) -> u64 {
    match std::env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name} is no number")),
        Err(_) => otherwise,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_goes_wrong_no_row_is_lost_and_nothing_is_left_unseen() {
    let (seed, count) = (
        setting("MYSQLER_FAULT_SEED", SEED),
        setting("MYSQLER_FAULT_COUNT", COUNT),
    );
    let spare: Spare = Arc::default();
    let scenarios: Vec<_> = (seed..seed + count)
        .map(|seed| {
            let spare = spare.clone();
            let play = async move {
                let _turn = AT_ONCE.acquire().await.expect("never closed");
                let scenario = Scenario::of(seed);
                let started = Instant::now();
                let ended = play(&scenario, &spare).await;
                println!("scenario {scenario}: {ended}, {} s", started.elapsed().as_secs());
            };
            (seed, tokio::spawn(play))
        })
        .collect();
    let mut failed = Vec::new();
    for (seed, scenario) in scenarios {
        if let Err(error) = scenario.await {
            failed.push(format!("scenario {}: {error}", Scenario::of(seed)));
        }
    }
    let all = failed.join("\n");
    assert!(failed.is_empty(), "{} of {count} failed:\n{all}", failed.len());
}

/// One server that may be killed, for one scenario at a time.
type Spare = Arc<Mutex<Option<SpareServer>>>;

async fn play(scenario: &Scenario, spare: &Spare) -> &'static str {
    let mut killable = None;
    if scenario
        .faults
        .iter()
        .any(|(_, fault)| *fault == Fault::ServerKilled)
    {
        let mut spare = spare.clone().lock_owned().await;
        if spare.is_none() {
            *spare = Some(SpareServer::mysql(&Sandbox::from_env()).await);
        }
        killable = Some(spare);
    }
    let server = killable.as_ref().and_then(|spare| spare.as_ref());
    let sandbox = Sandbox::from_env();
    let address = match server {
        Some(spare) => ([127, 0, 0, 1], spare.port).into(),
        None => sandbox.address(mysqler_tests::sandbox::Server::Primary),
    };
    let proxy = Proxy::to(address).await;
    let name = format!("random_{}", scenario.seed);
    let scene = Stage {
        rows: scenario.rows,
        seed: scenario.seed,
        via: Some(proxy.address),
        spare: server,
        ..Stage::new(&name)
    }
    .set()
    .await;
    let mut host = Host::run(&scene, scenario.chunk, scenario.holds, None);
    let eye = Arc::new(scene.eye().await);
    let id = eye.run().await;
    let tap = tokio::spawn(tapped(eye.clone(), id.clone()));
    for (after, fault) in &scenario.faults {
        tokio::time::sleep(*after).await;
        strike(*fault, &scene, &mut host, &eye, &id, &proxy, server).await;
    }
    let desk = scene.desk("test:next").await;
    tend(&desk, &mut host, &id).await;
    let tap = tap.await.expect("the log was found");
    let view = proof::holds(scene, desk, &id, tap).await;
    view.state.kind().as_str()
}

/// The job's log, when there ever is a job.
async fn tapped(eye: Arc<Eye>, id: RunId) -> Option<Tap> {
    loop {
        let view = eye.view(&id).await;
        if let Some(job) = view.job {
            return eye.tap_on(&job).await;
        }
        if view.state.is_terminal() {
            return None;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn strike(
    fault: Fault,
    scene: &Scene,
    host: &mut Host,
    eye: &Eye,
    id: &RunId,
    proxy: &Proxy,
    server: Option<&SpareServer>,
) {
    match fault {
        Fault::HostKilled => host.kill(),
        Fault::HostAsleep => host.freeze(scene).await,
        Fault::PowerLost => {
            host.kill();
            kill_container(eye, id).await;
        }
        Fault::ContainerKilled => kill_container(eye, id).await,
        Fault::SessionsKilled => {
            let mut client = scene.client().await;
            for session in eye.view(id).await.sessions {
                // It may be gone by now.
                let _ = client.try_run(&format!("KILL CONNECTION {session}")).await;
            }
        }
        Fault::NetworkSilent(time) | Fault::NetworkReset(time) => {
            proxy.set(match fault {
                Fault::NetworkReset(_) => Mood::Cut,
                _ => Mood::Silent,
            });
            tokio::time::sleep(time).await;
            proxy.set(Mood::Relays);
        }
        Fault::ServerKilled => {
            let server = server.expect("a server that may be killed");
            server.down("KILL").await;
            server.up().await;
        }
        Fault::Stopped => eye.post(id, mysqler_contract::RunAction::Stop).await,
    }
}

async fn kill_container(eye: &Eye, id: &RunId) {
    if let Some(job) = eye.view(id).await.job {
        // It may have ended by now.
        let kill = tokio::process::Command::new("docker")
            .args(["kill", &job])
            .output()
            .await;
        kill.expect("the docker client");
    }
}

/// What a person does who finds the run: lets it go on where it waits, and removes what it says is left.
async fn tend(desk: &Desk, host: &mut Host, id: &RunId) {
    let started = Instant::now();
    let mut cleanups = 0;
    loop {
        let view = desk.core.run_view(id).await.expect("stored");
        if view.supervisor.as_deref() == Some("test:next") || view.state.is_terminal() {
            host.thaw();
        }
        // Refused when the run moved on in the meantime, and the next look sees that.
        let _ = match &view.state {
            RunState::AwaitingCutover { .. } => desk.core.run_cutover(id).await,
            RunState::Paused { .. } => desk.core.run_resume(id).await,
            RunState::NeedsCleanup { .. } | RunState::Unknown { .. } if cleanups < 3 => {
                cleanups += 1;
                proof::cleaned(desk, id).await;
                continue;
            }
            state if state.is_terminal() => return,
            _ => Ok(()),
        };
        assert!(
            started.elapsed() < DEADLINE,
            "the run does not end: {:?}\n{}",
            view.state,
            desk.log_text(id).await
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
