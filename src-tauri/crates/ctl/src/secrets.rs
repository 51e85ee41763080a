//! Where secrets come from: standard input, a file, or a prompt on a terminal. Never the command line.

use std::io::{IsTerminal, Read};
use std::path::Path;

use mysqler_contract::{AppError, ErrorCode, Result, Secret};

/// Far above any password; a wrong file is noticed rather than swallowed whole.
const LONGEST: u64 = 64 * 1024;

/// All of standard input without one final line end, every other byte kept.
pub fn from_stdin() -> Result<Secret> {
    read(std::io::stdin().lock(), "standard input")
}

/// A file's content without one final line end.
pub fn from_file(path: &Path) -> Result<Secret> {
    let name = path.display().to_string();
    let file = std::fs::File::open(path).map_err(|error| unreadable(&name, error))?;
    read(file, &name)
}

fn read(source: impl Read, name: &str) -> Result<Secret> {
    let mut text = String::new();
    source
        .take(LONGEST + 1)
        .read_to_string(&mut text)
        .map_err(|error| unreadable(name, error))?;
    if text.len() as u64 > LONGEST {
        return Err(AppError::new(ErrorCode::FileFormat)
            .with("path", name)
            .detail(format!("over {LONGEST} bytes")));
    }
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    Ok(Secret::new(text))
}

fn unreadable(name: &str, error: std::io::Error) -> AppError {
    AppError::new(ErrorCode::FileUnreadable)
        .with("path", name)
        .detail(format!("{name}: {error}"))
}

/// Whether somebody is there to be asked.
pub fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks without echo. Call only when [`can_ask`].
pub fn ask(question: &str) -> Result<Secret> {
    let answer = rpassword::prompt_password(format!("{question}: "));
    answer
        .map(Secret::new)
        .map_err(|error| AppError::new(ErrorCode::Cancelled).detail(error))
}

/// Asks twice; two different answers are an error, told as `differ`.
pub fn ask_new(question: &str, again: &str, differ: &str) -> Result<Secret> {
    let first = ask(question)?;
    if ask(again)? == first {
        return Ok(first);
    }
    Err(AppError::new(ErrorCode::InvalidInput)
        .with("field", "passphrase")
        .detail(differ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_end_is_cut_and_nothing_else() {
        let read_text = |text: &str| read(text.as_bytes(), "test").unwrap().expose().to_owned();
        assert_eq!(read_text("secret\n"), "secret");
        assert_eq!(read_text("secret\r\n"), "secret");
        assert_eq!(read_text("secret\n\n"), "secret\n");
        assert_eq!(
            read_text(" a,b'c\"d $e\\f`g#h;i=j ü "),
            " a,b'c\"d $e\\f`g#h;i=j ü "
        );
        assert_eq!(read_text(""), "");
    }

    #[test]
    fn a_file_that_is_no_secret_is_refused_before_it_is_read_whole() {
        let error = read(std::io::repeat(b'x'), "big").unwrap_err();
        assert_eq!(error.code, ErrorCode::FileFormat);
    }
}
