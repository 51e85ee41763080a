//! MariaDB, 10.3 to 11.

use super::column::redefined;
use super::{
    has_computed_default, has_fulltext, has_virtual, is_compressed, is_indexed, is_virtual, listed, present,
    replaces_primary,
};
use crate::advice::{Price, Subject};
use crate::clause::{Column, ColumnAlteration, Element, IndexKind, OperationKind};

pub fn price(subject: &Subject<'_>, kind: &OperationKind) -> Option<Price> {
    Some(match kind {
        OperationKind::AddColumn(column) => added(subject, column),
        OperationKind::AddList(elements) => {
            return listed(elements, |element| {
                Some(match element {
                    Element::Column(column) => added(subject, column),
                    Element::Index(index) => indexed(subject, index)?,
                    Element::Check(_) | Element::ForeignKey(_) => Price::COPY,
                    Element::Period(_) => return None,
                })
            });
        }
        OperationKind::AddIndex(index) => indexed(subject, index)?,
        OperationKind::AddForeignKey(_) | OperationKind::AddCheck(_) => Price::COPY,
        OperationKind::DropColumn(name) => dropped(subject, name.as_str())?,
        OperationKind::DropPrimaryKey if replaces_primary(subject) => Price::INPLACE,
        OperationKind::DropPrimaryKey => Price::COPY,
        OperationKind::DropIndex(_) | OperationKind::DropForeignKey(_) => Price::NOCOPY,
        OperationKind::RenameIndex { .. } if subject.since(10, 5, 2) => Price::INSTANT,
        OperationKind::AlterIndex { .. } => Price::INSTANT,
        OperationKind::DropCheck(_) => Price::INSTANT,
        OperationKind::DropConstraint(name) => constraint_dropped(subject, name.as_str()),
        OperationKind::Modify(column) => redefined(subject, column.name.as_str(), column)?,
        OperationKind::Change { from, column } => redefined(subject, from.as_str(), column)?,
        OperationKind::AlterColumn { alteration, .. } => match alteration {
            ColumnAlteration::Unknown => return None,
            _ => Price::INSTANT,
        },
        OperationKind::RenameColumn { .. } => Price::INSTANT,
        OperationKind::ConvertCharset { .. } | OperationKind::OrderBy(_) => Price::COPY,
        OperationKind::TableOption(option) => option_set(subject, &option.name, &option.value)?,
        OperationKind::Force => rebuilt(subject),
        OperationKind::EnableKeys | OperationKind::DisableKeys => Price::INSTANT,
        // Everything else on partitions takes no algorithm here.
        OperationKind::PartitionBy(_) | OperationKind::RemovePartitioning => Price::COPY,
        _ => return None,
    })
}

pub fn rebuilt(subject: &Subject<'_>) -> Price {
    match has_fulltext(subject) {
        true => Price::INPLACE_LOCKED,
        false => Price::INPLACE,
    }
}

fn added(subject: &Subject<'_>, column: &Column) -> Price {
    let definition = &column.definition;
    let computed = definition.generation.as_ref();
    let stored = computed.is_some_and(|generation| generation.stored);
    if stored || has_computed_default(subject, definition) || definition.references.is_some() {
        return Price::COPY;
    }
    if computed.is_some() {
        return match subject.table.partitioned {
            true => Price::COPY,
            false => Price::INSTANT,
        };
    }
    if definition.auto_increment {
        return Price::INPLACE_LOCKED;
    }
    let moved = column.position().is_some();
    if moved && has_virtual(subject) {
        return Price::COPY;
    }
    let keyed = definition.unique || definition.primary;
    match has_fulltext(subject) || is_compressed(subject) || keyed || (moved && !subject.since(10, 4, 0)) {
        true => rebuilt(subject),
        false => Price::INSTANT,
    }
}

fn dropped(subject: &Subject<'_>, name: &str) -> Option<Price> {
    let column = present(subject, name)?;
    if is_virtual(subject, column) && !is_indexed(subject, name) {
        return Some(Price::INSTANT);
    }
    let rewritten = has_fulltext(subject) || is_compressed(subject) || !subject.since(10, 4, 0);
    Some(match rewritten {
        true => rebuilt(subject),
        false if is_indexed(subject, name) => Price::NOCOPY,
        false => Price::INSTANT,
    })
}

pub fn indexed(subject: &Subject<'_>, index: &crate::clause::Index) -> Option<Price> {
    Some(match index.kind {
        IndexKind::Primary => rebuilt(subject),
        IndexKind::Plain | IndexKind::Unique => Price::NOCOPY,
        // The first one adds a hidden column to every row.
        IndexKind::Fulltext if !has_fulltext(subject) => Price::INPLACE_LOCKED,
        IndexKind::Fulltext | IndexKind::Spatial => Price::NOCOPY_LOCKED,
        IndexKind::Vector => return None,
    })
}

fn constraint_dropped(subject: &Subject<'_>, name: &str) -> Price {
    let keyed = subject
        .table
        .keys
        .iter()
        .any(|key| key.name.eq_ignore_ascii_case(name));
    let foreign = subject
        .table
        .foreign_keys
        .iter()
        .any(|key| key.name.eq_ignore_ascii_case(name));
    match name {
        "PRIMARY" => Price::COPY,
        _ if keyed || foreign => Price::NOCOPY,
        _ => Price::INSTANT,
    }
}

fn option_set(subject: &Subject<'_>, name: &str, value: &str) -> Option<Price> {
    Some(match name {
        "ENGINE" if value.eq_ignore_ascii_case("InnoDB") => rebuilt(subject),
        "ENGINE" => Price::COPY,
        "ROW_FORMAT" | "KEY_BLOCK_SIZE" => rebuilt(subject),
        "COMMENT" | "AUTO_INCREMENT" | "STATS_PERSISTENT" | "STATS_AUTO_RECALC" | "STATS_SAMPLE_PAGES"
        | "CHECKSUM" | "CHARSET" | "CHARACTER SET" | "COLLATE" | "AVG_ROW_LENGTH" | "MAX_ROWS"
        | "MIN_ROWS" | "DELAY_KEY_WRITE" | "PACK_KEYS" => Price::INSTANT,
        _ => return None,
    })
}
