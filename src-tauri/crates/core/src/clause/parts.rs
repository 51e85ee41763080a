//! What operations are made of: names, columns, indexes, constraints, partitions. All spans are bytes of the text that
//! was read; all names are unquoted.

use std::fmt;

use super::definition::ColumnDefinition;

/// A range of bytes in the text as typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

impl Span {
    /// The words themselves; empty when `text` is not the text that was read.
    pub fn of<'a>(&self, text: &'a str) -> &'a str {
        text.get(self.start..self.end).unwrap_or_default()
    }
}

/// A name without its quotes, and where it stands with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    pub value: String,
    pub span: Span,
    /// Written behind the table's name, as in `t.a`; the span begins with that.
    pub qualified: bool,
}

impl Name {
    pub fn as_str(&self) -> &str {
        &self.value
    }

    /// Compared as the server compares names of columns and indexes.
    pub fn is(&self, other: &str) -> bool {
        self.value.to_lowercase() == other.to_lowercase()
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.value)
    }
}

/// Where an added or redefined column goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Position {
    First,
    After(Name),
}

/// A column with its definition, as ADD, MODIFY and CHANGE write it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The name that the column has afterwards.
    pub name: Name,
    pub definition: ColumnDefinition,
}

impl Column {
    /// FIRST or AFTER; `None` leaves the column where it is, or puts a new one last.
    pub fn position(&self) -> Option<&Position> {
        self.definition.position.as_ref()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IndexKind {
    Plain,
    Unique,
    Primary,
    Fulltext,
    Spatial,
    /// MariaDB's `VECTOR INDEX`.
    Vector,
}

impl IndexKind {
    /// No two rows may be equal under it.
    pub fn is_unique(self) -> bool {
        matches!(self, Self::Unique | Self::Primary)
    }
}

/// An index as ADD writes it, or as a column's own `UNIQUE` or `PRIMARY KEY` makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    pub kind: IndexKind,
    /// After the words INDEX or KEY.
    pub own_name: Option<Name>,
    /// After CONSTRAINT.
    pub constraint: Option<Name>,
    pub parts: Vec<IndexPart>,
    /// `USING BTREE`, `COMMENT '…'`, `KEY_BLOCK_SIZE = 8` and the like.
    pub options: Vec<Setting>,
    /// `Some(false)` for INVISIBLE and IGNORED.
    pub visible: Option<bool>,
}

impl Index {
    /// The name that the index gets; `None` when the server makes one up.
    pub fn name(&self) -> Option<&str> {
        if self.kind == IndexKind::Primary {
            return Some("PRIMARY");
        }
        let named = self.own_name.as_ref().or(self.constraint.as_ref());
        named.map(Name::as_str)
    }

    /// The indexed columns; `None` when a part is an expression.
    pub fn columns(&self) -> Option<Vec<&str>> {
        self.parts.iter().map(IndexPart::column).collect()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    Ascending,
    Descending,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IndexKey {
    Column(Name),
    /// The words between the parentheses of an expression.
    Expression(Span),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexPart {
    pub key: IndexKey,
    /// Characters of a text column, bytes of a binary one.
    pub prefix: Option<u64>,
    pub order: Option<Order>,
    /// MariaDB's `WITHOUT OVERLAPS` after a period's name.
    pub without_overlaps: bool,
    pub span: Span,
}

impl IndexPart {
    pub fn column(&self) -> Option<&str> {
        match &self.key {
            IndexKey::Column(name) => Some(name.as_str()),
            IndexKey::Expression(_) => None,
        }
    }
}

/// What ON DELETE and ON UPDATE do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReferenceAction {
    Restrict,
    Cascade,
    SetNull,
    SetDefault,
    NoAction,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct References {
    /// `None`: the schema of the changed table.
    pub schema: Option<Name>,
    pub table: Name,
    /// Empty when left out, which means the other table's primary key where a server allows it.
    pub columns: Vec<Name>,
    pub on_delete: Option<ReferenceAction>,
    pub on_update: Option<ReferenceAction>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignKey {
    /// After CONSTRAINT.
    pub constraint: Option<Name>,
    /// After FOREIGN KEY.
    pub index_name: Option<Name>,
    pub columns: Vec<Name>,
    /// `None` while it is not written yet.
    pub references: Option<References>,
}

impl ForeignKey {
    /// The name that was asked for.
    pub fn name(&self) -> Option<&str> {
        let named = self.constraint.as_ref().or(self.index_name.as_ref());
        named.map(Name::as_str)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    pub name: Option<Name>,
    /// The words between the parentheses.
    pub expression: Span,
    /// `None`: not said, which means enforced.
    pub enforced: Option<bool>,
}

/// MariaDB's `PERIOD FOR name (from, to)`; the name is SYSTEM_TIME or one of an application's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    pub name: Name,
    pub columns: Vec<Name>,
}

/// An option with a value, of an index, a partition or the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// In capitals, synonyms folded: `CHARSET`, `DATA DIRECTORY`.
    pub name: String,
    /// Unquoted; empty when there is none, the words themselves for a list in parentheses.
    pub value: String,
    /// Of the value.
    pub span: Span,
}

/// One thing in the parentheses of `ADD (…)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Element {
    Column(Box<Column>),
    Index(Index),
    ForeignKey(ForeignKey),
    Check(Check),
    Period(Period),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartitionValues {
    /// The words between the parentheses of VALUES LESS THAN.
    LessThan(Span),
    /// VALUES LESS THAN MAXVALUE, also in parentheses.
    MaxValue,
    /// The words between the parentheses of VALUES IN.
    In(Span),
    /// MariaDB: DEFAULT, HISTORY, CURRENT.
    Other,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    pub name: Name,
    pub values: Option<PartitionValues>,
    pub subpartitions: Vec<Name>,
    pub options: Vec<Setting>,
    pub span: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartitionMethod {
    Hash,
    Key,
    Range,
    List,
    /// MariaDB's SYSTEM_TIME.
    SystemTime,
}

/// What follows `PARTITION BY`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partitioning {
    /// `None` when the word is not one of the known.
    pub method: Option<PartitionMethod>,
    pub linear: bool,
    /// The words between the parentheses of the expression or of the list of columns.
    pub expression: Option<Span>,
    /// The columns of KEY, RANGE COLUMNS and LIST COLUMNS.
    pub columns: Vec<Name>,
    /// Of `PARTITIONS n`.
    pub count: Option<u64>,
    pub partitions: Vec<Partition>,
}
