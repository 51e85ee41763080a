//! Who uses a column or an index: what the table's own definition says, and what the server can be asked.

use mysqler_contract::quote_identifier;

use super::super::super::context::Context;
use super::sql;
use crate::clause::{Name, OperationKind};

/// Whether the name stands in the text as a word.
pub fn mentions(text: &str, name: &str) -> bool {
    let inside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$');
    let (text, name) = (text.to_lowercase(), name.to_lowercase());
    text.match_indices(&name).any(|(at, found)| {
        !inside(text[..at].chars().next_back()) && !inside(text[at + found.len()..].chars().next())
    })
}

/// A condition of SQL that `text` holds the name as a word.
pub fn mentioned(text: &str, name: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || c == '_';
    match name.chars().all(plain) {
        true => format!(
            "{text} REGEXP {}",
            sql::text(&format!("(^|[^A-Za-z0-9_$]){name}([^A-Za-z0-9_$]|$)"))
        ),
        false => format!("LOCATE({}, {text}) > 0", sql::text(name)),
    }
}

/// Lines of the table's definition that need the column: name and kind of what is written there, and the server refuses
/// to drop the column for it.
pub fn in_definition(context: &Context<'_>, column: &str) -> Vec<(String, bool)> {
    let Some(facts) = context.input.table else {
        return Vec::new();
    };
    let gone = |name: &str| dropped(context).any(|dropped| dropped.is(name));
    let lines = facts
        .definition
        .lines()
        .map(|line| line.trim().trim_end_matches(','));
    lines
        .filter_map(|line| {
            let (name, rest) = own_name(line)?;
            if gone(&name) || !mentions(rest, column) {
                return None;
            }
            if line.starts_with('`') {
                let other = !name.eq_ignore_ascii_case(column);
                let generated = rest.contains("GENERATED ALWAYS AS") || rest.contains(" AS (");
                return (other && generated).then(|| (format!("generated column {name}"), true));
            }
            if line.starts_with("CONSTRAINT") {
                return rest
                    .contains(" CHECK (")
                    .then(|| (format!("check {name}"), false));
            }
            let key = facts.keys.iter().find(|key| key.name == name)?;
            let plain = |part: &mysqler_contract::KeyColumn| {
                part.name
                    .as_deref()
                    .is_some_and(|own| own.eq_ignore_ascii_case(column))
            };
            let functional = key.columns.iter().any(|part| part.name.is_none());
            (functional && !key.columns.iter().any(plain)).then(|| (format!("index {name}"), true))
        })
        .collect()
}

/// The first name of a line, and what follows it.
fn own_name(line: &str) -> Option<(String, &str)> {
    let start = line.find('`')?;
    let mut end = start + 1;
    loop {
        end += line.get(end..)?.find('`')?;
        if line.get(end + 1..)?.starts_with('`') {
            end += 2;
        } else {
            break;
        }
    }
    let name = line.get(start + 1..end)?.replace("``", "`");
    Some((name, line.get(end + 1..)?))
}

/// Everything that the clause drops by name.
fn dropped<'c>(context: &'c Context<'_>) -> impl Iterator<Item = &'c Name> {
    context
        .clause
        .operations
        .iter()
        .filter_map(|operation| match &operation.kind {
            OperationKind::DropColumn(name)
            | OperationKind::DropIndex(name)
            | OperationKind::DropCheck(name)
            | OperationKind::DropForeignKey(name)
            | OperationKind::DropConstraint(name) => Some(name),
            _ => None,
        })
}

/// Foreign keys that need the column, on this side or the other, and that the clause leaves.
pub fn foreign_keys(context: &Context<'_>, column: &str) -> Vec<String> {
    let Some(facts) = context.input.table else {
        return Vec::new();
    };
    let has = |columns: &[String]| columns.iter().any(|name| name.eq_ignore_ascii_case(column));
    let own = facts
        .foreign_keys
        .iter()
        .filter(|key| has(&key.columns) && !dropped(context).any(|name| name.is(&key.name)));
    let others = facts
        .referenced_by
        .iter()
        .filter(|key| has(&key.referenced_columns));
    own.map(|key| format!("foreign key {}", key.name))
        .chain(others.map(|key| format!("foreign key {} of {}", key.name, key.table)))
        .collect()
}

/// Views, routines, events and triggers whose text names both the table and the column. One of another schema has to
/// name the table's schema too: the servers' own programs use common words.
pub fn programs(context: &Context<'_>, column: &str) -> String {
    let table = &context.input.request.table;
    let here = |schema: &str, text: &str| {
        let own = sql::text(&table.database);
        format!("({schema} = {own} OR {})", mentioned(text, &table.database))
    };
    let of = |kind: &str, schema: &str, name: &str, text: &str, from: &str| {
        format!(
            "SELECT {} AS kind, CONCAT({schema}, '.', {name}) AS name FROM information_schema.{from} WHERE {} AND {} AND {}",
            sql::text(kind),
            here(schema, text),
            mentioned(text, &table.table),
            mentioned(text, column)
        )
    };
    let trigger = format!(
        "SELECT 'trigger' AS kind, CONCAT(TRIGGER_SCHEMA, '.', TRIGGER_NAME) AS name FROM information_schema.TRIGGERS \
         WHERE {} AND ((EVENT_OBJECT_SCHEMA = {} AND EVENT_OBJECT_TABLE = {}) OR ({} AND {}))",
        mentioned("ACTION_STATEMENT", column),
        sql::text(&table.database),
        sql::text(&table.table),
        here("TRIGGER_SCHEMA", "ACTION_STATEMENT"),
        mentioned("ACTION_STATEMENT", &table.table),
    );
    let parts = [
        of("view", "TABLE_SCHEMA", "TABLE_NAME", "VIEW_DEFINITION", "VIEWS"),
        trigger,
        of(
            "routine",
            "ROUTINE_SCHEMA",
            "ROUTINE_NAME",
            "ROUTINE_DEFINITION",
            "ROUTINES",
        ),
        of(
            "event",
            "EVENT_SCHEMA",
            "EVENT_NAME",
            "EVENT_DEFINITION",
            "EVENTS",
        ),
    ];
    format!("{} LIMIT 5", parts.join(" UNION ALL "))
}

/// Statements of applications that the server remembers and that name both, the latest first: those that read or write
/// rows, without a copy's own, whose words name its shadow table.
pub fn statements(context: &Context<'_>, column: &str) -> Option<String> {
    let table = &context.input.request.table;
    context.is_on("performance_schema").then(|| {
        format!(
            "SELECT LEFT(DIGEST_TEXT, 100) AS statement FROM performance_schema.events_statements_summary_by_digest \
             WHERE SCHEMA_NAME = {} AND {} AND {} \
             AND DIGEST_TEXT REGEXP '^[( ]*(CALL|DELETE|INSERT|REPLACE|SELECT|UPDATE|WITH)[^A-Za-z]' AND LOCATE({}, DIGEST_TEXT) = 0 \
             ORDER BY LAST_SEEN DESC LIMIT 3",
            sql::text(&table.database),
            mentioned("DIGEST_TEXT", &table.table),
            mentioned("DIGEST_TEXT", column),
            sql::text(&format!("_{}_new", table.table))
        )
    })
}

/// How often the server read by the index since it started counting.
pub fn reads(context: &Context<'_>, index: &str) -> Option<String> {
    let table = &context.input.request.table;
    context.is_on("performance_schema").then(|| {
        format!(
            "SELECT COUNT_READ AS `reads` FROM performance_schema.table_io_waits_summary_by_index_usage \
             WHERE OBJECT_SCHEMA = {} AND OBJECT_NAME = {} AND INDEX_NAME = {} AND COUNT_READ > 0",
            sql::text(&table.database),
            sql::text(&table.table),
            sql::text(index)
        )
    })
}

/// As statements and fixes write it.
pub fn quoted(name: &str) -> String {
    quote_identifier(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_word_and_no_part_of_one() {
        assert!(mentions("lower(`email`)", "email") && mentions("EMAIL > 1", "email"));
        assert!(!mentions("order_email", "email") && !mentions("email2", "email"));
    }

    #[test]
    fn the_first_name_of_a_line_is_read_with_its_quotes() {
        assert_eq!(own_name("`a``b` int"), Some(("a`b".to_owned(), " int")));
        assert_eq!(own_name("PRIMARY KEY"), None);
    }
}
