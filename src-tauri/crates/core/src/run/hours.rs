//! Windows and starting times, decided by the clock alone at each look: nothing counts down, so a clock that is set, a
//! workstation that slept, and the nights on which a clock changes need no care of their own.

use chrono::{Datelike, NaiveDateTime, Timelike};
use mysqler_contract::{AppError, DailyWindow, ErrorCode, Result, Schedule, Timestamp, Weekday};

use crate::ports::Clock;

const MINUTE_MS: i64 = 60_000;
const DAY_MIN: i64 = 24 * 60;
/// Clocks are put forward or back by less; nearer than this to a window's edges every minute is looked at.
const CLOCK_CHANGE_MIN: i64 = 3 * 60;
/// A window of one day of the week begins again within it.
const LOOK_AHEAD_MIN: i64 = 9 * DAY_MIN;

/// A moment, and what the workstation's clock on the wall shows then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    pub at: Timestamp,
    pub local: NaiveDateTime,
}

impl Moment {
    pub fn of(clock: &dyn Clock) -> Self {
        let at = clock.now();
        Self {
            at,
            local: clock.local(at),
        }
    }
}

/// Whether a run may begin now.
pub fn is_due(schedule: &Schedule, now: Moment) -> bool {
    schedule.not_before.is_none_or(|at| now.at >= at)
        && schedule
            .window
            .as_ref()
            .is_none_or(|window| is_open(window, now.local))
}

/// From its first minute up to, and without, its last.
pub fn is_open(window: &DailyWindow, local: NaiveDateTime) -> bool {
    let minute = i64::from(local.hour() * 60 + local.minute());
    let (from, to) = (i64::from(window.from_minute), i64::from(window.to_minute));
    let begins_on = |day: Weekday| window.days.is_empty() || window.days.contains(&day);
    let today = Weekday::ALL[local.weekday().num_days_from_monday() as usize];
    let yesterday = Weekday::ALL[local.weekday().pred().num_days_from_monday() as usize];
    if from < to {
        (from..to).contains(&minute) && begins_on(today)
    } else {
        (minute >= from && begins_on(today)) || (minute < to && begins_on(yesterday))
    }
}

/// The first minute, now or later, at which a run may work; `None` when the window never opens.
pub fn next_start(schedule: &Schedule, clock: &dyn Clock, now: Timestamp) -> Option<Timestamp> {
    let from = schedule.not_before.map_or(now, |at| at.max(now));
    let Some(window) = &schedule.window else {
        return Some(from);
    };
    if is_open(window, clock.local(from)) {
        return Some(from);
    }
    // Zones differ by whole minutes, so windows begin at whole minutes of any clock.
    let mut at = Timestamp((from.0.div_euclid(MINUTE_MS) + 1) * MINUTE_MS);
    let end = at.0 + LOOK_AHEAD_MIN * MINUTE_MS;
    while at.0 < end {
        let local = clock.local(at);
        if is_open(window, local) {
            return Some(at);
        }
        let minute = i64::from(local.hour() * 60 + local.minute());
        let ahead = (i64::from(window.from_minute) - minute).rem_euclid(DAY_MIN);
        let since = (minute - i64::from(window.to_minute)).rem_euclid(DAY_MIN);
        // Put back, the clock shows a window again that has just ended.
        let step = match since < CLOCK_CHANGE_MIN {
            true => 1,
            false => (ahead - CLOCK_CHANGE_MIN).max(1),
        };
        at = Timestamp(at.0 + step * MINUTE_MS);
    }
    None
}

/// `INVALID_INPUT` for a window that never opens or always is.
pub(crate) fn validate(schedule: &Schedule) -> Result<()> {
    let Some(window) = &schedule.window else {
        return Ok(());
    };
    let refuse = |reason: &str| {
        AppError::new(ErrorCode::InvalidInput)
            .with("field", "window")
            .with("reason", reason)
    };
    let of_day = |minute: u16| i64::from(minute) < DAY_MIN;
    if !of_day(window.from_minute) || !of_day(window.to_minute) {
        return Err(refuse("minute_range"));
    }
    match window.from_minute == window.to_minute {
        true => Err(refuse("window_empty")),
        false => Ok(()),
    }
}

#[cfg(test)]
#[path = "hours_test.rs"]
mod tests;
