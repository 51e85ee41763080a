//! The queue's rules, each as a picture of the queue and what each of the waiting may do.

use chrono::NaiveDate;
use mysqler_contract::{DailyWindow, Timestamp};

use super::*;

const RULES: Rules = Rules {
    at_once: 3,
    heavy_per_server: 1,
};

fn noon() -> Moment {
    let local = NaiveDate::from_ymd_opt(2026, 1, 15)
        .unwrap()
        .and_hms_opt(12, 0, 0)
        .unwrap();
    Moment {
        at: Timestamp(local.and_utc().timestamp_millis()),
        local,
    }
}

fn waiting() -> Place {
    Place::Queued {
        schedule: Schedule::default(),
        attended: true,
    }
}

/// A heavy run on table `name` of `host`.
fn run(name: &str, host: &str, place: Place) -> Contender {
    Contender {
        run: RunId(name.into()),
        server: ServerKey {
            host: host.into(),
            port: 3306,
            uuid: None,
        },
        table: TableRef::new("shop", name),
        heavy: true,
        place,
        batch: None,
    }
}

fn light(name: &str, host: &str, place: Place) -> Contender {
    Contender {
        heavy: false,
        ..run(name, host, place)
    }
}

fn of_batch(contender: Contender, stop: bool) -> Contender {
    Contender {
        batch: Some((BatchId("b".into()), stop)),
        ..contender
    }
}

/// What each of the waiting may do, in the queue's order.
fn turns(all: &[Contender]) -> Vec<String> {
    let waiting = all.iter().filter(|one| matches!(one.place, Place::Queued { .. }));
    waiting
        .map(|one| match turn(all, &one.run, RULES, noon()) {
            Turn::Now => "now".to_owned(),
            Turn::NotDue => "not due".to_owned(),
            Turn::Waits(WaitsFor::Table { run }) => format!("table {run}"),
            Turn::Waits(WaitsFor::Server { run }) => format!("server {run}"),
            Turn::Waits(WaitsFor::Batch { run }) => format!("batch {run}"),
            Turn::Waits(WaitsFor::Slots { limit }) => format!("slots {limit}"),
            Turn::CalledOff { by } => format!("off {by}"),
            other => format!("{other:?}"),
        })
        .collect()
}

#[test]
fn one_heavy_run_works_on_a_server_and_light_ones_go_beside_it() {
    let all = [
        run("a", "one", Place::Works),
        run("b", "one", waiting()),
        light("c", "one", waiting()),
        run("d", "two", waiting()),
    ];
    assert_eq!(turns(&all), ["server a", "now", "now"]);
}

#[test]
fn of_two_that_wait_for_one_server_the_first_in_the_queue_begins() {
    let all = [run("a", "one", waiting()), run("b", "one", waiting())];
    assert_eq!(turns(&all), ["now", "server a"]);
    let moved = [all[1].clone(), all[0].clone()];
    assert_eq!(turns(&moved), ["now", "server b"]);
}

#[test]
fn no_more_work_at_once_than_the_settings_say() {
    let all = [
        run("a", "one", Place::Works),
        run("b", "two", waiting()),
        light("c", "two", waiting()),
        run("d", "three", waiting()),
        light("e", "four", waiting()),
    ];
    assert_eq!(turns(&all), ["now", "now", "slots 3", "slots 3"]);
}

#[test]
fn who_cannot_begin_yet_keeps_nobody_else_from_it() {
    let at_night = Place::Queued {
        schedule: Schedule {
            not_before: None,
            window: Some(DailyWindow {
                from_minute: 22 * 60,
                to_minute: 6 * 60,
                days: Vec::new(),
            }),
        },
        attended: true,
    };
    let all = [run("a", "one", at_night), run("b", "one", waiting())];
    assert_eq!(turns(&all), ["not due", "now"]);
    let later = Place::Queued {
        schedule: Schedule {
            not_before: Some(Timestamp(noon().at.0 + 1)),
            window: None,
        },
        attended: true,
    };
    assert_eq!(
        turns(&[run("a", "one", later), run("b", "one", waiting())]),
        ["not due", "now"]
    );
}

#[test]
fn nobody_waits_behind_a_run_whose_process_is_gone() {
    let left = Place::Queued {
        schedule: Schedule::default(),
        attended: false,
    };
    let all = [run("a", "one", left), run("b", "one", waiting())];
    assert_eq!(
        turns(&all),
        ["now", "now"],
        "whichever is let in first makes the other wait"
    );
}

#[test]
fn two_runs_never_share_a_table_however_light_they_are() {
    let mut second = light("b", "alias", waiting());
    let mut first = light("a", "one", Place::Works);
    second.table = first.table.clone();
    assert_eq!(turns(&[first.clone(), second.clone()]), ["now"], "two servers");
    first.server.uuid = Some("u".into());
    second.server.uuid = Some("u".into());
    assert_eq!(turns(&[first, second]), ["table a"], "one server by two names");
}

#[test]
fn a_server_is_known_by_its_identity_under_another_name() {
    let with = |name: &str, host: &str, place| {
        let mut one = run(name, host, place);
        one.server.uuid = Some("u".into());
        one
    };
    assert_eq!(
        turns(&[with("a", "one", Place::Works), with("b", "alias", waiting())]),
        ["server a"]
    );
}

#[test]
fn a_batch_that_stops_on_failure_goes_one_by_one() {
    let all = [
        of_batch(light("a", "one", Place::Works), true),
        of_batch(light("b", "two", waiting()), true),
        of_batch(light("c", "three", waiting()), true),
        light("d", "two", waiting()),
    ];
    assert_eq!(turns(&all), ["batch a", "batch a", "now"]);
    let first = [
        of_batch(light("a", "one", waiting()), true),
        of_batch(light("b", "two", waiting()), true),
    ];
    assert_eq!(turns(&first), ["now", "batch a"]);
}

#[test]
fn a_batch_that_goes_on_waits_for_nothing_but_places() {
    let all = [
        of_batch(run("a", "one", Place::Ended { badly: true }), false),
        of_batch(run("b", "one", Place::Works), false),
        of_batch(run("c", "one", waiting()), false),
        of_batch(run("d", "two", waiting()), false),
    ];
    assert_eq!(turns(&all), ["server b", "now"]);
}

#[test]
fn the_first_failure_calls_the_rest_of_its_batch_off_and_nobody_else() {
    let all = [
        of_batch(run("a", "one", Place::Ended { badly: false }), true),
        of_batch(run("b", "one", Place::Ended { badly: true }), true),
        of_batch(run("c", "one", waiting()), true),
        run("d", "one", waiting()),
    ];
    assert_eq!(turns(&all), ["off b", "now"]);
    let good = [
        of_batch(run("a", "one", Place::Ended { badly: false }), true),
        of_batch(run("b", "one", waiting()), true),
    ];
    assert_eq!(turns(&good), ["now"]);
}

#[test]
fn a_run_that_was_let_in_already_may_go_on() {
    let all = [run("a", "one", Place::Works), run("b", "one", Place::Works)];
    assert_eq!(turn(&all, &RunId("b".into()), RULES, noon()), Turn::Now);
    assert_eq!(turn(&all, &RunId("x".into()), RULES, noon()), Turn::Gone);
}

#[test]
fn positions_count_those_that_wait() {
    let all = [
        run("a", "one", Place::Works),
        run("b", "one", waiting()),
        run("c", "one", waiting()),
    ];
    assert_eq!(position(&all, &RunId("c".into())), Some(2));
    assert_eq!(position(&all, &RunId("a".into())), None);
}

#[test]
fn letting_everybody_in_one_by_one_never_breaks_a_limit() {
    let mut all: Vec<Contender> = (0..24)
        .map(|n| {
            let host = ["one", "two", "three"][n % 3];
            let mut one = run(&format!("r{n}"), host, waiting());
            one.heavy = n % 4 != 0;
            one
        })
        .collect();
    let mut ended = 0;
    for _ in 0..200 {
        let free: Vec<RunId> = all
            .iter()
            .filter(|one| matches!(one.place, Place::Queued { .. }))
            .map(|one| one.run.clone())
            .collect();
        for run in free {
            if turn(&all, &run, RULES, noon()) == Turn::Now {
                let one = all.iter_mut().find(|one| one.run == run).unwrap();
                one.place = Place::Works;
            }
        }
        let working: Vec<&Contender> = all.iter().filter(|one| one.place == Place::Works).collect();
        assert!(working.len() <= 3);
        for host in ["one", "two", "three"] {
            assert!(
                working
                    .iter()
                    .filter(|one| one.heavy && one.server.host == host)
                    .count()
                    <= 1
            );
        }
        if let Some(one) = all.iter_mut().find(|one| one.place == Place::Works) {
            one.place = Place::Ended { badly: false };
            ended += 1;
        }
    }
    assert_eq!(ended, 24, "nobody is left waiting for ever");
}
