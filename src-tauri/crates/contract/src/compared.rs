//! What was foretold of a run beside what came of it.

use serde::{Deserialize, Serialize};
use specta::Type;

/// A figure of the forecast; its name is `compared.<figure>` of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Figure {
    Duration,
    Rows,
    Chunks,
    /// Data and indexes of the table that took the other's place, bytes.
    NewTable,
    /// What the table takes more than before, bytes.
    Growth,
    /// What the binary log grew by, bytes.
    BinaryLog,
    /// The furthest that a replica was behind.
    ReplicaLag,
}

impl Figure {
    pub const ALL: [Figure; 7] = [
        Figure::Duration,
        Figure::Rows,
        Figure::Chunks,
        Figure::NewTable,
        Figure::Growth,
        Figure::BinaryLog,
        Figure::ReplicaLag,
    ];

    pub fn unit(self) -> Unit {
        match self {
            Figure::Duration | Figure::ReplicaLag => Unit::Ms,
            Figure::Rows | Figure::Chunks => Unit::Count,
            Figure::NewTable | Figure::Growth | Figure::BinaryLog => Unit::Bytes,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    Ms,
    Count,
    Bytes,
}

/// What a reader has to know of a fact; its words are `compared.remark.<remark>` of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Remark {
    /// A person's pauses and the wait before the swap are left out.
    WithoutPauses,
    /// Counted by the sizes of the chunks that were told.
    BySizesTold,
    /// As the server's statistics have it.
    ByStatistics,
    /// The binary log does not tell whose writes they were.
    OthersToo,
    /// No replica was seen further behind than the copy allows.
    WithinLimit,
    NotWatched,
}

impl Remark {
    pub const ALL: [Remark; 6] = [
        Remark::WithoutPauses,
        Remark::BySizesTold,
        Remark::ByStatistics,
        Remark::OthersToo,
        Remark::WithinLimit,
        Remark::NotWatched,
    ];
}

/// One figure, foretold and seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Compared {
    pub figure: Figure,
    pub unit: Unit,
    pub forecast: u64,
    /// `None` where nothing was seen that could be held against the forecast.
    pub fact: Option<u64>,
    /// The fact in percent of the forecast; `None` without a fact, and where nothing was foretold.
    pub percent: Option<u64>,
    pub remark: Option<Remark>,
}

impl Compared {
    pub fn new(figure: Figure, forecast: u64, fact: Option<u64>, remark: Option<Remark>) -> Self {
        let percent = fact.filter(|_| forecast > 0).map(|fact| {
            let rounded = (u128::from(fact) * 100 + u128::from(forecast) / 2) / u128::from(forecast);
            u64::try_from(rounded).unwrap_or(u64::MAX)
        });
        Self {
            figure,
            unit: figure.unit(),
            forecast,
            fact,
            percent,
            remark,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_rounded_and_needs_both_figures() {
        let percent = |forecast, fact| Compared::new(Figure::Rows, forecast, fact, None).percent;
        assert_eq!(percent(3, Some(2)), Some(67));
        assert_eq!(percent(1_000, Some(1_004)), Some(100));
        assert_eq!(percent(1, Some(u64::MAX)), Some(u64::MAX));
        assert_eq!(percent(0, Some(5)), None);
        assert_eq!(percent(5, None), None);
    }
}
