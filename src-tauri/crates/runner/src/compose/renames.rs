//! The renames that the tool has to read from the clause, in the very words in which the bridge plugin writes what it did
//! read: the plugin ends the tool before anything is made when the two differ.

use std::collections::BTreeMap;
use std::fmt::Write;

const VARIABLE: &str = "MYSQLER_RENAMES";

/// An environment variable with its value: one JSON object, keys in order, ASCII alone.
pub(super) fn expected(renames: &BTreeMap<String, String>) -> String {
    let pairs = renames
        .iter()
        .map(|(from, to)| format!("{}:{}", quoted(from), quoted(to)));
    format!("{VARIABLE}={{{}}}", pairs.collect::<Vec<_>>().join(","))
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            ' '..='~' => out.push(character),
            other => {
                let mut units = [0; 2];
                for unit in other.encode_utf16(&mut units) {
                    // Writing to a string cannot fail.
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renames_are_written_as_the_plugin_writes_them() {
        let pair = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        let renames = BTreeMap::from([pair("note", "备注"), pair("a\"b", "c\\d 🐬")]);
        assert_eq!(
            expected(&renames),
            r#"MYSQLER_RENAMES={"a\"b":"c\\d \ud83d\udc2c","note":"\u5907\u6ce8"}"#
        );
        assert_eq!(expected(&BTreeMap::new()), "MYSQLER_RENAMES={}");
    }
}
