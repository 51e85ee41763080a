//! Why a clause is refused before any server sees it: things that would run as something else than one ALTER of this
//! table, or that a copy cannot carry.

use mysqler_contract::ClauseProblem;

use super::lexer::{Lexed, Token, TokenKind, Unterminated};
use super::offset;
use super::operation::Segment;

pub fn find(text: &str, lexed: &Lexed, segments: &[Segment]) -> Vec<ClauseProblem> {
    let mut found = Vec::new();
    let code = lexed.code();
    if code.is_empty() {
        found.push(problem("empty", 0, text.len()));
    }
    find_cut_tokens(lexed, &mut found);
    find_forbidden_signs(text, lexed, &mut found);
    find_semicolons(&code, &mut found);
    find_parentheses(&code, &mut found);
    for (index, segment) in segments.iter().enumerate() {
        find_in_segment(text, segment, index, &mut found);
    }
    found.sort_by(|a, b| (a.start, a.end, &a.reason).cmp(&(b.start, b.end, &b.reason)));
    found.dedup();
    found
}

fn problem(reason: &str, start: usize, end: usize) -> ClauseProblem {
    ClauseProblem {
        reason: reason.to_owned(),
        start: offset(start),
        end: offset(end),
    }
}

fn at(reason: &str, token: &Token) -> ClauseProblem {
    problem(reason, token.start, token.end)
}

fn find_cut_tokens(lexed: &Lexed, found: &mut Vec<ClauseProblem>) {
    if let Some((what, token)) = &lexed.unterminated {
        let reason = match what {
            Unterminated::Text => "unterminated_string",
            Unterminated::Name => "unterminated_identifier",
            Unterminated::Comment => "unterminated_comment",
        };
        found.push(at(reason, token));
    }
    // What the engine appends to the clause would become part of the comment.
    if let Some(token) = lexed
        .tokens
        .last()
        .filter(|token| token.kind == TokenKind::LineComment { closed: false })
    {
        found.push(at("trailing_comment", token));
    }
}

fn find_forbidden_signs(text: &str, lexed: &Lexed, found: &mut Vec<ClauseProblem>) {
    found.extend(
        text.match_indices('\0')
            .map(|(start, _)| problem("nul", start, start + 1)),
    );
    for token in &lexed.tokens {
        match token.kind {
            TokenKind::ExecutableComment => found.push(at("executable_comment", token)),
            TokenKind::Punct('?') => found.push(at("placeholder", token)),
            _ => {}
        }
    }
}

/// Only the first semicolon is told: everything after it is another statement.
fn find_semicolons(code: &[Token], found: &mut Vec<ClauseProblem>) {
    let Some(first) = code.iter().position(|token| token.is_punct(';')) else {
        return;
    };
    let alone = code[first..].iter().all(|token| token.is_punct(';'));
    let end = code.last().map_or(code[first].end, |token| token.end);
    let reason = if alone {
        "trailing_semicolon"
    } else {
        "second_statement"
    };
    found.push(problem(reason, code[first].start, end));
}

fn find_parentheses(code: &[Token], found: &mut Vec<ClauseProblem>) {
    let mut open: Vec<&Token> = Vec::new();
    for token in code {
        if token.is_punct('(') {
            open.push(token);
        } else if token.is_punct(')') && open.pop().is_none() {
            found.push(at("unbalanced_parenthesis", token));
        }
    }
    found.extend(open.first().map(|token| at("unterminated_parenthesis", token)));
}

fn find_in_segment(text: &str, segment: &Segment, index: usize, found: &mut Vec<ClauseProblem>) {
    let tokens = &segment.tokens;
    if tokens.is_empty() {
        found.push(problem("empty_operation", segment.start, segment.end));
        return;
    }
    let word = |at: usize, word: &str| tokens.get(at).is_some_and(|token| token.is_word(text, word));
    let reason = if index == 0 && alters_table(&word) {
        "alter_table_prefix"
    } else if word(0, "RENAME") && !["COLUMN", "INDEX", "KEY"].iter().any(|kind| word(1, kind)) {
        "rename_table"
    } else if word(0, "EXCHANGE") {
        "exchange_partition"
    } else if word(0, "CONVERT") && (word(1, "PARTITION") || word(1, "TABLE")) {
        "convert_partition"
    } else if word(0, "DISCARD") || word(0, "IMPORT") {
        "tablespace"
    } else if word(0, "ALGORITHM") {
        "algorithm"
    } else if word(0, "LOCK") {
        "lock"
    } else {
        return;
    };
    found.push(problem(reason, segment.start, segment.end));
}

fn alters_table(word: &impl Fn(usize, &str) -> bool) -> bool {
    let modifier = ["ONLINE", "OFFLINE", "IGNORE"]
        .iter()
        .any(|modifier| word(1, modifier));
    word(0, "ALTER") && (word(1, "TABLE") || (modifier && word(2, "TABLE")))
}
