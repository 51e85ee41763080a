//! Comparing the rows of two tables, as a question to a server.

use mysqler_contract::TableRef;

/// Two tables whose rows are the same in some columns, and the key that both can be gone through by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowComparison {
    pub one: Side,
    pub other: Side,
    /// In the order of both tables' `columns`.
    pub forms: Vec<ColumnForm>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    pub table: TableRef,
    /// An index that begins with the key's columns.
    pub index: String,
    /// Unique and without NULL, in the order of the index.
    pub key: Vec<String>,
    pub columns: Vec<String>,
}

/// How a column's value becomes part of a row's hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnForm {
    /// Numbers and times: as their text.
    Text,
    /// Floating-point numbers: with every digit, of which their own text leaves some out.
    Digits,
    /// Strings: as their bytes, whatever the collation.
    Bytes,
    /// Strings without a small limit: as a hash of their own, so that no row outgrows a packet.
    Long,
    Bits,
    Json,
    /// Everything else: as a hash of what the server makes of it as a string.
    Opaque,
}

/// Keys are given as text, parts of one separated by a comma.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ComparisonEnd {
    Equal {
        rows: u64,
    },
    /// In keys after `after` up to `to`; `None` is the begin or end of the table.
    Different {
        rows: u64,
        after: Option<String>,
        to: Option<String>,
    },
    /// Of some value no hash can be made under the server's limits: nothing is proven.
    Unreadable {
        rows: u64,
    },
    OutOfTime {
        rows: u64,
        up_to: Option<String>,
    },
    Cancelled {
        rows: u64,
        up_to: Option<String>,
    },
}
