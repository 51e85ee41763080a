//! Somebody is killed while the run stands at a moment: the application, its container, its sessions, or all at once.

use mysqler_contract::{ErrorCode, RunId, RunState, RunView};
use mysqler_tests::desk::Desk;
use mysqler_tests::sandbox::{Account, Sandbox, Server};
use tokio::sync::Semaphore;

use crate::eye::{Eye, Tap};
use crate::host::Host;
use crate::moment::{Hold, Moment, no_longer_waits};
use crate::proof;
use crate::scene::{Scene, Stage};

/// More cases at once would only wait for each other on a small machine.
pub static AT_ONCE: Semaphore = Semaphore::const_new(4);

/// All moments at the same time, each on a table of its own.
pub async fn at_every<F, Fut>(moments: &[Moment], case: F)
where
    F: Fn(Moment) -> Fut,
    Fut: Future<Output = ()> + Send + 'static,
{
    let cases: Vec<_> = moments
        .iter()
        .map(|moment| {
            let case = case(*moment);
            let turn = async move {
                let _turn = AT_ONCE.acquire().await.expect("never closed");
                case.await;
            };
            (*moment, tokio::spawn(turn))
        })
        .collect();
    let mut failed = Vec::new();
    for (moment, case) in cases {
        if let Err(error) = case.await {
            failed.push(format!("{moment:?}: {error}"));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

struct Standing {
    scene: Scene,
    eye: Eye,
    id: RunId,
    tap: Tap,
    hold: Hold,
}

/// A run that the program `mysqlerctl` drives, at the moment.
async fn driven_by_a_program(fault: &str, moment: Moment) -> (Host, Standing) {
    let scene = Stage::new(&format!("{fault}_{}", moment.name())).set().await;
    let hold = Hold::before(&scene, moment).await;
    let host = Host::run(&scene, moment.chunk(), moment.holds(), None);
    let eye = scene.eye().await;
    let id = eye.run().await;
    (host, standing(scene, eye, id, hold).await)
}

/// A run that a host in this process drives, at the moment.
async fn driven_here(fault: &str, moment: Moment) -> (Desk, Standing) {
    let scene = Stage::new(&format!("{fault}_{}", moment.name())).set().await;
    let hold = Hold::before(&scene, moment).await;
    let desk = scene.desk("test:1").await;
    let id = scene.go(&desk, moment.chunk(), moment.holds()).await;
    let eye = scene.eye().await;
    (desk, standing(scene, eye, id, hold).await)
}

async fn standing(scene: Scene, eye: Eye, id: RunId, hold: Hold) -> Standing {
    let tap = eye.tap(&id).await;
    let hold = hold.reach(&scene, &eye, &id).await;
    Standing {
        scene,
        eye,
        id,
        tap,
        hold,
    }
}

pub fn kill_container(view: &RunView) {
    let killed = std::process::Command::new("docker")
        .args(["kill", view.job.as_deref().expect("started")])
        .output()
        .expect("the docker client");
    let why = String::from_utf8_lossy(&killed.stderr);
    assert!(killed.status.success(), "{why}");
}

pub async fn taken_over(desk: &Desk, id: &RunId) {
    let name = "test:next";
    desk.until(id, "somebody who goes on", |view| {
        view.supervisor.as_deref() == Some(name)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_application_leaves_its_run_to_the_next_one_which_loses_nothing() {
    at_every(&Moment::ALL, |moment| async move {
        let (mut host, at) = driven_by_a_program("host", moment).await;
        host.kill();
        let desk = at.scene.desk("test:next").await;
        taken_over(&desk, &at.id).await;
        at.hold.let_go(&at.eye, &at.id).await;
        desk.completed(&at.id).await;
        proof::holds(at.scene, desk, &at.id, Some(at.tap)).await;
    })
    .await;
}

/// Before the swap the table is as it was, and after it as it should be; then the old table is only named.
fn is_given_up(moment: Moment, view: &RunView) {
    match (moment, &view.state) {
        (Moment::Drop, RunState::NeedsCleanup { error, .. }) => {
            let error = error.as_ref().expect("a reason");
            assert_eq!(error.code, ErrorCode::RunFailedAfterSwap, "{moment:?}: {error}");
        }
        (_, RunState::Failed { error }) => {
            assert_ne!(error.code, ErrorCode::RunFailedAfterSwap, "{moment:?}: {error}");
        }
        (_, other) => panic!("{moment:?}: {other:?}"),
    }
}

async fn ends_given_up(moment: Moment, desk: Desk, at: Standing) {
    if matches!(moment, Moment::Swap | Moment::Drop) {
        // What the dead tool asked the server for is still being waited for, and must not happen any more.
        no_longer_waits(&at.scene).await;
    }
    at.hold.release().await;
    let view = desk.end(&at.id).await;
    is_given_up(moment, &view);
    if matches!(view.state, RunState::NeedsCleanup { .. }) {
        let view = proof::cleaned(&desk, &at.id).await;
        assert!(matches!(view.state, RunState::Failed { .. }), "{:?}", view.state);
    }
    proof::holds(at.scene, desk, &at.id, Some(at.tap)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_loss_of_power_the_run_is_given_up_and_nothing_is_left_unseen() {
    at_every(&Moment::ALL, |moment| async move {
        let (mut host, at) = driven_by_a_program("power", moment).await;
        host.kill();
        kill_container(&at.eye.view(&at.id).await);
        let desk = at.scene.desk("test:next").await;
        taken_over(&desk, &at.id).await;
        ends_given_up(moment, desk, at).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_container_is_killed_is_given_up_and_nothing_is_left_unseen() {
    at_every(&Moment::ALL, |moment| async move {
        let (desk, at) = driven_here("container", moment).await;
        kill_container(&at.eye.view(&at.id).await);
        ends_given_up(moment, desk, at).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_sessions_are_killed_ends_as_it_is_told() {
    at_every(&Moment::ALL, |moment| async move {
        let (desk, at) = driven_here("sessions", moment).await;
        let mut root = Sandbox::from_env().client(Server::Primary, Account::Root).await;
        let mut killed = 0;
        for session in at.eye.view(&at.id).await.sessions {
            killed += u32::from(root.try_run(&format!("KILL CONNECTION {session}")).await.is_ok());
        }
        assert!(killed > 0, "{moment:?}: no session was there to be killed");
        at.hold.let_go(&at.eye, &at.id).await;
        let view = desk.end(&at.id).await;
        if matches!(view.state, RunState::NeedsCleanup { .. }) {
            proof::cleaned(&desk, &at.id).await;
        }
        let view = proof::holds(at.scene, desk, &at.id, Some(at.tap)).await;
        assert!(
            matches!(view.state, RunState::Failed { .. } | RunState::Completed),
            "{moment:?}: {:?}",
            view.state
        );
    })
    .await;
}
