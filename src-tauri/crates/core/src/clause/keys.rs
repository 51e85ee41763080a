//! Readers of indexes, foreign keys, CHECKs and periods.

use super::cursor::Cursor;
use super::definition::literal;
use super::parts::{
    Check, ForeignKey, Index, IndexKey, IndexKind, IndexPart, Name, Order, Period, ReferenceAction,
    References, Setting, Span,
};

/// The words that begin an index after ADD or CONSTRAINT, and what they make.
pub(super) fn index_kind(cursor: &mut Cursor<'_>) -> Option<IndexKind> {
    let kind = if cursor.take_all(&["PRIMARY", "KEY"]) {
        return Some(IndexKind::Primary);
    } else if cursor.take("UNIQUE") {
        IndexKind::Unique
    } else if cursor.take("FULLTEXT") {
        IndexKind::Fulltext
    } else if cursor.take("SPATIAL") {
        IndexKind::Spatial
    } else if cursor.is(0, "VECTOR") && cursor.is_any(1, &["INDEX", "KEY"]) {
        cursor.at += 1;
        IndexKind::Vector
    } else {
        let plain = cursor.take("INDEX") || cursor.take("KEY");
        return plain.then_some(IndexKind::Plain);
    };
    let _ = cursor.take("INDEX") || cursor.take("KEY");
    Some(kind)
}

/// What follows the words that [`index_kind`] took. Reads IF NOT EXISTS too, and says whether it stood there.
pub(super) fn index(cursor: &mut Cursor<'_>, kind: IndexKind, constraint: Option<Name>) -> (Index, bool) {
    let conditional = cursor.condition();
    let unnamed =
        cursor.is_punct(0, '(') || (cursor.is_any(0, &["USING", "TYPE"]) && !cursor.is_punct(1, '('));
    let own_name = if unnamed { None } else { cursor.name() };
    let mut index = Index {
        kind,
        own_name,
        constraint,
        parts: Vec::new(),
        options: Vec::new(),
        visible: None,
    };
    index_options(cursor, &mut index);
    if let Some(inside) = cursor.inside() {
        index.parts = inside.parts().filter_map(index_part).collect();
        index_options(cursor, &mut index);
    }
    (index, conditional)
}

fn index_part(mut part: Cursor<'_>) -> Option<IndexPart> {
    let start = part.offset();
    let key = match part.inside_span() {
        Some(expression) => IndexKey::Expression(expression),
        None => IndexKey::Column(part.column_name()?),
    };
    let prefix = part.inside().and_then(|mut inside| inside.number());
    let order = order(&mut part);
    let without_overlaps = part.take_all(&["WITHOUT", "OVERLAPS"]);
    Some(IndexPart {
        key,
        prefix,
        order,
        without_overlaps,
        span: part.span_from(start),
    })
}

pub(super) fn order(cursor: &mut Cursor<'_>) -> Option<Order> {
    match cursor.take_any(&["ASC", "DESC"])? {
        "ASC" => Some(Order::Ascending),
        _ => Some(Order::Descending),
    }
}

/// Options of an index that have a value; MariaDB's of the vector index among them.
const INDEX_OPTIONS: [&str; 10] = [
    "USING",
    "TYPE",
    "KEY_BLOCK_SIZE",
    "COMMENT",
    "ENGINE_ATTRIBUTE",
    "SECONDARY_ENGINE_ATTRIBUTE",
    "CLUSTERING",
    "DISTANCE",
    "M",
    "RTREE",
];

fn index_options(cursor: &mut Cursor<'_>, index: &mut Index) {
    loop {
        if cursor.take("VISIBLE") || cursor.take_all(&["NOT", "IGNORED"]) {
            index.visible = Some(true);
        } else if cursor.take_any(&["INVISIBLE", "IGNORED"]).is_some() {
            index.visible = Some(false);
        } else if cursor.take_all(&["WITH", "PARSER"]) {
            index.options.push(setting(cursor, "WITH PARSER"));
        } else if let Some(name) = cursor.take_any(&INDEX_OPTIONS) {
            index.options.push(setting(cursor, name));
        } else {
            return;
        }
    }
}

/// `[=] value`; a list in parentheses is kept as its words.
pub(super) fn setting(cursor: &mut Cursor<'_>, name: &str) -> Setting {
    cursor.take_punct('=');
    let start = cursor.offset();
    let list = cursor.is_punct(0, '(');
    let mut value = literal(cursor);
    let span = cursor.span_from(start);
    if list {
        span.of(cursor.source.text).clone_into(&mut value);
    }
    Setting {
        name: name.to_owned(),
        value,
        span,
    }
}

/// From behind FOREIGN KEY on, and whether IF NOT EXISTS stood there.
pub(super) fn foreign_key(cursor: &mut Cursor<'_>, constraint: Option<Name>) -> (ForeignKey, bool) {
    let conditional = cursor.condition();
    let index_name = if cursor.is_punct(0, '(') {
        None
    } else {
        cursor.name()
    };
    let columns = cursor.names_inside();
    let references = if cursor.is(0, "REFERENCES") {
        references(cursor)
    } else {
        None
    };
    let key = ForeignKey {
        constraint,
        index_name,
        columns,
        references,
    };
    (key, conditional)
}

/// From REFERENCES on.
pub(super) fn references(cursor: &mut Cursor<'_>) -> Option<References> {
    cursor.take("REFERENCES");
    let (schema, table) = cursor.table_name()?;
    let mut references = References {
        schema,
        table,
        columns: cursor.names_inside(),
        on_delete: None,
        on_update: None,
    };
    loop {
        if cursor.take("MATCH") {
            cursor.take_any(&["FULL", "PARTIAL", "SIMPLE"]);
        } else if cursor.take_all(&["ON", "DELETE"]) {
            references.on_delete = action(cursor);
        } else if cursor.is(0, "ON") && cursor.is(1, "UPDATE") {
            // `ON UPDATE CURRENT_TIMESTAMP` is the column's own.
            let mut ahead = *cursor;
            ahead.at += 2;
            let Some(found) = action(&mut ahead) else { break };
            references.on_update = Some(found);
            *cursor = ahead;
        } else {
            break;
        }
    }
    Some(references)
}

fn action(cursor: &mut Cursor<'_>) -> Option<ReferenceAction> {
    if cursor.take_all(&["SET", "NULL"]) {
        Some(ReferenceAction::SetNull)
    } else if cursor.take_all(&["SET", "DEFAULT"]) {
        Some(ReferenceAction::SetDefault)
    } else if cursor.take_all(&["NO", "ACTION"]) {
        Some(ReferenceAction::NoAction)
    } else if cursor.take("CASCADE") {
        Some(ReferenceAction::Cascade)
    } else {
        cursor.take("RESTRICT").then_some(ReferenceAction::Restrict)
    }
}

/// From CHECK on. An expression that is not written yet is an empty span.
pub(super) fn check(cursor: &mut Cursor<'_>, name: Option<Name>) -> Option<Check> {
    if !cursor.take("CHECK") {
        return None;
    }
    let here = cursor.behind();
    let expression = cursor.inside_span().unwrap_or(Span {
        start: here,
        end: here,
    });
    Some(Check {
        name,
        expression,
        enforced: enforced(cursor),
    })
}

pub(super) fn enforced(cursor: &mut Cursor<'_>) -> Option<bool> {
    if cursor.take_all(&["NOT", "ENFORCED"]) {
        return Some(false);
    }
    cursor.take("ENFORCED").then_some(true)
}

/// From PERIOD on, and whether IF NOT EXISTS stood there.
pub(super) fn period(cursor: &mut Cursor<'_>) -> Option<(Period, bool)> {
    let conditional = cursor.take_all(&["PERIOD", "IF", "NOT", "EXISTS", "FOR"]);
    if !conditional && !cursor.take_all(&["PERIOD", "FOR"]) {
        return None;
    }
    let name = cursor.name()?;
    let columns = cursor.names_inside();
    Some((Period { name, columns }, conditional))
}
