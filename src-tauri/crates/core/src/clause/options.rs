//! Readers of table options and of CONVERT TO CHARACTER SET.

use super::cursor::Cursor;
use super::keys::setting;
use super::kind::{OperationKind, TABLE_OPTIONS};
use super::lexer::TokenKind;
use super::parts::Setting;
use super::read::Draft;

/// One option. Options may follow each other without commas, so the reading may end before the cursor does.
pub(super) fn operation(cursor: &mut Cursor<'_>) -> Option<Draft> {
    let (setting, rest) = option(cursor)?;
    Some(Draft {
        rest: Some(rest),
        ..Draft::of(OperationKind::TableOption(setting))
    })
}

/// Whether another option stands here.
pub(super) fn follows(cursor: &Cursor<'_>) -> bool {
    option(&mut { *cursor }).is_some()
}

fn option(cursor: &mut Cursor<'_>) -> Option<(Setting, usize)> {
    cursor.take("DEFAULT");
    let name = option_name(cursor)?;
    // A lone word is not an option: `ORDER BY a, comment` names a column.
    if cursor.is_done() || cursor.is(0, "DESC") || cursor.is(0, "ASC") {
        return None;
    }
    let rest = cursor.offset();
    let setting = setting(cursor, name);
    if name == "TABLESPACE" && cursor.take("STORAGE") {
        cursor.skip();
    }
    Some((setting, rest))
}

fn option_name(cursor: &mut Cursor<'_>) -> Option<&'static str> {
    TABLE_OPTIONS.into_iter().find(|option| {
        let mut ahead = *cursor;
        let found = match option.split_once(' ') {
            Some((first, second)) => ahead.take_all(&[first, second]),
            None => ahead.take(option),
        };
        let short = *option == "CHARSET" && ahead.take_all(&["CHAR", "SET"]);
        if found || short {
            *cursor = ahead;
        }
        found || short
    })
}

/// From behind CONVERT TO on.
pub(super) fn convert(cursor: &mut Cursor<'_>) -> OperationKind {
    let mut charset = None;
    let mut collation = None;
    if cursor.take("CHARSET") || cursor.take_all(&["CHARACTER", "SET"]) || cursor.take_all(&["CHAR", "SET"]) {
        charset = word(cursor);
    }
    if cursor.take("COLLATE") {
        cursor.take_punct('=');
        collation = word(cursor);
    }
    OperationKind::ConvertCharset { charset, collation }
}

fn word(cursor: &mut Cursor<'_>) -> Option<String> {
    let literal = cursor
        .token(0)
        .filter(|token| token.kind != TokenKind::Punct(','))?;
    literal.is_identifier().then_some(())?;
    cursor.name().map(|name| name.value.to_lowercase())
}
