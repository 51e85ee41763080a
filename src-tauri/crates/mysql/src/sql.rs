//! Quoting of names and values for statement texts. Sessions of this crate run under an sql_mode without
//! `NO_BACKSLASH_ESCAPES` and `ANSI_QUOTES`, which is what makes these rules right.

/// A string literal.
pub(crate) fn text(value: &str) -> String {
    let mut out = String::with_capacity(value.len() + 2);
    out.push('\'');
    for character in value.chars() {
        match character {
            '\'' => out.push_str("''"),
            '\\' => out.push_str("\\\\"),
            '\0' => out.push_str("\\0"),
            other => out.push(other),
        }
    }
    out.push('\'');
    out
}

/// A string as an expression that means the same under every sql_mode.
pub(crate) fn bytes(value: &str) -> String {
    if value.is_empty() {
        return "''".to_owned();
    }
    format!("CONVERT(X'{}' USING utf8mb4)", hex::encode(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_keep_every_character() {
        assert_eq!(text("it's \\ \"q\" \0"), "'it''s \\\\ \"q\" \\0'");
        assert_eq!(bytes("a'"), "CONVERT(X'6127' USING utf8mb4)");
        assert_eq!(bytes(""), "''");
    }
}
