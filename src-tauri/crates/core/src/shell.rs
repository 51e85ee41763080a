//! Command lines as people paste them.

/// Words as a POSIX shell splits them, without expansions; `None` for an open quote. Stops where the command ends.
pub fn words(text: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = text.strip_prefix("$ ").unwrap_or(text).chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\'' => {
                let current = word.get_or_insert_default();
                loop {
                    match chars.next()? {
                        '\'' => break,
                        inside => current.push(inside),
                    }
                }
            }
            '"' => {
                let current = word.get_or_insert_default();
                loop {
                    match chars.next()? {
                        '"' => break,
                        '\\' => match chars.next()? {
                            escaped @ ('"' | '\\' | '$' | '`') => current.push(escaped),
                            '\n' => {}
                            other => current.extend(['\\', other]),
                        },
                        inside => current.push(inside),
                    }
                }
            }
            '\\' => match chars.next() {
                Some('\n') | None => {}
                // Copied from a page with line ends of two signs.
                Some('\r') if chars.peek() == Some(&'\n') => {
                    chars.next();
                }
                Some(escaped) => word.get_or_insert_default().push(escaped),
            },
            ';' | '|' | '<' | '>' | '&' => break,
            c if c.is_whitespace() => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Some(words)
}
