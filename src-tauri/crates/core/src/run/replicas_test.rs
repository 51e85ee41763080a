use super::*;
use crate::ports::ReplicaState;

fn watching() -> Watching {
    Watching {
        looked: watch::channel(None).1,
        known: BTreeSet::new(),
        unwatched: BTreeSet::new(),
        deaf: false,
        said: None,
        worst: None,
    }
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
    assert_eq!(see(&[]), stopped("a:3306: IO: No"), "not listed any more");
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
fn a_change_is_said_at_once_and_the_rest_again_after_a_while() {
    let mut watching = watching();
    assert!(watching.is_due(&ReplicasSeen::Follow));
    let now = Instant::now();
    watching.said = Some((behind("a: 3 s"), now));
    assert!(watching.is_due(&ReplicasSeen::Follow), "it goes on at once");
    assert!(watching.is_due(&stopped("a")));
    assert!(!watching.is_due(&behind("a: 4 s")), "not with every second");
    watching.said = now.checked_sub(FIGURE).map(|then| (behind("a: 3 s"), then));
    assert!(watching.is_due(&behind("a: 6 s")));
    assert!(!watching.is_due(&behind("a: 3 s")));
    watching.said = now.checked_sub(AGAIN).map(|then| (behind("a: 3 s"), then));
    assert!(
        watching.is_due(&behind("a: 3 s")),
        "a job that hears nothing stands still"
    );
}
