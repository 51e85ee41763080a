//! What a clause makes of the columns that are there: their type, character set and collation as they will be.

use mysqler_contract::{ColumnFacts, quote_identifier};

use super::super::super::column_type::{Kind, kind};
use super::super::super::context::Context;
use super::sql;
use crate::clause::{Charset, ColumnDefinition, parse_definition};

/// A present column beside what it becomes.
#[derive(Debug, Clone)]
pub struct Becoming<'a> {
    pub column: &'a ColumnFacts,
    pub present: ColumnDefinition,
    pub wanted: ColumnDefinition,
    /// For text; `None` where that depends on the server.
    pub charset: Option<String>,
    pub collation: Option<String>,
    /// By CONVERT TO, which leaves types alone.
    pub converted: bool,
}

impl Becoming<'_> {
    pub fn name(&self) -> String {
        quote_identifier(&self.column.name)
    }

    pub fn from(&self) -> Kind {
        kind(&self.present)
    }

    pub fn to(&self) -> Kind {
        kind(&self.wanted)
    }

    /// The type as the clause has it, in one spelling.
    pub fn wanted_type(&self) -> String {
        let wanted = &self.wanted;
        let sign = if wanted.unsigned { " unsigned" } else { "" };
        let arguments: Vec<String> = match wanted.members().is_empty() {
            true => wanted.arguments.clone(),
            false => wanted.members().iter().map(|member| sql::text(member)).collect(),
        };
        match arguments.is_empty() {
            true => format!("{}{sign}", wanted.base),
            false => format!("{}({}){sign}", wanted.base, arguments.join(",")),
        }
    }

    pub fn is_not_null(&self) -> bool {
        self.wanted.nullable == Some(false) || self.wanted.primary
    }

    /// Text of another character set than before, as far as that is known.
    pub fn is_recoded(&self) -> bool {
        let (present, wanted) = (self.column.charset.as_deref(), self.charset.as_deref());
        present
            .zip(wanted)
            .is_some_and(|(present, wanted)| plain(present) != plain(wanted))
    }

    /// The text in its new character set.
    pub fn recoded(&self) -> String {
        match self.charset.as_deref().filter(|_| self.is_recoded()) {
            Some(charset) => format!("CONVERT({} USING {charset})", self.name()),
            None => self.name(),
        }
    }
}

/// `utf8` is what servers called `utf8mb3`.
pub fn plain(charset: &str) -> &str {
    if charset == "utf8" { "utf8mb3" } else { charset }
}

/// Every column that the clause redefines or converts.
pub fn all<'a>(context: &Context<'a>) -> Vec<Becoming<'a>> {
    let Some(facts) = context.input.table else {
        return Vec::new();
    };
    let own = context.clause.table_charset().unwrap_or_default();
    let default = Charset {
        collation: match own.charset.is_some() {
            true => own.collation,
            false => own.collation.or(facts.collation.clone()),
        },
        charset: own.charset,
    };
    let redefined = context.redefined().into_iter();
    let mut found: Vec<Becoming<'a>> = redefined
        .map(|(column, wanted)| redefined_as(column, wanted, &default))
        .collect();
    if let Some(to) = context.clause.conversion() {
        let texts = facts.columns.iter().filter(|column| column.charset.is_some());
        let untouched: Vec<&ColumnFacts> = texts
            .filter(|column| found.iter().all(|known| known.column.name != column.name))
            .collect();
        found.extend(untouched.into_iter().map(|column| converted(column, &to)));
    }
    found
}

/// Without a word of its own a redefined column takes the table's default, not what it had.
fn redefined_as<'a>(column: &'a ColumnFacts, wanted: ColumnDefinition, table: &Charset) -> Becoming<'a> {
    let said = Charset {
        charset: wanted.charset.clone(),
        collation: wanted.collation.clone(),
    };
    let said = if said == Charset::default() {
        table.clone()
    } else {
        said
    };
    Becoming {
        column,
        present: parse_definition(&column.column_type),
        charset: charset(column, &said),
        collation: said.collation,
        wanted,
        converted: false,
    }
}

fn converted<'a>(column: &'a ColumnFacts, to: &Charset) -> Becoming<'a> {
    let present = parse_definition(&column.column_type);
    Becoming {
        column,
        wanted: present.clone(),
        present,
        charset: charset(column, to),
        collation: to.collation.clone(),
        converted: true,
    }
}

/// The character set's own name, else the one that the collation belongs to.
fn charset(column: &ColumnFacts, said: &Charset) -> Option<String> {
    let named = said.charset.clone().filter(|name| name != "default");
    named.or_else(|| {
        let collation = said.collation.as_deref()?;
        // MariaDB's newer collations belong to every Unicode character set.
        match collation.starts_with("uca1400") {
            true => column.charset.clone(),
            false => collation.split('_').next().map(str::to_owned),
        }
    })
}
