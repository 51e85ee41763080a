//! The server goes away and comes back: told to restart, or killed.

use std::sync::Arc;

use mysqler_contract::{RunState, RunView};
use mysqler_tests::sandbox::Sandbox;
use mysqler_tests::spare::SpareServer;
use rstest::rstest;
use tokio::sync::Barrier;

use crate::container::at_every;
use crate::moment::{Hold, Moment};
use crate::proof;
use crate::scene::Stage;

const MOMENTS: [Moment; 3] = [Moment::Copy, Moment::Gate, Moment::Swap];

#[rstest]
#[case::told_to_restart("TERM")]
#[case::killed("KILL")]
#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_server_went_away_says_so_and_leaves_nothing(#[case] signal: &'static str) {
    let spare = Arc::new(SpareServer::mysql(&Sandbox::from_env()).await);
    let (ready, back) = (
        Arc::new(Barrier::new(MOMENTS.len() + 1)),
        Arc::new(Barrier::new(MOMENTS.len() + 1)),
    );
    let server = (spare.clone(), ready.clone(), back.clone());
    let outage = tokio::spawn(async move {
        let (spare, ready, back) = server;
        ready.wait().await;
        spare.down(signal).await;
        spare.up().await;
        back.wait().await;
    });
    at_every(&MOMENTS, move |moment| {
        let (spare, ready, back) = (spare.clone(), ready.clone(), back.clone());
        async move {
            let name = format!("server_{}_{}", signal.to_lowercase(), moment.name());
            let mut stage = Stage::new(&name);
            stage.spare = Some(&spare);
            let scene = stage.set().await;
            let hold = Hold::before(&scene, moment).await;
            let desk = scene.desk("test:1").await;
            let id = scene.go(&desk, moment.chunk(), moment.holds()).await;
            let eye = scene.eye().await;
            let tap = eye.tap(&id).await;
            let hold = hold.reach(&scene, &eye, &id).await;
            ready.wait().await;
            back.wait().await;
            if !eye.view(&id).await.state.is_terminal() {
                hold.let_go(&eye, &id).await;
            }
            let view = desk.end(&id).await;
            says_so(moment, &view);
            proof::holds(scene, desk, &id, Some(tap)).await;
        }
    })
    .await;
    outage.await.expect("the server came back");
}

fn says_so(moment: Moment, view: &RunView) {
    match &view.state {
        RunState::Failed { error } => assert_eq!(
            error.params.get("class").map(String::as_str),
            Some("server_lost"),
            "{moment:?}: {error:?}"
        ),
        other => panic!("{moment:?}: {other:?}"),
    }
}
