//! The values of a unique key as they will be, for the rows that are there.

use mysqler_contract::{Finding, KeyFacts, quote_identifier};

use super::super::super::column_type::{Kind, kind};
use super::super::super::context::Context;
use super::becoming::{self, Becoming};
use super::sql;
use super::suspicion::Suspicion;
use crate::clause::{Column, DefaultKind, Index, IndexKey, OperationKind, parse_definition};

/// One part of a key, as every row that is there will have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartValue {
    /// NULL, or a number that the server gives: never the same twice.
    Distinct,
    /// The same for all rows.
    Constant,
    Of(Value),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// The column as it is called now, or the expression.
    pub label: String,
    /// Alone in a statement.
    pub expression: String,
    /// The same, of a table under another name; `None` for an expression of the user's.
    pub of_later: Option<String>,
    pub of_kept: Option<String>,
    pub nullable: bool,
    /// The column itself, whole and unchanged.
    pub unchanged: bool,
}

/// Unique and primary keys that the clause adds, wherever it writes them.
pub fn added(context: &Context<'_>) -> Vec<Index> {
    let indexes = context
        .clause
        .added_indexes()
        .map(|(_, index)| index.into_owned());
    indexes.filter(|index| index.kind.is_unique()).collect()
}

/// The values of the parts; `None` when a part is no column that is known.
pub fn values(context: &Context<'_>, index: &Index) -> Option<Vec<PartValue>> {
    let becoming = becoming::all(context);
    index
        .parts
        .iter()
        .map(|part| match &part.key {
            IndexKey::Expression(span) => {
                let text = span.of(context.clause.text);
                Some(PartValue::Of(expression(&format!("({text})"))))
            }
            IndexKey::Column(name) => {
                if let Some(added) = context.added_column(name.as_str()) {
                    return Some(of_added(context, added));
                }
                let present = present_name(context, name.as_str());
                of_present(context, &becoming, &present, part.prefix).map(PartValue::Of)
            }
        })
        .collect()
}

/// The values of a key that is there; `None` for an expression, which the server does not tell.
pub fn values_of(context: &Context<'_>, key: &KeyFacts) -> Option<Vec<Value>> {
    let becoming = becoming::all(context);
    let parts = key.columns.iter();
    parts
        .map(|part| {
            of_present(
                context,
                &becoming,
                part.name.as_deref()?,
                part.prefix.map(u64::from),
            )
        })
        .collect()
}

fn expression(text: &str) -> Value {
    Value {
        label: text.to_owned(),
        expression: text.to_owned(),
        of_later: None,
        of_kept: None,
        nullable: true,
        unchanged: false,
    }
}

fn of_added(context: &Context<'_>, column: &Column) -> PartValue {
    let definition = &column.definition;
    let words = |span: Option<crate::clause::Span>| span.map(|span| span.of(context.clause.text));
    if let Some(generation) = &definition.generation {
        let text = words(generation.expression).unwrap_or("NULL");
        return PartValue::Of(expression(&format!("({text})")));
    }
    match (&definition.default, words(definition.default_span)) {
        _ if definition.auto_increment => PartValue::Distinct,
        // Such as UUID(): another value for each row.
        (Some(DefaultKind::Value), Some(text)) if text.starts_with('(') => PartValue::Of(expression(text)),
        (Some(DefaultKind::Value), _) => PartValue::Constant,
        (Some(DefaultKind::Null), _) => PartValue::Distinct,
        (None, _) if definition.nullable == Some(false) || definition.primary => PartValue::Constant,
        (None, _) => PartValue::Distinct,
    }
}

/// A key names a renamed column by its new name.
pub fn present_name(context: &Context<'_>, name: &str) -> String {
    let renamed = context
        .clause
        .operations
        .iter()
        .find_map(|operation| match &operation.kind {
            OperationKind::Change { from, column } if column.name.is(name) => Some(from),
            OperationKind::RenameColumn { from, to: Some(to) } if to.is(name) => Some(from),
            _ => None,
        });
    renamed.map_or_else(|| name.to_owned(), |from| from.value.clone())
}

fn of_present(
    context: &Context<'_>,
    becoming: &[Becoming<'_>],
    name: &str,
    prefix: Option<u64>,
) -> Option<Value> {
    let column = context.column(name)?;
    let changed = becoming
        .iter()
        .find(|becoming| becoming.column.name == column.name);
    let present = kind(&parse_definition(&column.column_type));
    let as_it_will_be = |value: &str| {
        let value = match changed {
            Some(becoming) => converted(context, becoming, value)?,
            None => value.to_owned(),
        };
        let cut = matches!(present, Kind::Text { .. } | Kind::Bytes { .. });
        Some(match prefix.filter(|_| cut) {
            Some(length) => format!("LEFT({value}, {length})"),
            None => value,
        })
    };
    let quoted = quote_identifier(&column.name);
    let value = as_it_will_be(&quoted)?;
    Some(Value {
        label: column.name.clone(),
        of_later: as_it_will_be(&format!("later.{quoted}")),
        of_kept: as_it_will_be(&format!("kept.{quoted}")),
        nullable: column.nullable,
        unchanged: value == quoted,
        expression: value,
    })
}

/// The column itself when it compares as before; `None` where the server decides.
pub fn compared_as(context: &Context<'_>, becoming: &Becoming<'_>) -> Option<String> {
    converted(context, becoming, &becoming.name())
}

/// The value as the new definition compares it. `None` where the server decides how.
fn converted(context: &Context<'_>, becoming: &Becoming<'_>, value: &str) -> Option<String> {
    match (becoming.from(), becoming.to()) {
        (Kind::Text { .. } | Kind::Members { .. }, Kind::Text { .. }) => collated(context, becoming, value),
        (Kind::Text { .. }, Kind::Integer(..) | Kind::Decimal(..) | Kind::Float(..)) => {
            Some(format!("CAST({value} AS DECIMAL(65,30))"))
        }
        (Kind::Text { .. }, Kind::Moment("date" | "datetime" | "timestamp", _)) => {
            Some(format!("CAST({value} AS DATETIME(6))"))
        }
        _ => Some(value.to_owned()),
    }
}

fn collated(context: &Context<'_>, becoming: &Becoming<'_>, value: &str) -> Option<String> {
    let charset = becoming.charset.as_deref()?;
    let collation = becoming
        .collation
        .clone()
        .or_else(|| default_collation(context, charset));
    let same = becoming.column.charset.as_deref().map(becoming::plain) == Some(becoming::plain(charset));
    match collation {
        Some(collation) if becoming.column.collation.as_ref() == Some(&collation) => Some(value.to_owned()),
        Some(collation) if same => Some(format!("{value} COLLATE {collation}")),
        Some(collation) => Some(format!("CONVERT({value} USING {charset}) COLLATE {collation}")),
        // What CONVERT gives has the character set's default collation.
        None => Some(format!("CONVERT({value} USING {charset})")),
    }
}

/// The one default that servers let people choose.
fn default_collation(context: &Context<'_>, charset: &str) -> Option<String> {
    let chosen = context.variable("default_collation_for_utf8mb4")?;
    (charset == "utf8mb4").then(|| chosen.to_owned())
}

/// The suspicion that rows are equal in all of the values, with the statement that would keep the first of each group.
pub fn groups(context: &Context<'_>, finding: Finding, values: &[Value]) -> Suspicion {
    let parts: Vec<(String, String)> = values
        .iter()
        .map(|value| (value.label.clone(), value.expression.clone()))
        .collect();
    let statements = sql::groups_of(context, &parts, &compared(values));
    let finding = match keep_first(context, values) {
        Some(remedy) => finding.remedy(remedy),
        None => finding,
    };
    Suspicion::new(finding, statements.examples, statements.count).of_groups()
}

/// A statement that leaves one row of each group; `None` where rows cannot be told apart.
pub fn keep_first(context: &Context<'_>, values: &[Value]) -> Option<String> {
    let table = context.quoted_table();
    let key = sql::row_key(context);
    if key.is_empty() {
        return None;
    }
    let of = |alias: &str| {
        let names: Vec<String> = key
            .iter()
            .map(|name| format!("{alias}.{}", quote_identifier(name)))
            .collect();
        if names.len() == 1 {
            names.concat()
        } else {
            format!("({})", names.join(", "))
        }
    };
    let mut same: Vec<String> = values
        .iter()
        .map(|value| {
            Some(format!(
                "{} = {}",
                value.of_kept.as_ref()?,
                value.of_later.as_ref()?
            ))
        })
        .collect::<Option<_>>()?;
    same.push(format!("{} < {}", of("kept"), of("later")));
    Some(format!(
        "DELETE later FROM {table} AS later JOIN {table} AS kept ON {};",
        same.join(" AND ")
    ))
}

/// `email, tenant`
pub fn labels(values: &[Value]) -> String {
    let labels: Vec<&str> = values.iter().map(|value| value.label.as_str()).collect();
    labels.join(", ")
}

/// Rows that a unique key compares at all: those without NULL in any part.
pub fn compared(values: &[Value]) -> String {
    let conditions: Vec<String> = values
        .iter()
        .filter(|value| value.nullable)
        .map(|value| format!("{} IS NOT NULL", value.expression))
        .collect();
    if conditions.is_empty() {
        "TRUE".to_owned()
    } else {
        conditions.join(" AND ")
    }
}
