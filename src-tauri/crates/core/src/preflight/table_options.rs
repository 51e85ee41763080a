//! Options behind the last parenthesis of a definition that the server printed.

/// The value of an option, quotes removed; `None` when it is not set. Words inside literals, such as a comment, do not
/// count.
pub fn option(definition: &str, name: &str) -> Option<String> {
    let tail = definition.rsplit_once("\n)").map_or(definition, |(_, tail)| tail);
    let mut rest = tail;
    while let Some(at) = find(rest, name) {
        let behind = rest[at + name.len()..].trim_start_matches('`').trim_start();
        let value = behind.strip_prefix('=').unwrap_or(behind).trim_start();
        let quote = value.chars().next().filter(|sign| matches!(sign, '\'' | '`'));
        let end = match quote {
            Some(sign) => value[1..].find(sign).map_or(value.len(), |end| end + 1),
            None => value.find([' ', '\n', ',']).unwrap_or(value.len()),
        };
        let text = value.get(usize::from(quote.is_some())..end)?;
        if !text.is_empty() {
            return Some(text.to_owned());
        }
        rest = behind;
    }
    None
}

/// Whether the words stand outside of literals.
pub fn says(definition: &str, words: &str) -> bool {
    let tail = definition.rsplit_once("\n)").map_or(definition, |(_, tail)| tail);
    find(tail, words).is_some()
}

/// Where `word` begins outside of single quotes.
fn find(text: &str, word: &str) -> Option<usize> {
    let mut quoted = false;
    let mut behind_word = false;
    for (at, sign) in text.char_indices() {
        if sign == '\'' {
            quoted = !quoted;
        }
        let here = !quoted && !behind_word && text[at..].starts_with(word);
        let ends = || !text[at + word.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_');
        if here && ends() {
            return Some(at);
        }
        behind_word = sign.is_alphanumeric() || sign == '_';
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const MYSQL: &str = "CREATE TABLE `t` (\n  `id` int NOT NULL COMMENT 'ENCRYPTION=''Y'''\n) /*!50100 TABLESPACE `ts1` */ ENGINE=InnoDB \
         DEFAULT CHARSET=utf8mb4 ROW_FORMAT=COMPRESSED KEY_BLOCK_SIZE=8 COMMENT='it''s COMPRESSION=x' ENCRYPTION='Y'";

    #[test]
    fn options_are_read_as_either_server_prints_them() {
        assert_eq!(option(MYSQL, "ENCRYPTION").as_deref(), Some("Y"));
        assert_eq!(option(MYSQL, "TABLESPACE").as_deref(), Some("ts1"));
        assert_eq!(option(MYSQL, "ROW_FORMAT").as_deref(), Some("COMPRESSED"));
        assert_eq!(
            option(MYSQL, "COMPRESSION"),
            None,
            "it stands in the comment only"
        );
        assert_eq!(option(MYSQL, "FORMAT"), None, "half a word");
        let mariadb =
            "CREATE TABLE `t` (\n  `id` int(11)\n) ENGINE=InnoDB `PAGE_COMPRESSED`=1 `ENCRYPTED`=YES";
        assert_eq!(option(mariadb, "PAGE_COMPRESSED").as_deref(), Some("1"));
        assert_eq!(option(mariadb, "ENCRYPTED").as_deref(), Some("YES"));
    }

    #[test]
    fn bare_words_count_only_outside_of_literals() {
        assert!(says(
            "CREATE TABLE `v` (\n  `id` int\n) ENGINE=InnoDB WITH SYSTEM VERSIONING",
            "WITH SYSTEM VERSIONING"
        ));
        assert!(!says(
            "CREATE TABLE `v` (\n  `id` int\n) COMMENT='WITH SYSTEM VERSIONING'",
            "WITH SYSTEM VERSIONING"
        ));
        assert!(!says(
            "CREATE TABLE `v` (\n  `a` int COMMENT ') WITH SYSTEM VERSIONING'\n) ENGINE=InnoDB",
            "WITH SYSTEM VERSIONING"
        ));
    }
}
