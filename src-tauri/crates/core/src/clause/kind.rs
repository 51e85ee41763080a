//! The operations of ALTER TABLE as data.

use super::parts::{
    Check, Column, Element, ForeignKey, Index, IndexKind, IndexPart, Name, Partition, Partitioning, Period,
    Setting, Span,
};

/// What ALTER COLUMN does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnAlteration {
    /// The words of the default.
    SetDefault(Span),
    DropDefault,
    Visible(bool),
    /// Not written yet, or not known.
    Unknown,
}

/// What a maintenance operation does with partitions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartitionWork {
    Drop,
    Truncate,
    Rebuild,
    Optimize,
    Analyze,
    Check,
    Repair,
}

impl PartitionWork {
    /// ANALYZE, CHECK and REPAIR look at rows and leave the table as it is.
    pub fn is_a_change(self) -> bool {
        !matches!(self, Self::Analyze | Self::Check | Self::Repair)
    }

    pub fn verb(self) -> &'static str {
        match self {
            Self::Drop => "DROP PARTITION",
            Self::Truncate => "TRUNCATE PARTITION",
            Self::Rebuild => "REBUILD PARTITION",
            Self::Optimize => "OPTIMIZE PARTITION",
            Self::Analyze => "ANALYZE PARTITION",
            Self::Check => "CHECK PARTITION",
            Self::Repair => "REPAIR PARTITION",
        }
    }
}

/// What an operation asks for. What checks need is reachable here as data; words that only the server cares about are
/// not. A name that is not written yet makes an operation [`OperationKind::Unknown`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OperationKind {
    AddColumn(Column),
    /// `ADD (…)`: columns, keys and constraints in one pair of parentheses.
    AddList(Vec<Element>),
    /// Every kind of index, the primary key too.
    AddIndex(Index),
    AddForeignKey(ForeignKey),
    AddCheck(Check),
    /// `ADD CONSTRAINT name` and nothing known after it.
    AddConstraint(Option<Name>),
    AddPeriod(Period),
    AddSystemVersioning,
    DropColumn(Name),
    DropIndex(Name),
    DropPrimaryKey,
    DropForeignKey(Name),
    DropCheck(Name),
    /// A CHECK, a foreign key, a unique or the primary key: only the table knows which.
    DropConstraint(Name),
    DropPeriod(Name),
    DropSystemVersioning,
    Modify(Column),
    /// `column.name` is the new name.
    Change {
        from: Name,
        column: Column,
    },
    AlterColumn {
        name: Name,
        alteration: ColumnAlteration,
    },
    /// `visible` is `Some(false)` for INVISIBLE and IGNORED.
    AlterIndex {
        name: Name,
        visible: Option<bool>,
    },
    AlterCheck {
        name: Name,
        enforced: Option<bool>,
    },
    AlterConstraint {
        name: Name,
        enforced: Option<bool>,
    },
    RenameColumn {
        from: Name,
        to: Option<Name>,
    },
    RenameIndex {
        from: Name,
        to: Option<Name>,
    },
    /// In lower case; `charset` is `default` for DEFAULT.
    ConvertCharset {
        charset: Option<String>,
        collation: Option<String>,
    },
    /// `setting.name` is the verb: `ENGINE`, `CHARSET`, `COLLATE`, `COMMENT`, `AUTO_INCREMENT`, …
    TableOption(Setting),
    OrderBy(Vec<IndexPart>),
    Force,
    EnableKeys,
    DisableKeys,
    AddPartitions {
        partitions: Vec<Partition>,
        /// Of `PARTITIONS n`.
        count: Option<u64>,
    },
    /// `names` is empty for ALL.
    Partitions {
        work: PartitionWork,
        names: Vec<Name>,
        all: bool,
    },
    ReorganizePartitions {
        names: Vec<Name>,
        into: Vec<Partition>,
    },
    CoalescePartitions {
        count: Option<Name>,
    },
    PartitionBy(Partitioning),
    RemovePartitioning,
    /// Refused, like everything below: see [`super::Analysis::problems`].
    RenameTable(Option<Name>),
    ExchangePartition {
        partition: Option<Name>,
        table: Option<Name>,
    },
    /// MariaDB's CONVERT PARTITION … TO TABLE and CONVERT TABLE … TO PARTITION.
    ConvertPartition,
    /// DISCARD and IMPORT TABLESPACE, of the table or of partitions.
    Tablespace,
    Algorithm,
    Lock,
    /// WITH and WITHOUT VALIDATION.
    Validation,
    /// MariaDB's NOWAIT and WAIT n, which stand before the first operation.
    Wait,
    /// SECONDARY_LOAD and SECONDARY_UNLOAD.
    SecondaryLoad,
    /// Not recognised. The server may well accept it.
    Unknown,
}

impl OperationKind {
    /// The leading words in capitals, synonyms folded; `OTHER` when not recognised.
    pub fn verb(&self) -> &'static str {
        match self {
            Self::AddColumn(_) | Self::AddList(_) => "ADD COLUMN",
            Self::AddIndex(index) => match index.kind {
                IndexKind::Plain | IndexKind::Vector => "ADD INDEX",
                IndexKind::Unique => "ADD UNIQUE",
                IndexKind::Primary => "ADD PRIMARY KEY",
                IndexKind::Fulltext => "ADD FULLTEXT",
                IndexKind::Spatial => "ADD SPATIAL",
            },
            Self::AddForeignKey(_) => "ADD FOREIGN KEY",
            Self::AddCheck(_) => "ADD CHECK",
            Self::AddConstraint(_) => "ADD CONSTRAINT",
            Self::AddPeriod(_) => "ADD PERIOD",
            Self::AddSystemVersioning => "ADD SYSTEM VERSIONING",
            Self::DropColumn(_) => "DROP COLUMN",
            Self::DropIndex(_) => "DROP INDEX",
            Self::DropPrimaryKey => "DROP PRIMARY KEY",
            Self::DropForeignKey(_) => "DROP FOREIGN KEY",
            Self::DropCheck(_) => "DROP CHECK",
            Self::DropConstraint(_) => "DROP CONSTRAINT",
            Self::DropPeriod(_) => "DROP PERIOD",
            Self::DropSystemVersioning => "DROP SYSTEM VERSIONING",
            Self::Modify(_) => "MODIFY",
            Self::Change { .. } => "CHANGE",
            Self::AlterColumn { .. } => "ALTER COLUMN",
            Self::AlterIndex { .. } => "ALTER INDEX",
            Self::AlterCheck { .. } => "ALTER CHECK",
            Self::AlterConstraint { .. } => "ALTER CONSTRAINT",
            Self::RenameColumn { .. } => "RENAME COLUMN",
            Self::RenameIndex { .. } => "RENAME INDEX",
            Self::ConvertCharset { .. } => "CONVERT TO CHARACTER SET",
            Self::TableOption(setting) => option_verb(&setting.name),
            Self::OrderBy(_) => "ORDER BY",
            Self::Force => "FORCE",
            Self::EnableKeys => "ENABLE KEYS",
            Self::DisableKeys => "DISABLE KEYS",
            Self::AddPartitions { .. } => "ADD PARTITION",
            Self::Partitions { work, .. } => work.verb(),
            Self::ReorganizePartitions { .. } => "REORGANIZE PARTITION",
            Self::CoalescePartitions { .. } => "COALESCE PARTITION",
            Self::PartitionBy(_) => "PARTITION BY",
            Self::RemovePartitioning => "REMOVE PARTITIONING",
            Self::RenameTable(_) => "RENAME",
            Self::ExchangePartition { .. } => "EXCHANGE PARTITION",
            Self::ConvertPartition => "CONVERT PARTITION",
            Self::Tablespace => "TABLESPACE",
            Self::Algorithm => "ALGORITHM",
            Self::Lock => "LOCK",
            Self::Validation => "VALIDATION",
            Self::Wait => "WAIT",
            Self::SecondaryLoad => "SECONDARY_LOAD",
            Self::Unknown => "OTHER",
        }
    }

    /// Takes something away for certain. Whether MODIFY, CHANGE or CONVERT narrows needs the table's columns.
    pub fn is_destructive(&self) -> bool {
        match self {
            Self::Partitions { work, .. } => matches!(work, PartitionWork::Drop | PartitionWork::Truncate),
            Self::DropColumn(_) | Self::DropIndex(_) | Self::DropPrimaryKey | Self::DropSystemVersioning => {
                true
            }
            _ => false,
        }
    }

    /// Drops the primary key, in whichever of the three notations.
    pub fn drops_primary_key(&self) -> bool {
        match self {
            Self::DropPrimaryKey => true,
            Self::DropIndex(name) | Self::DropConstraint(name) => name.is("PRIMARY"),
            _ => false,
        }
    }

    /// Names that the operation is about, in the order as typed; an unnamed index is known by its first column.
    pub fn names(&self) -> Vec<String> {
        let one = |name: &Name| vec![name.value.clone()];
        let many = |names: &[Name]| names.iter().map(|name| name.value.clone()).collect();
        let partitions = |list: &[Partition]| list.iter().map(|part| part.name.value.clone()).collect();
        match self {
            Self::AddColumn(column) | Self::Modify(column) => one(&column.name),
            Self::AddList(elements) => elements.iter().filter_map(listed_column).collect(),
            Self::AddIndex(index) => index_subject(index).into_iter().collect(),
            Self::AddForeignKey(key) => {
                let first = key.columns.first().map(Name::as_str);
                key.name().or(first).map(str::to_owned).into_iter().collect()
            }
            Self::AddCheck(Check { name, .. }) | Self::AddConstraint(name) | Self::RenameTable(name) => {
                name.iter().map(|name| name.value.clone()).collect()
            }
            Self::AddPeriod(period) => one(&period.name),
            Self::DropColumn(name)
            | Self::DropIndex(name)
            | Self::DropForeignKey(name)
            | Self::DropCheck(name)
            | Self::DropConstraint(name)
            | Self::DropPeriod(name)
            | Self::Change { from: name, .. }
            | Self::AlterColumn { name, .. }
            | Self::AlterIndex { name, .. }
            | Self::AlterCheck { name, .. }
            | Self::AlterConstraint { name, .. }
            | Self::RenameColumn { from: name, .. }
            | Self::RenameIndex { from: name, .. } => one(name),
            Self::OrderBy(parts) => parts
                .iter()
                .filter_map(IndexPart::column)
                .map(str::to_owned)
                .collect(),
            Self::AddPartitions { partitions: list, .. } => partitions(list),
            Self::Partitions { all: true, .. } => vec!["ALL".to_owned()],
            Self::Partitions { names, .. } | Self::ReorganizePartitions { names, .. } => many(names),
            Self::CoalescePartitions { count: name } | Self::ExchangePartition { partition: name, .. } => {
                name.iter().map(|name| name.value.clone()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The second name of CHANGE and RENAME.
    pub fn new_name(&self) -> Option<&str> {
        match self {
            Self::Change { column, .. } => Some(column.name.as_str()),
            Self::RenameColumn { to, .. } | Self::RenameIndex { to, .. } => to.as_ref().map(Name::as_str),
            _ => None,
        }
    }
}

fn listed_column(element: &Element) -> Option<String> {
    match element {
        Element::Column(column) => Some(column.name.value.clone()),
        _ => None,
    }
}

/// The constraint's name counts first here: it is what was typed first.
fn index_subject(index: &Index) -> Option<String> {
    let named = index.constraint.as_ref().or(index.own_name.as_ref());
    let first = || index.parts.first().and_then(IndexPart::column);
    named.map(Name::as_str).or_else(first).map(str::to_owned)
}

/// Table options by name. Synonyms and spellings that the readers fold come out as one of these.
pub(super) const TABLE_OPTIONS: [&str; 41] = [
    "AUTOEXTEND_SIZE",
    "AUTO_INCREMENT",
    "AVG_ROW_LENGTH",
    "CHARACTER SET",
    "CHARSET",
    "CHECKSUM",
    "COLLATE",
    "COMMENT",
    "COMPRESSION",
    "CONNECTION",
    "DATA DIRECTORY",
    "DELAY_KEY_WRITE",
    "ENCRYPTED",
    "ENCRYPTION",
    "ENCRYPTION_KEY_ID",
    "ENGINE",
    "ENGINE_ATTRIBUTE",
    "IETF_QUOTES",
    "INDEX DIRECTORY",
    "INSERT_METHOD",
    "ITEF_QUOTES",
    "KEY_BLOCK_SIZE",
    "MAX_ROWS",
    "MIN_ROWS",
    "PACK_KEYS",
    "PAGE_CHECKSUM",
    "PAGE_COMPRESSED",
    "PAGE_COMPRESSION_LEVEL",
    "PASSWORD",
    "ROW_FORMAT",
    "SECONDARY_ENGINE",
    "SECONDARY_ENGINE_ATTRIBUTE",
    "SEQUENCE",
    "STATS_AUTO_RECALC",
    "STATS_PERSISTENT",
    "STATS_SAMPLE_PAGES",
    "STORAGE",
    "TABLESPACE",
    "TABLE_CHECKSUM",
    "TRANSACTIONAL",
    "UNION",
];

fn option_verb(name: &str) -> &'static str {
    let known = TABLE_OPTIONS.iter().find(|option| **option == name);
    known.copied().unwrap_or("OTHER")
}
