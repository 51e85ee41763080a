//! Advice on style and design, for what the clause writes: never more than `warn`, and each rule can be switched off.

mod charsets;
mod column_types;
mod comments;
mod constraints;
mod index_overlap;
mod index_shape;
mod names;
mod primary_key;
mod redefinition;
mod reserved;
mod time_columns;

use mysqler_contract::{ColumnFacts, Finding, Scope};

use super::super::context::Context;
use super::Rule;
use crate::clause::{Check, Column, Element, ForeignKey, Index, OperationKind};

pub const RULES: &[Rule] = rules![
    Lint charsets,
    Lint column_types,
    Lint comments,
    Lint constraints,
    Lint index_overlap,
    Lint index_shape,
    Lint names,
    Lint primary_key,
    Lint redefinition,
    Lint time_columns,
];

/// A column as the clause writes it.
struct Written<'c> {
    column: &'c Column,
    /// What it was; `None` for an added one.
    before: Option<&'c ColumnFacts>,
}

impl Written<'_> {
    fn name(&self) -> &str {
        self.column.name.as_str()
    }

    fn base(&self) -> &str {
        &self.column.definition.base
    }

    fn is_text(&self) -> bool {
        ["char", "text", "enum", "set"]
            .iter()
            .any(|part| self.base().contains(part))
    }
}

fn elements<'c>(context: &'c Context<'_>) -> impl Iterator<Item = &'c Element> {
    context
        .clause
        .operations
        .iter()
        .flat_map(|operation| match &operation.kind {
            OperationKind::AddList(elements) => elements.as_slice(),
            _ => &[],
        })
}

fn written<'c>(context: &'c Context<'_>) -> Vec<Written<'c>> {
    let alone = context
        .clause
        .operations
        .iter()
        .filter_map(|operation| match &operation.kind {
            OperationKind::AddColumn(column) => Some(Written { column, before: None }),
            OperationKind::Modify(column) => Some(Written {
                column,
                before: context.column(column.name.as_str()),
            }),
            OperationKind::Change { from, column } => Some(Written {
                column,
                before: context.column(from.as_str()),
            }),
            _ => None,
        });
    let listed = elements(context).filter_map(|element| match element {
        Element::Column(column) => Some(Written { column, before: None }),
        _ => None,
    });
    alone.chain(listed).collect()
}

/// Added indexes, those of a column's own definition left out.
fn indexes<'c>(context: &'c Context<'_>) -> Vec<&'c Index> {
    let alone = context
        .clause
        .operations
        .iter()
        .filter_map(|operation| match &operation.kind {
            OperationKind::AddIndex(index) => Some(index),
            _ => None,
        });
    let listed = elements(context).filter_map(|element| match element {
        Element::Index(index) => Some(index),
        _ => None,
    });
    alone.chain(listed).collect()
}

fn foreign_keys<'c>(context: &'c Context<'_>) -> Vec<&'c ForeignKey> {
    let alone = context
        .clause
        .operations
        .iter()
        .filter_map(|operation| match &operation.kind {
            OperationKind::AddForeignKey(key) => Some(key),
            _ => None,
        });
    let listed = elements(context).filter_map(|element| match element {
        Element::ForeignKey(key) => Some(key),
        _ => None,
    });
    alone.chain(listed).collect()
}

fn table_checks<'c>(context: &'c Context<'_>) -> Vec<&'c Check> {
    let alone = context
        .clause
        .operations
        .iter()
        .filter_map(|operation| match &operation.kind {
            OperationKind::AddCheck(check) => Some(check),
            _ => None,
        });
    let listed = elements(context).filter_map(|element| match element {
        Element::Check(check) => Some(check),
        _ => None,
    });
    alone.chain(listed).collect()
}

fn same(a: &str, b: &str) -> bool {
    a.to_lowercase() == b.to_lowercase()
}

/// A column's number of characters or digits, as its type says it.
fn length(written: &Written<'_>) -> Option<u64> {
    written.column.definition.arguments.first()?.parse().ok()
}

fn about(code: &str, severity: mysqler_contract::Severity, name: &str) -> Finding {
    Finding::new(code, severity).with("name", name)
}
