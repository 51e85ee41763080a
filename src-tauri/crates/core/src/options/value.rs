//! What a value of each kind must look like, and what it means.

use mysqler_contract::{LoadThreshold, SessionVariable};

use super::catalogue::{Entry, Kind};

/// Why a value does not fit, with what would: a syntax, the same in every language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    pub reason: &'static str,
    pub expected: String,
}

fn misfit(reason: &'static str, expected: impl Into<String>) -> Misfit {
    Misfit {
        reason,
        expected: expected.into(),
    }
}

/// Longest value that is handed on: an argument is no place for more.
const LONGEST: usize = 4096;

/// Whether the tool would take this value, and nothing else than that value would reach it.
pub fn check(entry: &Entry, value: Option<&str>) -> Result<(), Misfit> {
    let Some(value) = value else {
        return match entry.kind {
            Kind::Flag => Ok(()),
            _ => Err(misfit("value_missing", shape(entry.kind))),
        };
    };
    let fits = match entry.kind {
        Kind::Flag => return Err(misfit("value_unexpected", format!("--{}", entry.setting()))),
        Kind::Integer(min, max) => whole(value).is_some_and(|number| (min..=max).contains(&number)),
        Kind::Decimal(min, max) => thousandths(value)
            .is_some_and(|number| (u64::from(min) * 1000..=u64::from(max) * 1000).contains(&number)),
        Kind::Size(min) => size(value).is_some_and(|number| number >= min),
        Kind::Time(min) => seconds(value).is_some_and(|number| number >= min),
        Kind::Thresholds => thresholds(value).is_some(),
        Kind::Variables => variables(value).is_some(),
        Kind::Tries => tries(value).is_some(),
        Kind::Server => return server(value, &['h', 'P']),
        Kind::Choice(values) => values.contains(&value),
        Kind::Text => return text(value),
    };
    match fits {
        true => Ok(()),
        false => Err(misfit("value", shape(entry.kind))),
    }
}

/// How a value of that kind is written.
fn shape(kind: Kind) -> String {
    match kind {
        Kind::Flag => String::new(),
        Kind::Integer(min, u32::MAX) => format!("≥ {min}"),
        Kind::Integer(min, max) | Kind::Decimal(min, max) => format!("{min}–{max}"),
        Kind::Size(min) => format!("≥ {min}, 500, 2k, 1M"),
        Kind::Time(min) => format!("≥ {min}, 30, 30s, 5m, 2h, 1d"),
        Kind::Thresholds => "Threads_running=50,Threads_connected=900".into(),
        Kind::Variables => "innodb_lock_wait_timeout=3,sql_mode='…'".into(),
        Kind::Tries => TRIES_SHAPE.into(),
        Kind::Server => "h=10.0.0.2,P=3306".into(),
        Kind::Choice(values) => values.join(", "),
        Kind::Text => "…".into(),
    }
}

const TRIES_SHAPE: &str = "copy_rows:300:0.5,swap_tables:60:3";

pub fn whole(text: &str) -> Option<u32> {
    digits(text).then(|| text.parse().ok()).flatten()
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A plain decimal number, times 1000; further digits would be lost and are refused.
pub fn thousandths(text: &str) -> Option<u64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    if !(digits(whole) || (whole.is_empty() && text.len() > 1)) || !(digits(part) && part.len() <= 9) {
        return None;
    }
    let kept = part.get(..part.len().min(3))?;
    if part.get(kept.len()..)?.bytes().any(|byte| byte != b'0') {
        return None;
    }
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    whole
        .checked_mul(1000)?
        .checked_add(format!("{kept:0<3}").parse().ok()?)
}

pub fn size(text: &str) -> Option<u32> {
    let (number, factor) = match text.char_indices().last()? {
        (at, 'k') => (text.get(..at)?, 1 << 10),
        (at, 'M') => (text.get(..at)?, 1 << 20),
        (at, 'G') => (text.get(..at)?, 1 << 30),
        _ => (text, 1),
    };
    whole(number)?.checked_mul(factor)
}

pub fn seconds(text: &str) -> Option<u32> {
    let (number, factor) = match text.char_indices().last()? {
        (at, 's') => (text.get(..at)?, 1),
        (at, 'm') => (text.get(..at)?, 60),
        (at, 'h') => (text.get(..at)?, 3600),
        (at, 'd') => (text.get(..at)?, 86_400),
        _ => (text, 1),
    };
    whole(number)?.checked_mul(factor)
}

/// Each with its value: without one the tool would make a threshold up from the moment's state. Empty is no threshold.
pub fn thresholds(text: &str) -> Option<Vec<LoadThreshold>> {
    let entries = text.split(',').filter(|_| !text.is_empty());
    entries
        .map(|entry| {
            let (variable, value) = entry.split_once(['=', ':'])?;
            let named = !variable.is_empty()
                && variable
                    .bytes()
                    .all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
            let value: u64 = digits(value).then(|| value.parse().ok()).flatten()?;
            (named && value > 0).then(|| LoadThreshold {
                variable: variable.to_owned(),
                value,
            })
        })
        .collect()
}

/// Split at commas that no backslash precedes, as the tool does.
pub fn split(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let current = parts.len() - 1;
        match c {
            '\\' if chars.peek() == Some(&',') => {
                chars.next();
                parts[current].push(',');
            }
            ',' => parts.push(String::new()),
            other => parts[current].push(other),
        }
    }
    parts
}

pub fn variables(text: &str) -> Option<Vec<SessionVariable>> {
    if text.is_empty() {
        return Some(Vec::new());
    }
    let parts = split(text).into_iter();
    parts
        .map(|part| {
            let (name, value) = part.split_once('=')?;
            let name = name.trim();
            let named = !name.is_empty()
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            (named && !value.is_empty()).then(|| SessionVariable {
                name: name.to_owned(),
                value: value.to_owned(),
            })
        })
        .collect()
}

/// The tool's operations, with attempts and the seconds between them.
pub fn tries(text: &str) -> Option<Vec<(&str, u32, &str)>> {
    const OPERATIONS: [&str; 6] = [
        "create_triggers",
        "drop_triggers",
        "copy_rows",
        "swap_tables",
        "update_foreign_keys",
        "analyze_table",
    ];
    let entries = text.split(',');
    entries
        .map(|entry| {
            let mut parts = entry.split(':');
            let (operation, tries, wait) = (parts.next()?, whole(parts.next()?)?, parts.next()?);
            let sound = parts.next().is_none()
                && OPERATIONS.contains(&operation)
                && (1..=100_000).contains(&tries)
                && thousandths(wait).is_some_and(|wait| wait <= 3_600_000);
            sound.then_some((operation, tries, wait))
        })
        .collect()
}

/// Parts of a server's address; whatever could hold a secret, or a file inside the container, is refused.
pub fn server(text: &str, allowed: &[char]) -> Result<(), Misfit> {
    let expected = match allowed.contains(&'t') {
        true => "dsn=h=10.0.0.1,D=percona,t=dsns",
        false => "h=10.0.0.2,P=3306",
    };
    let parts = split(text);
    for part in &parts {
        let Some((key, value)) = part.split_once('=') else {
            return Err(misfit("value", expected));
        };
        if matches!(key, "p" | "F") {
            return Err(misfit("server_secret", expected));
        }
        let known = key.chars().count() == 1 && key.chars().all(|key| allowed.contains(&key));
        let sound = match key {
            "P" => whole(value).is_some_and(|port| (1..=65_535).contains(&port)),
            _ => {
                !value.is_empty()
                    && !value
                        .chars()
                        .any(|c| c.is_whitespace() || c.is_control() || c == ';')
            }
        };
        if !known || !sound {
            return Err(misfit("value", expected));
        }
    }
    let wanted: &[&str] = if allowed.contains(&'t') {
        &["D=", "t="]
    } else {
        &["h="]
    };
    match wanted
        .iter()
        .all(|key| parts.iter().any(|part| part.starts_with(key)))
    {
        true => Ok(()),
        false => Err(misfit("value", expected)),
    }
}

fn text(value: &str) -> Result<(), Misfit> {
    if value.is_empty() {
        return Err(misfit("value_missing", "…"));
    }
    if value.len() > LONGEST || value.chars().any(char::is_control) {
        return Err(misfit("value_text", format!("1–{LONGEST}")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_the_tool_reads_them() {
        assert_eq!(
            [seconds("30"), seconds("5m"), seconds("2h"), seconds("1d")],
            [Some(30), Some(300), Some(7200), Some(86_400)]
        );
        assert_eq!(
            [
                seconds(""),
                seconds("m"),
                seconds("-1"),
                seconds("1.5"),
                seconds("99999999d")
            ],
            [None; 5]
        );
        assert_eq!(
            [size("2k"), size("1M"), size("7"), size("9G"), size("k")],
            [Some(2048), Some(1 << 20), Some(7), None, None]
        );
        assert_eq!(
            [
                thousandths("0.1"),
                thousandths(".25"),
                thousandths("2"),
                thousandths("0.0005"),
                thousandths("1e3"),
                thousandths(".")
            ],
            [Some(100), Some(250), Some(2000), None, None, None]
        );
    }

    #[test]
    fn a_threshold_has_its_value_and_none_at_all_turns_the_check_off() {
        assert_eq!(thresholds(""), Some(Vec::new()));
        assert_eq!(
            thresholds("Threads_running:50").map(|list| list[0].value),
            Some(50)
        );
        for bad in ["Threads_running", "=5", "a=0", "a=1,", "a b=1"] {
            assert_eq!(thresholds(bad), None, "{bad}");
        }
    }

    #[test]
    fn variables_keep_their_commas() {
        let read = variables("sql_mode='A\\,B',x=1").expect("two");
        assert_eq!((read[0].value.as_str(), read[1].name.as_str()), ("'A,B'", "x"));
        assert_eq!(variables("a"), None);
    }

    #[test]
    fn tries_name_known_operations() {
        assert_eq!(tries("copy_rows:10:0.5"), Some(vec![("copy_rows", 10, "0.5")]));
        for bad in [
            "",
            "copy:1:1",
            "copy_rows:0:1",
            "copy_rows:1",
            "copy_rows:1:1:1",
            "copy_rows:1:x",
        ] {
            assert_eq!(tries(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_servers_address_carries_no_secret() {
        assert_eq!(server("h=db2,P=3307", &['h', 'P']), Ok(()));
        assert_eq!(
            server("h=db2,p=pw", &['h', 'P']).map_err(|misfit| misfit.reason),
            Err("server_secret")
        );
        assert_eq!(
            server("h=db2,F=/x", &['h', 'P']).map_err(|misfit| misfit.reason),
            Err("server_secret")
        );
        for bad in ["", "db2", "P=3306", "h=", "h=a b", "h=a,P=0", "h=a,D=x"] {
            assert!(server(bad, &['h', 'P']).is_err(), "{bad}");
        }
        assert_eq!(server("D=percona,t=dsns", &['h', 'P', 'D', 't']), Ok(()));
    }
}
