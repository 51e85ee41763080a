//! ALTER clauses as typed: split into operations, classified, and refused where a copy could not carry them. The text
//! is only looked at; nothing here ever rewrites it. Whether a server accepts a clause is the server's to say.

mod definition;
mod lexer;
mod operation;
mod problems;
#[cfg(test)]
mod tests;
mod verbs;

use mysqler_contract::{ClauseDiagnosis, ClauseOperation, ClauseProblem};

pub use definition::{ColumnDefinition, DefaultKind, parse_definition};
pub use lexer::{Token, TokenKind};
pub use operation::Operation;

/// A clause taken apart. Spans are byte offsets into the text as typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Analysis<'a> {
    pub text: &'a str,
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
        let lexed = lexer::lex(self.text);
        lexed
            .tokens
            .into_iter()
            .filter(|token| token.kind == TokenKind::Text)
            .filter_map(|token| self.text.get(token.start..token.end))
    }
}

/// Takes any text apart, faulty or not; operations are recognised as far as the text allows.
pub fn analyze(text: &str) -> Analysis<'_> {
    let lexed = lexer::lex(text);
    let segments = operation::segments(text, &lexed.code());
    let operations = operation::classify_all(text, &segments);
    let problems = problems::find(text, &lexed, &segments);
    Analysis {
        text,
        operations,
        problems,
    }
}

/// What a form shows while a clause is typed.
pub fn diagnose(text: &str) -> ClauseDiagnosis {
    let analysis = analyze(text);
    ClauseDiagnosis {
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
