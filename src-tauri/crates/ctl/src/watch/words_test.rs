use mysqler_contract::messages::Locale;
use mysqler_contract::{
    AppError, ConnectionId, Difference, Engine, Environment, ErrorCode, EstimateSource, Measures, Params,
    RunId, TableRef, WaitTotal,
};

use super::*;

fn view(state: RunState) -> RunView {
    RunView {
        id: RunId("20260321-001".to_owned()),
        connection_id: ConnectionId("c".to_owned()),
        connection_name: "Sandbox".to_owned(),
        environment: Environment::Development,
        table: TableRef::new("shop", "orders"),
        clause: "ADD COLUMN note INT".to_owned(),
        reclaim: false,
        engine: Engine::PtOsc,
        dry_run: false,
        hold_cutover: false,
        state,
        created_at: Timestamp(0),
        started_at: Some(Timestamp(0)),
        finished_at: Some(Timestamp(40_000)),
        phases: vec![PhaseTime {
            phase: Phase::Copy,
            started: Timestamp(1_000),
            finished: Some(Timestamp(21_000)),
        }],
        rows_copied: 1_000_000,
        rows_estimated: Some(2_000_000),
        estimate_source: Some(EstimateSource::Explain),
        rate_rows_s: Some(50_000),
        left_ms: Some((15_000, 20_000)),
        waits: Vec::new(),
        warnings: 0,
        shadow: None,
        triggers: Vec::new(),
        sessions: Vec::new(),
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
        last_seq: 1,
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
    }
}

fn english() -> Output {
    Output::new(false, Locale::En)
}

fn copying() -> RunView {
    view(RunState::Running { phase: Phase::Copy })
}

#[test]
fn a_copy_says_how_far_how_fast_and_how_long() {
    let line = progress(&english(), &copying(), Timestamp(23_000));
    assert_eq!(
        line,
        "Copy rows  1,000,000 / 2,000,000 rows (50.0 %)  50,000 rows/s  elapsed 00:23  left 00:15–00:20"
    );
}

#[test]
fn a_direct_alter_tells_its_share_and_no_rows() {
    let run = RunView {
        engine: Engine::Direct,
        rows_copied: 500_000,
        ..view(RunState::Running { phase: Phase::Alter })
    };
    let line = progress(&english(), &run, Timestamp(23_000));
    assert_eq!(line, "Alter table  25.0 %  elapsed 00:23  left 00:15–00:20");
    let silent = RunView {
        rows_copied: 0,
        left_ms: None,
        ..run
    };
    let line = progress(&english(), &silent, Timestamp(23_000));
    assert_eq!(line, "Alter table  elapsed 00:23");
}

#[test]
fn past_the_estimate_there_is_no_percentage() {
    let run = RunView {
        rows_copied: 2_100_000,
        left_ms: None,
        ..copying()
    };
    let line = progress(&english(), &run, Timestamp(23_000));
    assert!(
        line.contains("2,100,000 rows, past the estimate of 2,000,000"),
        "{line}"
    );
    assert!(!line.contains('%') && !line.contains("left"), "{line}");
}

#[test]
fn a_wait_names_its_reason_and_only_while_it_lasts() {
    let wait = |since| WaitTotal {
        reason: WaitReason::Lag,
        ms: 3_000,
        since,
        detail: "3 s\u{1b}[1m".to_owned(),
    };
    let waiting = RunView {
        waits: vec![wait(Some(Timestamp(1)))],
        ..copying()
    };
    let over = RunView {
        waits: vec![wait(None)],
        ..copying()
    };
    let line = progress(&english(), &waiting, Timestamp(2));
    assert!(line.contains("waiting: Replica lag (3 s"), "{line}");
    assert!(!line.contains('\u{1b}'), "{line}");
    assert!(!progress(&english(), &over, Timestamp(2)).contains("waiting"));
    assert_ne!(news(&waiting), news(&over), "the end of a wait is worth a line");
}

#[test]
fn only_progress_is_no_news() {
    assert_eq!(
        news(&copying()),
        news(&RunView {
            rows_copied: 7,
            last_seq: 9,
            ..copying()
        })
    );
}

#[test]
fn a_state_that_its_record_has_overtaken_gets_no_line() {
    assert!(is_stale(&copying()), "the copy is over");
    assert!(is_stale(&view(RunState::Completed)));
    assert!(!is_stale(&view(RunState::Running { phase: Phase::Swap })));
    assert!(!is_stale(&view(RunState::Stopping { since: Timestamp(0) })));
}

#[test]
fn a_held_run_says_how_it_goes_on() {
    let line = progress(
        &english(),
        &view(RunState::AwaitingCutover { since: Timestamp(0) }),
        Timestamp(1),
    );
    assert!(line.contains("mysqlerctl runs cutover 20260321-001"), "{line}");
}

#[test]
fn a_completed_run_sums_up() {
    let lines = ending(&english(), &view(RunState::Completed));
    assert_eq!(lines[0], "Run 20260321-001: Completed");
    assert!(lines.contains(&"  took 40 s".to_owned()), "{lines:?}");
    assert!(
        lines.contains(&"  1,000,000 rows, 50,000 rows/s".to_owned()),
        "{lines:?}"
    );
}

#[test]
fn leftovers_are_named_with_the_command_that_removes_them() {
    let leftovers = vec![
        Leftover::Trigger {
            database: "shop".to_owned(),
            name: "pt_osc_shop_orders_ins".to_owned(),
        },
        Leftover::Table {
            table: TableRef::new("shop", "_my orders_new"),
        },
        Leftover::Session { id: 77 },
    ];
    let error = Some(AppError::new(ErrorCode::ServerLost));
    let text = ending(&english(), &view(RunState::NeedsCleanup { leftovers, error })).join("\n");
    for part in [
        "shop.pt_osc_shop_orders_ins",
        "shop.`_my orders_new`",
        "77",
        "runs cleanup 20260321-001",
        "was lost",
    ] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
}

#[test]
fn an_unknown_outcome_lists_what_to_look_at_in_the_chosen_language() {
    let params = Params::from([("job".to_owned(), "abc".to_owned())]);
    let check = vec![Difference {
        what: "container_gone".to_owned(),
        params,
    }];
    let text = ending(
        &Output::new(false, Locale::ZhCn),
        &view(RunState::Unknown { check }),
    )
    .join("\n");
    assert!(
        text.contains("容器 abc 已不存在") && text.contains("结果未知"),
        "{text}"
    );
}

#[test]
fn a_waiting_run_says_its_place_and_what_it_waits_for() {
    let mut waiting = view(RunState::Queued);
    waiting.waiting = Some(mysqler_contract::Waiting {
        position: Some(3),
        reason: mysqler_contract::WaitsFor::Server {
            run: RunId("20260321-000".to_owned()),
        },
    });
    let line = progress(&english(), &waiting, Timestamp(0));
    assert!(
        line.contains("No. 3 in the queue: Waits for run 20260321-000 on the same server"),
        "{line}"
    );
    waiting.schedule.window = Some(mysqler_contract::DailyWindow {
        from_minute: 1320,
        to_minute: 390,
        days: vec![mysqler_contract::Weekday::Fri],
    });
    let facts = facts_of(&english(), &waiting).join("\n");
    assert!(facts.contains("22:00–06:30 (fri)"), "{facts}");
}

#[test]
fn a_run_that_was_called_off_says_by_which() {
    let mut off = view(RunState::Cancelled);
    off.called_off_by = Some(RunId("20260321-000".to_owned()));
    let said = ending(&english(), &off).join("\n");
    assert!(said.contains("Called off: 20260321-000"), "{said}");
}
