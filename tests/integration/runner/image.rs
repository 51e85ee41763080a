//! The runner image and the engine itself, there and absent.

use std::sync::{Arc, Mutex};

use mysqler_contract::{DEFAULT_IMAGE, ErrorCode, ImageStatus, RunId, Secret, TableRef};
use mysqler_core::ports::Runner;
use mysqler_runner::{BASE_IMAGE, BRIDGE_VERSION, DockerRunner, PTOSC_VERSION, PULL_IMAGE};
use mysqler_tests::engine::{Registry, SecondEngine};

use super::bench::Bench;

#[tokio::test]
async fn the_image_tells_what_is_inside() {
    let bench = Bench::new().await;
    match bench.runner.image_status(DEFAULT_IMAGE).await.expect("an engine") {
        ImageStatus::Ready {
            image,
            ptosc_version,
            bridge_version,
            size_bytes,
        } => {
            assert_eq!(
                (ptosc_version.as_str(), bridge_version.as_str()),
                (PTOSC_VERSION, BRIDGE_VERSION)
            );
            assert!(image.id.starts_with("sha256:") && size_bytes > 10_000_000);
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn another_image_is_unsuitable_and_none_is_missing() {
    let runner = DockerRunner::new();
    let status = runner.image_status(BASE_IMAGE).await.expect("an engine");
    assert!(
        matches!(status, ImageStatus::Unsuitable { ref why, .. } if why.contains("org.mysqler")),
        "{status:?}"
    );
    let missing = runner.image_status("mysqler/none:0").await.expect("an engine");
    assert_eq!(
        missing,
        ImageStatus::Missing {
            reference: "mysqler/none:0".into()
        }
    );
    let error = runner
        .image_build("mysqler/none:0", "mysqler/none:1", Box::new(|_| {}))
        .await
        .expect_err("there is no base");
    assert_eq!(error.code, ErrorCode::ImageMissing);
}

#[tokio::test]
async fn an_image_without_perls_json_is_unsuitable() {
    let bench = Bench::new().await;
    let name = format!("mysqler/pt-runner-test:no-json-{}", super::bench::unique());
    let recipe = format!(
        "FROM {}\nUSER 0\nRUN rm -rf /usr/share/perl5/JSON.pm\nUSER 65534:65534\n",
        bench.image.reference
    );
    let script = format!("printf '%s' \"$1\" | docker build --quiet --tag {name} -");
    let built = std::process::Command::new("sh")
        .args(["-c", &script, "sh", &recipe])
        .output()
        .expect("a shell");
    assert!(
        built.status.success(),
        "{}",
        String::from_utf8_lossy(&built.stderr)
    );
    let status = bench.runner.image_status(&name).await;
    // The container that was asked may still be on its way out.
    let removed = std::process::Command::new("docker")
        .args(["rmi", "--force", &name])
        .output();
    assert!(removed.is_ok_and(|removed| removed.status.success()));
    let status = status.expect("an engine");
    assert!(
        matches!(status, ImageStatus::Unsuitable { ref why, .. } if why.contains("JSON")),
        "{status:?}"
    );
}

#[tokio::test]
async fn a_saved_image_loads_and_what_is_no_image_is_refused() {
    let bench = Bench::new().await;
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("runner.tar");
    let saved = std::process::Command::new("docker")
        .args(["save", "--output"])
        .arg(&file)
        .arg(DEFAULT_IMAGE)
        .status()
        .expect("the docker client");
    assert!(saved.success());
    let told = Arc::new(Mutex::new(Vec::new()));
    let listener = Arc::clone(&told);
    let progress = Box::new(move |step| listener.lock().unwrap().push(step));
    let status = bench.runner.image_load(&file, progress).await.expect("a load");
    assert!(
        matches!(status, ImageStatus::Ready { ref image, .. } if image.id == bench.image.id),
        "{status:?}"
    );
    let total = std::fs::metadata(&file).unwrap().len();
    let last = told.lock().unwrap().last().cloned().expect("progress");
    assert_eq!((last.done_bytes, last.total_bytes), (total, total));

    let junk = dir.path().join("junk.tar");
    std::fs::write(&junk, b"this is no archive").unwrap();
    let error = bench
        .runner
        .image_load(&junk, Box::new(|_| {}))
        .await
        .expect_err("junk");
    assert_eq!(error.code, ErrorCode::FileFormat, "{error:?}");
    let none = dir.path().join("none.tar");
    let error = bench
        .runner
        .image_load(&none, Box::new(|_| {}))
        .await
        .expect_err("no file");
    assert_eq!(error.code, ErrorCode::FileUnreadable);
}

#[tokio::test]
async fn a_start_without_its_image_says_so_and_leaves_no_container() {
    let bench = Bench::new().await;
    let table = TableRef {
        database: "shop".into(),
        table: "orders".into(),
    };
    let mut launch = bench.launch(&bench.wish(table)).expect("a launch");
    launch.image.as_mut().expect("a container's").id = format!("sha256:{}", "0".repeat(64));
    let run = RunId(format!("test-missing-{}", super::bench::unique()));
    let error = bench
        .runner
        .start(
            &run,
            &mysqler_contract::PlanId(run.0.clone()),
            &launch,
            (&Secret::new("x")).into(),
        )
        .await
        .expect_err("no image");
    assert_eq!(error.code, ErrorCode::ImageMissing, "{error:?}");
    let jobs = bench.runner.jobs().await.expect("an engine");
    assert!(jobs.iter().all(|job| job.run != run));
}

#[tokio::test]
async fn without_an_engine_every_question_says_that_docker_is_not_reached() {
    for address in ["unix:///nowhere/docker.sock", "tcp://127.0.0.1:1"] {
        let runner = DockerRunner::at(address);
        let error = runner.host().await.expect_err("no engine");
        assert_eq!(error.code, ErrorCode::DockerUnreachable, "{address}: {error:?}");
        assert!(error.detail.is_some_and(|detail| !detail.is_empty()));
        let error = runner.jobs().await.expect_err("no engine");
        assert_eq!(error.code, ErrorCode::DockerUnreachable);
    }
}

/// A plugin that raised an error would end the run it is there to watch.
#[tokio::test]
async fn the_bridge_survives_whatever_the_tool_hands_it() {
    let bench = Bench::new().await;
    let script = r#"
        require '/usr/local/lib/mysqler/mysqler_bridge.pm';
        my @hooks = grep { /^(init|before_|after_|on_)/ } sort keys %pt_online_schema_change_plugin::;
        $@ = 'kept'; $! = 2;
        foreach my $args ( [], [ new_tbl => 7, orig_tbl => undef, child_tables => 'x', tbl => [] ] ) {
            my $plugin = pt_online_schema_change_plugin->new(cxn => undef, aux_cxn => 'no', execute => 1);
            $plugin->$_(@$args) for @hooks;
        }
        print scalar(@hooks), " hooks survived, $@, ", $! + 0, "\n";
    "#;
    let output = std::process::Command::new("docker")
        .args([
            "run",
            "--rm",
            "--network",
            "none",
            "--entrypoint",
            "perl",
            &bench.image.id,
            "-e",
            script,
        ])
        .output()
        .expect("the docker client");
    let said = String::from_utf8_lossy(&output.stdout);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("19 hooks survived, kept, 2"), "{said}{told}");
    assert!(
        told.lines()
            .filter(|line| line.contains("\"bridge_fault\""))
            .count()
            > 4,
        "{told}"
    );
    assert!(
        told.lines()
            .all(|line| line.starts_with("@mysqler {") && line.ends_with('}')),
        "{told}"
    );
}

#[tokio::test]
async fn an_engine_with_a_registry_pulls_the_base_and_gets_the_layer() {
    let registry = Registry::start().await;
    registry.offer(BASE_IMAGE, PULL_IMAGE).await;
    let engine = SecondEngine::start(Some(&registry.address())).await;
    let runner = DockerRunner::at(&engine.address());
    let missing = runner.image_status(DEFAULT_IMAGE).await.expect("an engine");
    assert!(matches!(missing, ImageStatus::Missing { .. }), "{missing:?}");

    let told = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&told);
    let progress = move |step| sink.lock().unwrap().push(step);
    let status = runner
        .image_pull(DEFAULT_IMAGE, Box::new(progress))
        .await
        .expect("the registry gives the base");
    assert!(matches!(status, ImageStatus::Ready { .. }), "{status:?}");
    let told = std::mem::take(&mut *told.lock().unwrap());
    assert!(
        told.iter().any(|step| step.total_bytes > 1_000_000),
        "no bytes were told: {told:?}"
    );

    registry.end().await;
    engine.end().await;
}
