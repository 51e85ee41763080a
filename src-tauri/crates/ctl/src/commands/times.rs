//! When a run may begin and work, as it is said on the command line.

use clap::Args;
use mysqler_contract::{DailyWindow, Schedule, Timestamp, Weekday};

use super::history::local_time;

#[derive(Debug, Args)]
#[command(next_help_heading = "When it works (local time of this workstation)")]
pub struct Times {
    /// Begin not before this time: YYYY-MM-DD or 'YYYY-MM-DD HH:MM[:SS]'
    #[arg(long, value_name = "TIME", value_parser = local_time)]
    at: Option<Timestamp>,
    /// Begin, copy and swap within this time of the day only, for example 22:00-06:00; at its end the run pauses, and
    /// goes on when it begins again
    #[arg(long, value_name = "HH:MM-HH:MM", value_parser = window)]
    window: Option<DailyWindow>,
    /// Days on which the window begins
    #[arg(long, value_name = "mon,tue,…", value_delimiter = ',', requires = "window", value_parser = weekday)]
    days: Vec<Weekday>,
}

impl Times {
    pub fn schedule(self) -> Schedule {
        let days = self.days;
        Schedule {
            not_before: self.at,
            window: self.window.map(|window| DailyWindow { days, ..window }),
        }
    }
}

fn window(text: &str) -> Result<DailyWindow, String> {
    const SHAPE: &str = "HH:MM-HH:MM, two different times of the day";
    let (from, to) = text.split_once('-').ok_or(SHAPE)?;
    let window = DailyWindow {
        from_minute: minute(from).ok_or(SHAPE)?,
        to_minute: minute(to).ok_or(SHAPE)?,
        days: Vec::new(),
    };
    match window.from_minute == window.to_minute {
        true => Err(SHAPE.to_owned()),
        false => Ok(window),
    }
}

fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().split_once(':')?;
    let two = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    let (hour, minute): (u16, u16) = match two(hour) && two(minute) {
        true => (hour.parse().ok()?, minute.parse().ok()?),
        false => return None,
    };
    (hour < 24 && minute < 60).then_some(hour * 60 + minute)
}

/// The day's short English name, as everywhere in what is typed.
pub fn day_name(day: Weekday) -> &'static str {
    const NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    NAMES[day as usize]
}

fn weekday(text: &str) -> Result<Weekday, String> {
    let lower = text.trim().to_ascii_lowercase();
    let found = Weekday::ALL.into_iter().find(|day| day_name(*day) == lower);
    found.ok_or_else(|| "one of: mon, tue, wed, thu, fri, sat, sun".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_two_times_of_the_day_that_differ() {
        let found = window("22:00-06:30").unwrap();
        assert_eq!((found.from_minute, found.to_minute), (1320, 390));
        for text in [
            "",
            "22-6",
            "22:00",
            "22:00-24:00",
            "22:60-06:00",
            "9:00-10:00",
            "22:00-22:00",
            "+2:00-03:00",
        ] {
            assert!(window(text).is_err(), "{text}");
        }
    }

    #[test]
    fn days_are_named_shortly_and_in_any_case() {
        assert_eq!(weekday("Sun"), Ok(Weekday::Sun));
        assert!(weekday("sunday").is_err());
        assert!(
            Weekday::ALL
                .into_iter()
                .all(|day| weekday(day_name(day)) == Ok(day))
        );
    }
}
