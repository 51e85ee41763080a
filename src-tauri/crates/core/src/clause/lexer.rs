//! Tokens of a clause, by the server's rules for strings, names and comments under a sql_mode.

use super::mode::SqlMode;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// A keyword, an unquoted name or a number.
    Word,
    /// A name in backticks; under ANSI_QUOTES also one in double quotes.
    Name,
    /// A literal in single quotes, and in double quotes where these hold no names.
    Text,
    Punct(char),
    /// `-- …` or `# …`, without its line end; `closed` when a line end follows.
    LineComment {
        closed: bool,
    },
    BlockComment,
    /// `/*! … */` or `/*M! … */`: the server executes what is inside.
    ExecutableComment,
    /// `/*+ … */`: read by rules of its own behind SELECT.
    HintComment,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    pub kind: TokenKind,
    pub start: usize,
    pub end: usize,
}

impl Token {
    fn is_comment(&self) -> bool {
        matches!(
            self.kind,
            TokenKind::LineComment { .. }
                | TokenKind::BlockComment
                | TokenKind::ExecutableComment
                | TokenKind::HintComment
        )
    }

    pub fn text<'a>(&self, source: &'a str) -> &'a str {
        source.get(self.start..self.end).unwrap_or_default()
    }

    /// Case-insensitive comparison with an unquoted word.
    pub fn is_word(&self, source: &str, word: &str) -> bool {
        self.kind == TokenKind::Word && self.text(source).eq_ignore_ascii_case(word)
    }

    pub fn is_punct(&self, sign: char) -> bool {
        self.kind == TokenKind::Punct(sign)
    }

    /// Can stand where a name is expected. A literal counts, since double quotes hold names under ANSI_QUOTES.
    pub fn is_identifier(&self) -> bool {
        matches!(self.kind, TokenKind::Word | TokenKind::Name | TokenKind::Text)
    }

    /// The name or literal that the token stands for, quotes removed.
    pub fn unquoted(&self, source: &str, mode: SqlMode) -> String {
        let text = self.text(source);
        let quote = text.chars().next().unwrap_or_default();
        match self.kind {
            TokenKind::Name if quote == '[' => {
                let inside = text.strip_prefix('[').unwrap_or(text);
                inside.strip_suffix(']').unwrap_or(inside).replace("]]", "]")
            }
            TokenKind::Name => unescape(inner(text, quote), quote, false),
            TokenKind::Text => unescape(inner(text, quote), quote, !mode.no_backslash_escapes),
            _ => text.to_owned(),
        }
    }
}

fn inner(text: &str, quote: char) -> &str {
    let text = text.strip_prefix(quote).unwrap_or(text);
    text.strip_suffix(quote).unwrap_or(text)
}

fn unescape(text: &str, quote: char, backslash: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' if backslash => match chars.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some('r') => out.push('\r'),
                Some('b') => out.push('\u{8}'),
                Some('Z') => out.push('\u{1a}'),
                Some('0') => out.push('\0'),
                // The server keeps the backslash before the wildcards.
                Some(wildcard @ ('%' | '_')) => out.extend(['\\', wildcard]),
                Some(other) => out.push(other),
                None => out.push('\\'),
            },
            _ if c == quote && chars.peek() == Some(&quote) => {
                chars.next();
                out.push(quote);
            }
            _ => out.push(c),
        }
    }
    out
}

/// A token that never ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unterminated {
    Text,
    Name,
    Comment,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lexed {
    pub tokens: Vec<Token>,
    /// The last token is cut off by the end of the text.
    pub unterminated: Option<(Unterminated, Token)>,
}

impl Lexed {
    /// Tokens without comments.
    pub fn code(&self) -> Vec<Token> {
        self.tokens
            .iter()
            .copied()
            .filter(|token| !token.is_comment())
            .collect()
    }
}

pub fn lex(source: &str, mode: SqlMode) -> Lexed {
    let mut lexed = Lexed::default();
    let mut at = 0;
    while let Some(c) = source[at..].chars().next() {
        if c.is_ascii_whitespace() || c == '\u{b}' {
            at += c.len_utf8();
            continue;
        }
        let (kind, length, cut) = scan(&source[at..], c, mode);
        let token = Token {
            kind,
            start: at,
            end: at + length,
        };
        lexed.tokens.push(token);
        if let Some(what) = cut {
            lexed.unterminated = Some((what, token));
        }
        at = token.end;
    }
    lexed
}

type Scanned = (TokenKind, usize, Option<Unterminated>);

/// Kind and length in bytes of the token at the start of `rest`, and whether the text ends inside it.
fn scan(rest: &str, first: char, mode: SqlMode) -> Scanned {
    match first {
        '"' if mode.ansi_quotes => scan_name(rest, '"'),
        '\'' | '"' => scan_text(rest, first, !mode.no_backslash_escapes),
        '`' => scan_name(rest, '`'),
        '[' if mode.brackets => scan_name(rest, ']'),
        '#' => scan_line_comment(rest),
        '-' if starts_line_comment(rest) => scan_line_comment(rest),
        '/' if rest.starts_with("/*") => scan_block_comment(rest),
        c if is_word_char(c) => {
            let length = rest.find(|c| !is_word_char(c)).unwrap_or(rest.len());
            (TokenKind::Word, length, None)
        }
        c => (TokenKind::Punct(c), c.len_utf8(), None),
    }
}

/// Outside ASCII the server takes every character for part of a name, white space of other scripts too.
fn is_word_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '$' || !c.is_ascii()
}

/// The server wants white space, a control character or the end of the text after the two dashes.
fn starts_line_comment(rest: &str) -> bool {
    rest.strip_prefix("--").is_some_and(|tail| {
        tail.chars()
            .next()
            .is_none_or(|c| c.is_ascii_whitespace() || c.is_ascii_control())
    })
}

fn scan_line_comment(rest: &str) -> Scanned {
    match rest.find('\n') {
        Some(length) => (TokenKind::LineComment { closed: true }, length, None),
        None => (TokenKind::LineComment { closed: false }, rest.len(), None),
    }
}

fn scan_block_comment(rest: &str) -> Scanned {
    let executable = rest.starts_with("/*!")
        || rest
            .get(..4)
            .is_some_and(|head| head.eq_ignore_ascii_case("/*M!"));
    let kind = if executable {
        TokenKind::ExecutableComment
    } else if rest.starts_with("/*+") {
        TokenKind::HintComment
    } else {
        TokenKind::BlockComment
    };
    match rest.get(2..).and_then(|tail| tail.find("*/")) {
        Some(inside) => (kind, inside + 4, None),
        None => (kind, rest.len(), Some(Unterminated::Comment)),
    }
}

fn scan_text(rest: &str, quote: char, backslash: bool) -> Scanned {
    match find_end(rest, quote, backslash) {
        Some(length) => (TokenKind::Text, length, None),
        None => (TokenKind::Text, rest.len(), Some(Unterminated::Text)),
    }
}

fn scan_name(rest: &str, quote: char) -> Scanned {
    match find_end(rest, quote, false) {
        Some(length) => (TokenKind::Name, length, None),
        None => (TokenKind::Name, rest.len(), Some(Unterminated::Name)),
    }
}

/// The length up to and with the closing quote; a doubled quote is one inside.
fn find_end(rest: &str, quote: char, backslash: bool) -> Option<usize> {
    let mut chars = rest.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c == '\\' && backslash {
            chars.next();
        } else if c == quote && chars.next_if(|(_, next)| *next == quote).is_none() {
            return Some(at + 1);
        }
    }
    None
}
