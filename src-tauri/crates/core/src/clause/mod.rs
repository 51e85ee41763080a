//! ALTER clauses as typed: split into operations, classified, and refused where a copy could not carry them. The text
//! is only looked at; nothing here ever rewrites it. Whether a server accepts a clause is the server's to say.

mod access;
mod cursor;
mod definition;
mod keys;
mod kind;
mod lexer;
mod mode;
mod operation;
mod options;
mod partitions;
mod parts;
mod problems;
mod read;
#[cfg(test)]
mod tests;

use mysqler_contract::{ClauseDiagnosis, ClauseOperation, ClauseProblem};

pub use access::Charset;
pub use definition::{ColumnDefinition, DefaultKind, Generation, parse_definition};
pub use kind::{ColumnAlteration, OperationKind, PartitionWork};
pub use lexer::{Token, TokenKind};
pub use mode::SqlMode;
pub use operation::Operation;
pub use parts::{
    Check, Column, Element, ForeignKey, Index, IndexKey, IndexKind, IndexPart, Name, Order, Partition,
    PartitionMethod, PartitionValues, Partitioning, Period, Position, ReferenceAction, References, Setting,
    Span,
};

/// A clause taken apart. Spans are byte offsets into the text as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Analysis<'a> {
    pub text: &'a str,
    /// What decided where literals and names end.
    pub mode: SqlMode,
    pub operations: Vec<Operation>,
    pub problems: Vec<ClauseProblem>,
}

impl Analysis<'_> {
    /// The operation's own words.
    pub fn fragment(&self, operation: &Operation) -> &str {
        self.text.get(operation.start..operation.end).unwrap_or_default()
    }

    /// String literals of the clause, quotes included.
    pub fn literals(&self) -> impl Iterator<Item = &str> {
        let lexed = lexer::lex(self.text, self.mode);
        lexed
            .tokens
            .into_iter()
            .filter(|token| token.kind == TokenKind::Text)
            .filter_map(|token| self.text.get(token.start..token.end))
    }
}

/// Takes any text apart, faulty or not, by the rules of a server's default mode; operations are recognised as far as
/// the text allows.
pub fn analyze(text: &str) -> Analysis<'_> {
    analyze_under(text, SqlMode::default())
}

/// Takes any text apart by the rules of the sql_mode that it will run under.
pub fn analyze_under(text: &str, mode: SqlMode) -> Analysis<'_> {
    let lexed = lexer::lex(text, mode);
    let source = cursor::Source::new(text, mode, lexed.code());
    let reading = operation::read_all(&source);
    let problems = problems::find(&source, &lexed, &reading);
    Analysis {
        text,
        mode,
        operations: reading.operations,
        problems,
    }
}

/// The functions that an expression calls, upper case, in its order. `CURRENT_USER` is called without parentheses too.
pub fn functions(expression: &str, mode: SqlMode) -> Vec<String> {
    let code = lexer::lex(expression, mode).code();
    let words = code.iter().enumerate();
    words
        .filter(|(_, token)| token.kind == TokenKind::Word)
        .filter(|(at, token)| {
            code.get(at + 1).is_some_and(|next| next.is_punct('('))
                || token.is_word(expression, "CURRENT_USER")
        })
        .map(|(_, token)| token.text(expression).to_uppercase())
        .collect()
}

/// What a form shows while a clause is typed.
pub fn diagnose(text: &str) -> ClauseDiagnosis {
    diagnose_under(text, SqlMode::default())
}

/// What a form shows, by the rules of a sql_mode.
pub fn diagnose_under(text: &str, mode: SqlMode) -> ClauseDiagnosis {
    let analysis = analyze_under(text, mode);
    ClauseDiagnosis {
        rules: mode.into(),
        operations: analysis
            .operations
            .into_iter()
            .map(|operation| ClauseOperation {
                verb: operation.verb.to_owned(),
                start: offset(operation.start),
                end: offset(operation.end),
                destructive: operation.destructive,
                subject: operation.subject,
            })
            .collect(),
        problems: analysis.problems,
    }
}

fn offset(byte: usize) -> u32 {
    u32::try_from(byte).unwrap_or(u32::MAX)
}
