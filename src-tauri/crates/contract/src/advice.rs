//! Advice: the ways in which a server could carry a clause out, and the one that is taken.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{Difference, Engine, TableRef};

/// How a server carries out an ALTER by itself, cheapest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Algorithm {
    /// Metadata only.
    Instant,
    /// MariaDB: in place, without rebuilding the clustered index.
    NoCopy,
    /// In place, writers go on.
    Inplace,
    /// Copies the table and blocks its writers.
    Copy,
}

impl Algorithm {
    /// As a statement asserts it.
    pub fn keyword(self) -> &'static str {
        match self {
            Algorithm::Instant => "INSTANT",
            Algorithm::NoCopy => "NOCOPY",
            Algorithm::Inplace => "INPLACE",
            Algorithm::Copy => "COPY",
        }
    }
}

/// One way in which the change could be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Offer {
    pub engine: Engine,
    /// What the server is held to; `None` under pt-osc.
    pub algorithm: Option<Algorithm>,
    /// Writers of the table wait until it is done.
    #[serde(default)]
    pub blocks_writers: bool,
    /// False when a finding forbids this way.
    pub open: bool,
    /// Its price and its limits; each is `advice.<what>` of the catalogue.
    pub notes: Vec<Difference>,
}

/// What the server said, or the rules in its place, of the cheapest safe way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Advice {
    /// The cheapest that the server takes for exactly this clause; `None` when nothing could be said.
    pub algorithm: Option<Algorithm>,
    /// With that algorithm writers of the table wait until it is done.
    #[serde(default)]
    pub blocks_writers: bool,
    /// True when an empty clone on the server proved it; false when rules answered.
    pub verified: bool,
    /// Why, in order of weight; each is `advice.<what>` of the catalogue.
    pub reasons: Vec<Difference>,
    /// The ways that there are, the recommended one first.
    pub offers: Vec<Offer>,
    /// The clone's definition after the clause: what the table has to look like in the end.
    pub expected: Option<ExpectedDefinition>,
    /// The server's own words when it would not carry the clause out on the clone in any way, for example `1060: …`.
    #[serde(default)]
    pub refusal: Option<String>,
    /// A clone that could not be dropped.
    #[serde(default)]
    pub left: Option<TableRef>,
}

/// A definition as the server printed it for a table that stood in for the real one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ExpectedDefinition {
    pub table: TableRef,
    pub definition: String,
}
