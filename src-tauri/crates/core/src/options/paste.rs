//! A pasted pt-online-schema-change command line, read into the parts of a request. Nothing is run or resolved; what is
//! a secret is dropped here and its value not repeated.

use mysqler_contract::{OptionSetting, PastedCommand, PastedFate, PastedPart};
use zeroize::Zeroizing;

use super::catalogue::{ALIASES, CATALOGUE, Entry, Found, Policy, find};
use super::{apply, value};
use crate::shell;

const TOOL: &str = "pt-online-schema-change";
/// The runner image's own entry, as the preview shows it.
const IMAGE: &str = "pt-runner";

/// `None` when the text is no command line of the tool, or its quoting is open.
pub fn parse(text: &str) -> Option<PastedCommand> {
    let text = without_comments(text);
    let words = Zeroizing::new(shell::words(text)?);
    let (before, arguments) = arguments(&words)?;
    let mut line = Line::default();
    if before > 0 {
        // Named, not repeated: what stands there may be anything, an environment with a password among it.
        line.drop("…", None, "before_tool");
    }
    let mut rest = arguments.iter().map(String::as_str);
    while let Some(word) = rest.next() {
        line.word(word, &mut rest);
    }
    Some(line.finish())
}

/// Lines in front that say something about the command.
fn without_comments(text: &str) -> &str {
    let mut text = text.trim_start();
    while text.starts_with('#') {
        text = text.split_once('\n').map_or("", |(_, rest)| rest).trim_start();
    }
    text
}

/// How many words stand before the tool, and its arguments.
fn arguments(words: &[String]) -> Option<(usize, &[String])> {
    let name = |word: &String| word.rsplit(['/', '\\']).next().is_some_and(|name| name == TOOL);
    if let Some(at) = words.iter().position(name) {
        return Some((at, words.get(at + 1..)?));
    }
    let image = words.iter().position(|word| word.contains(IMAGE))?;
    (words.get(image + 1).map(String::as_str) == Some("run")).then_some(())?;
    Some((0, words.get(image + 2..)?))
}

#[derive(Default)]
struct Line {
    pasted: PastedCommand,
}

impl Line {
    fn part(&mut self, part: &str, value: Option<&str>, fate: PastedFate, why: Option<&str>) {
        self.pasted.parts.push(PastedPart {
            part: part.to_owned(),
            value: value.map(str::to_owned),
            fate,
            why: why.map(str::to_owned),
        });
    }

    fn drop(&mut self, part: &str, value: Option<&str>, why: &str) {
        self.part(part, value, PastedFate::Dropped, Some(why));
    }

    fn word<'a>(&mut self, word: &'a str, rest: &mut impl Iterator<Item = &'a str>) {
        if let Some(long) = word.strip_prefix("--").filter(|long| !long.is_empty()) {
            let (name, value) = long
                .split_once('=')
                .map_or((long, None), |(name, value)| (name, Some(value)));
            match unabbreviated(name) {
                Some(found) => self.option(&format!("--{name}"), found, value, rest),
                // Nobody knows whether the next word is its value; a value within the word may be a secret.
                None => self.drop(&format!("--{name}"), None, "unknown"),
            }
            return;
        }
        let Some(short) = word.strip_prefix('-').filter(|short| !short.is_empty()) else {
            return self.dsn(word);
        };
        self.bundle(short, rest);
    }

    /// `-h db1`, `-hdb1`, `-sq`.
    fn bundle<'a>(&mut self, letters: &'a str, rest: &mut impl Iterator<Item = &'a str>) {
        let mut chars = letters.chars();
        while let Some(letter) = chars.next() {
            let part = format!("-{letter}");
            let Some(entry) = CATALOGUE.iter().find(|entry| entry.short == Some(letter)) else {
                // What follows may be its value, and a secret.
                return self.drop(&part, None, "unknown");
            };
            let found = Found { entry, off: false };
            if entry.takes_value() {
                let attached = Some(chars.as_str()).filter(|text| !text.is_empty());
                let attached = attached.map(|text| text.strip_prefix('=').unwrap_or(text));
                return self.option(&part, found, attached, rest);
            }
            self.option(&part, found, None, rest);
        }
    }

    fn option<'a>(
        &mut self,
        part: &str,
        found: Found,
        attached: Option<&'a str>,
        rest: &mut impl Iterator<Item = &'a str>,
    ) {
        let value = match (found.entry.takes_value(), attached) {
            (true, Some(value)) => Some(value),
            (true, None) => rest.next(),
            (false, value) => value,
        };
        match found.entry.policy {
            Policy::Refused("secret") => self.drop(part, None, "refused_secret"),
            Policy::Ours => self.ours(part, found.entry, value),
            Policy::Refused(why) => self.drop(part, value, &format!("refused_{why}")),
            Policy::Field(_) | Policy::Open | Policy::Dangerous => self.setting(part, found, value),
        }
    }

    /// What a request, not the options, holds.
    fn ours(&mut self, part: &str, entry: &Entry, value: Option<&str>) {
        let text = || value.map(str::to_owned);
        let taken = match entry.name {
            "alter" => {
                self.pasted.clause = text();
                true
            }
            "dry-run" => {
                self.pasted.dry_run = true;
                true
            }
            "database" => {
                self.pasted.database = text();
                true
            }
            "host" => {
                self.pasted.host = text();
                false
            }
            "port" => {
                self.pasted.port = value.and_then(|text| text.parse().ok());
                false
            }
            "user" => {
                self.pasted.user = text();
                false
            }
            _ => false,
        };
        match taken && (value.is_some() || !entry.takes_value()) {
            true => self.part(part, value, PastedFate::Taken, None),
            false if entry.takes_value() && value.is_none() => self.drop(part, None, "value_missing"),
            false => self.part(part, value, PastedFate::Ours, Some("ours")),
        }
    }

    fn setting(&mut self, part: &str, found: Found, value: Option<&str>) {
        let setting = OptionSetting {
            name: found.name(),
            value: value.map(str::to_owned),
        };
        if found.entry.takes_value() && value.is_none() {
            return self.drop(part, None, "value_missing");
        }
        let applied = apply(std::slice::from_ref(&setting), &Default::default());
        match applied.problems.first() {
            None => {
                self.part(part, value, PastedFate::Taken, None);
                self.pasted.settings.push(setting);
            }
            Some(problem) if problem.reason == "server_secret" => self.drop(part, None, "server_secret"),
            Some(problem) => self.drop(part, value, &problem.reason.clone()),
        }
    }

    /// `D=shop,t=orders,h=db1`: the word without a dash.
    fn dsn(&mut self, word: &str) {
        let parts = value::split(word);
        let keyed = |part: &String| part.split_once('=').is_some_and(|(key, _)| key.len() == 1);
        if !parts.iter().all(keyed) {
            // A stray word: perhaps the value of an option that is not known.
            return self.drop("…", None, "stray");
        }
        for (key, value) in parts.iter().filter_map(|part| part.split_once('=')) {
            let name = format!("{key}=");
            let text = Some(value);
            match key {
                "D" => self.pasted.database = Some(value.to_owned()),
                "t" => self.pasted.table = Some(value.to_owned()),
                "h" => self.pasted.host = Some(value.to_owned()),
                "P" => self.pasted.port = value.parse().ok(),
                "u" => self.pasted.user = Some(value.to_owned()),
                _ => {}
            }
            match key {
                "D" | "t" => self.part(&name, text, PastedFate::Taken, None),
                "p" => self.drop(&name, None, "refused_secret"),
                "h" | "P" | "u" | "A" | "F" | "S" | "s" | "L" => {
                    self.part(&name, text, PastedFate::Ours, Some("ours"))
                }
                _ => self.drop(&name, None, "unknown"),
            }
        }
    }

    /// Settings that are given twice are told once, with the last value, as the tool reads them.
    fn finish(mut self) -> PastedCommand {
        let settings = std::mem::take(&mut self.pasted.settings);
        for (at, setting) in settings.iter().enumerate() {
            let again = settings.iter().skip(at + 1).any(|later| same(later, setting));
            if !again {
                self.pasted.settings.push(setting.clone());
            }
        }
        self.pasted
    }
}

fn same(a: &OptionSetting, b: &OptionSetting) -> bool {
    match (find(&a.name), find(&b.name)) {
        (Some(a), Some(b)) => a.entry.name == b.entry.name && !a.entry.repeatable,
        _ => false,
    }
}

/// The tool takes any beginning of a name that fits one option alone.
fn unabbreviated(name: &str) -> Option<Found> {
    if let Some(found) = find(name) {
        return Some(found);
    }
    let names = CATALOGUE.iter().flat_map(|entry| {
        let negated = entry
            .negatable
            .then(|| [format!("no-{}", entry.name), format!("no{}", entry.name)]);
        std::iter::once(entry.name.to_owned()).chain(negated.into_iter().flatten())
    });
    let names = names.chain(ALIASES.iter().map(|(alias, _)| (*alias).to_owned()));
    let mut fitting = names
        .filter(|full| full.starts_with(name))
        .filter_map(|full| find(&full));
    let first = fitting.next()?;
    fitting.all(|other| other.name() == first.name()).then_some(first)
}

#[cfg(test)]
#[path = "paste_test.rs"]
mod tests;
