//! A column's definition as a clause or the server's own catalogue writes it: the parts that decide whether values fit.

use super::lexer::{Token, TokenKind, lex};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DefaultKind {
    Null,
    Value,
}

/// What was said of a column; `None` where nothing was said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ColumnDefinition {
    /// Lower case, for example `varchar`; empty when there is no type.
    pub base: String,
    /// Between the parentheses after the type, literals unquoted.
    pub arguments: Vec<String>,
    pub unsigned: bool,
    pub nullable: Option<bool>,
    pub charset: Option<String>,
    pub collation: Option<String>,
    pub default: Option<DefaultKind>,
    pub unique: bool,
    pub primary: bool,
    pub auto_increment: bool,
    pub generated: bool,
}

/// Reads the words after a column's name. Never fails: what it does not know it leaves out.
pub fn parse_definition(text: &str) -> ColumnDefinition {
    let tokens = top_level(lex(text).code());
    let mut column = ColumnDefinition::default();
    let Some((first, attributes)) = tokens.split_first() else {
        return column;
    };
    column.base = first.token.text(text).to_lowercase();
    let mut rest = attributes;
    column.arguments = arguments(text, first);
    // `double precision`, `national varchar(10)`, `long varchar`, `char varying(10)`
    while let Some((next, after)) = rest
        .split_first()
        .filter(|(next, _)| TYPE_WORDS.iter().any(|w| next.is(text, w)))
    {
        column.base = format!("{} {}", column.base, next.token.text(text).to_lowercase());
        if column.arguments.is_empty() {
            column.arguments = arguments(text, next);
        }
        rest = after;
    }
    read_attributes(text, rest, &mut column);
    column
}

const TYPE_WORDS: [&str; 5] = ["PRECISION", "VARYING", "VARCHAR", "VARBINARY", "VARCHARACTER"];

fn read_attributes(text: &str, rest: &[Item], column: &mut ColumnDefinition) {
    let mut at = 0;
    while let Some(item) = rest.get(at) {
        let next = |ahead: usize| rest.get(at + ahead);
        let next_is = |ahead: usize, word: &str| next(ahead).is_some_and(|item| item.is(text, word));
        let value = |ahead: usize| next(ahead).map(|item| item.token.unquoted(text).to_lowercase());
        let mut used = 1;
        if item.is(text, "UNSIGNED") || item.is(text, "ZEROFILL") {
            column.unsigned = true;
        } else if item.is(text, "NOT") && next_is(1, "NULL") {
            column.nullable = Some(false);
            used = 2;
        } else if item.is(text, "NULL") {
            column.nullable = Some(true);
        } else if item.is(text, "CHARSET") {
            column.charset = value(1);
            used = 2;
        } else if (item.is(text, "CHARACTER") || item.is(text, "CHAR")) && next_is(1, "SET") {
            column.charset = value(2);
            used = 3;
        } else if item.is(text, "COLLATE") {
            column.collation = value(1);
            used = 2;
        } else if item.is(text, "DEFAULT") {
            column.default = Some(if next_is(1, "NULL") {
                DefaultKind::Null
            } else {
                DefaultKind::Value
            });
            // An expression in parentheses belongs to the word itself.
            used = if item.inside.is_empty() { 2 } else { 1 };
        } else if item.is(text, "COMMENT") {
            used = 2;
        } else if item.is(text, "UNIQUE") {
            column.unique = true;
            used = if next_is(1, "KEY") { 2 } else { 1 };
        } else if item.is(text, "PRIMARY") || item.is(text, "KEY") {
            // A lone KEY after a column's type means PRIMARY KEY.
            column.primary = true;
            used = if next_is(1, "KEY") { 2 } else { 1 };
        } else if item.is(text, "AUTO_INCREMENT") {
            column.auto_increment = true;
        } else if item.is(text, "AS") || item.is(text, "GENERATED") {
            column.generated = true;
        } else if item.is(text, "ON") {
            // `ON DELETE SET NULL` says nothing of the column's own NULL.
            used = if next_is(2, "SET") || next_is(2, "NO") {
                4
            } else {
                3
            };
        } else if item.is(text, "REFERENCES") || item.is(text, "AFTER") {
            used = 2;
        }
        at += used;
    }
}

/// A top-level token with the tokens of the parentheses that follow it.
struct Item {
    token: Token,
    inside: Vec<Token>,
}

impl Item {
    fn is(&self, text: &str, word: &str) -> bool {
        self.token.is_word(text, word)
    }
}

fn top_level(code: Vec<Token>) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    let mut depth = 0usize;
    for token in code {
        match token.kind {
            TokenKind::Punct('(') => depth += 1,
            TokenKind::Punct(')') => depth = depth.saturating_sub(1),
            // A definition inside a list ends where the next one begins.
            TokenKind::Punct(',') if depth == 0 => break,
            _ if depth == 0 => items.push(Item {
                token,
                inside: Vec::new(),
            }),
            _ => items
                .last_mut()
                .into_iter()
                .for_each(|item| item.inside.push(token)),
        }
    }
    items
}

fn arguments(text: &str, item: &Item) -> Vec<String> {
    let values = item.inside.iter().filter(|token| !token.is_punct(','));
    values.map(|token| token.unquoted(text)).collect()
}
