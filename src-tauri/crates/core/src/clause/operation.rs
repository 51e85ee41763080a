//! Operations: a clause split at its top-level commas, each part named by its leading words.

use super::lexer::{Token, TokenKind};
use super::verbs::{Draft, Reader};

/// One operation of a clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// The leading words in capitals, synonyms folded (`KEY` is `INDEX`); `OTHER` when not recognised.
    pub verb: &'static str,
    pub start: usize,
    pub end: usize,
    /// Takes something away for certain. Whether a MODIFY, CHANGE or CONVERT narrows needs the table's columns.
    pub destructive: bool,
    /// What the operation names first, unquoted.
    pub subject: Option<String>,
    /// Everything that an operation over a list names: added columns, partitions.
    pub names: Vec<String>,
    /// The second name of CHANGE and RENAME.
    pub new_name: Option<String>,
    /// Written with IF EXISTS or IF NOT EXISTS.
    pub conditional: bool,
    /// Where the words after the names begin: a column's definition, an option's value.
    pub rest: usize,
}

/// Tokens between two top-level commas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    pub tokens: Vec<Token>,
    pub start: usize,
    pub end: usize,
}

/// Splits at top-level commas, and before partitioning words, which follow an operation without a comma.
pub fn segments(text: &str, code: &[Token]) -> Vec<Segment> {
    let mut parts: Vec<Segment> = Vec::new();
    let mut current: Vec<Token> = Vec::new();
    let mut depth = 0usize;
    let mut commas = 0usize;
    for (index, token) in code.iter().enumerate() {
        match token.kind {
            TokenKind::Punct('(') => depth += 1,
            TokenKind::Punct(')') => depth = depth.saturating_sub(1),
            TokenKind::Punct(';') => break,
            TokenKind::Punct(',') if depth == 0 => {
                commas += 1;
                parts.push(segment(std::mem::take(&mut current), token));
                continue;
            }
            _ if depth == 0 && !current.is_empty() && starts_partitioning(text, &code[index..]) => {
                parts.push(segment(std::mem::take(&mut current), token));
            }
            _ => {}
        }
        current.push(*token);
    }
    if let Some(last) = code.last().filter(|_| commas > 0 || !current.is_empty()) {
        parts.push(segment(current, last));
    }
    join_lists(text, parts)
}

fn segment(tokens: Vec<Token>, next: &Token) -> Segment {
    let start = tokens.first().map_or(next.start, |token| token.start);
    let end = tokens.last().map_or(next.end, |token| token.end);
    Segment { tokens, start, end }
}

fn starts_partitioning(text: &str, code: &[Token]) -> bool {
    let word = |at: usize, word: &str| code.get(at).is_some_and(|token| token.is_word(text, word));
    (word(0, "PARTITION") && word(1, "BY")) || (word(0, "REMOVE") && word(1, "PARTITIONING"))
}

/// `ORDER BY a, b` and `DROP PARTITION p0, p1` hold commas of their own.
fn join_lists(text: &str, parts: Vec<Segment>) -> Vec<Segment> {
    let mut joined: Vec<Segment> = Vec::new();
    for part in parts {
        let continues = !part.tokens.is_empty() && classify(text, &part).verb == "OTHER";
        match joined.last_mut() {
            Some(previous) if continues && holds_list(text, previous) => {
                previous.end = part.end;
                previous.tokens.extend(part.tokens);
            }
            _ => joined.push(part),
        }
    }
    joined
}

fn holds_list(text: &str, segment: &Segment) -> bool {
    let verb = classify(text, segment).verb;
    verb == "ORDER BY" || (verb.ends_with(" PARTITION") && verb != "ADD PARTITION")
}

pub fn classify_all(text: &str, segments: &[Segment]) -> Vec<Operation> {
    segments
        .iter()
        .filter(|segment| !segment.tokens.is_empty())
        .map(|segment| classify(text, segment))
        .collect()
}

fn classify(text: &str, segment: &Segment) -> Operation {
    let mut reader = Reader::new(text, &segment.tokens);
    let draft = reader.operation().unwrap_or_else(|| Draft::of("OTHER"));
    let rest = reader.next_start().unwrap_or(segment.end);
    Operation {
        verb: draft.verb,
        start: segment.start,
        end: segment.end,
        destructive: DESTRUCTIVE.contains(&draft.verb),
        subject: draft.names.first().cloned(),
        names: draft.names,
        new_name: draft.new_name,
        conditional: draft.conditional,
        rest,
    }
}

const DESTRUCTIVE: [&str; 5] = [
    "DROP COLUMN",
    "DROP INDEX",
    "DROP PRIMARY KEY",
    "DROP PARTITION",
    "TRUNCATE PARTITION",
];
