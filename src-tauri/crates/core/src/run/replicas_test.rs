use mysqler_contract::{RunEvent, Timestamp};

use super::super::fold::RunFold;
use super::*;
use crate::ports::ReplicaState;

fn watching() -> Watching {
    Watching::new(watch::channel(None).1, BTreeSet::new())
}

/// As another process takes the run up, whose plan knew these.
fn taken_up(known: &[&str]) -> Watching {
    let known = known.iter().copied().map(str::to_owned).collect();
    Watching::new(watch::channel(None).1, known)
}

fn replica(name: &str, lag_s: u64) -> ReplicaMoment {
    with(
        name,
        Ok(ReplicaState {
            lag_s: Some(lag_s),
            ..ReplicaState::default()
        }),
    )
}

fn with(name: &str, state: std::result::Result<ReplicaState, String>) -> ReplicaMoment {
    ReplicaMoment {
        name: name.into(),
        state,
    }
}

fn behind(detail: &str) -> ReplicasSeen {
    ReplicasSeen::Behind {
        detail: detail.into(),
    }
}

fn stopped(detail: &str) -> ReplicasSeen {
    ReplicasSeen::Stopped {
        detail: detail.into(),
    }
}

#[test]
fn the_furthest_behind_is_told_and_what_is_behind_on_purpose_is_not() {
    let mut watching = watching();
    let late = with(
        "d:3306",
        Ok(ReplicaState {
            lag_s: Some(3600),
            delay_s: 3600,
            ..ReplicaState::default()
        }),
    );
    let mut see = |sample: &[ReplicaMoment]| watching.judge(sample, 2).seen;
    assert_eq!(see(&[replica("a:3306", 2), late.clone()]), ReplicasSeen::Follow);
    assert_eq!(
        see(&[replica("a:3306", 3), replica("b:3306", 17), late]),
        behind("b:3306: 17 s"),
        "at the limit a replica follows, above it does not"
    );
}

#[test]
fn a_replica_that_answered_once_has_to_answer_and_one_that_never_did_is_told_once() {
    let mut watching = watching();
    let unreached = || with("x:3306", Err("access denied".into()));
    assert_eq!(
        watching.judge(&[replica("a:3306", 0), unreached()], 1).seen,
        ReplicasSeen::Follow
    );
    assert_eq!(watching.newly_unwatched(&[unreached()]).len(), 1);
    assert_eq!(watching.newly_unwatched(&[unreached()]).len(), 0);
    let mut see = |sample: &[ReplicaMoment]| watching.judge(sample, 1).seen;
    assert_eq!(
        see(&[with("a:3306", Err("gone".into()))]),
        stopped("a:3306: gone")
    );
    assert_eq!(see(&[]), stopped("a:3306: not listed"));
    let halted = ReplicaState {
        stopped: Some("SQL: No".into()),
        ..ReplicaState::default()
    };
    assert_eq!(
        see(&[with("a:3306", Ok(halted)), replica("b:3306", 99)]),
        stopped("a:3306: SQL: No")
    );
}

#[test]
fn a_restart_forgets_no_replica_that_the_plan_knew() {
    let both = ["a:3306", "b:3306"];
    let verdict = taken_up(&both).judge(&[replica("a:3306", 0)], 1);
    assert_eq!(verdict.seen, stopped("b:3306: not listed"));
    let note = LogNote::ReplicaNotListed {
        replica: "b:3306".into(),
    };
    assert_eq!((verdict.note, verdict.patience_s), (Some(note), PATIENCE_S));
    let none = taken_up(&both).judge(&[], 1);
    assert_eq!(
        none.seen,
        stopped("a:3306: not listed"),
        "an empty list says so too"
    );
    let silent = [replica("a:3306", 0), with("b:3306", Err("gone".into()))];
    assert_eq!(taken_up(&both).judge(&silent, 1).seen, stopped("b:3306: gone"));
    let back = [replica("a:3306", 0), replica("b:3306", 1)];
    assert_eq!(taken_up(&both).judge(&back, 1).seen, ReplicasSeen::Follow);
}

#[test]
fn a_replica_that_first_answered_while_the_run_worked_is_on_record_for_whoever_takes_it_up() {
    let plan = super::super::fixture::plan(mysqler_contract::WorkKind::ChunkedCopy);
    let mut fold = RunFold::new(&plan, Timestamp(0));
    let mut watching = Watching::new(watch::channel(None).1, known(&plan, &fold.view));
    let both = [replica("a:3306", 0), replica("b:3306", 0)];
    watching.judge(&both, 1);
    watching.judge(&both, 1);
    let names: Vec<String> = watching.unrecorded.drain(..).collect();
    assert_eq!(names, ["a:3306", "b:3306"], "each once");
    for replica in names {
        fold.apply(&RunEvent {
            seq: fold.view.last_seq + 1,
            at: Timestamp(1),
            kind: RunEventKind::ReplicaAnswered { replica },
        });
    }
    let mut next = Watching::new(watch::channel(None).1, known(&plan, &fold.view));
    let away = next.judge(&[replica("a:3306", 0)], 1);
    assert_eq!(away.seen, stopped("b:3306: not listed"));
    assert!(next.unrecorded.is_empty(), "both are on record");
}

#[test]
fn a_copy_with_no_replica_is_told_so_and_needs_nobody_until_there_is_one() {
    let mut watching = watching();
    let alone = watching.judge(&[], 1);
    assert_eq!(alone, Verdict::unbound(Some(LogNote::NoReplicaListed)));
    assert!(watching.is_due(&alone), "a job that stands still has to hear it");
    watching.said = Some(Said {
        seen: ReplicasSeen::Follow,
        patience_s: alone.patience_s,
        at: Instant::now(),
    });
    assert!(!watching.is_due(&alone));
    let unreached = watching.judge(&[with("a:3306", Err("access denied".into()))], 1);
    assert_eq!(unreached, Verdict::unbound(None), "told by itself");
    let watched = watching.judge(&[replica("a:3306", 0)], 1);
    assert_eq!(watched, Verdict::bound(ReplicasSeen::Follow, None));
    assert!(watching.is_due(&watched), "from now on somebody has to look");
}

#[test]
fn without_a_limit_the_copy_waits_for_no_replica_whatever_becomes_of_it() {
    let mut watching = taken_up(&["a:3306", "b:3306"]);
    let away = [replica("a:3306", 7_000)];
    let verdict = watching.judge(&away, Tuning::NO_LAG_LIMIT);
    assert_eq!(verdict, Verdict::unbound(Some(LogNote::ReplicasNotAwaited)));
    let again = watching.judge(&away, 1);
    assert_eq!(again.seen, stopped("b:3306: not listed"), "and with one again");
}

#[test]
fn a_change_is_said_at_once_and_the_rest_again_after_a_while() {
    let mut watching = watching();
    let due = |watching: &Watching, seen| watching.is_due(&Verdict::bound(seen, None));
    let said = |at| Said {
        seen: behind("a: 3 s"),
        patience_s: PATIENCE_S,
        at,
    };
    assert!(due(&watching, ReplicasSeen::Follow));
    let now = Instant::now();
    watching.said = Some(said(now));
    assert!(due(&watching, ReplicasSeen::Follow), "it goes on at once");
    assert!(due(&watching, stopped("a")));
    assert!(!due(&watching, behind("a: 4 s")), "not with every second");
    watching.said = now.checked_sub(FIGURE).map(said);
    assert!(due(&watching, behind("a: 6 s")));
    assert!(!due(&watching, behind("a: 3 s")));
    watching.said = now.checked_sub(AGAIN).map(said);
    assert!(
        due(&watching, behind("a: 3 s")),
        "a job that hears nothing stands still"
    );
}
