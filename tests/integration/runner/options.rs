//! The catalogue of options against the tool itself, as it is in the image.

use std::collections::BTreeMap;
use std::process::Command;

use mysqler_contract::DEFAULT_IMAGE;
use mysqler_core::options::catalogue::{ALIASES, CATALOGUE, Entry, Kind, Policy};

/// One option of the tool's own list.
#[derive(Debug)]
struct Told {
    negatable: bool,
    /// The tool's letter for what it takes; `None` for a flag.
    takes: Option<char>,
    short: Option<char>,
    default: String,
}

fn help() -> String {
    let shown = Command::new("docker")
        .args([
            "run",
            "--rm",
            "--network",
            "none",
            "--entrypoint",
            "pt-online-schema-change",
        ])
        .args([DEFAULT_IMAGE, "--help"])
        .output()
        .expect("docker runs");
    assert!(
        shown.status.success(),
        "{}",
        String::from_utf8_lossy(&shown.stderr)
    );
    String::from_utf8(shown.stdout).expect("the tool writes UTF-8")
}

/// `--[no]name=t  -X  words`, and further down `--name  value`.
fn told(help: &str) -> BTreeMap<String, Told> {
    let (list, values) = help
        .split_once("Options and values after processing arguments:")
        .expect("both parts");
    let line = |line: &str| line.strip_prefix("  --").map(str::to_owned);
    let mut told = BTreeMap::new();
    for line in list.lines().filter_map(line) {
        let mut words = line.split_whitespace();
        let first = words.next().expect("a name");
        let short = words
            .next()
            .filter(|word| word.len() == 2 && word.starts_with('-'));
        let (name, takes) = match first.split_once('=') {
            Some((name, letter)) => (name, letter.chars().next()),
            None => (first, None),
        };
        let negatable = name.starts_with("[no]");
        told.insert(
            name.trim_start_matches("[no]").to_owned(),
            Told {
                negatable,
                takes,
                short: short.and_then(|word| word.chars().nth(1)),
                default: String::new(),
            },
        );
    }
    for line in values.lines().filter_map(line) {
        let (name, value) = line.split_once(char::is_whitespace).unwrap_or((&line, ""));
        if let Some(option) = told.get_mut(name) {
            option.default = value.trim().to_owned();
        }
    }
    told
}

#[test]
fn the_catalogue_is_the_tools_own_list_nothing_missing_and_nothing_invented() {
    let mut told = told(&help());
    for (alias, now) in ALIASES {
        assert!(
            told.remove(*alias).is_some(),
            "the tool no longer knows --{alias}"
        );
        assert!(
            told.contains_key(*now),
            "--{alias} was renamed to what is not there"
        );
    }
    assert!(told.len() > 60, "the list was not read: {told:#?}");
    let ours: Vec<&str> = CATALOGUE.iter().map(|entry| entry.name).collect();
    let missing: Vec<&String> = told
        .keys()
        .filter(|name| !ours.contains(&name.as_str()))
        .collect();
    let invented: Vec<&&str> = ours.iter().filter(|name| !told.contains_key(**name)).collect();
    assert_eq!((missing, invented), (Vec::new(), Vec::new()));
    assert_eq!(ours.len(), told.len(), "an option stands twice");

    for entry in CATALOGUE {
        let tool = &told[entry.name];
        assert_eq!(entry.negatable, tool.negatable, "--{}", entry.name);
        assert_eq!(entry.short, tool.short, "--{}", entry.name);
        assert!(
            letters(entry).contains(tool.takes.unwrap_or('-')),
            "--{} takes {:?}",
            entry.name,
            tool.takes
        );
        if let Some(default) = expected_default(entry) {
            assert_eq!(default, tool.default, "the default of --{}", entry.name);
        }
    }
}

/// The tool's types that a kind may be the finer word for.
fn letters(entry: &Entry) -> &'static str {
    match entry.kind {
        Kind::Flag => "-",
        Kind::Integer(..) => "i",
        Kind::Decimal(..) => "f",
        Kind::Size(_) => "z",
        Kind::Time(_) => "m",
        Kind::Thresholds | Kind::Variables => "A",
        Kind::Tries => "a",
        Kind::Server => "sd",
        Kind::Choice(_) => "s",
        Kind::Text => "saAi",
    }
}

/// As the tool prints it; `None` where MySQLer's own value stands in the catalogue, or where the tool shows the place
/// that it runs in.
fn expected_default(entry: &Entry) -> Option<String> {
    let own = ["tries", "config", "set-vars"].contains(&entry.name);
    if own || (entry.name == "help" && entry.policy == Policy::Refused("idle")) {
        return None;
    }
    let text = match (entry.default, entry.kind, entry.negatable) {
        (_, Kind::Flag, true) => "TRUE",
        (_, Kind::Flag, false) => "FALSE",
        (None, _, _) => "(No value)",
        // Printed in the unit that it is measured in.
        (Some(default), Kind::Time(_), _) => default.trim_end_matches('s'),
        (Some(default), _, _) => default,
    };
    Some(text.to_owned())
}
