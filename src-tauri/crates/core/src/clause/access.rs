//! What checks ask of operations: the columns, indexes and constraints that they bring, wherever they are written.

use std::borrow::Cow;

use super::Analysis;
use super::kind::OperationKind;
use super::operation::Operation;
use super::parts::{
    Check, Column, Element, ForeignKey, Index, IndexKey, IndexKind, IndexPart, Name, References,
};

impl OperationKind {
    fn elements(&self) -> &[Element] {
        match self {
            Self::AddList(elements) => elements,
            _ => &[],
        }
    }

    /// Columns that the operation adds or redefines, with their definitions.
    pub fn columns(&self) -> impl Iterator<Item = &Column> {
        let single = match self {
            Self::AddColumn(column) | Self::Modify(column) | Self::Change { column, .. } => Some(column),
            _ => None,
        };
        let listed = self.elements().iter().filter_map(|element| match element {
            Element::Column(column) => Some(column.as_ref()),
            _ => None,
        });
        single.into_iter().chain(listed)
    }

    /// Indexes that the operation adds. A column's own `UNIQUE`, `PRIMARY KEY` and `SERIAL` count; such an index has no
    /// name of its own and the one column.
    pub fn indexes(&self) -> Vec<Cow<'_, Index>> {
        let mut found: Vec<Cow<'_, Index>> = Vec::new();
        if let Self::AddIndex(index) = self {
            found.push(Cow::Borrowed(index));
        }
        found.extend(self.elements().iter().filter_map(|element| match element {
            Element::Index(index) => Some(Cow::Borrowed(index)),
            _ => None,
        }));
        for column in self.columns() {
            let definition = &column.definition;
            let kinds = [
                (definition.primary, IndexKind::Primary),
                (definition.unique, IndexKind::Unique),
            ];
            let wanted = kinds.into_iter().filter(|(wanted, _)| *wanted);
            found.extend(wanted.map(|(_, kind)| Cow::Owned(own_index(column, kind))));
        }
        found
    }

    /// Foreign keys of the table that the operation adds; a column's own REFERENCES are
    /// [`OperationKind::column_references`].
    pub fn foreign_keys(&self) -> impl Iterator<Item = &ForeignKey> {
        let single = match self {
            Self::AddForeignKey(key) => Some(key),
            _ => None,
        };
        let listed = self.elements().iter().filter_map(|element| match element {
            Element::ForeignKey(key) => Some(key),
            _ => None,
        });
        single.into_iter().chain(listed)
    }

    /// Columns with a REFERENCES of their own. MariaDB makes foreign keys of them, MySQL from 9.0 on; before that it
    /// reads them and does nothing.
    pub fn column_references(&self) -> impl Iterator<Item = (&Column, &References)> {
        self.columns()
            .filter_map(|column| Some((column, column.definition.references.as_ref()?)))
    }

    /// The columns by whose names the operation begins.
    pub(super) fn named_columns(&self) -> Vec<&Name> {
        match self {
            Self::DropColumn(name) | Self::AlterColumn { name, .. } => vec![name],
            Self::Change { from, column } => vec![from, &column.name],
            Self::RenameColumn { from, to } => std::iter::once(from).chain(to).collect(),
            Self::OrderBy(parts) => parts
                .iter()
                .filter_map(|part| match &part.key {
                    IndexKey::Column(name) => Some(name),
                    IndexKey::Expression(_) => None,
                })
                .collect(),
            _ => self.columns().map(|column| &column.name).collect(),
        }
    }

    /// CHECKs that the operation adds, of the table and of columns.
    pub fn checks(&self) -> impl Iterator<Item = &Check> {
        let single = match self {
            Self::AddCheck(check) => Some(check),
            _ => None,
        };
        let listed = self.elements().iter().filter_map(|element| match element {
            Element::Check(check) => Some(check),
            _ => None,
        });
        let of_columns = self.columns().flat_map(|column| &column.definition.checks);
        single.into_iter().chain(listed).chain(of_columns)
    }
}

fn own_index(column: &Column, kind: IndexKind) -> Index {
    Index {
        kind,
        own_name: None,
        constraint: None,
        parts: vec![IndexPart {
            key: IndexKey::Column(column.name.clone()),
            prefix: None,
            order: None,
            without_overlaps: false,
            span: column.name.span,
        }],
        options: Vec::new(),
        visible: None,
    }
}

/// A character set and collation, in lower case; `None` where nothing was said, `default` for DEFAULT.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Charset {
    pub charset: Option<String>,
    pub collation: Option<String>,
}

impl Analysis<'_> {
    /// Indexes that the clause adds, each with its operation.
    pub fn added_indexes(&self) -> impl Iterator<Item = (&Operation, Cow<'_, Index>)> {
        self.operations.iter().flat_map(|operation| {
            operation
                .kind
                .indexes()
                .into_iter()
                .map(move |index| (operation, index))
        })
    }

    /// Foreign keys of the table that the clause adds, each with its operation.
    pub fn added_foreign_keys(&self) -> impl Iterator<Item = (&Operation, &ForeignKey)> {
        self.operations
            .iter()
            .flat_map(|operation| operation.kind.foreign_keys().map(move |key| (operation, key)))
    }

    /// CHECKs that the clause adds, each with its operation.
    pub fn added_checks(&self) -> impl Iterator<Item = (&Operation, &Check)> {
        self.operations
            .iter()
            .flat_map(|operation| operation.kind.checks().map(move |check| (operation, check)))
    }

    /// What CONVERT TO makes of every text column; `None` without one.
    pub fn conversion(&self) -> Option<Charset> {
        self.operations
            .iter()
            .find_map(|operation| match &operation.kind {
                OperationKind::ConvertCharset { charset, collation } => Some(Charset {
                    charset: charset.clone(),
                    collation: collation.clone(),
                }),
                _ => None,
            })
    }

    /// The table's new defaults for columns that say nothing; existing columns keep theirs. `None` without such options.
    pub fn table_charset(&self) -> Option<Charset> {
        let mut found = Charset::default();
        for operation in &self.operations {
            match &operation.kind {
                OperationKind::TableOption(option) if option.name.starts_with("CHAR") => {
                    found.charset = Some(option.value.to_lowercase());
                }
                OperationKind::TableOption(option) if option.name == "COLLATE" => {
                    found.collation = Some(option.value.to_lowercase());
                }
                _ => {}
            }
        }
        (found != Charset::default()).then_some(found)
    }
}
