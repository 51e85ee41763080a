//! The facts of one preflight with the questions that several checks ask of them.

use mysqler_contract::{ColumnFacts, TableFacts};

use super::PreflightInput;
use crate::clause::{
    Analysis, Column, ColumnDefinition, Element, IndexKind, Operation, OperationKind, SqlMode, analyze_under,
};

pub struct Context<'a> {
    pub input: &'a PreflightInput<'a>,
    pub clause: Analysis<'a>,
}

impl<'a> Context<'a> {
    pub fn new(input: &'a PreflightInput<'a>) -> Self {
        let server = input.server.variables.get("sql_mode");
        let mode = SqlMode::of_run(input.request.options.sql_mode(), server.map(String::as_str));
        Self {
            input,
            clause: analyze_under(input.request.kind.clause(), mode),
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
        let operations = self.clause.operations.iter();
        operations
            .filter_map(|operation| match &operation.kind {
                OperationKind::Modify(column) => Some((&column.name, column)),
                OperationKind::Change { from, column } => Some((from, column)),
                _ => None,
            })
            .filter_map(|(present, wanted)| Some((self.column(present.as_str())?, wanted.definition.clone())))
            .collect()
    }

    /// Columns that an operation defines, with their definitions; a key in a list of columns counts by its verb.
    pub fn defined_columns(&self, operation: &Operation) -> Vec<(String, ColumnDefinition)> {
        let columns = operation
            .kind
            .columns()
            .map(|column| (column.name.value.clone(), column.definition.clone()));
        let listed = match &operation.kind {
            OperationKind::AddList(elements) => elements.as_slice(),
            _ => &[],
        };
        columns.chain(listed.iter().filter_map(listed_key)).collect()
    }

    /// The column of that name that the clause adds.
    pub fn added_column(&self, name: &str) -> Option<&Column> {
        let operations = self.clause.operations.iter();
        operations
            .filter(|operation| {
                matches!(
                    operation.kind,
                    OperationKind::AddColumn(_) | OperationKind::AddList(_)
                )
            })
            .flat_map(|operation| operation.kind.columns())
            .find(|column| column.name.is(name))
    }

    /// The words after the names of an operation.
    pub fn definition_text(&self, operation: &Operation) -> &'a str {
        self.clause
            .text
            .get(operation.rest..operation.end)
            .unwrap_or_default()
    }

    /// The sql_mode that the request gives to the run; `None` leaves it to the server.
    pub fn run_sql_mode(&self) -> Option<&str> {
        self.input.request.options.sql_mode()
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

/// A unique or primary key in a list of columns, told as the column that it stands on.
fn listed_key(element: &Element) -> Option<(String, ColumnDefinition)> {
    let Element::Index(index) = element else {
        return None;
    };
    let name = index
        .name()
        .or(index.parts.first().and_then(|part| part.column()));
    let definition = ColumnDefinition {
        unique: index.kind == IndexKind::Unique,
        primary: index.kind == IndexKind::Primary,
        ..ColumnDefinition::default()
    };
    Some((name.unwrap_or_default().to_owned(), definition)).filter(|_| index.kind.is_unique())
}
