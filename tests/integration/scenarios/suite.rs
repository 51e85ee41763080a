//! All folders on all servers, a few at a time, and what came of them as a table.

use std::sync::Arc;
use std::time::Instant;

use mysqler_tests::desk::Desk;
use tokio::sync::Semaphore;

use super::folder::{self, Scenario};
use super::judge;
use super::place::{Place, places};
use super::probed_once::ProbedOnce;
use super::scene::{Played, Stage, play};
use super::tool::Tool;

/// Most of a scenario is waiting, and two cores are enough for this many.
const AT_ONCE: usize = 4;
/// Plays only folders whose names contain this, for whoever writes one.
const ONLY: &str = "MYSQLER_SCENARIO";
/// Fewer folders than this would mean that some were not found.
const AT_LEAST: usize = 60;

#[tokio::test(flavor = "multi_thread")]
async fn every_folder_comes_out_as_it_says() {
    let started = Instant::now();
    let only = std::env::var(ONLY).unwrap_or_default();
    let (scenarios, mut failed) = folders(&only);
    let data = tempfile::tempdir().expect("a scratch directory");
    let desk = Desk::at(data.path(), "test:1", ProbedOnce::new()).await;
    let places = places(&desk).await;
    let tool = Tool::start(&desk, &places).await;
    let stage = Arc::new(Stage { desk, tool });
    let permits = Arc::new(Semaphore::new(AT_ONCE));
    let mut playing = Vec::new();
    for scenario in scenarios {
        let mut fits = false;
        for place in &places {
            if let Some(expected) = scenario.expectation(place.flavour, place.version).cloned() {
                fits = true;
                let name = format!("{} {}", scenario.name, place.name);
                let (stage, permits, scenario, place) =
                    (stage.clone(), permits.clone(), scenario.clone(), place.clone());
                let play = async move {
                    let _permit = permits.acquire().await.expect("never closed");
                    play(&stage, &scenario, &place, &expected).await
                };
                playing.push((name, tokio::spawn(play)));
            }
        }
        // On a server that the environment named, a folder for others is left out; the sandbox has one of each.
        if !fits && is_sandbox(&places) {
            failed.push(format!(
                "{}: no server of the sandbox is one of its servers",
                scenario.name
            ));
        }
    }
    println!(
        "{:<44} {:<8} {:>6}  {:<14} {:<10} plan",
        "scenario", "server", "s", "without guard", "with guard"
    );
    for (name, handle) in playing {
        match handle.await {
            Ok(played) => {
                println!("{}", line(&name, &played));
                for wrong in played.wrong {
                    println!("    {wrong}");
                    failed.push(format!("{name}: {wrong}"));
                }
            }
            Err(error) => failed.push(format!("{name}: {error}")),
        }
    }
    println!("{:.0} s", started.elapsed().as_secs_f64());
    if let Some(stage) = Arc::into_inner(stage) {
        stage.desk.close().await;
    }
    assert!(
        failed.is_empty(),
        "{} differ:\n{}",
        failed.len(),
        failed.join("\n")
    );
}

#[test]
fn every_code_that_guards_stays_away_from_a_harmless_twin() {
    let (scenarios, _) = folders("");
    assert!(
        scenarios.len() >= AT_LEAST,
        "only {} folders were found",
        scenarios.len()
    );
    let plans = scenarios
        .iter()
        .flat_map(|scenario| scenario.expectations())
        .map(|expected| &expected.plan);
    let lonely = judge::without_twin(plans);
    assert!(
        lonely.is_empty(),
        "no folder expects one of these to be absent: {lonely:?}"
    );
}

/// The folders that can be read, and what is wrong with the others.
fn folders(only: &str) -> (Vec<Arc<Scenario>>, Vec<String>) {
    let mut failed = Vec::new();
    let mut scenarios = Vec::new();
    for (name, scenario) in folder::all().into_iter().filter(|(name, _)| name.contains(only)) {
        match scenario {
            Ok(scenario) => scenarios.push(Arc::new(scenario)),
            Err(error) => failed.push(format!("{name}: {error}")),
        }
    }
    assert!(
        !scenarios.is_empty() || !failed.is_empty(),
        "no folder contains {only:?} in its name"
    );
    (scenarios, failed)
}

fn is_sandbox(places: &[Place]) -> bool {
    places.len() > 1
}

fn line(name: &str, played: &Played) -> String {
    let (scenario, server) = name.split_once(' ').unwrap_or((name, ""));
    let mark = if played.wrong.is_empty() {
        ""
    } else {
        "  <-- differs"
    };
    format!(
        "{scenario:<44} {server:<8} {:>6.1}  {:<14} {:<10} {}{mark}",
        played.took.as_secs_f64(),
        played.without_guard,
        played.with_guard,
        played.plan
    )
}
