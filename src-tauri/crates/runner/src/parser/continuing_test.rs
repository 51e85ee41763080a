//! What a run says that is kept to be continued, or goes on from another.

use super::*;

fn said(texts: &[&str]) -> Vec<Signal> {
    let lines = texts.iter().map(|text| RawLine {
        stream: LogStream::Stdout,
        at: Timestamp(0),
        text: (*text).to_owned(),
    });
    signals(&lines.collect::<Vec<_>>(), "t", false)
}

#[test]
fn the_job_of_the_history_is_told_when_it_begins_and_never_by_another_line() {
    assert_eq!(
        said(&["2026-11-22T02:00:00 Job 8 started."]),
        [Signal::HistoryJob { job: 8 }]
    );
    // Its last words name it again; another number there would be the job that it went on from.
    assert_eq!(
        said(&[
            "History saved. Job id: 7",
            "2026-11-22T02:00:00 Job 8 finished successfully.",
            "Job eight started.",
            "Job -1 started.",
            "Job 8 started. And more",
        ]),
        []
    );
}

#[test]
fn a_users_words_are_no_job() {
    let statement = [
        "CREATE TABLE `shop`.`_t_new` (",
        "Job 99 started.",
        ") ENGINE=InnoDB COMMENT='x'",
        "ALTER TABLE `t` COMMENT 'Job 98 started.'",
    ];
    assert_eq!(said(&statement), []);
}

#[test]
fn triggers_and_an_old_table_that_are_kept_are_neither_dropped_nor_a_fault() {
    let told = said(&[
        "2026-11-22T02:00:00 Swapping tables...",
        "2026-11-22T02:00:00 Swapped original and new tables OK.",
        "Not dropping old table because --no-drop-triggers was specified.",
        "Not dropping triggers because --no-drop-triggers was specified.  To drop the triggers, execute:",
        "DROP TRIGGER IF EXISTS `shop`.`pt_osc_shop_t_del`",
        "Successfully altered `mysqler_test_runner`.`t`.",
    ]);
    assert_eq!(
        told,
        [
            Signal::PhaseStarted(Phase::Swap),
            Signal::PhaseFinished(Phase::Swap),
            Signal::Success,
        ]
    );
}

#[test]
fn what_tells_the_triggers_from_later_ones_is_read() {
    let told = bridged(&[
        r#""event":"triggers_created","names":["pt_osc_shop_t_ins"]"#,
        r#""event":"triggers_marked","marks":{"pt_osc_shop_t_ins":"2026-11-22 02:00:00.12"}"#,
    ]);
    let marks = std::collections::BTreeMap::from([(
        "pt_osc_shop_t_ins".to_owned(),
        "2026-11-22 02:00:00.12".to_owned(),
    )]);
    assert!(told.contains(&Signal::TriggersMarked(marks)), "{told:#?}");
}

#[test]
fn a_job_that_the_tool_does_not_go_on_from_is_told_as_the_cause() {
    for refused in [
        "Option --resume refers non-existing job ID: 7. Exiting.",
        "Option --resume refers job 7 with empty boundaries. Exiting.",
        "Essential options for the failed job are different from current:",
        "Copying rows for job 7 finished.",
    ] {
        let told = said(&[refused]);
        let text = refused.to_owned();
        assert_eq!(
            told,
            [Signal::Fault {
                class: FaultClass::Other,
                text
            }]
        );
    }
}
