//! What the fold shows of a run's events.

use mysqler_contract::{
    Checksum, CleaningAfter, ConnectionId, Engine, Environment, EstimateSource, KeyRange, PauseReason, RunId,
    RunState, TableRef, Waiting, WaitsFor,
};

use super::*;

fn blank() -> RunFold {
    RunFold::from_view(RunView {
        id: RunId("20260101-001".into()),
        connection_id: ConnectionId("c".into()),
        connection_name: "shop".into(),
        environment: Environment::Test,
        table: TableRef::new("shop", "orders"),
        clause: "ADD COLUMN a INT".into(),
        reclaim: false,
        engine: Engine::PtOsc,
        dry_run: false,
        hold_cutover: false,
        state: RunState::Queued,
        created_at: Timestamp(0),
        started_at: None,
        finished_at: None,
        phases: vec![],
        rows_copied: 0,
        rows_estimated: None,
        estimate_source: None,
        rate_rows_s: None,
        left_ms: None,
        waits: vec![],
        warnings: 0,
        shadow: None,
        triggers: vec![],
        sessions: vec![],
        shadow_definition: None,
        gate: None,
        counted_at: None,
        counting: None,
        checksum: None,
        differs: None,
        cut_over_at: None,
        cut_over_missed: None,
        retunings: Vec::new(),
        pauses: Vec::new(),
        warning_counts: Vec::new(),
        pending: None,
        pending_by: None,
        job: None,
        exit_code: None,
        last_seq: 0,
        bytes_after: None,
        measures: Measures::default(),
        compared: Vec::new(),
        supervisor: None,
        schedule: Default::default(),
        schedule_overridden: false,
        waiting: None,
        batch: None,
        called_off_by: None,
        continuing: Default::default(),
    })
}

fn feed(fold: &mut RunFold, at: i64, kind: RunEventKind) {
    let seq = fold.view.last_seq + 1;
    fold.apply(&RunEvent {
        seq,
        at: Timestamp(at),
        kind,
    });
}

fn progress(rows: u64) -> RunEventKind {
    RunEventKind::Progress {
        rows,
        chunk_rows: 1000,
        chunk_ms: 100,
    }
}

fn copying() -> RunFold {
    let mut fold = blank();
    feed(
        &mut fold,
        0,
        RunEventKind::StateChanged {
            state: RunState::Preparing,
        },
    );
    feed(
        &mut fold,
        0,
        RunEventKind::Estimated {
            rows: 10_000,
            source: EstimateSource::Statistics,
        },
    );
    feed(&mut fold, 0, RunEventKind::PhaseStarted { phase: Phase::Copy });
    feed(
        &mut fold,
        0,
        RunEventKind::StateChanged {
            state: RunState::Running { phase: Phase::Copy },
        },
    );
    fold
}

#[test]
fn the_rate_and_the_time_left_come_from_rows_over_time() {
    let mut fold = copying();
    feed(&mut fold, 1_000, progress(1_000));
    feed(&mut fold, 2_000, progress(2_000));
    assert_eq!(fold.view.rate_rows_s, Some(1_000));
    assert_eq!(fold.view.left_ms, Some((8_000, 8_000)));
}

#[test]
fn a_wait_neither_lowers_the_rate_nor_counts_as_copying() {
    let mut fold = copying();
    feed(&mut fold, 1_000, progress(1_000));
    feed(&mut fold, 2_000, progress(2_000));
    feed(
        &mut fold,
        2_000,
        RunEventKind::WaitStarted {
            reason: WaitReason::Pause,
            detail: String::new(),
        },
    );
    feed(
        &mut fold,
        62_000,
        RunEventKind::WaitEnded {
            reason: WaitReason::Pause,
        },
    );
    feed(&mut fold, 62_100, progress(2_100));
    feed(&mut fold, 63_100, progress(3_100));
    assert_eq!(fold.view.waits[0].ms, 60_000);
    assert_eq!(fold.view.rate_rows_s, Some(1_000));
    let (low, high) = fold.view.left_ms.expect("a range");
    assert!(
        (6_800..=7_000).contains(&low) && (6_800..=7_000).contains(&high),
        "{low}–{high}"
    );
}

#[test]
fn past_the_estimate_no_time_left_is_told() {
    let mut fold = copying();
    feed(&mut fold, 1_000, progress(9_000));
    feed(&mut fold, 2_000, progress(12_000));
    assert_eq!(fold.view.left_ms, None);
    assert_eq!(fold.view.rows_copied, 12_000);
}

#[test]
fn a_wish_is_pending_until_the_state_moves() {
    let mut fold = copying();
    feed(
        &mut fold,
        10,
        RunEventKind::Requested {
            action: RunAction::Stop,
            by: "window".into(),
        },
    );
    assert_eq!(fold.view.pending, Some(RunAction::Stop));
    feed(
        &mut fold,
        20,
        RunEventKind::StateChanged {
            state: RunState::Cleaning {
                after: CleaningAfter::Stop,
            },
        },
    );
    assert_eq!(fold.view.pending, None);
}

#[test]
fn the_end_closes_waits_and_a_cleanup_opens_the_run_again() {
    let mut fold = copying();
    feed(
        &mut fold,
        10,
        RunEventKind::WaitStarted {
            reason: WaitReason::Lag,
            detail: "4 s".into(),
        },
    );
    feed(
        &mut fold,
        30,
        RunEventKind::StateChanged {
            state: RunState::Unknown { check: vec![] },
        },
    );
    assert_eq!(
        fold.view.phases[0].finished, None,
        "the copy was cut off, not finished"
    );
    assert_eq!((fold.view.waits[0].ms, fold.view.waits[0].since), (20, None));
    assert_eq!(fold.view.finished_at, Some(Timestamp(30)));
    feed(
        &mut fold,
        40,
        RunEventKind::StateChanged {
            state: RunState::Cleaning {
                after: CleaningAfter::Stop,
            },
        },
    );
    assert_eq!(fold.view.finished_at, None);
}

#[test]
fn chunks_between_two_words_are_as_large_as_the_one_that_was_told() {
    let mut fold = copying();
    feed(&mut fold, 1_000, progress(1_000));
    feed(&mut fold, 1_500, progress(4_000));
    feed(&mut fold, 2_000, progress(4_600));
    assert_eq!(fold.view.measures.chunks, Some(5));
    // The tool's own percentage tells no chunk.
    let percent = RunEventKind::Progress {
        rows: 9_000,
        chunk_rows: 0,
        chunk_ms: 0,
    };
    feed(&mut fold, 3_000, percent);
    assert_eq!(fold.view.measures.chunks, Some(5));
}

#[test]
fn the_wait_for_a_person_is_counted_once_even_when_contact_was_lost_in_it() {
    let mut fold = copying();
    let enter = |fold: &mut RunFold, at, state| feed(fold, at, RunEventKind::StateChanged { state });
    let held = RunState::AwaitingCutover {
        since: Timestamp(1_000),
    };
    enter(&mut fold, 1_000, held.clone());
    let lost = RunState::Interrupted {
        since: Timestamp(2_000),
        before: Box::new(held.clone()),
    };
    enter(&mut fold, 2_000, lost);
    enter(&mut fold, 3_000, held);
    enter(&mut fold, 9_000, RunState::Running { phase: Phase::Swap });
    assert_eq!(fold.view.measures.held_ms, 8_000);
}

#[test]
fn an_alter_whose_answer_nobody_heard_teaches_nothing() {
    let mut fold = blank();
    fold.view.engine = Engine::Direct;
    fold.view.measures.work = Some(mysqler_contract::Work {
        kind: mysqler_contract::WorkKind::Rebuild,
        rows: 7,
    });
    let why = "gone".to_owned();
    feed(&mut fold, 10, RunEventKind::ContactLost { why });
    assert_eq!(fold.view.measures.work, None);
}

fn asked(action: RunAction, by: &str) -> RunEventKind {
    RunEventKind::Requested {
        action,
        by: by.into(),
    }
}

fn moved(state: RunState) -> RunEventKind {
    RunEventKind::StateChanged { state }
}

#[test]
fn pauses_are_kept_with_who_began_and_ended_them_and_outlast_a_lost_contact() {
    let mut fold = copying();
    let paused = RunState::Paused {
        since: Timestamp(20),
        reason: PauseReason::User,
        phase: Phase::Copy,
    };
    feed(&mut fold, 10, asked(RunAction::Pause, "window:1"));
    feed(&mut fold, 20, moved(paused.clone()));
    let lost = RunState::Interrupted {
        since: Timestamp(30),
        before: Box::new(paused.clone()),
    };
    feed(&mut fold, 30, moved(lost));
    feed(&mut fold, 40, moved(paused));
    assert_eq!(fold.view.pauses.len(), 1, "it goes on");
    feed(&mut fold, 50, asked(RunAction::Resume, "mysqlerctl:2"));
    feed(&mut fold, 60, moved(RunState::Running { phase: Phase::Copy }));
    let pause = &fold.view.pauses[0];
    assert_eq!((pause.from, pause.to), (Timestamp(20), Some(Timestamp(60))));
    assert_eq!(
        (pause.by.as_deref(), pause.resumed_by.as_deref()),
        (Some("window:1"), Some("mysqlerctl:2"))
    );
}

#[test]
fn a_set_time_holds_the_run_and_is_gone_with_the_first_word_to_swap() {
    let mut fold = copying();
    let at = Some(Timestamp(1_000));
    feed(&mut fold, 10, RunEventKind::CutoverPlanned { at });
    assert!(fold.view.hold_cutover);
    feed(&mut fold, 20, asked(RunAction::Schedule, "window:1"));
    assert_eq!(
        (fold.view.cut_over_at, fold.view.pending),
        (at, None),
        "no state is awaited"
    );
    feed(&mut fold, 1_000, asked(RunAction::CutOver, "window:1"));
    assert_eq!(fold.view.cut_over_at, None);
}

#[test]
fn a_wish_that_did_not_reach_the_job_is_not_on_its_way_any_more() {
    let mut fold = copying();
    feed(&mut fold, 10, asked(RunAction::CutOver, "window:1"));
    let lost = |action| RunEventKind::NotDelivered { action };
    feed(&mut fold, 20, lost(RunAction::Pause));
    assert_eq!(
        fold.view.pending,
        Some(RunAction::CutOver),
        "that was another one"
    );
    feed(&mut fold, 30, lost(RunAction::CutOver));
    assert_eq!((fold.view.pending, fold.view.pending_by.take()), (None, None));
}

#[test]
fn rows_that_differ_stay_so_until_a_whole_comparison_finds_them_equal() {
    let mut fold = copying();
    let told = |outcome| RunEventKind::Checksummed {
        checksum: Checksum {
            began: Timestamp(1),
            rows: 7,
            left_out: Vec::new(),
            outcome,
        },
    };
    let keys = KeyRange {
        after: None,
        to: Some("7".into()),
    };
    feed(
        &mut fold,
        10,
        told(ChecksumOutcome::Different { keys: keys.clone() }),
    );
    feed(&mut fold, 20, told(ChecksumOutcome::Comparing));
    feed(&mut fold, 30, told(ChecksumOutcome::Cancelled { up_to: None }));
    assert_eq!(fold.view.differs, Some(keys));
    feed(&mut fold, 40, told(ChecksumOutcome::Equal));
    assert_eq!(fold.view.differs, None);
}

#[test]
fn what_a_run_waits_for_ends_with_its_turn_a_persons_word_and_its_end() {
    let waiting = |position| Waiting {
        position,
        reason: WaitsFor::Time { at: Timestamp(9) },
    };
    let mut fold = blank();
    let mut tell = |kind: RunEventKind| {
        let seq = fold.view.last_seq + 1;
        fold.apply(&RunEvent {
            seq,
            at: Timestamp(5),
            kind,
        });
        (fold.view.waiting.clone(), fold.view.schedule_overridden)
    };
    let waits = |waiting: Waiting| RunEventKind::Waits {
        waiting: Some(waiting),
    };
    assert_eq!(tell(waits(waiting(Some(2)))), (Some(waiting(Some(2))), false));
    assert_eq!(tell(RunEventKind::ScheduleOverridden), (None, true));
    assert_eq!(tell(waits(waiting(None))), (Some(waiting(None)), true));
    assert_eq!(tell(RunEventKind::WindowOpened), (None, false));
    tell(waits(waiting(None)));
    let ended = tell(RunEventKind::StateChanged {
        state: RunState::Cancelled,
    });
    assert_eq!(ended, (None, false));
}
