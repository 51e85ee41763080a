//! Clauses as data, and what the core makes of each of them.
//!
//! A line of a file is `servers[@SQL_MODE] | what it is read as | clause`. Servers: `both`, `mysql`, `mariadb` or `none`
//! of those that accept it. What it is read as: the operations' verbs with commas, `!` and the reason of a refusal, or
//! `*` for anything. `␤` stands for a line end, `␀` for a NUL byte; everything else is verbatim.

use std::collections::BTreeSet;

use mysqler_core::clause::{SqlMode, analyze_under};

const FILES: [(&str, &str); 9] = [
    ("columns.txt", include_str!("corpus/columns.txt")),
    ("types.txt", include_str!("corpus/types.txt")),
    ("indexes.txt", include_str!("corpus/indexes.txt")),
    ("constraints.txt", include_str!("corpus/constraints.txt")),
    ("options.txt", include_str!("corpus/options.txt")),
    ("partitions.txt", include_str!("corpus/partitions.txt")),
    ("quoting.txt", include_str!("corpus/quoting.txt")),
    ("refused.txt", include_str!("corpus/refused.txt")),
    ("invalid.txt", include_str!("corpus/invalid.txt")),
];

#[derive(Debug)]
pub(crate) enum Reading {
    Any,
    Verbs(Vec<&'static str>),
    Refused(&'static str),
}

#[derive(Debug)]
pub(crate) struct Entry {
    /// `file:line`
    pub(crate) place: String,
    pub(crate) mysql: bool,
    pub(crate) mariadb: bool,
    pub(crate) sql_mode: &'static str,
    pub(crate) reading: Reading,
    pub(crate) clause: String,
}

pub(crate) fn entries() -> Vec<Entry> {
    let lines = FILES.into_iter().flat_map(|(file, text)| {
        text.lines()
            .enumerate()
            .map(move |(index, line)| (file, index + 1, line))
    });
    lines
        .filter(|(_, _, line)| !line.is_empty() && !line.starts_with('#'))
        .map(|(file, number, line)| entry(format!("{file}:{number}"), line))
        .collect()
}

fn entry(place: String, line: &'static str) -> Entry {
    let mut fields = line.splitn(3, " | ");
    let mut field = || fields.next().unwrap_or_else(|| panic!("{place}: too few fields"));
    let (servers, reading, clause) = (field(), field(), field());
    let (servers, sql_mode) = servers.split_once('@').unwrap_or((servers, ""));
    let reading = match reading.strip_prefix('!') {
        Some(reason) => Reading::Refused(reason),
        None if reading == "*" => Reading::Any,
        None => Reading::Verbs(reading.split(", ").collect()),
    };
    assert!(
        ["both", "mysql", "mariadb", "none"].contains(&servers),
        "{place}: {servers} is no server"
    );
    Entry {
        mysql: matches!(servers, "both" | "mysql"),
        mariadb: matches!(servers, "both" | "mariadb"),
        sql_mode,
        reading,
        clause: clause.replace('␤', "\n").replace('␀', "\0"),
        place,
    }
}

#[test]
fn every_clause_is_read_as_the_corpus_says() {
    let wrong: Vec<String> = entries().iter().filter_map(misread).collect();
    assert_eq!(wrong, Vec::<String>::new());
}

fn misread(entry: &Entry) -> Option<String> {
    let analysis = analyze_under(&entry.clause, SqlMode::parse(entry.sql_mode));
    let verbs: Vec<_> = analysis
        .operations
        .iter()
        .map(|operation| operation.verb)
        .collect();
    let reasons: BTreeSet<_> = analysis
        .problems
        .iter()
        .map(|problem| problem.reason.as_str())
        .collect();
    let right = match &entry.reading {
        Reading::Any => true,
        Reading::Verbs(expected) => verbs == *expected && reasons.is_empty(),
        Reading::Refused(reason) => reasons == BTreeSet::from([*reason]),
    };
    let Entry { place, clause, .. } = entry;
    (!right).then(|| format!("{place}: {clause}: {verbs:?} {reasons:?}"))
}

/// Operations that a server accepts and that are not recognised, or not to their end. Whoever adds one says why here.
const NOT_UNDERSTOOD: [&str; 1] = [
    // A storage engine's own option: the server takes any name.
    "my_engine_option='x'",
];

#[test]
fn what_a_server_accepts_is_understood_to_its_last_word() {
    let mut wrong = Vec::new();
    for entry in entries().iter().filter(|entry| entry.mysql || entry.mariadb) {
        let Reading::Verbs(_) = entry.reading else {
            continue;
        };
        let analysis = analyze_under(&entry.clause, SqlMode::parse(entry.sql_mode));
        let listed = NOT_UNDERSTOOD.contains(&entry.clause.as_str());
        for operation in &analysis.operations {
            let understood = operation.verb != "OTHER" && operation.unread.is_none();
            if understood == listed {
                wrong.push(format!(
                    "{}: {}: {:?}",
                    entry.place, entry.clause, operation.unread
                ));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn the_corpus_is_large_and_holds_every_operation() {
    let entries = entries();
    let valid = entries
        .iter()
        .filter(|entry| entry.mysql || entry.mariadb)
        .count();
    assert!(
        valid >= 200 && entries.len() - valid >= 60,
        "{valid} of {}",
        entries.len()
    );
    let clauses: BTreeSet<_> = entries
        .iter()
        .map(|entry| (&entry.clause, entry.sql_mode))
        .collect();
    assert_eq!(clauses.len(), entries.len(), "a clause stands twice");
    let seen: BTreeSet<&str> = entries
        .iter()
        .filter_map(|entry| match &entry.reading {
            Reading::Verbs(verbs) => Some(verbs.iter().copied()),
            _ => None,
        })
        .flatten()
        .collect();
    for verb in [
        "ADD COLUMN",
        "ADD INDEX",
        "ADD UNIQUE",
        "ADD PRIMARY KEY",
        "ADD FULLTEXT",
        "ADD SPATIAL",
        "ADD FOREIGN KEY",
        "ADD CHECK",
        "ADD PERIOD",
        "ADD SYSTEM VERSIONING",
        "DROP COLUMN",
        "DROP INDEX",
        "DROP PRIMARY KEY",
        "DROP FOREIGN KEY",
        "DROP CHECK",
        "DROP CONSTRAINT",
        "DROP PERIOD",
        "DROP SYSTEM VERSIONING",
        "MODIFY",
        "CHANGE",
        "ALTER COLUMN",
        "ALTER INDEX",
        "ALTER CHECK",
        "ALTER CONSTRAINT",
        "RENAME COLUMN",
        "RENAME INDEX",
        "CONVERT TO CHARACTER SET",
        "ENGINE",
        "AUTO_INCREMENT",
        "COMMENT",
        "ROW_FORMAT",
        "CHARSET",
        "COLLATE",
        "ORDER BY",
        "FORCE",
        "ENABLE KEYS",
        "DISABLE KEYS",
        "ADD PARTITION",
        "DROP PARTITION",
        "TRUNCATE PARTITION",
        "REBUILD PARTITION",
        "OPTIMIZE PARTITION",
        "REORGANIZE PARTITION",
        "COALESCE PARTITION",
        "PARTITION BY",
        "REMOVE PARTITIONING",
    ] {
        assert!(seen.contains(verb), "no clause for {verb}");
    }
}
