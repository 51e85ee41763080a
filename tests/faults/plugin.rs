//! A runner image whose plugin is broken: phases and rows come from the tool's own words, and that is told.

use mysqler_contract::{DEFAULT_IMAGE, RunEventKind};

use crate::proof;
use crate::scene::Stage;

const IMAGE: &str = "mysqler/pt-runner-test:broken-plugin";

/// The very image of this build, its plugin struck dumb.
fn build() {
    let recipe = format!(
        "FROM {DEFAULT_IMAGE}\nUSER 0\nRUN sed -i 's/^sub _tell {{/sub _tell {{ die \"struck dumb\";/' \
         /usr/local/lib/mysqler/mysqler_bridge.pm && grep -q 'struck dumb' /usr/local/lib/mysqler/mysqler_bridge.pm\n\
         USER 65534:65534\n"
    );
    let mut command = std::process::Command::new("docker");
    command.args(["build", "--quiet", "--tag", IMAGE, "-"]);
    command.stdin(std::process::Stdio::piped());
    command.stdout(std::process::Stdio::null());
    let mut child = command.spawn().expect("the docker client");
    let mut stdin = child.stdin.take().expect("piped");
    std::io::Write::write_all(&mut stdin, recipe.as_bytes()).expect("written");
    drop(stdin);
    assert!(
        child.wait().expect("waited for").success(),
        "the image is not built"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_whose_plugin_is_broken_falls_back_to_the_tools_own_words_and_says_so() {
    build();
    let mut stage = Stage::new("plugin_dumb");
    stage.image = Some(IMAGE);
    let scene = stage.set().await;
    let desk = scene.desk("test:1").await;
    let id = scene.go(&desk, 50, false).await;
    let view = desk.completed(&id).await;
    let events = desk.events(&id).await;
    let lost = events
        .iter()
        .filter(|event| matches!(event.kind, RunEventKind::BridgeLost { .. }))
        .count();
    assert_eq!(lost, 1, "it is told once");
    assert!(
        view.phases
            .iter()
            .any(|time| time.phase == mysqler_contract::Phase::Swap),
        "{:?}",
        view.phases
    );
    proof::holds(scene, desk, &id, None).await;
}
