//! The table's statistics are believable. Scope: the table. `warn`: pt-osc sizes its progress and its first chunk by
//! them, and with nonsense there it shows no progress at all. Their age unknown is `info`.

use mysqler_contract::{Finding, Fix, Severity, TableKind};

use super::super::context::Context;

pub const CODES: &[&str] = &[
    "STATISTICS_IMPLAUSIBLE",
    "STATISTICS_OLD",
    "STATISTICS_AGE_UNKNOWN",
];

/// Below this a table is copied in a moment, whatever its statistics say.
const SMALL_BYTES: u64 = 1024 * 1024;
const OLD_DAYS: u64 = 30;
const DAY_MS: u64 = 24 * 3600 * 1000;

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let worth = |summary: &mysqler_contract::TableSummary| {
        summary.kind == TableKind::Base && summary.data_bytes > SMALL_BYTES
    };
    let Some(facts) = context.input.table.filter(|facts| worth(&facts.summary)) else {
        return Vec::new();
    };
    let age_days = facts.statistics_at.map(|at| context.input.now.since(at) / DAY_MS);
    let finding = |code, severity| {
        let finding = Finding::new(code, severity)
            .with("table", context.table_name())
            .with("rows", facts.summary.rows);
        finding
            .remedy(format!("ANALYZE TABLE {};", context.quoted_table()))
            .fix(Fix::Analyze)
    };
    if facts.summary.rows <= 1 {
        return vec![
            finding("STATISTICS_IMPLAUSIBLE", Severity::Warn).with("bytes", facts.summary.data_bytes),
        ];
    }
    match age_days {
        Some(days) if days >= OLD_DAYS => vec![finding("STATISTICS_OLD", Severity::Warn).with("days", days)],
        Some(_) => Vec::new(),
        None => vec![finding("STATISTICS_AGE_UNKNOWN", Severity::Info).not_proven()],
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::World;
    use mysqler_contract::Timestamp;

    #[test]
    fn old_missing_and_impossible_statistics_are_told_apart() {
        let old = World::calm().with_table(|table| table.statistics_at = Some(Timestamp(0)));
        assert_eq!(old.codes(), ["STATISTICS_OLD"]);
        assert_eq!(
            old.findings()[0].remedy.as_deref(),
            Some("ANALYZE TABLE `shop`.`orders`;")
        );
        assert_eq!(old.findings()[0].fixes, [mysqler_contract::Fix::Analyze]);
        let unknown = World::calm().with_table(|table| table.statistics_at = None);
        assert_eq!(unknown.codes(), ["STATISTICS_AGE_UNKNOWN"]);
        let impossible = World::calm().with_table(|table| table.summary.rows = 1);
        assert_eq!(impossible.codes(), ["STATISTICS_IMPLAUSIBLE"]);
        let small = World::calm().with_table(|table| {
            table.summary.rows = 0;
            table.summary.data_bytes = 16384;
        });
        assert_eq!(small.codes(), Vec::<String>::new());
    }
}
