//! Every state against every input, as one table that a change of the rules has to change too.

use std::fmt::Write as _;

use mysqler_contract::{ErrorCode, RunStateKind, TableRef};

use super::*;

fn states() -> Vec<RunState> {
    let at = Timestamp(1);
    let error = AppError::new(ErrorCode::RunFailed);
    let leftovers = vec![Leftover::Table {
        table: TableRef::new("shop", "_orders_new"),
    }];
    vec![
        RunState::Queued,
        RunState::NeedsReview { differences: vec![] },
        RunState::Preparing,
        RunState::Running { phase: Phase::Copy },
        RunState::Paused {
            since: at,
            reason: PauseReason::User,
            phase: Phase::Copy,
        },
        RunState::AwaitingCutover { since: at },
        RunState::Stopping { since: at },
        RunState::Cleaning {
            after: CleaningAfter::Stop,
        },
        RunState::Cleaning {
            after: CleaningAfter::Failure { error: error.clone() },
        },
        RunState::Completed,
        RunState::Failed { error: error.clone() },
        RunState::Cancelled,
        RunState::NeedsCleanup {
            leftovers,
            error: Some(error),
        },
        RunState::Unknown { check: vec![] },
        RunState::Interrupted {
            since: at,
            before: Box::new(RunState::Running { phase: Phase::Copy }),
        },
        RunState::Interrupted {
            since: at,
            before: Box::new(RunState::Stopping { since: at }),
        },
    ]
}

fn inputs() -> Vec<Input> {
    let at = Timestamp(2);
    let error = AppError::new(ErrorCode::RunFailed);
    vec![
        Input::Begin,
        Input::Differ(vec![]),
        Input::Enter(Phase::Swap),
        Input::Pause {
            at,
            reason: PauseReason::User,
        },
        Input::Resume,
        Input::Hold { at },
        Input::Release,
        Input::Stop { at },
        Input::Clean(CleaningAfter::Stop),
        Input::Cleaned,
        Input::LeaveBehind {
            leftovers: vec![],
            error: None,
        },
        Input::Complete,
        Input::Fail(error),
        Input::LoseTrack(vec![]),
        Input::LoseContact { at },
        Input::RegainContact,
    ]
}

fn brief(state: &RunState) -> String {
    match state {
        RunState::Running { phase } => format!("running({phase:?})"),
        RunState::Interrupted { before, .. } => format!("interrupted({})", brief(before)),
        RunState::Cleaning {
            after: CleaningAfter::Stop,
        } => "cleaning(stop)".to_owned(),
        RunState::Cleaning { .. } => "cleaning(failure)".to_owned(),
        other => other.kind().as_str().to_owned(),
    }
}

fn name(input: &Input) -> String {
    let text = format!("{input:?}");
    text.split(['(', ' ']).next().unwrap_or_default().to_owned()
}

#[test]
fn every_state_answers_every_input_as_the_table_says() {
    let mut table = String::new();
    for state in states() {
        for input in inputs() {
            let outcome = next(&state, &input).map_or_else(|_| "-".to_owned(), |state| brief(&state));
            writeln!(table, "{:<32} {:<14} {outcome}", brief(&state), name(&input)).unwrap();
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn the_table_covers_every_kind_of_state() {
    let covered: Vec<RunStateKind> = states().iter().map(RunState::kind).collect();
    for kind in RunStateKind::ALL {
        assert!(covered.contains(&kind), "no row for {kind:?}");
    }
}

#[test]
fn an_ended_run_never_moves_but_to_be_cleaned() {
    for state in states().iter().filter(|state| state.is_terminal()) {
        for input in inputs() {
            if let Ok(moved) = next(state, &input) {
                assert!(
                    matches!(moved, RunState::Cleaning { .. }),
                    "{state:?} moved to {moved:?} on {input:?}"
                );
            }
        }
    }
}

#[test]
fn failed_and_cancelled_are_reached_only_from_cleaning_or_before_a_job_exists() {
    for state in states() {
        for input in inputs() {
            if let Ok(RunState::Failed { .. } | RunState::Cancelled) = next(&state, &input) {
                let clean = matches!(
                    state,
                    RunState::Queued | RunState::Preparing | RunState::Cleaning { .. }
                );
                assert!(
                    clean,
                    "{state:?} ended on {input:?} without proof that nothing is left"
                );
            }
        }
    }
}
