//! Windows over midnight, over both changes of the clock, on days of the week, and under a clock that jumps.

use chrono::{Duration, NaiveDate};

use super::*;

/// A zone one hour ahead of UTC, two between the given moments, as Central Europe in 2026.
struct Europe;

fn at(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap()
}

fn utc(text: &str) -> Timestamp {
    Timestamp(at(text).and_utc().timestamp_millis())
}

impl Clock for Europe {
    fn now(&self) -> Timestamp {
        utc("2026-01-01 00:00")
    }

    fn local_day(&self, _: Timestamp) -> String {
        String::new()
    }

    fn local(&self, moment: Timestamp) -> NaiveDateTime {
        let summer = utc("2026-03-29 01:00").0..utc("2026-10-25 01:00").0;
        let ahead = if summer.contains(&moment.0) { 2 } else { 1 };
        let there = chrono::DateTime::from_timestamp_millis(moment.0)
            .unwrap()
            .naive_utc();
        there + Duration::hours(ahead)
    }
}

fn window(from: &str, to: &str, days: &[Weekday]) -> DailyWindow {
    let minute = |text: &str| {
        let (hour, minute) = text.split_once(':').unwrap();
        hour.parse::<u16>().unwrap() * 60 + minute.parse::<u16>().unwrap()
    };
    DailyWindow {
        from_minute: minute(from),
        to_minute: minute(to),
        days: days.to_vec(),
    }
}

fn next(window: &DailyWindow, from: &str) -> String {
    let schedule = Schedule {
        not_before: None,
        window: Some(window.clone()),
    };
    let found = next_start(&schedule, &Europe, utc(from)).expect("opens within nine days");
    let text = chrono::DateTime::from_timestamp_millis(found.0).unwrap();
    text.format("%Y-%m-%d %H:%M").to_string()
}

#[test]
fn a_window_holds_its_first_minute_and_not_its_last() {
    let day = window("09:00", "17:30", &[]);
    for (time, open) in [
        ("08:59", false),
        ("09:00", true),
        ("17:29", true),
        ("17:30", false),
        ("00:00", false),
    ] {
        assert_eq!(is_open(&day, at(&format!("2026-01-15 {time}"))), open, "{time}");
    }
}

#[test]
fn a_window_over_midnight_belongs_to_the_day_on_which_it_begins() {
    let night = window("22:00", "06:00", &[]);
    for (time, open) in [
        ("21:59", false),
        ("22:00", true),
        ("23:59", true),
        ("00:00", true),
        ("05:59", true),
        ("06:00", false),
    ] {
        assert_eq!(is_open(&night, at(&format!("2026-01-15 {time}"))), open, "{time}");
    }
    // 2026-01-16 is a Friday.
    let friday = window("22:00", "06:00", &[Weekday::Fri]);
    for (time, open) in [
        ("2026-01-16 05:00", false),
        ("2026-01-16 22:00", true),
        ("2026-01-17 05:59", true),
        ("2026-01-17 22:00", false),
    ] {
        assert_eq!(is_open(&friday, at(time)), open, "{time}");
    }
    let until_midnight = window("20:00", "00:00", &[]);
    assert!(is_open(&until_midnight, at("2026-01-15 23:59")));
    assert!(!is_open(&until_midnight, at("2026-01-15 00:00")));
}

#[test]
fn the_next_start_is_told_in_the_clock_of_that_day() {
    let night = window("22:00", "06:00", &[]);
    assert_eq!(
        next(&night, "2026-01-15 12:00"),
        "2026-01-15 21:00",
        "one hour ahead of UTC"
    );
    assert_eq!(
        next(&night, "2026-07-15 12:00"),
        "2026-07-15 20:00",
        "two in summer"
    );
    assert_eq!(next(&night, "2026-01-15 23:00"), "2026-01-15 23:00", "it is open");
    // Asked on the day before either change of the clock.
    assert_eq!(next(&night, "2026-03-29 05:00"), "2026-03-29 20:00");
    assert_eq!(next(&night, "2026-10-25 06:00"), "2026-10-25 21:00");
}

#[test]
fn a_window_that_begins_in_the_hour_that_is_skipped_opens_right_after_it() {
    let small = window("02:30", "04:00", &[]);
    assert_eq!(
        next(&small, "2026-03-28 20:00"),
        "2026-03-29 01:00",
        "the clock goes from 02:00 to 03:00"
    );
    // Nothing of it is left on that night.
    let gone = window("02:10", "02:50", &[]);
    assert_eq!(next(&gone, "2026-03-28 20:00"), "2026-03-30 00:10");
}

#[test]
fn a_window_in_the_hour_that_comes_twice_opens_twice() {
    let small = window("02:10", "02:50", &[]);
    assert_eq!(next(&small, "2026-10-24 20:00"), "2026-10-25 00:10");
    assert!(!is_open(&small, Europe.local(utc("2026-10-25 00:55"))));
    assert_eq!(
        next(&small, "2026-10-25 00:55"),
        "2026-10-25 01:10",
        "its second showing"
    );
}

#[test]
fn a_window_of_one_day_is_found_from_any_day() {
    let sunday = window("01:00", "05:00", &[Weekday::Sun]);
    // 2026-01-18 is a Sunday; five in the morning there is four by UTC.
    for from in ["2026-01-18 04:00", "2026-01-20 11:11", "2026-01-24 23:59"] {
        assert_eq!(next(&sunday, from), "2026-01-25 00:00", "{from}");
    }
}

#[test]
fn a_run_is_due_in_its_window_and_not_before_its_time() {
    let moment = |text: &str| Moment {
        at: utc(text),
        local: Europe.local(utc(text)),
    };
    let mut schedule = Schedule::default();
    assert!(is_due(&schedule, moment("2026-01-15 12:00")));
    schedule.not_before = Some(utc("2026-01-15 12:00"));
    assert!(!is_due(&schedule, moment("2026-01-15 11:59")) && is_due(&schedule, moment("2026-01-15 12:00")));
    schedule.window = Some(window("22:00", "06:00", &[]));
    assert!(!is_due(&schedule, moment("2026-01-15 12:00")) && is_due(&schedule, moment("2026-01-15 21:30")));
    // The time comes in the middle of a window, or between two.
    let from = |text: &str| next_start(&schedule, &Europe, utc(text)).unwrap();
    assert_eq!(from("2026-01-01 00:00"), utc("2026-01-15 21:00"));
    let inside = Schedule {
        not_before: Some(utc("2026-01-16 02:00")),
        ..schedule.clone()
    };
    assert_eq!(
        next_start(&inside, &Europe, utc("2026-01-01 00:00")),
        Some(utc("2026-01-16 02:00"))
    );
}

#[test]
fn a_clock_that_is_set_back_or_forward_changes_the_answer_and_nothing_else() {
    let night = Schedule {
        not_before: None,
        window: Some(window("22:00", "06:00", &[])),
    };
    let due = |text: &str| {
        is_due(
            &night,
            Moment {
                at: utc(text),
                local: Europe.local(utc(text)),
            },
        )
    };
    let answers: Vec<bool> = [
        "2026-01-15 21:30",
        "2026-01-15 11:00",
        "2026-02-01 23:00",
        "2026-02-02 07:00",
    ]
    .map(due)
    .into();
    assert_eq!(answers, [true, false, true, false]);
}

#[test]
fn what_never_opens_or_is_no_time_of_the_day_is_refused() {
    let with = |from, to| Schedule {
        not_before: None,
        window: Some(DailyWindow {
            from_minute: from,
            to_minute: to,
            days: Vec::new(),
        }),
    };
    for (schedule, reason) in [
        (with(60, 60), "window_empty"),
        (with(1440, 60), "minute_range"),
        (with(0, 5000), "minute_range"),
    ] {
        let error = validate(&schedule).unwrap_err();
        assert_eq!(error.params["reason"], reason);
    }
    assert!(validate(&with(0, 1439)).is_ok() && validate(&Schedule::default()).is_ok());
}

#[test]
fn the_skipping_search_finds_what_a_search_of_every_minute_finds() {
    let start = NaiveDate::from_ymd_opt(2026, 3, 26)
        .unwrap()
        .and_hms_opt(0, 0, 0)
        .unwrap();
    let windows = [
        window("02:30", "02:45", &[]),
        window("23:50", "00:10", &[Weekday::Sat]),
        window("00:00", "00:01", &[]),
    ];
    for window in windows {
        for hours in (0..120).step_by(7) {
            let from = Timestamp((start + Duration::hours(hours)).and_utc().timestamp_millis());
            let mut slow = from;
            while !is_open(&window, Europe.local(slow)) {
                slow = Timestamp(slow.0 + MINUTE_MS);
            }
            let schedule = Schedule {
                not_before: None,
                window: Some(window.clone()),
            };
            assert_eq!(
                next_start(&schedule, &Europe, from),
                Some(slow),
                "{window:?} from {from:?}"
            );
        }
    }
}
