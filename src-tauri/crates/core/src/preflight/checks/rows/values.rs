//! Values that would not survive a new type: what the checks of redefined columns have in common.

use mysqler_contract::{Finding, Severity};

use super::super::super::column_type::{Fit, Kind, fit};
use super::super::super::context::Context;
use super::becoming::{self, Becoming};
use super::sql;
use super::suspicion::Suspicion;

/// Which values would be lost.
pub struct Doubt {
    /// Holds for a row whose value would not arrive as it is.
    pub predicate: String,
    /// A value that would arrive, as an expression.
    pub mended: String,
}

impl Doubt {
    pub fn new(predicate: impl Into<String>, mended: impl Into<String>) -> Self {
        Self {
            predicate: predicate.into(),
            mended: mended.into(),
        }
    }
}

/// One suspicion for each redefined column that `doubt` has something to ask about.
pub fn suspicions(
    context: &Context<'_>,
    code: &str,
    doubt: impl Fn(&Context<'_>, &Becoming<'_>) -> Option<Doubt>,
) -> Vec<Suspicion> {
    let told = |becoming: &Becoming<'_>| {
        let Doubt { predicate, mended } = doubt(context, becoming)?;
        let statements = sql::rows_where(context, &[&becoming.column.name], &predicate);
        let (table, name) = (context.quoted_table(), becoming.name());
        // A strict sql_mode refuses an UPDATE for a value that its own condition cannot convert.
        let update = if predicate.contains("CAST(") {
            "UPDATE IGNORE"
        } else {
            "UPDATE"
        };
        let finding = Finding::new(code, Severity::Block)
            .with("name", &becoming.column.name)
            .with("from", &becoming.column.column_type)
            .with("to", becoming.wanted_type())
            .remedy(format!(
                "{update} {table} SET {name} = {mended} WHERE {predicate};"
            ));
        Some(Suspicion::new(finding, statements.examples, statements.count))
    };
    becoming::all(context).iter().filter_map(told).collect()
}

/// NULL where the column may hold it, else `otherwise`.
pub fn nothing(becoming: &Becoming<'_>, otherwise: &str) -> String {
    match becoming.column.nullable {
        true => "NULL".to_owned(),
        false => otherwise.to_owned(),
    }
}

/// Whether the questions about rows decide what becomes of the values; where they do not, nobody does.
pub fn rows_can_tell(becoming: &Becoming<'_>) -> bool {
    if fit(&becoming.present, &becoming.wanted) == Fit::Holds {
        return true;
    }
    let number = |kind: &Kind| {
        matches!(
            kind,
            Kind::Integer(..) | Kind::Decimal(..) | Kind::Float(..) | Kind::Moment("year", _)
        )
    };
    let dated = |kind: &Kind| matches!(kind, Kind::Moment("date" | "datetime" | "timestamp", _));
    let json = |kind: &Kind| matches!(kind, Kind::Other(name) if name.starts_with("json"));
    match (&becoming.from(), &becoming.to()) {
        (Kind::Bits(_), to) => matches!(to, Kind::Bits(_) | Kind::Integer(..)),
        (Kind::Text { .. }, to) => !matches!(to, Kind::Bits(_) | Kind::Other(_)) || json(to),
        (Kind::Bytes { .. }, to) => matches!(to, Kind::Bytes { .. } | Kind::Text { .. }),
        (Kind::Members { set: a, .. }, Kind::Members { set: b, .. }) => a == b,
        (from, Kind::Text { .. }) => json(from) || !matches!(from, Kind::Other(_)),
        (from, Kind::Members { set: false, .. }) => number(from),
        (from, to) if number(from) => number(to) || dated(to) || matches!(to, Kind::Bits(_)),
        (from, to) if dated(from) => dated(to),
        (Kind::Moment(from, _), Kind::Moment(to, _)) => from == to,
        _ => false,
    }
}
