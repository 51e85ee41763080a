//! A column's definition as a clause or the server's own catalogue writes it: the parts that decide whether values fit,
//! and the keys and constraints that come along with it.

use super::cursor::{Cursor, Source};
use super::keys;
use super::lexer::{TokenKind, lex};
use super::mode::SqlMode;
use super::parts::{Check, Position, References, Span};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DefaultKind {
    Null,
    Value,
}

/// `GENERATED ALWAYS AS (…)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generation {
    /// The words between the parentheses; `None` for MariaDB's ROW START and ROW END.
    pub expression: Option<Span>,
    /// STORED or PERSISTENT.
    pub stored: bool,
}

/// What was said of a column; `None` where nothing was said. Spans are bytes of the text that was read: of the whole
/// clause for the column of an operation, of the argument of [`parse_definition`] otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ColumnDefinition {
    /// Lower case, for example `varchar`; empty when there is no type.
    pub base: String,
    /// Between the parentheses after the type, literals unquoted: lengths, scales, members of ENUM and SET.
    pub arguments: Vec<String>,
    pub unsigned: bool,
    pub nullable: Option<bool>,
    pub charset: Option<String>,
    pub collation: Option<String>,
    pub default: Option<DefaultKind>,
    /// The words of the default, without DEFAULT.
    pub default_span: Option<Span>,
    /// Has a unique key of its own, by `UNIQUE` or by `SERIAL`.
    pub unique: bool,
    pub primary: bool,
    pub auto_increment: bool,
    pub generated: bool,
    pub generation: Option<Generation>,
    /// ON UPDATE CURRENT_TIMESTAMP.
    pub on_update: bool,
    pub comment: Option<String>,
    pub visible: Option<bool>,
    pub srid: Option<u64>,
    pub checks: Vec<Check>,
    /// An inline REFERENCES. MariaDB makes a foreign key of it, and so does MySQL from 9.0 on.
    pub references: Option<References>,
    pub position: Option<Position>,
    /// All the words of the definition, FIRST and AFTER left out.
    pub span: Span,
    /// The first words that were not understood, up to the end.
    pub unread: Option<Span>,
}

impl ColumnDefinition {
    /// Members of ENUM and SET; empty for other types.
    pub fn members(&self) -> &[String] {
        match self.base.as_str() {
            "enum" | "set" => &self.arguments,
            _ => &[],
        }
    }
}

/// Reads the words after a column's name, read by the default mode. Never fails: what it does not know it leaves out.
pub fn parse_definition(text: &str) -> ColumnDefinition {
    let mode = SqlMode::default();
    let source = Source::new(text, mode, lex(text, mode).code());
    let mut cursor = source.statement();
    // A definition inside a list ends where the next one begins.
    cursor.end = cursor.next_comma();
    read(&mut cursor)
}

/// Reads to the cursor's end, or up to the first words that it does not know.
pub(super) fn read(cursor: &mut Cursor<'_>) -> ColumnDefinition {
    let start = cursor.offset();
    let mut column = ColumnDefinition::default();
    read_type(cursor, &mut column);
    while !cursor.is_done() {
        if column.position.is_none() {
            column.span = cursor.span_from(start);
        }
        // Only words begin an attribute; a literal or a sign out of place is not put to all of them.
        let word = cursor.token(0).is_some_and(|token| token.kind == TokenKind::Word);
        let known = word
            && (value_attribute(cursor, &mut column)
                || text_attribute(cursor, &mut column)
                || key_attribute(cursor, &mut column)
                || constraint(cursor, &mut column)
                || generation(cursor, &mut column)
                || storage_attribute(cursor, &mut column)
                || position(cursor, &mut column));
        if !known {
            // What follows may still matter: a key behind an unknown word is a key.
            column.unread.get_or_insert(cursor.rest());
            cursor.skip();
        }
    }
    if column.position.is_none() {
        column.span = cursor.span_from(start);
    }
    column
}

/// The words that may follow the first one of a type's name.
const TYPE_WORDS: [&str; 7] = [
    "PRECISION",
    "VARYING",
    "VARCHAR",
    "VARBINARY",
    "VARCHARACTER",
    "CHAR",
    "CHARACTER",
];

fn read_type(cursor: &mut Cursor<'_>, column: &mut ColumnDefinition) {
    // A generated column or a SERIAL-like definition may have no type at all.
    if cursor.is_any(0, &["AS", "GENERATED"]) || !cursor.token(0).is_some_and(|token| token.is_identifier()) {
        return;
    }
    let Some(first) = cursor.name() else { return };
    column.base = first.value.to_lowercase();
    column.arguments = arguments(cursor);
    while !(cursor.is_any(0, &["CHAR", "CHARACTER"]) && cursor.is(1, "SET")) {
        let Some(word) = cursor.take_any(&TYPE_WORDS) else {
            break;
        };
        column.base = format!("{} {}", column.base, word.to_lowercase());
        if column.arguments.is_empty() {
            column.arguments = arguments(cursor);
        }
    }
    if column.base == "serial" {
        serial(column);
    }
    // The standard's national character set is this one on every server so far.
    if ["national", "nchar", "nvarchar"]
        .iter()
        .any(|word| column.base.starts_with(word))
    {
        column.charset = Some("utf8mb3".to_owned());
    }
}

/// SERIAL, and SERIAL DEFAULT VALUE: a unique key that nobody reads as one.
fn serial(column: &mut ColumnDefinition) {
    column.unique = true;
    column.auto_increment = true;
    column.nullable = Some(false);
}

fn arguments(cursor: &mut Cursor<'_>) -> Vec<String> {
    let Some(inside) = cursor.inside() else {
        return Vec::new();
    };
    inside.parts().map(|mut part| literal(&mut part)).collect()
}

/// A literal with its introducer, unquoted; other words as they stand.
pub(super) fn literal(cursor: &mut Cursor<'_>) -> String {
    let (text, mode) = (cursor.source.text, cursor.source.mode);
    let introduced = cursor.token(0).is_some_and(|word| {
        let introducer = word.text(text);
        let adjacent = cursor.token(1).is_some_and(|next| next.start == word.end);
        let prefix = ["N", "X", "B"]
            .iter()
            .any(|prefix| introducer.eq_ignore_ascii_case(prefix));
        word.kind == TokenKind::Word && ((prefix && adjacent) || introducer.starts_with('_'))
    });
    let quoted = cursor
        .token(1)
        .filter(|next| introduced && next.kind == TokenKind::Text);
    if let (Some(word), Some(quoted)) = (cursor.token(0), quoted) {
        cursor.at += 2;
        let value = quoted.unquoted(text, mode);
        let digits = word.text(text).to_ascii_uppercase();
        return match digits.as_str() {
            "X" | "B" => format!("{}'{value}'", digits.to_lowercase()),
            _ => value,
        };
    }
    if cursor.is_punct(0, '-') || cursor.is_punct(0, '+') {
        let start = cursor.offset();
        cursor.at += 1;
        number(cursor);
        return cursor.span_from(start).of(text).to_owned();
    }
    let Some(token) = cursor.token(0) else {
        return String::new();
    };
    if token.kind == TokenKind::Word || token.is_punct('.') {
        number(cursor);
        return cursor.span_from(token.start).of(text).to_owned();
    }
    cursor.skip();
    match token.is_identifier() {
        true => token.unquoted(text, mode),
        false => cursor.span_from(token.start).of(text).to_owned(),
    }
}

/// `1`, `1.5`, `.5`, `1e-5`: words and points without space between.
fn number(cursor: &mut Cursor<'_>) {
    let text = cursor.source.text;
    cursor.skip();
    while let Some(token) = cursor.token(0) {
        let joined = token.start == cursor.behind();
        let before = text.get(..token.start).and_then(|text| text.chars().last());
        let exponent = matches!(before, Some('e' | 'E')) && (token.is_punct('-') || token.is_punct('+'));
        let word = token.kind == TokenKind::Word && before.is_some_and(|c| matches!(c, '.' | '-' | '+'));
        if !joined || !(exponent || word || token.is_punct('.')) {
            break;
        }
        cursor.skip();
    }
}

fn value_attribute(cursor: &mut Cursor<'_>, column: &mut ColumnDefinition) -> bool {
    if cursor.take("UNSIGNED") || cursor.take("ZEROFILL") {
        column.unsigned = true;
    } else if cursor.take_all(&["NOT", "NULL"]) {
        column.nullable = Some(false);
    } else if cursor.take("NULL") {
        column.nullable = Some(true);
    } else if cursor.take("AUTO_INCREMENT") {
        column.auto_increment = true;
    } else if cursor.take_all(&["SERIAL", "DEFAULT", "VALUE"]) {
        serial(column);
    } else if cursor.take("DEFAULT") {
        default(cursor, column);
    } else if cursor.take_all(&["ON", "UPDATE"]) {
        column.on_update = true;
        cursor.skip();
        skip_arguments(cursor);
    } else {
        return cursor.take_any(&["SIGNED"]).is_some();
    }
    true
}

fn default(cursor: &mut Cursor<'_>, column: &mut ColumnDefinition) {
    column.default = Some(if cursor.is(0, "NULL") {
        DefaultKind::Null
    } else {
        DefaultKind::Value
    });
    column.default_span = Some(default_value(cursor));
}

/// A literal, a function call or an expression in parentheses, and the words of all that.
pub(super) fn default_value(cursor: &mut Cursor<'_>) -> Span {
    let start = cursor.offset();
    if cursor.take_all(&["NEXT", "VALUE", "FOR"]) {
        cursor.table_name();
    } else {
        let is_text =
            |cursor: &Cursor<'_>| cursor.token(0).is_some_and(|token| token.kind == TokenKind::Text);
        let callable = cursor.token(0).is_some_and(|token| token.kind == TokenKind::Word);
        literal(cursor);
        if callable && !is_text(cursor) {
            skip_arguments(cursor);
        }
        // `DATE '2026-01-01'`, and literals side by side, which are one.
        while is_text(cursor) {
            cursor.skip();
        }
    }
    cursor.span_from(start)
}

fn skip_arguments(cursor: &mut Cursor<'_>) {
    if cursor.is_punct(0, '(') {
        cursor.skip();
    }
}

fn text_attribute(cursor: &mut Cursor<'_>, column: &mut ColumnDefinition) -> bool {
    if cursor.take("CHARSET") || cursor.take_all(&["CHARACTER", "SET"]) || cursor.take_all(&["CHAR", "SET"]) {
        column.charset = cursor.name().map(|name| name.value.to_lowercase());
    } else if cursor.take("COLLATE") {
        cursor.take_punct('=');
        column.collation = cursor.name().map(|name| name.value.to_lowercase());
    } else if cursor.take("COMMENT") {
        column.comment = Some(literal(cursor));
    } else if cursor.take("ASCII") {
        column.charset = Some("latin1".to_owned());
    } else if cursor.take("UNICODE") {
        column.charset = Some("ucs2".to_owned());
    } else {
        return cursor.take_any(&["BINARY", "BYTE"]).is_some();
    }
    true
}

fn key_attribute(cursor: &mut Cursor<'_>, column: &mut ColumnDefinition) -> bool {
    if cursor.take("UNIQUE") {
        column.unique = true;
        cursor.take("KEY");
    } else if cursor.take("PRIMARY") {
        column.primary = true;
        cursor.take("KEY");
    } else if cursor.take("KEY") {
        // A lone KEY after a column's type means PRIMARY KEY.
        column.primary = true;
    } else {
        return false;
    }
    true
}

fn constraint(cursor: &mut Cursor<'_>, column: &mut ColumnDefinition) -> bool {
    let mut ahead = *cursor;
    let name = match ahead.take("CONSTRAINT") {
        true if !ahead.is(0, "CHECK") => ahead.name(),
        _ => None,
    };
    if ahead.is(0, "CHECK") {
        column.checks.extend(keys::check(&mut ahead, name));
    } else if ahead.is(0, "REFERENCES") {
        column.references = keys::references(&mut ahead);
    } else {
        return false;
    }
    *cursor = ahead;
    true
}

fn generation(cursor: &mut Cursor<'_>, column: &mut ColumnDefinition) -> bool {
    if cursor.take_any(&["STORED", "PERSISTENT"]).is_some() {
        if let Some(generation) = &mut column.generation {
            generation.stored = true;
        }
        return true;
    }
    let always = cursor.take_all(&["GENERATED", "ALWAYS"]);
    if cursor.take("AS") {
        column.generated = true;
        let expression = cursor.inside_span();
        if expression.is_none() && cursor.take("ROW") {
            cursor.take_any(&["START", "END"]);
        }
        column.generation = Some(Generation {
            expression,
            stored: false,
        });
        return true;
    }
    column.generated |= always;
    always || cursor.take("VIRTUAL")
}

fn storage_attribute(cursor: &mut Cursor<'_>, column: &mut ColumnDefinition) -> bool {
    if cursor.take("VISIBLE") {
        column.visible = Some(true);
    } else if cursor.take("INVISIBLE") {
        column.visible = Some(false);
    } else if cursor.take_any(&["SRID", "REF_SYSTEM_ID"]).is_some() {
        cursor.take_punct('=');
        column.srid = cursor.number();
    } else if cursor.take_any(&["COLUMN_FORMAT", "STORAGE"]).is_some() {
        cursor.skip();
    } else if cursor
        .take_any(&["ENGINE_ATTRIBUTE", "SECONDARY_ENGINE_ATTRIBUTE"])
        .is_some()
    {
        cursor.take_punct('=');
        literal(cursor);
    } else if cursor.take("COMPRESSED") {
        if cursor.take_punct('=') {
            cursor.skip();
        }
    } else {
        return cursor.take_all(&["NOT", "SECONDARY"])
            || cursor.take_all(&["WITH", "SYSTEM", "VERSIONING"])
            || cursor.take_all(&["WITHOUT", "SYSTEM", "VERSIONING"]);
    }
    true
}

/// FIRST and AFTER stand last.
fn position(cursor: &mut Cursor<'_>, column: &mut ColumnDefinition) -> bool {
    if cursor.take("FIRST") {
        column.position = Some(Position::First);
    } else if cursor.take("AFTER") {
        column.position = cursor.column_name().map(Position::After);
    } else {
        return false;
    }
    true
}
