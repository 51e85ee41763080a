//! MySQL and Percona Server, 5.7 to 9.x.

use super::column::redefined;
use super::{
    has_computed_default, has_fulltext, is_compressed, is_in_foreign_key, is_indexed, is_virtual, listed,
    needs_zero_date, present, replaces_primary,
};
use crate::advice::{Price, Subject};
use crate::clause::{
    Check, Column, ColumnAlteration, Element, IndexKey, IndexKind, OperationKind, PartitionWork,
};

pub fn price(subject: &Subject<'_>, kind: &OperationKind) -> Option<Price> {
    Some(match kind {
        OperationKind::AddColumn(column) => added(subject, column),
        OperationKind::AddList(elements) => {
            return listed(elements, |element| {
                Some(match element {
                    Element::Column(column) => added(subject, column),
                    Element::Index(index) => indexed(subject, index),
                    Element::Check(check) => checked(check),
                    Element::ForeignKey(_) => Price::COPY,
                    Element::Period(_) => return None,
                })
            });
        }
        OperationKind::AddIndex(index) => indexed(subject, index),
        OperationKind::AddForeignKey(_) => Price::COPY,
        OperationKind::AddCheck(check) => checked(check),
        OperationKind::DropColumn(name) => dropped(subject, name.as_str())?,
        OperationKind::DropPrimaryKey if replaces_primary(subject) => Price::INPLACE,
        OperationKind::DropPrimaryKey => Price::COPY,
        OperationKind::DropIndex(_) | OperationKind::DropForeignKey(_) => Price::INPLACE,
        OperationKind::RenameIndex { .. } | OperationKind::AlterIndex { .. } => Price::INPLACE,
        OperationKind::DropCheck(_) => Price::INSTANT,
        OperationKind::AlterCheck { enforced, .. } | OperationKind::AlterConstraint { enforced, .. } => {
            match enforced {
                Some(false) => Price::INSTANT,
                _ => Price::COPY,
            }
        }
        OperationKind::Modify(column) => redefined(subject, column.name.as_str(), column)?,
        OperationKind::Change { from, column } => redefined(subject, from.as_str(), column)?,
        OperationKind::AlterColumn { alteration, .. } => match alteration {
            ColumnAlteration::Unknown => return None,
            _ => Price::INSTANT,
        },
        OperationKind::RenameColumn { from, .. } => renamed(subject, from.as_str()),
        OperationKind::ConvertCharset { .. } | OperationKind::OrderBy(_) => Price::COPY,
        OperationKind::TableOption(option) => option_set(subject, &option.name, &option.value)?,
        OperationKind::Force => rebuilt(subject),
        OperationKind::EnableKeys | OperationKind::DisableKeys => Price::INSTANT,
        OperationKind::AddPartitions { count: None, .. } => Price::INPLACE,
        OperationKind::AddPartitions { .. }
        | OperationKind::ReorganizePartitions { .. }
        | OperationKind::CoalescePartitions { .. } => Price::INPLACE_LOCKED,
        OperationKind::Partitions { work, .. } => match work {
            PartitionWork::Drop => Price::INPLACE,
            PartitionWork::Rebuild => Price::INPLACE_LOCKED,
            _ => return None,
        },
        OperationKind::PartitionBy(_) | OperationKind::RemovePartitioning => Price::COPY,
        _ => return None,
    })
}

/// A rebuild that goes on beside writers, except where a full-text index is to be rebuilt too.
pub fn rebuilt(subject: &Subject<'_>) -> Price {
    match has_fulltext(subject) {
        true => Price::COPY,
        false => Price::INPLACE,
    }
}

pub fn renamed(subject: &Subject<'_>, name: &str) -> Price {
    match subject.since(8, 0, 28) && !is_in_foreign_key(subject, name) {
        true => Price::INSTANT,
        false => Price::INPLACE,
    }
}

fn added(subject: &Subject<'_>, column: &Column) -> Price {
    let definition = &column.definition;
    let computed = definition.generation.as_ref();
    if computed.is_some_and(|generation| generation.stored) || has_computed_default(subject, definition) {
        return Price::COPY;
    }
    let references = definition.references.is_some() && subject.since(9, 0, 0);
    if references
        || definition
            .checks
            .iter()
            .any(|check| checked(check) == Price::COPY)
    {
        return Price::COPY;
    }
    if definition.auto_increment {
        return Price::INPLACE_LOCKED.max(rebuilt(subject));
    }
    if computed.is_some() && !definition.unique {
        return Price::INSTANT;
    }
    let moved = column.position().is_some() && !subject.since(8, 0, 29);
    let keyed = definition.unique || definition.primary;
    match has_fulltext(subject)
        || is_compressed(subject)
        || moved
        || keyed
        || needs_zero_date(subject, definition)
    {
        true => rebuilt(subject),
        false if subject.since(8, 0, 12) => Price::INSTANT,
        false => rebuilt(subject),
    }
}

fn dropped(subject: &Subject<'_>, name: &str) -> Option<Price> {
    let column = present(subject, name)?;
    if is_virtual(subject, column) && !is_indexed(subject, name) {
        return Some(Price::INSTANT);
    }
    let instant = subject.since(8, 0, 29)
        && !has_fulltext(subject)
        && !is_compressed(subject)
        && !is_indexed(subject, name)
        && !column.generated;
    Some(match instant {
        true => Price::INSTANT,
        false => rebuilt(subject),
    })
}

pub fn indexed(subject: &Subject<'_>, index: &crate::clause::Index) -> Price {
    let computed = index
        .parts
        .iter()
        .any(|part| matches!(part.key, IndexKey::Expression(_)));
    match index.kind {
        IndexKind::Primary => rebuilt(subject),
        IndexKind::Fulltext | IndexKind::Spatial | IndexKind::Vector => Price::INPLACE_LOCKED,
        IndexKind::Plain | IndexKind::Unique if computed => Price::INPLACE_LOCKED,
        IndexKind::Plain | IndexKind::Unique => Price::INPLACE,
    }
}

fn checked(check: &Check) -> Price {
    match check.enforced {
        Some(false) => Price::INSTANT,
        _ => Price::COPY,
    }
}

fn option_set(subject: &Subject<'_>, name: &str, value: &str) -> Option<Price> {
    Some(match name {
        "ENGINE" if value.eq_ignore_ascii_case("InnoDB") => rebuilt(subject),
        "ENGINE" => Price::COPY,
        "ROW_FORMAT" | "KEY_BLOCK_SIZE" => rebuilt(subject),
        "COMMENT" | "AUTO_INCREMENT" | "STATS_PERSISTENT" | "STATS_AUTO_RECALC" | "STATS_SAMPLE_PAGES"
        | "CHECKSUM" | "CHARSET" | "CHARACTER SET" | "COLLATE" | "COMPRESSION" | "AVG_ROW_LENGTH"
        | "MAX_ROWS" | "MIN_ROWS" | "DELAY_KEY_WRITE" | "PACK_KEYS" => Price::INPLACE,
        _ => return None,
    })
}
