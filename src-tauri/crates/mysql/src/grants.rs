//! What `SHOW GRANTS` says, as data. Pure: the statements are asked elsewhere.

use std::collections::{BTreeMap, BTreeSet};

const ALL: &str = "ALL PRIVILEGES";

/// What `ALL PRIVILEGES` on a schema stands for, as far as this product asks.
const ALL_ON_SCHEMA: [&str; 11] = [
    "ALTER",
    "CREATE",
    "CREATE VIEW",
    "DELETE",
    "DROP",
    "INDEX",
    "INSERT",
    "LOCK TABLES",
    "SELECT",
    "TRIGGER",
    "UPDATE",
];

/// What it stands for besides on `*.*`, where the server prints it instead of the list.
const ALL_ON_SERVER: [&str; 8] = [
    "BINLOG MONITOR",
    "PROCESS",
    "RELOAD",
    "REPLICATION CLIENT",
    "REPLICATION MASTER ADMIN",
    "REPLICATION SLAVE",
    "SLAVE MONITOR",
    "SUPER",
];

#[derive(Debug, Clone, PartialEq, Eq)]
enum Scope {
    Server,
    /// A database name with `_` and `%` as wildcards and `\` before literal ones.
    Schema(String),
    /// One table, routine or part of one: a run also creates tables, so these never suffice.
    Finer,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    privileges: BTreeSet<String>,
    scope: Scope,
    grantee: String,
    revoked: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Grants {
    entries: Vec<Entry>,
}

impl Grants {
    /// From the lines of `SHOW GRANTS`; grants of roles and of proxies say nothing by themselves and are passed over.
    pub(crate) fn read<'a>(lines: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            entries: lines.into_iter().filter_map(entry).collect(),
        }
    }

    /// Privileges on the whole server, upper case, with what `ALL PRIVILEGES` stands for; less what was taken back on
    /// `database`.
    pub(crate) fn on_server(&self, database: Option<&str>) -> BTreeSet<String> {
        let mut held: BTreeSet<String> = self
            .entries
            .iter()
            .filter(|entry| entry.scope == Scope::Server && !entry.revoked)
            .flat_map(|entry| entry.privileges.iter().cloned())
            .collect();
        if held.contains(ALL) {
            held.extend(
                ALL_ON_SCHEMA
                    .iter()
                    .chain(&ALL_ON_SERVER)
                    .map(|name| (*name).to_owned()),
            );
        }
        if let Some(database) = database {
            for privilege in self.taken_back(database) {
                held.remove(&privilege);
            }
        }
        held
    }

    /// Privileges on one database. `literal` when the server takes `_` and `%` in grants as they are
    /// (`partial_revokes`).
    pub(crate) fn on_schema(&self, database: &str, literal: bool) -> BTreeSet<String> {
        // For each grantee only the most specific match counts: that is how the server looks it up.
        let mut best: BTreeMap<&str, (usize, BTreeSet<&String>)> = BTreeMap::new();
        for entry in self.entries.iter().filter(|entry| !entry.revoked) {
            let Scope::Schema(pattern) = &entry.scope else {
                continue;
            };
            let Some(weight) = weight(pattern, database, literal) else {
                continue;
            };
            let slot = best.entry(&entry.grantee).or_default();
            if weight > slot.0 {
                *slot = (weight, BTreeSet::new());
            }
            if weight == slot.0 {
                slot.1.extend(&entry.privileges);
            }
        }
        let mut held: BTreeSet<String> = best.into_values().flat_map(|(_, held)| held).cloned().collect();
        if held.contains(ALL) {
            held.extend(ALL_ON_SCHEMA.iter().map(|name| (*name).to_owned()));
        }
        held
    }

    /// True when a privilege is held on some database, whichever.
    pub(crate) fn on_any_schema(&self, privilege: &str) -> bool {
        self.entries.iter().any(|entry| {
            matches!(entry.scope, Scope::Schema(_))
                && !entry.revoked
                && (entry.privileges.contains(privilege) || entry.privileges.contains(ALL))
        })
    }

    fn taken_back(&self, database: &str) -> impl Iterator<Item = String> {
        self.entries
            .iter()
            .filter(move |entry| entry.revoked && entry.scope == Scope::Schema(database.to_owned()))
            .flat_map(|entry| entry.privileges.iter().cloned())
    }
}

/// How specific a match is, counted in characters before the first wildcard; `None` when it does not match.
fn weight(pattern: &str, database: &str, literal: bool) -> Option<usize> {
    if literal {
        return (unescape(pattern) == database || pattern == database).then_some(usize::MAX);
    }
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = database.chars().collect();
    if !matches(&pattern, &name) {
        return None;
    }
    let mut plain = 1;
    let mut escaped = false;
    for character in &pattern {
        match character {
            '\\' if !escaped => escaped = true,
            '_' | '%' if !escaped => return Some(plain),
            _ => {
                escaped = false;
                plain += 1;
            }
        }
    }
    Some(usize::MAX)
}

fn unescape(pattern: &str) -> String {
    pattern
        .replace("\\_", "_")
        .replace("\\%", "%")
        .replace("\\\\", "\\")
}

fn matches(pattern: &[char], name: &[char]) -> bool {
    match pattern {
        [] => name.is_empty(),
        ['%', rest @ ..] => (0..=name.len()).any(|skip| matches(rest, &name[skip..])),
        ['_', rest @ ..] => !name.is_empty() && matches(rest, &name[1..]),
        ['\\', literal, rest @ ..] => name.first() == Some(literal) && matches(rest, &name[1..]),
        [literal, rest @ ..] => name.first() == Some(literal) && matches(rest, &name[1..]),
    }
}

fn entry(line: &str) -> Option<Entry> {
    let (revoked, rest) = match (line.strip_prefix("GRANT "), line.strip_prefix("REVOKE ")) {
        (Some(rest), _) => (false, rest),
        (None, Some(rest)) => (true, rest),
        (None, None) => return None,
    };
    let (list, rest) = split_outside(rest, " ON ")?;
    let (object, rest) = split_outside(rest, if revoked { " FROM " } else { " TO " })?;
    let grantee = split_outside(rest, " ").map_or(rest, |(grantee, _)| grantee);
    let privileges: BTreeSet<String> = privileges(list)
        .filter(|name| name != "USAGE" && name != "PROXY")
        .collect();
    (!privileges.is_empty()).then(|| Entry {
        privileges,
        scope: scope(object),
        grantee: grantee.to_owned(),
        revoked,
    })
}

fn scope(object: &str) -> Scope {
    if object == "*.*" {
        return Scope::Server;
    }
    match object.strip_suffix(".*") {
        Some(name) if name.starts_with(['`', '"']) && name.len() >= 2 => {
            let quote = &name[..1];
            Scope::Schema(name[1..name.len() - 1].replace(&quote.repeat(2), quote))
        }
        Some(name) if !name.contains(' ') => Scope::Schema(name.to_owned()),
        _ => Scope::Finer,
    }
}

/// Names at the top level of a privilege list; one with a column list holds for those columns only and is left out.
fn privileges(list: &str) -> impl Iterator<Item = String> {
    let mut names = Vec::new();
    let mut rest = list;
    loop {
        let (name, tail) = match split_outside(rest, ",") {
            Some((name, tail)) => (name, Some(tail)),
            None => (rest, None),
        };
        let name = name.trim();
        if !name.is_empty() && !name.contains('(') {
            names.push(name.to_ascii_uppercase());
        }
        match tail {
            Some(tail) => rest = tail,
            None => return names.into_iter(),
        }
    }
}

/// Splits at the first `mark` outside quotes and parentheses.
fn split_outside<'a>(text: &'a str, mark: &str) -> Option<(&'a str, &'a str)> {
    let mut quote = None;
    let mut depth = 0_u32;
    for (at, character) in text.char_indices() {
        match (quote, character) {
            (Some(open), _) if character == open => quote = None,
            (Some(_), _) => {}
            (None, _) if depth == 0 && text[at..].starts_with(mark) => {
                return Some((&text[..at], &text[at + mark.len()..]));
            }
            (None, '`' | '\'' | '"') => quote = Some(character),
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.saturating_sub(1),
            (None, _) => {}
        }
    }
    None
}

#[cfg(test)]
#[path = "grants_tests.rs"]
mod tests;
