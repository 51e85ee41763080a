//! Operations: a clause split at its top-level commas, each part read as what it asks for.

use super::cursor::{Cursor, Source};
use super::kind::OperationKind;
use super::options;
use super::parts::Span;
use super::read::{self, Draft};

/// One operation of a clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// What it asks for, as data.
    pub kind: OperationKind,
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
    /// Written with LOCAL or NO_WRITE_TO_BINLOG: no replica would hear of it.
    pub local: bool,
    /// Where the words after the names begin: a column's definition, an option's value.
    pub rest: usize,
    /// The first words that were not understood, up to the operation's end. The server may well accept them.
    pub unread: Option<Span>,
}

/// A clause read from end to end.
pub struct Reading {
    pub operations: Vec<Operation>,
    /// Where a comma has no operation beside it.
    pub gaps: Vec<Span>,
}

/// Splits at top-level commas, before partitioning words and between table options, which follow without a comma.
pub fn read_all(source: &Source<'_>) -> Reading {
    let mut reading = Reading {
        operations: Vec::new(),
        gaps: Vec::new(),
    };
    let mut clause = source.statement();
    // Looked for once a segment: one may hold any number of options.
    let mut segment_end = 0;
    while !clause.is_done() {
        if clause.is_punct(0, ',') {
            gap(&clause, &mut reading);
            clause.at += 1;
            continue;
        }
        let mut segment = clause;
        if clause.at >= segment_end {
            segment = clause.segment();
            segment_end = segment.end;
        } else {
            segment.end = segment_end;
        }
        let (operation, next) = read_one(segment);
        reading.operations.push(operation);
        clause.at = next;
        let comma = clause;
        if clause.take_punct(',') && clause.is_done() {
            gap(&comma, &mut reading);
        }
    }
    reading
}

fn gap(clause: &Cursor<'_>, reading: &mut Reading) {
    let comma = clause.token(0).map(|token| Span {
        start: token.start,
        end: token.end,
    });
    reading.gaps.extend(comma);
}

/// The operation that a segment starts with, and the index of the token that it does not take any more.
fn read_one(mut cursor: Cursor<'_>) -> (Operation, usize) {
    let start = cursor.offset();
    let draft = read::operation(&mut cursor).unwrap_or_else(|| Draft::of(OperationKind::Unknown));
    let option = matches!(draft.kind, OperationKind::TableOption(_));
    let waits = matches!(draft.kind, OperationKind::Wait);
    let behind = cursor.behind();
    let unread = match cursor.is_done() || waits || (option && options::follows(&cursor)) {
        true => None,
        false => {
            let rest = cursor.rest();
            cursor.at = cursor.end;
            Some(rest)
        }
    };
    let end = cursor.behind();
    let names = draft.kind.names();
    let operation = Operation {
        verb: draft.kind.verb(),
        start,
        end,
        destructive: draft.kind.is_destructive(),
        subject: names.first().cloned(),
        names,
        new_name: draft.kind.new_name().map(str::to_owned),
        conditional: draft.conditional,
        local: draft.local,
        rest: draft.rest.unwrap_or(behind).clamp(start, end),
        unread: unread.or_else(|| unread_inside(&draft.kind)),
        kind: draft.kind,
    };
    (operation, cursor.at)
}

/// Columns keep what they did not understand to themselves.
fn unread_inside(kind: &OperationKind) -> Option<Span> {
    kind.columns().find_map(|column| column.definition.unread)
}
