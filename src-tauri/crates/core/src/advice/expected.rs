//! What the table has to look like in the end, from what its clone looked like: CREATE TABLE … LIKE leaves foreign keys
//! out, and MySQL gives the clone's CHECK constraints other names.

use mysqler_contract::TableRef;

use super::Subject;
use super::judge::touches_foreign_key;
use crate::clause::OperationKind;
use crate::plan::without_counter;

/// The clone's definition after the clause, with what the clone lacked put back. `None` where that cannot be told for
/// certain.
pub fn expected(subject: &Subject<'_>, clone: &TableRef, before: &str, after: &str) -> Option<String> {
    let real = Parts::of(&subject.table.definition)?;
    let like = Parts::of(before)?;
    let made = Parts::of(after)?;
    let renames = pairs(&real, &like)?;
    if real.without_keys(&renames) != like.without_keys(&[]) {
        return None;
    }
    let keys: Vec<&str> = real
        .lines
        .iter()
        .copied()
        .filter(|line| is_foreign_key(line))
        .collect();
    if !keys.is_empty() && (touches_foreign_key(subject) || touches_indexes(subject)) {
        return None;
    }
    let checks = |lines: &[&str]| lines.iter().filter(|line| check_text(line).is_some()).count();
    // A new constraint takes the next number, and the numbers of the clone are its own.
    if !renames.is_empty() && checks(&made.lines) != renames.len() && adds_unnamed(&made, clone) {
        return None;
    }
    Some(woven(&made, &keys, &renames))
}

/// A definition by its lines, the commas between them left out.
struct Parts<'a> {
    head: &'a str,
    lines: Vec<&'a str>,
    tail: String,
}

/// Names of one CHECK: the clone's and the table's.
type Renames = [(String, String)];

impl<'a> Parts<'a> {
    fn of(definition: &'a str) -> Option<Self> {
        let end = definition.rfind("\n)")?;
        let (body, tail) = definition.split_at(end);
        let mut lines = body.lines();
        let head = lines.next()?;
        let counted = without_counter(definition);
        let tail_at = counted.rfind("\n)").unwrap_or(counted.len());
        Some(Self {
            head,
            lines: lines.map(|line| line.strip_suffix(',').unwrap_or(line)).collect(),
            tail: match counted.get(tail_at..) {
                Some(rest) => rest.to_owned(),
                None => tail.to_owned(),
            },
        })
    }

    /// Comparable between a table and its clone.
    fn without_keys(&self, renames: &Renames) -> (Vec<String>, &str) {
        let lines = self.lines.iter().filter(|line| !is_foreign_key(line));
        let named = lines.map(|line| match check_text(line) {
            Some((name, text)) => {
                let other = renames
                    .iter()
                    .find(|(_, real)| real == name)
                    .map(|(clone, _)| clone.as_str());
                format!("{} {text}", other.unwrap_or(name))
            }
            None => (*line).to_owned(),
        });
        (named.collect(), &self.tail)
    }
}

fn is_foreign_key(line: &str) -> bool {
    line.starts_with("  CONSTRAINT ") && line.contains(" FOREIGN KEY (")
}

/// The name and the rest of a CHECK that stands on a line of its own.
fn check_text(line: &str) -> Option<(&str, &str)> {
    let rest = line.strip_prefix("  CONSTRAINT ")?;
    let at = rest.find("` CHECK (")?;
    Some((&rest[..=at], &rest[at + 2..]))
}

/// The CHECKs of the table and of its clone, paired by their text; `None` where two have the same.
fn pairs(real: &Parts<'_>, like: &Parts<'_>) -> Option<Vec<(String, String)>> {
    let of = |parts: &Parts<'_>| -> Vec<(String, String)> {
        let found = parts.lines.iter().filter_map(|line| check_text(line));
        found
            .map(|(name, text)| (name.to_owned(), text.to_owned()))
            .collect()
    };
    let (mine, others) = (of(real), of(like));
    mine.into_iter()
        .map(|(name, text)| {
            let mut same = others.iter().filter(|(_, other)| *other == text);
            match (same.next(), same.next()) {
                (Some((clone, _)), None) => Some((clone.clone(), name)),
                _ => None,
            }
        })
        .collect()
}

fn adds_unnamed(made: &Parts<'_>, clone: &TableRef) -> bool {
    let made_up = format!("`{}_chk_", clone.table);
    let names = made.lines.iter().filter_map(|line| check_text(line));
    names.into_iter().any(|(name, _)| name.starts_with(&made_up))
}

fn touches_indexes(subject: &Subject<'_>) -> bool {
    subject.clause.operations.iter().any(|operation| {
        let kind = &operation.kind;
        let named = matches!(
            kind,
            OperationKind::DropIndex(_) | OperationKind::RenameIndex { .. }
        );
        named || !kind.indexes().is_empty()
    })
}

fn woven(made: &Parts<'_>, keys: &[&str], renames: &Renames) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut checks: Vec<String> = Vec::new();
    for line in &made.lines {
        match check_text(line) {
            Some((name, text)) => {
                let real = renames
                    .iter()
                    .find(|(clone, _)| clone == name)
                    .map(|(_, real)| real.as_str());
                checks.push(format!("  CONSTRAINT {} {text}", real.unwrap_or(name)));
            }
            None => lines.push((*line).to_owned()),
        }
    }
    lines.extend(keys.iter().map(|line| (*line).to_owned()));
    // The server lists them by name.
    if !renames.is_empty() {
        checks.sort();
    }
    lines.extend(checks);
    format!("{}\n{}{}", made.head, lines.join(",\n"), made.tail)
}
