//! Reads one operation from its first word on: the grammar of ALTER TABLE's leading words.

use super::cursor::Cursor;
use super::definition::{self, default_value};
use super::kind::{ColumnAlteration, OperationKind, PartitionWork};
use super::parts::{Column, Element, IndexKey, IndexPart, Name};
use super::{keys, options, partitions};

/// What was read of an operation, and up to where the words that name things go.
pub struct Draft {
    pub kind: OperationKind,
    /// Written with IF EXISTS or IF NOT EXISTS.
    pub conditional: bool,
    /// Written with LOCAL or NO_WRITE_TO_BINLOG.
    pub local: bool,
    /// Byte offset where the words after the names begin; `None`: where the reading ended.
    pub rest: Option<usize>,
}

impl Draft {
    pub(super) fn of(kind: OperationKind) -> Self {
        Self {
            kind,
            conditional: false,
            local: false,
            rest: None,
        }
    }

    pub(super) fn conditional(kind: OperationKind, conditional: bool) -> Self {
        Self {
            conditional,
            ..Self::of(kind)
        }
    }
}

/// `None` when the operation is not one of the known. The cursor ends at the next comma; a list of names that holds
/// commas of its own moves that end.
pub fn operation(cursor: &mut Cursor<'_>) -> Option<Draft> {
    let start = *cursor;
    let draft = if cursor.take("ADD") {
        add(cursor)
    } else if cursor.take("DROP") {
        drop(cursor)
    } else if cursor.take("MODIFY") {
        redefine(cursor, false)
    } else if cursor.take("CHANGE") {
        redefine(cursor, true)
    } else if cursor.take("ALTER") {
        alter(cursor)
    } else if cursor.take("RENAME") {
        rename(cursor)
    } else {
        None
    };
    let draft = draft.or_else(|| {
        *cursor = start;
        whole_table(cursor)
            .or_else(|| modifier(cursor))
            .or_else(|| partitions::operation(cursor))
            .or_else(|| options::operation(cursor))
    });
    if draft.is_none() {
        *cursor = start;
    }
    draft
}

fn add(cursor: &mut Cursor<'_>) -> Option<Draft> {
    if cursor.take("PARTITION") {
        return Some(partitions::add(cursor));
    }
    if cursor.take_all(&["SYSTEM", "VERSIONING"]) {
        return Some(Draft::of(OperationKind::AddSystemVersioning));
    }
    if let Some((period, conditional)) = keys::period(cursor) {
        return Some(Draft::conditional(OperationKind::AddPeriod(period), conditional));
    }
    match element(cursor) {
        Some(found) => Some(found),
        None => add_columns(cursor),
    }
}

/// A key or a constraint, with CONSTRAINT before it or without.
fn element(cursor: &mut Cursor<'_>) -> Option<Draft> {
    let constrained = cursor.take("CONSTRAINT");
    let mut conditional = constrained && cursor.condition();
    let unnamed = cursor.is_any(0, &["UNIQUE", "PRIMARY", "FOREIGN", "CHECK"]);
    let constraint = if constrained && !unnamed {
        cursor.name()
    } else {
        None
    };
    let kind = if cursor.take_all(&["FOREIGN", "KEY"]) {
        let (key, also) = keys::foreign_key(cursor, constraint);
        conditional |= also;
        OperationKind::AddForeignKey(key)
    } else if cursor.is(0, "CHECK") {
        OperationKind::AddCheck(keys::check(cursor, constraint)?)
    } else if let Some(kind) = keys::index_kind(cursor) {
        let (index, also) = keys::index(cursor, kind, constraint);
        conditional |= also;
        OperationKind::AddIndex(index)
    } else if constrained {
        OperationKind::AddConstraint(constraint)
    } else {
        return None;
    };
    Some(Draft::conditional(kind, conditional))
}

fn add_columns(cursor: &mut Cursor<'_>) -> Option<Draft> {
    cursor.take("COLUMN");
    let conditional = cursor.condition();
    if cursor.is_punct(0, '(') {
        let inside = cursor.inside()?;
        let rest = Some(inside.offset());
        let elements = inside.parts().filter_map(listed).collect();
        return Some(Draft {
            rest,
            ..Draft::conditional(OperationKind::AddList(elements), conditional)
        });
    }
    let name = cursor.column_name()?;
    let rest = Some(cursor.offset());
    let definition = definition::read(cursor);
    let column = Column { name, definition };
    Some(Draft {
        rest,
        ..Draft::conditional(OperationKind::AddColumn(column), conditional)
    })
}

/// One part of `ADD (…)`.
fn listed(mut part: Cursor<'_>) -> Option<Element> {
    if let Some((period, _)) = keys::period(&mut part) {
        return Some(Element::Period(period));
    }
    if let Some(draft) = element(&mut part) {
        return match draft.kind {
            OperationKind::AddIndex(index) => Some(Element::Index(index)),
            OperationKind::AddForeignKey(key) => Some(Element::ForeignKey(key)),
            OperationKind::AddCheck(check) => Some(Element::Check(check)),
            _ => None,
        };
    }
    part.condition();
    let name = part.column_name()?;
    let definition = definition::read(&mut part);
    Some(Element::Column(Box::new(Column { name, definition })))
}

/// MODIFY, or CHANGE with its second name.
fn redefine(cursor: &mut Cursor<'_>, renames: bool) -> Option<Draft> {
    cursor.take("COLUMN");
    let conditional = cursor.condition();
    let from = cursor.column_name()?;
    let name = match renames {
        true => cursor.column_name()?,
        false => from.clone(),
    };
    let rest = Some(cursor.offset());
    let definition = definition::read(cursor);
    let column = Column { name, definition };
    let kind = match renames {
        true => OperationKind::Change { from, column },
        false => OperationKind::Modify(column),
    };
    Some(Draft {
        rest,
        ..Draft::conditional(kind, conditional)
    })
}

fn drop(cursor: &mut Cursor<'_>) -> Option<Draft> {
    if cursor.take_all(&["PRIMARY", "KEY"]) {
        return Some(Draft::of(OperationKind::DropPrimaryKey));
    }
    if cursor.take_all(&["SYSTEM", "VERSIONING"]) {
        return Some(Draft::of(OperationKind::DropSystemVersioning));
    }
    if cursor.take("PARTITION") {
        return Some(partitions::work(cursor, PartitionWork::Drop));
    }
    let conditional_period = cursor.take_all(&["PERIOD", "IF", "EXISTS", "FOR"]);
    let kind: fn(Name) -> OperationKind = if cursor.take_all(&["FOREIGN", "KEY"]) {
        OperationKind::DropForeignKey
    } else if conditional_period || cursor.take_all(&["PERIOD", "FOR"]) {
        OperationKind::DropPeriod
    } else if cursor.take("INDEX") || cursor.take("KEY") {
        OperationKind::DropIndex
    } else if cursor.take("CHECK") {
        OperationKind::DropCheck
    } else if cursor.take("CONSTRAINT") {
        OperationKind::DropConstraint
    } else {
        cursor.take("COLUMN");
        OperationKind::DropColumn
    };
    let conditional = conditional_period || cursor.condition();
    let name = cursor.column_name()?;
    cursor.take_any(&["RESTRICT", "CASCADE"]);
    Some(Draft::conditional(kind(name), conditional))
}

fn alter(cursor: &mut Cursor<'_>) -> Option<Draft> {
    let index = cursor.take("INDEX") || cursor.take("KEY");
    if index {
        let conditional = cursor.condition();
        let name = cursor.name()?;
        let visible = if cursor.take("VISIBLE") || cursor.take_all(&["NOT", "IGNORED"]) {
            Some(true)
        } else {
            cursor.take_any(&["INVISIBLE", "IGNORED"]).map(|_| false)
        };
        return Some(Draft::conditional(
            OperationKind::AlterIndex { name, visible },
            conditional,
        ));
    }
    let check = cursor.take("CHECK");
    if check || cursor.take("CONSTRAINT") {
        let name = cursor.name()?;
        let enforced = keys::enforced(cursor);
        return Some(Draft::of(match check {
            true => OperationKind::AlterCheck { name, enforced },
            false => OperationKind::AlterConstraint { name, enforced },
        }));
    }
    if is_table_prefix(cursor) {
        return None;
    }
    cursor.take("COLUMN");
    let conditional = cursor.condition();
    let name = cursor.column_name()?;
    let rest = Some(cursor.offset());
    let alteration = alteration(cursor);
    Some(Draft {
        rest,
        ..Draft::conditional(OperationKind::AlterColumn { name, alteration }, conditional)
    })
}

/// Behind ALTER: the words of a whole statement.
pub(super) fn is_table_prefix(cursor: &Cursor<'_>) -> bool {
    let mut ahead = *cursor;
    while ahead.is_any(0, &["ONLINE", "OFFLINE", "IGNORE"]) && ahead.token(1).is_some() {
        ahead.at += 1;
    }
    ahead.is(0, "TABLE")
}

fn alteration(cursor: &mut Cursor<'_>) -> ColumnAlteration {
    if cursor.take_all(&["SET", "DEFAULT"]) {
        ColumnAlteration::SetDefault(default_value(cursor))
    } else if cursor.take_all(&["DROP", "DEFAULT"]) {
        ColumnAlteration::DropDefault
    } else if cursor.take_all(&["SET", "VISIBLE"]) {
        ColumnAlteration::Visible(true)
    } else if cursor.take_all(&["SET", "INVISIBLE"]) {
        ColumnAlteration::Visible(false)
    } else {
        ColumnAlteration::Unknown
    }
}

fn rename(cursor: &mut Cursor<'_>) -> Option<Draft> {
    let column = cursor.take("COLUMN");
    if !column && cursor.take_any(&["INDEX", "KEY"]).is_none() {
        let _ = cursor.take_any(&["TO", "AS"]).is_some() || cursor.take_punct('=');
        let table = cursor.table_name().map(|(_, table)| table);
        return Some(Draft::of(OperationKind::RenameTable(table)));
    }
    let conditional = cursor.condition();
    let from = cursor.column_name()?;
    let to = if cursor.take("TO") {
        cursor.column_name()
    } else {
        None
    };
    let kind = match column {
        true => OperationKind::RenameColumn { from, to },
        false => OperationKind::RenameIndex { from, to },
    };
    Some(Draft::conditional(kind, conditional))
}

fn whole_table(cursor: &mut Cursor<'_>) -> Option<Draft> {
    if cursor.take_all(&["CONVERT", "TO"]) {
        let rest = Some(cursor.offset());
        let kind = options::convert(cursor);
        return Some(Draft {
            rest,
            ..Draft::of(kind)
        });
    }
    if cursor.take_all(&["ORDER", "BY"]) {
        return Some(Draft::of(OperationKind::OrderBy(order_by(cursor))));
    }
    let kind = if cursor.take("FORCE") {
        OperationKind::Force
    } else if cursor.take_all(&["ENABLE", "KEYS"]) {
        OperationKind::EnableKeys
    } else if cursor.take_all(&["DISABLE", "KEYS"]) {
        OperationKind::DisableKeys
    } else {
        return None;
    };
    Some(Draft::of(kind))
}

/// `ORDER BY a, b DESC` holds commas of its own: what follows one belongs to it while it is a bare name.
fn order_by(cursor: &mut Cursor<'_>) -> Vec<IndexPart> {
    let mut parts: Vec<IndexPart> = sort_key(cursor).into_iter().collect();
    while cursor.is_done() {
        let Some(mut ahead) = cursor.next_part() else {
            break;
        };
        let Some(part) = sort_key(&mut ahead).filter(|_| ahead.is_done()) else {
            break;
        };
        parts.push(part);
        *cursor = ahead;
    }
    parts
}

fn sort_key(cursor: &mut Cursor<'_>) -> Option<IndexPart> {
    let start = cursor.offset();
    let name = cursor.column_name()?;
    let order = keys::order(cursor);
    Some(IndexPart {
        key: IndexKey::Column(name),
        prefix: None,
        order,
        without_overlaps: false,
        span: cursor.span_from(start),
    })
}

/// Words that say how, not what; all of them are refused.
fn modifier(cursor: &mut Cursor<'_>) -> Option<Draft> {
    let valued = |cursor: &mut Cursor<'_>| {
        cursor.take_punct('=');
        cursor.skip();
    };
    let kind = if cursor.take("ALGORITHM") {
        valued(cursor);
        OperationKind::Algorithm
    } else if cursor.take("LOCK") {
        valued(cursor);
        OperationKind::Lock
    } else if cursor.take_all(&["WITH", "VALIDATION"]) || cursor.take_all(&["WITHOUT", "VALIDATION"]) {
        OperationKind::Validation
    } else if cursor.take("NOWAIT") {
        OperationKind::Wait
    } else if cursor.is(0, "WAIT") && cursor.token(1).is_some() && !cursor.is_punct(1, '=') {
        cursor.at += 2;
        OperationKind::Wait
    } else if cursor.take_any(&["SECONDARY_LOAD", "SECONDARY_UNLOAD"]).is_some() {
        OperationKind::SecondaryLoad
    } else {
        return None;
    };
    Some(Draft::of(kind))
}
