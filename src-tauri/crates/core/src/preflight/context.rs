//! The facts of one preflight with the questions that several checks ask of them.

use mysqler_contract::{ColumnFacts, TableFacts};

use super::PreflightInput;
use crate::clause::{Analysis, ColumnDefinition, Operation, analyze, parse_definition};

pub struct Context<'a> {
    pub input: &'a PreflightInput<'a>,
    pub clause: Analysis<'a>,
}

impl<'a> Context<'a> {
    pub fn new(input: &'a PreflightInput<'a>) -> Self {
        Self {
            input,
            clause: analyze(input.request.kind.clause()),
        }
    }

    pub fn table_name(&self) -> String {
        self.input.request.table.to_string()
    }

    /// The table as SQL writes it, for queries and remedies.
    pub fn quoted_table(&self) -> String {
        self.input.request.table.quoted()
    }

    pub fn operations(&self, verb: &str) -> impl Iterator<Item = &Operation> {
        self.clause
            .operations
            .iter()
            .filter(move |operation| operation.verb == verb)
    }

    /// The column of that name, compared as the server does.
    pub fn column(&self, name: &str) -> Option<&'a ColumnFacts> {
        column_of(self.input.table?, name)
    }

    /// A present column together with the definition that MODIFY or CHANGE gives it.
    pub fn redefined(&self) -> Vec<(&'a ColumnFacts, ColumnDefinition)> {
        let redefining = self
            .clause
            .operations
            .iter()
            .filter(|op| matches!(op.verb, "MODIFY" | "CHANGE"));
        redefining
            .filter_map(|op| {
                let column = self.column(op.subject.as_deref()?)?;
                Some((column, parse_definition(self.definition_text(op))))
            })
            .collect()
    }

    /// Columns that an operation defines, with their definitions; a key in a list of columns counts by its verb.
    pub fn defined_columns(&self, operation: &Operation) -> Vec<(String, ColumnDefinition)> {
        defined_columns(&self.clause, operation)
    }

    /// The words after the names of an operation.
    pub fn definition_text(&self, operation: &Operation) -> &'a str {
        definition_text(&self.clause, operation)
    }

    /// The sql_mode that the request gives to the run; `None` leaves it to the server.
    pub fn run_sql_mode(&self) -> Option<&str> {
        let set = self.input.request.options.set_vars.iter();
        set.filter(|variable| variable.name.eq_ignore_ascii_case("sql_mode"))
            .map(|variable| variable.value.trim_matches(['\'', '"']))
            .next_back()
    }

    /// A server variable, lower-case name.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.input.server.variables.get(name).map(String::as_str)
    }

    pub fn is_on(&self, variable: &str) -> bool {
        self.variable(variable)
            .is_some_and(|value| value.eq_ignore_ascii_case("on") || value == "1")
    }

    pub fn holds_globally(&self, privilege: &str) -> bool {
        holds(&self.input.server.global_privileges, privilege)
    }

    pub fn holds_on_schema(&self, privilege: &str) -> bool {
        self.holds_globally(privilege) || holds(&self.input.server.schema_privileges, privilege)
    }
}

fn holds(privileges: &[String], wanted: &str) -> bool {
    privileges.iter().any(|held| {
        held.eq_ignore_ascii_case(wanted)
            || held.eq_ignore_ascii_case("ALL")
            || held.eq_ignore_ascii_case("ALL PRIVILEGES")
    })
}

pub fn defined_columns(clause: &Analysis<'_>, operation: &Operation) -> Vec<(String, ColumnDefinition)> {
    let text = definition_text(clause, operation);
    let named = |name: &Option<String>, text| {
        name.iter()
            .map(|name| (name.clone(), parse_definition(text)))
            .collect()
    };
    match operation.verb {
        "MODIFY" => named(&operation.subject, text),
        "CHANGE" => named(&operation.new_name, text),
        "ADD COLUMN" if !adds_list(clause, operation) => named(&operation.subject, text),
        "ADD COLUMN" => split_list(text).into_iter().filter_map(list_entry).collect(),
        _ => Vec::new(),
    }
}

/// `ADD (a INT, b INT)`: the words before the definitions end in the opening parenthesis.
fn adds_list(clause: &Analysis<'_>, operation: &Operation) -> bool {
    let head = clause
        .text
        .get(operation.start..operation.rest)
        .unwrap_or_default();
    head.trim_end().ends_with('(')
}

pub fn definition_text<'t>(clause: &Analysis<'t>, operation: &Operation) -> &'t str {
    clause.text.get(operation.rest..operation.end).unwrap_or_default()
}

pub fn column_of<'t>(table: &'t TableFacts, name: &str) -> Option<&'t ColumnFacts> {
    let wanted = name.to_lowercase();
    table
        .columns
        .iter()
        .find(|column| column.name.to_lowercase() == wanted)
}

pub fn list(names: impl IntoIterator<Item = impl Into<String>>) -> String {
    names.into_iter().map(Into::into).collect::<Vec<_>>().join(", ")
}

/// The parts of a list of columns whose opening parenthesis was read already.
fn split_list(text: &str) -> Vec<String> {
    let inside = text.trim_end().strip_suffix(')').unwrap_or(text);
    analyze(inside)
        .operations
        .iter()
        .filter_map(|part| inside.get(part.start..part.end))
        .map(str::to_owned)
        .collect()
}

/// One part of a list, read as the operation that would add it alone.
fn list_entry(part: String) -> Option<(String, ColumnDefinition)> {
    let alone = format!("ADD {part}");
    let analysis = analyze(&alone);
    let operation = analysis.operations.first()?;
    let name = operation.subject.clone().unwrap_or_default();
    match operation.verb {
        "ADD COLUMN" => Some((name, parse_definition(alone.get(operation.rest..operation.end)?))),
        "ADD UNIQUE" => Some((
            name,
            ColumnDefinition {
                unique: true,
                ..ColumnDefinition::default()
            },
        )),
        "ADD PRIMARY KEY" => Some((
            name,
            ColumnDefinition {
                primary: true,
                ..ColumnDefinition::default()
            },
        )),
        _ => None,
    }
}
