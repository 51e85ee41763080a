use super::*;

#[path = "continuing_test.rs"]
mod continuing;

use std::path::PathBuf;

use mysqler_contract::{LoadThreshold, Phase, Timestamp, Tuning, WarningCount};
use mysqler_core::ports::FaultClass;
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Recorded {
    stream: LogStream,
    at: Timestamp,
    text: String,
}

fn transcript(name: &str) -> Vec<RawLine> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/transcripts/{name}.jsonl"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines()
        .map(|line| serde_json::from_str::<Recorded>(line).expect("a recorded line"))
        .map(|line| RawLine {
            stream: line.stream,
            at: line.at,
            text: line.text,
        })
        .collect()
}

fn table(name: &str) -> TableRef {
    TableRef {
        database: "mysqler_test_runner".into(),
        table: name.into(),
    }
}

fn signals(lines: &[RawLine], name: &str, dry_run: bool) -> Vec<Signal> {
    let mut parser = parser(&table(name), dry_run);
    lines.iter().flat_map(|line| parser.feed(line).signals).collect()
}

fn faults(signals: &[Signal]) -> Vec<FaultClass> {
    signals
        .iter()
        .filter_map(|signal| match signal {
            Signal::Fault { class, .. } => Some(*class),
            _ => None,
        })
        .collect()
}

/// Every real run, as the signals that it means.
#[test]
fn recorded_runs_mean_what_happened() {
    let runs = [
        ("success", "t"),
        ("dry_run", "t"),
        ("no_bridge", "big"),
        ("pause_hold", "big"),
        ("foreign_keys", "parent"),
        ("load_wait", "t"),
        ("replica_lag", "big"),
        ("replica_stopped", "t"),
        ("data_truncated", "cut"),
        ("mariadb", "t"),
        ("terminated", "big"),
        ("connection_killed", "big"),
        ("lock_gave_up", "t"),
        ("critical_load", "t"),
        ("null_refused", "nulls"),
        ("unique_refused", "t"),
        ("clause_refused", "t"),
        ("triggers_exist", "trig"),
        ("table_missing", "nosuch"),
        ("no_key", "nokey"),
        ("wrong_password", "t"),
        ("unreachable", "t"),
        ("limited", "customers"),
    ];
    for (name, table) in runs {
        let told: Vec<String> = signals(&transcript(name), table, name == "dry_run")
            .iter()
            .map(|signal| format!("{signal:?}"))
            .collect();
        insta::assert_snapshot!(format!("signals_{name}"), told.join("\n"));
    }
}

#[test]
fn every_cause_is_told_apart_by_the_words_of_a_real_run() {
    let runs = [
        ("wrong_password", "t", FaultClass::AccessDenied),
        ("unreachable", "t", FaultClass::Unreachable),
        ("triggers_exist", "trig", FaultClass::TriggersExist),
        ("table_missing", "nosuch", FaultClass::TableMissing),
        ("no_key", "nokey", FaultClass::NoUsableKey),
        ("unique_refused", "t", FaultClass::AlterRefused),
        ("clause_refused", "t", FaultClass::AlterRefused),
        ("null_refused", "nulls", FaultClass::DataRefused),
        ("critical_load", "t", FaultClass::CriticalLoad),
        ("lock_gave_up", "t", FaultClass::LockWait),
        ("terminated", "big", FaultClass::Signal),
        ("connection_killed", "big", FaultClass::ServerLost),
        ("limited", "customers", FaultClass::Privilege),
    ];
    for (name, table, class) in runs {
        let told = signals(&transcript(name), table, false);
        assert_eq!(faults(&told).last(), Some(&class), "{name}: {told:#?}");
        assert!(!told.contains(&Signal::Success), "{name} did not succeed");
    }
}

#[test]
fn a_run_that_succeeded_says_so_once_and_without_a_fault() {
    for (name, table, dry_run) in [
        ("success", "t", false),
        ("dry_run", "t", true),
        ("no_bridge", "big", false),
        ("foreign_keys", "parent", false),
        ("mariadb", "t", false),
    ] {
        let told = signals(&transcript(name), table, dry_run);
        assert_eq!(
            told.iter().filter(|signal| **signal == Signal::Success).count(),
            1,
            "{name}"
        );
        assert_eq!(faults(&told), [], "{name}");
    }
}

#[test]
fn a_dry_run_is_not_the_success_of_a_run_and_the_other_way_round() {
    assert!(!signals(&transcript("dry_run"), "t", false).contains(&Signal::Success));
    assert!(!signals(&transcript("success"), "t", true).contains(&Signal::Success));
    assert!(
        !signals(&transcript("success"), "t2", false).contains(&Signal::Success),
        "another table's line"
    );
}

#[test]
fn phases_are_told_once_and_each_ends_before_the_next_begins() {
    for (name, table) in [
        ("success", "t"),
        ("no_bridge", "big"),
        ("pause_hold", "big"),
        ("foreign_keys", "parent"),
    ] {
        let (mut open, mut begun) = (None, Vec::new());
        for signal in signals(&transcript(name), table, false) {
            match signal {
                Signal::PhaseStarted(phase) => {
                    assert_eq!(open, None, "{name}: {phase:?} began inside another");
                    assert!(!begun.contains(&phase), "{name}: {phase:?} began twice");
                    begun.push(phase);
                    open = Some(phase);
                }
                Signal::PhaseFinished(phase) => assert_eq!(open.take(), Some(phase), "{name}"),
                _ => {}
            }
        }
        assert_eq!(open, None, "{name}: the last phase never ended");
        assert!(
            begun.contains(&Phase::Copy) && begun.contains(&Phase::Swap),
            "{name}: {begun:?}"
        );
    }
}

#[test]
fn rows_are_exact_with_the_bridge_and_a_percentage_without() {
    let with = signals(&transcript("pause_hold"), "big", false);
    let last = with.iter().rev().find_map(|signal| match signal {
        Signal::Rows { rows, .. } => Some(*rows),
        _ => None,
    });
    assert_eq!(last, Some(400_000));
    assert!(
        !with.iter().any(|signal| matches!(signal, Signal::Percent { .. })),
        "the bridge wins"
    );

    let without = signals(&transcript("no_bridge"), "big", false);
    assert!(
        without
            .iter()
            .any(|signal| matches!(signal, Signal::Percent { .. }))
    );
    assert!(
        without
            .iter()
            .any(|signal| matches!(signal, Signal::ShadowCreated(_)))
    );
}

#[test]
fn a_lost_bridge_line_is_a_gap_and_a_repeated_one_is_nothing() {
    let mut lines = transcript("success");
    let lost = lines
        .iter()
        .position(|line| line.text.contains("\"seq\":5,"))
        .expect("line 5");
    lines.remove(lost);
    let told = signals(&lines, "t", false);
    assert!(told.contains(&Signal::Gap { from: 5, to: 5 }), "{told:#?}");

    let mut twice = transcript("success");
    let again = twice.clone();
    twice.extend(
        again
            .into_iter()
            .filter(|line| line.text.starts_with(bridge::MARK)),
    );
    assert_eq!(
        signals(&twice, "t", false),
        signals(&transcript("success"), "t", false)
    );
}

#[test]
fn bridge_lines_are_not_shown_and_all_others_are() {
    let mut parser = parser(&table("t"), false);
    for line in transcript("success") {
        let shown = parser.feed(&line).show;
        assert_eq!(
            shown.is_none(),
            line.text.starts_with(bridge::MARK),
            "{}",
            line.text
        );
        if let Some((_, text)) = shown {
            assert_eq!(text, line.text);
        }
    }
}

#[test]
fn a_users_words_in_a_printed_statement_are_no_fault() {
    let mut parser = parser(&table("t"), false);
    for text in [
        "CREATE TABLE `d`.`_t_new` (",
        "  `a` int DEFAULT NULL COMMENT 'Access denied for user',",
        "  `b` int COMMENT 'Lock wait timeout exceeded'",
        ") ENGINE=InnoDB COMMENT='Lost connection to MySQL server'",
        "ALTER TABLE `d`.`_t_new` ADD COLUMN x int COMMENT 'Duplicate entry'",
    ] {
        let parsed = parser.feed(&RawLine {
            stream: LogStream::Stdout,
            at: Timestamp(0),
            text: text.into(),
        });
        assert_eq!(parsed.signals, [], "{text}");
        assert_eq!(parsed.show, Some((LogKind::Sql, text.to_owned())));
    }
}

fn any_line() -> impl Strategy<Value = RawLine> {
    let fragments = prop::sample::select(vec![
        "@mysqler {\"seq\":",
        "}",
        "1",
        ",\"event\":\"progress\"",
        "Copying `",
        "`:  ",
        "45% 00:12 remain",
        "2026-11-21T09:55:36 ",
        "CREATE TABLE `x` (",
        ") ",
        "Copying approximately ",
        "99999999999999999999",
        "# mysql_warning_",
        "70000",
        "\u{1f980}",
        "\\",
        "%",
        "Copying rows caused a MySQL error ",
        ": ",
        "Created new table ",
        " OK.",
        ".",
        "Replica ",
        " is stopped.  Waiting.",
    ]);
    let text = prop_oneof![
        ".*",
        prop::collection::vec(fragments, 0..8).prop_map(|parts| parts.concat()),
        "\\PC{0,30}".prop_map(|rest| format!("@mysqler {rest}")),
    ];
    (text, any::<bool>()).prop_map(|(text, stderr)| RawLine {
        stream: if stderr {
            LogStream::Stderr
        } else {
            LogStream::Stdout
        },
        at: Timestamp(0),
        text,
    })
}

proptest! {
    #[test]
    fn no_line_upsets_the_parser(lines in prop::collection::vec(any_line(), 0..20)) {
        let mut parser = parser(&table("t"), false);
        for line in &lines {
            let parsed = parser.feed(line);
            if let Some((_, shown)) = parsed.show {
                prop_assert_eq!(&shown, &line.text);
            }
        }
    }
}

#[test]
fn the_move_of_triggers_and_the_reading_of_renames_are_told() {
    let told = [
        r#"{"seq":1,"event":"hello","version":"1.0.0","mode":"execute","pid":1}"#,
        r#"{"seq":2,"event":"init","table":{"database":"d","table":"t"},"children":[],"renamed":{"a":"b"},"replicas":[],"lag_replicas":[]}"#,
        r#"{"seq":3,"event":"renames_confirmed"}"#,
        r#"{"seq":4,"event":"move_guarded","triggers":["au"]}"#,
        r#"{"seq":5,"event":"held"}"#,
        r#"{"seq":6,"event":"released"}"#,
        r#"{"seq":7,"event":"move_triggers"}"#,
        r#"{"seq":8,"event":"lock_awaited","try":1,"of":60}"#,
        r#"{"seq":9,"event":"lock_awaited","try":2,"of":60}"#,
        r#"{"seq":10,"event":"swapped","old":null}"#,
        r#"{"seq":11,"event":"renames_differ","read":"{}"}"#,
    ];
    let lines: Vec<RawLine> = told
        .iter()
        .map(|json| RawLine {
            stream: LogStream::Stderr,
            at: Timestamp(0),
            text: format!("@mysqler {json}"),
        })
        .collect();
    let reason = WaitReason::Lock;
    let wanted = [
        Signal::BridgeReady {
            version: "1.0.0".into(),
        },
        Signal::PhaseStarted(Phase::Prepare),
        Signal::RenamesConfirmed,
        Signal::MoveGuarded,
        Signal::PhaseFinished(Phase::Prepare),
        Signal::PhaseStarted(Phase::Gate),
        Signal::Held,
        Signal::Released,
        Signal::PhaseFinished(Phase::Gate),
        Signal::PhaseStarted(Phase::Swap),
        Signal::WaitStarted {
            reason,
            detail: "1/60".into(),
        },
        Signal::WaitStarted {
            reason,
            detail: "2/60".into(),
        },
        Signal::WaitEnded { reason },
        Signal::PhaseFinished(Phase::Swap),
        Signal::RenamesDiffer { read: "{}".into() },
    ];
    assert_eq!(signals(&lines, "t", false), wanted);
}

fn bridged(lines: &[&str]) -> Vec<Signal> {
    let lines = lines.iter().enumerate().map(|(at, body)| RawLine {
        stream: LogStream::Stderr,
        at: Timestamp(0),
        text: format!("@mysqler {{\"seq\":{},{body}}}", at + 1),
    });
    signals(&lines.collect::<Vec<_>>(), "t", false)
}

#[test]
fn each_try_at_a_lock_is_told_and_its_end_once() {
    let told = bridged(&[
        r#""event":"swap""#,
        r#""event":"lock_awaited","try":2,"of":10"#,
        r#""event":"lock_awaited","try":3,"of":10"#,
        r#""event":"lock_had""#,
        r#""event":"lock_had""#,
    ]);
    let waits: Vec<String> = told
        .iter()
        .filter_map(|signal| match signal {
            Signal::WaitStarted { detail, .. } => Some(detail.clone()),
            Signal::WaitEnded { .. } => Some("over".into()),
            _ => None,
        })
        .collect();
    assert_eq!(waits, ["2/10", "3/10", "over"]);
}

#[test]
fn values_that_the_tool_took_over_and_counted_warnings_are_read() {
    let told = bridged(&[
        r#""event":"retuned","chunk_time_ms":50,"max_load":{"Threads_running":150},"critical_load":{},"refused":["max_lag_s"]"#,
        r#""event":"warnings","counts":{"1062":1,"1265":3788}"#,
    ]);
    let tuning = Tuning {
        chunk_time_ms: Some(50),
        max_load: vec![LoadThreshold {
            variable: "Threads_running".into(),
            value: 150,
        }],
        ..Tuning::default()
    };
    let refused = vec!["max_lag_s".to_owned()];
    let counts = [(1062, 1), (1265, 3788)].map(|(code, count)| WarningCount { code, count });
    assert_eq!(
        told,
        [
            Signal::Retuned { tuning, refused },
            Signal::Warnings(counts.to_vec())
        ]
    );
}

#[test]
fn waits_for_watched_replicas_are_told_by_their_cause_and_end_with_it_or_with_a_pause() {
    let told = bridged(&[
        r#""event":"copy""#,
        r#""event":"behind","reason":"lag","detail":"db2:3306: 3 s""#,
        r#""event":"behind","reason":"lag","detail":"db2:3306: 9 s""#,
        r#""event":"behind","reason":"unwatched","detail":"""#,
        r#""event":"follow""#,
        r#""event":"behind","reason":"stopped","detail":"db2:3306: SQL: No""#,
        r#""event":"paused""#,
        r#""event":"follow""#,
    ]);
    let started = |reason, detail: &str| Signal::WaitStarted {
        reason,
        detail: detail.into(),
    };
    let ended = |reason| Signal::WaitEnded { reason };
    let waits: Vec<Signal> = told
        .into_iter()
        .filter(|signal| {
            let of_wait = matches!(signal, Signal::WaitStarted { .. } | Signal::WaitEnded { .. });
            of_wait || *signal == Signal::Paused
        })
        .collect();
    assert_eq!(
        waits,
        [
            started(WaitReason::Lag, "db2:3306: 3 s"),
            started(WaitReason::Lag, "db2:3306: 9 s"),
            ended(WaitReason::Lag),
            started(WaitReason::Unwatched, ""),
            ended(WaitReason::Unwatched),
            started(WaitReason::ReplicaStopped, "db2:3306: SQL: No"),
            ended(WaitReason::ReplicaStopped),
            Signal::Paused,
        ],
        "a person's pause says nothing more of replicas"
    );
}

#[test]
fn what_the_ssh_client_says_is_shown_and_its_end_is_a_cause() {
    let mut parser = parser(&table("t"), false);
    let mut said = |stream, text: &str| {
        let parsed = parser.feed(&RawLine {
            stream,
            at: Timestamp(1),
            text: text.into(),
        });
        let kind = parsed.show.map(|(kind, _)| kind);
        (kind, faults(&parsed.signals))
    };
    let line = "mysqler-tunnel: channel 2: open failed: connect failed: Connection refused";
    assert_eq!(said(LogStream::Stderr, line), (Some(LogKind::Warning), vec![]));
    let end = "mysqler-tunnel: ended: Connection to bastion closed by remote host.";
    assert_eq!(
        said(LogStream::Stderr, end),
        (Some(LogKind::Error), vec![FaultClass::Tunnel])
    );
    assert_eq!(
        said(LogStream::Stdout, end),
        (Some(LogKind::Info), vec![]),
        "another's words"
    );
}
