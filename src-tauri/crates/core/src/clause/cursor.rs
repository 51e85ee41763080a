//! A place among the tokens of a clause. Parentheses are paired once beforehand, so that any depth is stepped over in
//! one move and nothing here recurses.

use super::lexer::{Token, TokenKind};
use super::mode::SqlMode;
use super::parts::{Name, Span};

/// A text with its tokens, comments left out.
pub struct Source<'a> {
    pub text: &'a str,
    pub mode: SqlMode,
    pub code: Vec<Token>,
    /// For an opening parenthesis the index of the closing one, or the number of tokens.
    pairs: Vec<usize>,
    /// The index of the first semicolon, or the number of tokens.
    end: usize,
}

impl<'a> Source<'a> {
    pub fn new(text: &'a str, mode: SqlMode, code: Vec<Token>) -> Self {
        let mut pairs = vec![code.len(); code.len()];
        let mut open = Vec::new();
        for (index, token) in code.iter().enumerate() {
            if token.is_punct('(') {
                open.push(index);
            } else if token.is_punct(')')
                && let Some(start) = open.pop()
            {
                pairs[start] = index;
            }
        }
        let end = code.iter().position(|token| token.is_punct(';'));
        Self {
            text,
            mode,
            end: end.unwrap_or(code.len()),
            code,
            pairs,
        }
    }

    /// Everything before the first semicolon.
    pub fn statement(&self) -> Cursor<'_> {
        Cursor {
            source: self,
            at: 0,
            end: self.end,
        }
    }
}

/// Reads from `at` on; sees nothing from `end` on.
#[derive(Clone, Copy)]
pub struct Cursor<'s> {
    pub source: &'s Source<'s>,
    pub at: usize,
    pub end: usize,
}

impl<'s> Cursor<'s> {
    pub fn token(&self, ahead: usize) -> Option<&'s Token> {
        let at = self.at.saturating_add(ahead);
        if at < self.end {
            self.source.code.get(at)
        } else {
            None
        }
    }

    pub fn is_done(&self) -> bool {
        self.token(0).is_none()
    }

    pub fn is(&self, ahead: usize, word: &str) -> bool {
        self.token(ahead)
            .is_some_and(|token| token.is_word(self.source.text, word))
    }

    pub fn is_any(&self, ahead: usize, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(ahead, word))
    }

    pub fn is_punct(&self, ahead: usize, sign: char) -> bool {
        self.token(ahead).is_some_and(|token| token.is_punct(sign))
    }

    pub fn take(&mut self, word: &str) -> bool {
        let found = self.is(0, word);
        self.at += usize::from(found);
        found
    }

    /// All the words in this order, or none.
    pub fn take_all(&mut self, words: &[&str]) -> bool {
        let found = words.iter().enumerate().all(|(ahead, word)| self.is(ahead, word));
        self.at += if found { words.len() } else { 0 };
        found
    }

    pub fn take_any(&mut self, words: &[&'static str]) -> Option<&'static str> {
        words.iter().copied().find(|word| self.take(word))
    }

    pub fn take_punct(&mut self, sign: char) -> bool {
        let found = self.is_punct(0, sign);
        self.at += usize::from(found);
        found
    }

    /// One token, or a whole pair of parentheses.
    pub fn skip(&mut self) {
        if self.is_punct(0, '(') {
            self.at = (self.source.pairs[self.at] + 1).min(self.end);
        } else if self.at < self.end {
            self.at += 1;
        }
    }

    /// Byte offset of the next token, or behind the last one.
    pub fn offset(&self) -> usize {
        match self.token(0) {
            Some(token) => token.start,
            None => self.behind(),
        }
    }

    /// Byte offset behind the token that was read last.
    pub fn behind(&self) -> usize {
        let last = self.at.min(self.end).checked_sub(1);
        last.and_then(|last| self.source.code.get(last))
            .map_or(0, |token| token.end)
    }

    /// From `start` to the token that was read last.
    pub fn span_from(&self, start: usize) -> Span {
        Span {
            start,
            end: self.behind().max(start),
        }
    }

    pub fn name(&mut self) -> Option<Name> {
        let token = self.token(0).filter(|token| token.is_identifier())?;
        self.at += 1;
        Some(self.named(token))
    }

    fn named(&self, token: &Token) -> Name {
        Name {
            value: token.unquoted(self.source.text, self.source.mode),
            span: Span {
                start: token.start,
                end: token.end,
            },
            qualified: false,
        }
    }

    /// `[[db.]table.]column`: the last part. The words before it only repeat the table.
    pub fn column_name(&mut self) -> Option<Name> {
        let start = self.offset();
        let mut qualified = self.take_punct('.');
        let mut name = self.name()?;
        while self.is_punct(0, '.') && self.token(1).is_some_and(Token::is_identifier) {
            self.at += 1;
            name = self.name()?;
            qualified = true;
        }
        name.qualified = qualified;
        name.span.start = start;
        Some(name)
    }

    /// `[db.]table`.
    pub fn table_name(&mut self) -> Option<(Option<Name>, Name)> {
        let first = self.name()?;
        if self.is_punct(0, '.') && self.token(1).is_some_and(Token::is_identifier) {
            self.at += 1;
            let table = self.name()?;
            return Some((Some(first), table));
        }
        Some((None, first))
    }

    pub fn number(&mut self) -> Option<u64> {
        let token = self.token(0).filter(|token| token.kind == TokenKind::Word)?;
        let number = token.text(self.source.text).parse().ok()?;
        self.at += 1;
        Some(number)
    }

    /// What is between the parentheses that open here; the cursor goes behind them.
    pub fn inside(&mut self) -> Option<Cursor<'s>> {
        if !self.is_punct(0, '(') {
            return None;
        }
        let start = self.at + 1;
        let end = self.source.pairs[self.at].min(self.end);
        self.skip();
        Some(Cursor {
            source: self.source,
            at: start.min(end),
            end,
        })
    }

    /// The words between the parentheses that open here.
    pub fn inside_span(&mut self) -> Option<Span> {
        self.inside().map(|inside| inside.rest())
    }

    /// From here to the end.
    pub fn rest(&self) -> Span {
        let mut all = *self;
        all.at = all.end;
        match self.token(0) {
            Some(token) => all.span_from(token.start),
            None => Span {
                start: self.behind(),
                end: self.behind(),
            },
        }
    }

    /// The index of the next comma outside parentheses, or the end.
    pub fn next_comma(&self) -> usize {
        let mut ahead = *self;
        while !ahead.is_done() && !ahead.is_punct(0, ',') {
            ahead.skip();
        }
        ahead.at
    }

    /// From here to the next comma, or to where partitioning begins, which follows an operation without one.
    pub fn segment(&self) -> Cursor<'s> {
        let mut ahead = Self {
            end: self.source.end,
            ..*self
        };
        while !ahead.is_done() && !ahead.is_punct(0, ',') {
            let partitioning = ahead.is(0, "PARTITION") && ahead.is(1, "BY")
                || ahead.is(0, "REMOVE") && ahead.is(1, "PARTITIONING");
            if partitioning && ahead.at > self.at {
                break;
            }
            ahead.skip();
        }
        Self {
            end: ahead.at,
            ..*self
        }
    }

    /// Behind the comma that this segment ends at, when it is one.
    pub fn next_part(&self) -> Option<Cursor<'s>> {
        let comma = self.end < self.source.end && self.source.code[self.end].is_punct(',');
        let next = Self {
            at: self.end + 1,
            ..*self
        };
        comma.then(|| next.segment())
    }

    /// The parts between the commas.
    pub fn parts(self) -> impl Iterator<Item = Cursor<'s>> {
        let mut ahead = self;
        std::iter::from_fn(move || {
            if ahead.is_done() {
                return None;
            }
            let part = Cursor {
                end: ahead.next_comma(),
                ..ahead
            };
            ahead.at = part.end + 1;
            Some(part)
        })
    }

    /// The names of a list in parentheses.
    pub fn names_inside(&mut self) -> Vec<Name> {
        let Some(inside) = self.inside() else {
            return Vec::new();
        };
        inside.parts().filter_map(|mut part| part.column_name()).collect()
    }

    /// `IF EXISTS` or `IF NOT EXISTS`.
    pub fn condition(&mut self) -> bool {
        self.take_all(&["IF", "NOT", "EXISTS"]) || self.take_all(&["IF", "EXISTS"])
    }
}
