//! What a server of this version is known to do: the answer where nothing may be tried, and the yardstick where it was.
//! An operation that the rules do not know has none.

mod column;
mod mariadb;
mod mysql;

use mysqler_contract::{Algorithm, ColumnFacts, KeyFacts};

use super::{Price, Subject};
use crate::clause::{ColumnDefinition, Element, OperationKind};

/// The cheapest way that fits every operation of the clause; `None` when one of them is not known.
pub fn rule(subject: &Subject<'_>) -> Option<Price> {
    let operations = &subject.clause.operations;
    let prices: Option<Vec<Price>> = operations
        .iter()
        .map(|operation| price(subject, &operation.kind))
        .collect();
    let worst = prices?.into_iter().max()?;
    let worst = combined(subject, worst);
    // Before there was INSTANT, what needs no more than the dictionary went in place.
    let instant = match subject.is_mariadb() {
        true => subject.since(10, 3, 2),
        false => subject.since(8, 0, 12),
    };
    Some(match worst.algorithm {
        Algorithm::Instant | Algorithm::NoCopy if !instant => Price {
            algorithm: Algorithm::Inplace,
            ..worst
        },
        _ => worst,
    })
}

fn price(subject: &Subject<'_>, kind: &OperationKind) -> Option<Price> {
    match subject.is_mariadb() {
        true => mariadb::price(subject, kind),
        false => mysql::price(subject, kind),
    }
}

/// MariaDB adds no index beside a column without going over the rows.
fn combined(subject: &Subject<'_>, worst: Price) -> Price {
    let kinds = || subject.clause.operations.iter().map(|operation| &operation.kind);
    let adds_column =
        kinds().any(|kind| matches!(kind, OperationKind::AddColumn(_) | OperationKind::AddList(_)));
    let adds_index = kinds().any(|kind| !kind.indexes().is_empty());
    match worst.algorithm {
        Algorithm::NoCopy if subject.is_mariadb() && adds_column && adds_index => Price {
            algorithm: Algorithm::Inplace,
            ..worst
        },
        _ => worst,
    }
}

/// The parts of `ADD (…)` one by one.
fn listed(elements: &[Element], each: impl Fn(&Element) -> Option<Price>) -> Option<Price> {
    let prices: Option<Vec<Price>> = elements.iter().map(each).collect();
    prices?.into_iter().max()
}

fn has_fulltext(subject: &Subject<'_>) -> bool {
    let keys = subject.table.keys.iter();
    keys.clone()
        .any(|key| key.index_type.eq_ignore_ascii_case("FULLTEXT"))
}

fn is_compressed(subject: &Subject<'_>) -> bool {
    let format = subject.table.row_format.as_deref();
    format.is_some_and(|format| format.eq_ignore_ascii_case("Compressed"))
}

fn holds_column(key: &KeyFacts, name: &str) -> bool {
    let parts = key.columns.iter();
    parts.clone().any(|part| {
        part.name
            .as_deref()
            .is_some_and(|part| part.eq_ignore_ascii_case(name))
    })
}

fn is_indexed(subject: &Subject<'_>, name: &str) -> bool {
    subject.table.keys.iter().any(|key| holds_column(key, name))
}

fn present<'a>(subject: &Subject<'a>, name: &str) -> Option<&'a ColumnFacts> {
    let wanted = name.to_lowercase();
    subject
        .table
        .columns
        .iter()
        .find(|column| column.name.to_lowercase() == wanted)
}

/// A generated column that is computed when it is read.
fn is_virtual(subject: &Subject<'_>, column: &ColumnFacts) -> bool {
    let head = format!("  {} ", mysqler_contract::quote_identifier(&column.name));
    let mut lines = subject.table.definition.lines();
    let line = lines.find(|line| line.starts_with(&head)).unwrap_or_default();
    column.generated && !line.contains(" STORED") && !line.contains(" PERSISTENT")
}

fn has_virtual(subject: &Subject<'_>) -> bool {
    subject
        .table
        .columns
        .iter()
        .any(|column| is_virtual(subject, column))
}

/// On either side of a foreign key.
fn is_in_foreign_key(subject: &Subject<'_>, name: &str) -> bool {
    let is = |columns: &[String]| columns.iter().any(|column| column.eq_ignore_ascii_case(name));
    subject.table.foreign_keys.iter().any(|key| is(&key.columns))
        || subject
            .table
            .referenced_by
            .iter()
            .any(|key| is(&key.referenced_columns))
}

/// The columns of the primary key, in their order, when the clause takes it away and gives another.
fn replaces_primary(subject: &Subject<'_>) -> bool {
    let kinds = || subject.clause.operations.iter().map(|operation| &operation.kind);
    let drops = kinds().any(|kind| matches!(kind, OperationKind::DropPrimaryKey));
    let adds = kinds().any(|kind| kind.indexes().iter().any(|index| index.name() == Some("PRIMARY")));
    drops && adds
}

/// NOT NULL without a default, of a type whose zero value the mode forbids.
fn needs_zero_date(subject: &Subject<'_>, definition: &ColumnDefinition) -> bool {
    let dated = ["date", "datetime", "timestamp"].contains(&definition.base.as_str());
    let bare = definition.nullable == Some(false)
        && definition.default.is_none()
        && definition.default_span.is_none();
    dated && bare && subject.is_strict() && subject.sql_mode("NO_ZERO_DATE")
}

/// `DEFAULT (…)`: to be computed row by row.
fn has_computed_default(subject: &Subject<'_>, definition: &ColumnDefinition) -> bool {
    let words = definition.default_span.map(|span| span.of(subject.clause.text));
    words.is_some_and(|words| words.trim_start().starts_with('('))
}
