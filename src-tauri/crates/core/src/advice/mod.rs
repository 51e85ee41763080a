//! The cheapest safe way of one change: what the server's own ALTER would cost, proven on an empty clone where that may
//! be tried and told by rules where not. Pure; what asks the server is the plan.

mod attempts;
mod expected;
mod judge;
mod permission;
mod rules;
#[cfg(test)]
mod tests;

use mysqler_contract::{Algorithm, Flavour, TableFacts};

pub use attempts::{Attempt, attempts, question};
pub use judge::{Asked, judge, row_version_limit};
pub use permission::{log_right, obstacle};
pub use rules::rule;

use crate::clause::Analysis;
use crate::ports::ServerFacts;

/// One clause on one table of one server.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    pub clause: &'a Analysis<'a>,
    pub table: &'a TableFacts,
    pub server: &'a ServerFacts,
}

/// How an ALTER is carried out, the cheaper the less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Price {
    pub algorithm: Algorithm,
    pub blocks_writers: bool,
}

impl Price {
    pub const INSTANT: Price = Price::open(Algorithm::Instant);
    pub const NOCOPY: Price = Price::open(Algorithm::NoCopy);
    pub const INPLACE: Price = Price::open(Algorithm::Inplace);
    pub const NOCOPY_LOCKED: Price = Price::locked(Algorithm::NoCopy);
    pub const INPLACE_LOCKED: Price = Price::locked(Algorithm::Inplace);
    pub const COPY: Price = Price::locked(Algorithm::Copy);

    const fn open(algorithm: Algorithm) -> Self {
        Self {
            algorithm,
            blocks_writers: false,
        }
    }

    const fn locked(algorithm: Algorithm) -> Self {
        Self {
            algorithm,
            blocks_writers: true,
        }
    }
}

impl Subject<'_> {
    pub fn is_mariadb(&self) -> bool {
        self.server.flavour == Flavour::MariaDb
    }

    pub fn since(&self, major: u16, minor: u16, patch: u16) -> bool {
        let version = self.server.version;
        (version.major, version.minor, version.patch) >= (major, minor, patch)
    }

    /// A server variable, lower-case name.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.server.variables.get(name).map(String::as_str)
    }

    pub fn is_on(&self, name: &str) -> bool {
        self.variable(name)
            .is_some_and(|value| value.eq_ignore_ascii_case("on") || value == "1")
    }

    /// The mode in which the run's own session works.
    pub fn sql_mode(&self, word: &str) -> bool {
        let modes = self.variable("sql_mode").unwrap_or_default();
        modes.split(',').any(|mode| mode.eq_ignore_ascii_case(word))
    }

    pub fn is_strict(&self) -> bool {
        self.sql_mode("STRICT_TRANS_TABLES")
            || self.sql_mode("STRICT_ALL_TABLES")
            || self.sql_mode("TRADITIONAL")
    }
}
