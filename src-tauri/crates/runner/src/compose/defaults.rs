//! The session's option file: the one place of a container where the secret is, and the quoting that carries any value
//! through it.

use mysqler_contract::{Launch, Result, Secret};
use mysqler_core::ports::LaunchInput;
use zeroize::Zeroizing;

use super::{impossible, tls::Mapping};

/// Longest line that the client library reads as one; what is longer would be cut silently.
const LONGEST_LINE: usize = 4000;

pub(super) fn lines(input: &LaunchInput<'_>, tls: &Mapping, charset: &str) -> Result<Vec<String>> {
    if input.user.contains('\0') {
        return Err(impossible("user: it contains a NUL character"));
    }
    if !charset
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        || charset.is_empty()
    {
        return Err(impossible(format!(
            "charset: {charset:?} is not a character set's name"
        )));
    }
    let mut lines = vec![
        format!("user={}", quoted(input.user)),
        format!("default-character-set={charset}"),
        format!("connect-timeout={}", input.connect_timeout.as_secs().max(1)),
    ];
    lines.extend(tls.lines.iter().cloned());
    if let Some(long) = lines.iter().find(|line| line.len() > LONGEST_LINE) {
        let name = long.split('=').next().unwrap_or_default();
        return Err(impossible(format!(
            "{name}: longer than an option file can carry"
        )));
    }
    Ok(lines)
}

/// A value as the option file's reader gives it back byte for byte.
pub(super) fn quoted(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 2);
    out.push('"');
    for character in value.chars() {
        match character {
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

/// The file without the password.
pub(crate) fn option_lines(launch: &Launch) -> String {
    let lines = launch.defaults.iter().map(|line| format!("{line}\n"));
    format!("[client]\n{}", lines.collect::<String>())
}

/// The whole file with the password in it, wiped when dropped.
pub(crate) fn option_file(launch: &Launch, password: &Secret) -> Result<Zeroizing<String>> {
    let secret = Zeroizing::new(quoted(password.expose()));
    if password.expose().contains('\0') || secret.len() > LONGEST_LINE {
        return Err(impossible("password: it cannot be carried in an option file"));
    }
    let lines = option_lines(launch);
    let mut file = Zeroizing::new(String::with_capacity(lines.len() + secret.len() + 16));
    file.push_str(&lines);
    file.push_str("password=");
    file.push_str(&secret);
    file.push('\n');
    Ok(file)
}
