//! Why a clause is refused before any server sees it: things that would run as something else than one ALTER of this
//! table, or that a copy cannot carry.

use mysqler_contract::ClauseProblem;

use super::cursor::Source;
use super::kind::OperationKind;
use super::lexer::{Lexed, Token, TokenKind, Unterminated};
use super::offset;
use super::operation::{Operation, Reading};
use super::read::is_table_prefix;

/// A text that is no clause at all may have one at every byte.
const MOST: usize = 100;

pub fn find(source: &Source<'_>, lexed: &Lexed, reading: &Reading) -> Vec<ClauseProblem> {
    let mut found = Vec::new();
    if source.code.is_empty() {
        found.push(problem("empty", 0, source.text.len()));
    }
    find_cut_tokens(lexed, &mut found);
    find_forbidden_signs(source.text, lexed, &mut found);
    find_semicolons(&source.code, &mut found);
    find_parentheses(&source.code, &mut found);
    let gaps = reading.gaps.iter();
    found.extend(gaps.map(|gap| problem("empty_operation", gap.start, gap.end)));
    found.extend(find_prefix(source, reading));
    for operation in &reading.operations {
        let reason = reason(&operation.kind).or(operation.local.then_some("no_binlog"));
        found.extend(reason.map(|reason| problem(reason, operation.start, operation.end)));
        let named = operation.kind.named_columns();
        let qualified = named.iter().filter(|name| name.qualified);
        found.extend(qualified.map(|name| problem("qualified_column", name.span.start, name.span.end)));
    }
    found.sort_by(|a, b| (a.start, a.end, &a.reason).cmp(&(b.start, b.end, &b.reason)));
    found.dedup();
    found.truncate(MOST);
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
            TokenKind::HintComment => found.push(at("optimizer_hint", token)),
            TokenKind::Punct('?') => found.push(at("placeholder", token)),
            TokenKind::Word => find_in_word(text, token, found),
            _ => {}
        }
    }
}

/// Signs that a server reads as part of a name and a person does not, and the opening of a `$tag$ … $tag$` literal, which
/// newer servers read to its end and older ones do not.
fn find_in_word(text: &str, token: &Token, found: &mut Vec<ClauseProblem>) {
    let word = token.text(text);
    if word.starts_with('$') && word[1..].contains('$') {
        found.push(at("dollar_quote", token));
    }
    if word.is_ascii() {
        return;
    }
    let unusual = word.char_indices().find(|(_, c)| is_unusual(*c));
    found.extend(unusual.map(|(start, c)| {
        let start = token.start + start;
        problem("unusual_character", start, start + c.len_utf8())
    }));
}

/// White space outside ASCII, characters without a shape, and the punctuation of other scripts that looks like SQL's own.
fn is_unusual(c: char) -> bool {
    c.is_whitespace() && !c.is_ascii()
        || c.is_control()
        || matches!(c, '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffd}')
        || matches!(c, '\u{2018}'..='\u{201f}' | '\u{2032}'..='\u{2037}' | '\u{3001}' | '\u{3002}')
        || matches!(c, '\u{ff01}'..='\u{ff0f}' | '\u{ff1a}'..='\u{ff20}' | '\u{ff3b}'..='\u{ff40}')
        || matches!(c, '\u{ff5b}'..='\u{ff65}')
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

/// `ALTER TABLE`, which stands in front of the clause already.
fn find_prefix(source: &Source<'_>, reading: &Reading) -> Option<ClauseProblem> {
    let Operation { start, end, .. } = reading.operations.first()?;
    let mut words = source.statement();
    let prefixed = words.take("ALTER") && is_table_prefix(&words);
    prefixed.then(|| problem("alter_table_prefix", *start, *end))
}

/// Why neither a copy nor a direct ALTER of ours can carry an operation.
fn reason(kind: &OperationKind) -> Option<&'static str> {
    match kind {
        OperationKind::RenameTable(_) => Some("rename_table"),
        OperationKind::ExchangePartition { .. } => Some("exchange_partition"),
        OperationKind::ConvertPartition => Some("convert_partition"),
        OperationKind::Tablespace => Some("tablespace"),
        OperationKind::Algorithm => Some("algorithm"),
        OperationKind::Lock => Some("lock"),
        OperationKind::Validation => Some("validation"),
        OperationKind::Wait => Some("wait"),
        OperationKind::SecondaryLoad => Some("secondary_load"),
        OperationKind::Partitions { work, .. } if !work.is_a_change() => Some("partition_maintenance"),
        _ => None,
    }
}
