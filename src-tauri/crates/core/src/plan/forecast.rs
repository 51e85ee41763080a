//! What a change will cost, with the basis of each number.

use mysqler_contract::{Forecast, TableFacts};

/// Rows per second assumed before this workstation has copied anything on that server: the low end of what a small
/// two-core server did with chunks of 0.1 s.
const DEFAULT_RATE: u64 = 50_000;

/// What every run takes beside its copy, ms: the container, the shadow, the triggers, the swap, the proof.
const FIXED_MS: u64 = 2_000;

/// `learned` are rates of earlier completed copies on this connection, newest first.
pub(super) fn forecast(facts: &TableFacts, binlog: bool, learned: &[u64]) -> Forecast {
    let mut rates: Vec<u64> = learned.iter().copied().filter(|rate| *rate > 0).collect();
    rates.sort_unstable();
    let median = rates.get(rates.len() / 2).copied();
    let rate = median.unwrap_or(DEFAULT_RATE);
    let summary = &facts.summary;
    let shadow = summary.data_bytes.saturating_add(summary.index_bytes);
    Forecast {
        rows: summary.rows,
        shadow_bytes: shadow,
        // Row images of the copy: the data once more.
        binlog_bytes: binlog.then_some(summary.data_bytes),
        duration_ms: FIXED_MS + summary.rows.saturating_mul(1000) / rate.max(1),
        rate_rows_s: rate,
        learned: median.is_some(),
    }
}
