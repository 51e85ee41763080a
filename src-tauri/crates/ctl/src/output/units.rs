//! Numbers, sizes and times as a person reads them; the same shapes as in the window.

use chrono::TimeZone;
use mysqler_contract::Timestamp;

use super::Output;

const SIZES: [&str; 6] = ["B", "KB", "MB", "GB", "TB", "PB"];

/// `1234567` → `1,234,567`.
pub fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Powers of 1024 under the names that MySQL's tools use: `565182464` → `539 MB`.
pub fn bytes(value: u64) -> String {
    let mut scaled = value as f64;
    let mut power = 0;
    while scaled >= 1024.0 && power + 1 < SIZES.len() {
        scaled /= 1024.0;
        power += 1;
    }
    let digits = match () {
        () if power == 0 || scaled >= 100.0 => 0,
        () if scaled >= 10.0 => 1,
        () => 2,
    };
    format!("{scaled:.digits$} {}", SIZES[power])
}

/// A running clock: `330_000` → `05:30`, with hours `1:02:03`.
pub fn clock(ms: u64) -> String {
    let seconds = ms / 1000;
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{rest:02}")
    } else {
        format!("{minutes:02}:{rest:02}")
    }
}

/// A length of time in its two largest units: `330_000` → `5 min 30 s`.
pub fn duration(out: &Output, ms: u64) -> String {
    let unit = |key: &str, value: String| out.own_with(key, [("value", value)]);
    let whole = |key: &str, value: u64| unit(key, value.to_string());
    let pair = |large: String, rest: u64, small: &str| {
        if rest > 0 {
            format!("{large} {}", whole(small, rest))
        } else {
            large
        }
    };
    if ms < 1000 {
        return whole("ctl.unit.ms", ms);
    }
    if ms < 9_950 {
        return unit("ctl.unit.s", format!("{:.1}", ms as f64 / 1000.0));
    }
    let seconds = (ms + 500) / 1000;
    match seconds {
        0..60 => whole("ctl.unit.s", seconds),
        60..3600 => pair(whole("ctl.unit.min", seconds / 60), seconds % 60, "ctl.unit.s"),
        3600..86_400 => pair(
            whole("ctl.unit.h", seconds / 3600),
            seconds / 60 % 60,
            "ctl.unit.min",
        ),
        _ => pair(
            whole("ctl.unit.d", seconds / 86_400),
            seconds / 3600 % 24,
            "ctl.unit.h",
        ),
    }
}

/// Local time, to the second.
pub fn moment(at: Timestamp) -> String {
    match chrono::Local.timestamp_millis_opt(at.0).single() {
        Some(time) => time.format("%Y-%m-%d %H:%M:%S").to_string(),
        None => at.0.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use mysqler_contract::messages::Locale;

    use super::*;

    #[test]
    fn numbers_and_sizes_read_like_the_windows() {
        assert_eq!(
            [number(0), number(999), number(1_000), number(1_234_567)],
            ["0", "999", "1,000", "1,234,567"]
        );
        assert_eq!(
            [
                bytes(0),
                bytes(1023),
                bytes(1024),
                bytes(565_182_464),
                bytes(u64::MAX)
            ],
            ["0 B", "1023 B", "1.00 KB", "539 MB", "16384 PB"]
        );
    }

    #[test]
    fn times_carry_their_two_largest_units() {
        let out = Output::new(false, Locale::En);
        let shown = [0, 999, 1_500, 59_600, 330_000, 3_600_000, 90_061_000].map(|ms| duration(&out, ms));
        assert_eq!(
            shown,
            ["0 ms", "999 ms", "1.5 s", "1 min", "5 min 30 s", "1 h", "1 d 1 h"]
        );
        assert_eq!([clock(330_000), clock(3_723_000)], ["05:30", "1:02:03"]);
    }
}
