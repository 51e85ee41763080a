//! What a person changes about a copy while it works, its pauses, and what a stop could not remove.

use mysqler_contract::{
    ChangeRequest, ErrorCode, Leftover, OptionSetting, Phase, RunState, RunView, Timestamp, WaitReason,
};
use mysqler_tests::desk::Desk;
use mysqler_tests::sandbox::{Schema, Server};
use mysqler_tests::table::{filled, fingerprint, remains};

const ROWS: u64 = 40_000;

/// A copy whose chunks begin with a few rows and are to take next to no time.
async fn request(desk: &Desk, schema: &Schema) -> ChangeRequest {
    let table = filled(schema, "orders", ROWS).await;
    let connection = desk.primary().await;
    let mut request = desk.request(&connection, &table, "ADD COLUMN extra INT");
    request.engine = mysqler_contract::EngineChoice::PtOsc;
    request.options.chunk_time_ms = Some(1);
    request
}

fn copying(view: &RunView) -> bool {
    matches!(view.state, RunState::Running { phase: Phase::Copy }) && view.rows_copied > 0
}

fn settings(given: &[(&str, &str)]) -> Vec<OptionSetting> {
    let each = given
        .iter()
        .map(|(name, value)| OptionSetting::new(name, Some(value)));
    each.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_copy_takes_other_thresholds_over_and_waits_and_goes_on_by_them() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "tune").await;
    let id = desk.go(request(&desk, &schema).await).await;
    desk.until(&id, "the copy", copying).await;
    // Idle threads alone are above it: the copy stands still within a chunk.
    let asked = desk
        .core
        .run_tune(
            &id,
            &settings(&[("max-load", "Threads_running=1"), ("max-lag", "7")]),
        )
        .await
        .expect("carried");
    let waiting = desk
        .until(&id, "the wait for load", |view| {
            let load = view.waits.iter().find(|wait| wait.reason == WaitReason::Load);
            load.is_some_and(|wait| wait.since.is_some())
        })
        .await;
    let taken = waiting.retunings.last().expect("told by the tool");
    assert_eq!((&taken.tuning, taken.refused.len()), (&asked, 0));
    assert_eq!((asked.max_lag_s, asked.chunk_time_ms), (Some(7), Some(1)));

    // Taken over in the middle of the wait, or it would last for ever.
    desk.core
        .run_tune(
            &id,
            &settings(&[
                ("max-load", "Threads_running=400"),
                ("critical-load", "Threads_running=800"),
                ("chunk-time", "0.5"),
            ]),
        )
        .await
        .expect("carried");
    let view = desk.completed(&id).await;
    let last = &view.retunings.last().expect("two of them").tuning;
    assert_eq!(
        (last.chunk_time_ms, last.max_lag_s),
        (Some(500), Some(7)),
        "what was not named stays"
    );
    assert_eq!((last.max_load[0].value, last.critical_load[0].value), (400, 800));
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_tool_cannot_take_over_is_refused_with_the_reason() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "tune_refused").await;
    let mut request = request(&desk, &schema).await;
    request.options.chunk_time_ms = None;
    request.options.chunk_size = Some(20);
    let id = desk.go(request).await;
    desk.until(&id, "the copy", copying).await;
    let why = async |list: &[(&str, &str)]| {
        let error = desk
            .core
            .run_tune(&id, &settings(list))
            .await
            .expect_err("refused");
        (
            error.code,
            error.params.get("reason").cloned().unwrap_or_default(),
        )
    };
    let not_possible = |reason: &str| (ErrorCode::TuningNotPossible, reason.to_owned());
    assert_eq!(
        why(&[("chunk-time", "1")]).await,
        not_possible("tuning_fixed_size")
    );
    assert_eq!(
        why(&[("chunk-size", "1")]).await,
        not_possible("tuning_needs_continue")
    );
    assert_eq!(
        why(&[("critical-load", "Threads_running=1"), ("max-load", "")]).await,
        not_possible("tuning_critical_reached")
    );
    assert_eq!(
        why(&[("max-load", "No_such_counter=5")]).await,
        not_possible("tuning_variable_unknown")
    );
    desk.core.run_stop(&id).await.expect("heard");
    let view = desk.end(&id).await;
    assert_eq!((view.state, view.retunings), (RunState::Cancelled, vec![]));
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_pause_is_kept_with_who_asked_for_it() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "pauses").await;
    let mut request = request(&desk, &schema).await;
    request.options.chunk_time_ms = None;
    request.options.chunk_size = Some(50);
    let id = desk.go(request).await;
    for count in 1..=2 {
        desk.until(&id, "the copy", copying).await;
        desk.core.run_pause(&id).await.expect("heard");
        let paused = desk
            .until(&id, "the pause", |view| {
                matches!(view.state, RunState::Paused { .. })
            })
            .await;
        assert_eq!(paused.pauses.len(), count);
        assert_eq!(paused.pauses[count - 1].to, None, "it lasts");
        desk.core.run_resume(&id).await.expect("heard");
        desk.until(&id, "the end of the pause", |view| {
            view.pauses.last().is_some_and(|pause| pause.to.is_some())
        })
        .await;
    }
    let view = desk.completed(&id).await;
    for pause in &view.pauses {
        assert_eq!(
            (pause.by.as_deref(), pause.resumed_by.as_deref()),
            (Some("test:1"), Some("test:1"))
        );
        let to: Timestamp = pause.to.expect("ended");
        assert!(to >= pause.from, "{pause:?}");
    }
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_stop_could_not_remove_is_named_with_statements_that_remove_it() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "stop_left").await;
    let mut request = request(&desk, &schema).await;
    request.hold_cutover = true;
    request.options.chunk_time_ms = Some(500);
    let table = request.table.clone();
    let id = desk.go(request).await;
    desk.until(&id, "the gate", |view| {
        matches!(view.state, RunState::AwaitingCutover { .. })
    })
    .await;
    let mut client = schema.client().await;
    let before = fingerprint(&mut client, &table).await;
    // Neither a trigger nor the shadow can be dropped while a transaction has read both.
    let mut holder = schema.client().await;
    holder.run("BEGIN").await;
    holder.value("SELECT COUNT(*) FROM orders").await;
    holder.value("SELECT COUNT(*) FROM _orders_new").await;
    desk.core.run_stop(&id).await.expect("heard");
    let view = desk.end(&id).await;
    let RunState::NeedsCleanup { leftovers, .. } = &view.state else {
        panic!("{:?}\n{}", view.state, desk.log_text(&id).await);
    };
    let triggers = leftovers
        .iter()
        .filter(|left| matches!(left, Leftover::Trigger { .. }))
        .count();
    assert_eq!((triggers, leftovers.len()), (3, 4), "{leftovers:?}");
    holder.run("COMMIT").await;

    let statements = view.removal_statements();
    assert!(
        statements[0].starts_with("DROP TRIGGER") && statements[3].starts_with("DROP TABLE"),
        "{statements:?}"
    );
    for statement in &statements {
        client.run(statement).await;
    }
    assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());
    assert_eq!(fingerprint(&mut client, &table).await, before);
    desk.core
        .run_cleanup(&id)
        .await
        .expect("there may be something left");
    let started = std::time::Instant::now();
    loop {
        let view = desk.core.run_view(&id).await.expect("stored");
        if view.state == RunState::Cancelled {
            break assert!(view.removal_statements().is_empty());
        }
        assert!(
            started.elapsed() < mysqler_tests::desk::DEADLINE,
            "{:?}",
            view.state
        );
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    desk.close().await;
}
