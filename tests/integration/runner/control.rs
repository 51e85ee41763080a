//! Pause, resume, hold, cut-over and stop, as the container obeys them.

use std::time::{Duration, Instant};

use mysqler_contract::{ErrorCode, Phase};
use mysqler_core::ports::{Control, JobStatus, ReplicasSeen, Runner, Signal};
use mysqler_tests::sandbox::Server;
use mysqler_tests::table::{filled, fingerprint, remains};

use super::bench::{Bench, Job, is_event, signals};

const ROWS: u64 = 60_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_run_pauses_within_a_chunk_goes_on_and_waits_at_its_gate_for_a_person() {
    let bench = Bench::new().await;
    let schema = bench
        .sandbox
        .fresh_schema(Server::Primary, "runner_control")
        .await;
    let table = filled(&schema, "held", ROWS).await;
    let mut client = schema.client().await;
    let before = fingerprint(&mut client, &table).await;
    let mut wish = bench.wish(table.clone());
    wish.hold = true;
    wish.options.chunk_size = Some(500);
    wish.options.chunk_time_ms = None;

    let job = bench.start(&wish).await;
    job.until(|line| is_event(line, "copy")).await;
    job.runner
        .control(&job.id, Control::Pause)
        .await
        .expect("a pause");
    job.until(|line| is_event(line, "paused")).await;
    let copied = client.value("SELECT COUNT(*) FROM _held_new").await;
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(
        client.value("SELECT COUNT(*) FROM _held_new").await,
        copied,
        "nothing is copied while paused"
    );
    assert!(
        copied.parse::<u64>().unwrap() < ROWS,
        "the pause came during the copy"
    );

    job.runner
        .control(&job.id, Control::Resume)
        .await
        .expect("a resume");
    job.until(|line| is_event(line, "held")).await;
    assert_eq!(
        job.runner.status(&job.id).await.expect("an engine"),
        JobStatus::Running
    );
    let columns = "SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = 'held' AND column_name = 'added'";
    assert_eq!(
        client.value(columns).await,
        "0",
        "the original is untouched at the gate"
    );

    job.runner
        .control(&job.id, Control::CutOver)
        .await
        .expect("a cut-over");
    let lines = job.all_lines().await;
    assert_eq!(job.exit_code().await, 0);
    assert_eq!(client.value(columns).await, "1");
    assert_eq!(
        fingerprint(&mut client, &table).await,
        before,
        "every row and value is there"
    );
    assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());
    let told = signals(&bench.runner, &wish, &lines);
    for signal in [
        Signal::Paused,
        Signal::Resumed,
        Signal::Held,
        Signal::Released,
        Signal::Success,
    ] {
        assert_eq!(
            told.iter().filter(|found| **found == signal).count(),
            1,
            "{signal:?}"
        );
    }
    let last = told.iter().rev().find_map(|signal| match signal {
        Signal::Rows { rows, .. } => Some(*rows),
        _ => None,
    });
    assert_eq!(last, Some(ROWS), "the count is exact");
    assert!(told.contains(&Signal::PhaseFinished(Phase::Gate)));

    let late = job
        .runner
        .control(&job.id, Control::Pause)
        .await
        .expect_err("the job has ended");
    assert_eq!(late.code, ErrorCode::RunStateForbids);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_held_run_ends_at_once_when_it_is_told_to() {
    let bench = Bench::new().await;
    let schema = bench.sandbox.fresh_schema(Server::Primary, "runner_stop").await;
    let table = filled(&schema, "stopped", 2_000).await;
    let mut wish = bench.wish(table);
    wish.hold = true;
    let job = bench.start(&wish).await;
    job.until(|line| is_event(line, "held")).await;

    let began = Instant::now();
    job.runner
        .terminate(&job.id, Duration::from_secs(90))
        .await
        .expect("an end");
    assert!(
        began.elapsed() < Duration::from_secs(60),
        "the signal ended it, not the kill after the grace"
    );
    assert_eq!(job.exit_code().await, 1);
    let told = signals(&bench.runner, &wish, &job.all_lines().await);
    assert!(!told.contains(&Signal::Success));
    let mut client = schema.client().await;
    let mut left = remains(&mut client, schema.name()).await;
    left.sort();
    let expected: Vec<String> = std::iter::once("_stopped_new".to_owned())
        .chain(["del", "ins", "upd"].map(|end| format!("pt_osc_{}_stopped_{end}", schema.name())))
        .collect();
    assert_eq!(left, expected, "the tool leaves exactly what its signals named");
    assert!(
        told.iter()
            .any(|signal| matches!(signal, Signal::TriggersCreated(names) if *names == expected[1..]))
    );
    assert!(
        told.iter()
            .any(|signal| matches!(signal, Signal::ShadowCreated(table) if table.table == expected[0]))
    );

    job.runner
        .terminate(&job.id, Duration::from_secs(1))
        .await
        .expect("an ended job needs no signal");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_leaves_nothing_and_never_waits() {
    let bench = Bench::new().await;
    let schema = bench.sandbox.fresh_schema(Server::Primary, "runner_dry").await;
    let table = filled(&schema, "dry", 1_000).await;
    let mut wish = bench.wish(table);
    wish.dry_run = true;
    wish.hold = true;
    let (code, lines) = bench.run(&wish).await;
    assert_eq!(code, 0);
    assert!(signals(&bench.runner, &wish, &lines).contains(&Signal::Success));
    let mut client = schema.client().await;
    assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn words_that_come_while_the_job_begins_do_it_no_harm() {
    let bench = Bench::new().await;
    let schema = bench.sandbox.fresh_schema(Server::Primary, "runner_early").await;
    let wish = bench.wish(filled(&schema, "early", 500).await);
    let mut launch = bench.launch(&wish).expect("a launch");
    // The entrypoint says the first word itself.
    launch.replicas_patience_s = Some(45);
    let run = mysqler_contract::RunId(format!("test-{}", super::bench::unique()));
    let plan = mysqler_contract::PlanId(run.0.clone());
    let password = bench.password(&wish);
    let id = bench
        .runner
        .start(&run, &plan, &launch, (&password).into())
        .await
        .expect("a job");
    let job = Job {
        run,
        id,
        runner: bench.runner.clone(),
    };
    let word = || {
        job.runner.control(
            &job.id,
            Control::Replicas {
                seen: ReplicasSeen::Follow,
                patience: Duration::from_secs(45),
            },
        )
    };
    // One that has ended by then hears none of them.
    let _ = tokio::join!(word(), word(), word(), word(), word(), word());
    let lines = job.all_lines().await;
    assert_eq!(job.exit_code().await, 0, "{lines:#?}");
    assert!(
        !lines.iter().any(|line| line.text.starts_with("mv: ")),
        "{lines:#?}"
    );
}
