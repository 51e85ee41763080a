//! The history's filters and pages in a large data file.

use std::time::{Duration, Instant};

use mysqler_contract::{ConnectionId, Environment, HistoryFilter, Page, RunStateKind, Timestamp};

use crate::desk::ms_between;
use crate::report::{Report, duration, megabytes};
use crate::scratch::Scratch;
use crate::statistics::{median, percentile};

const SIZE: u32 = 50;
const TIMES: usize = 20;
/// A case that is far too slow is measured less often.
const AT_MOST: Duration = Duration::from_secs(4);
const AT_LEAST: usize = 3;

pub async fn measure(scratch: &Scratch, runs: u64, report: &mut Report) {
    let mut worst: (f64, String) = (0.0, String::new());
    let mut all = Vec::new();
    for (name, filter) in filters() {
        let total = page(scratch, &filter, 0).await.1;
        let last = u32::try_from(total.saturating_sub(1) / u64::from(SIZE)).unwrap_or(u32::MAX);
        for (place, index) in [("first", 0), ("middle", last / 2), ("last", last)] {
            let taken = times(scratch, &filter, index).await;
            let p95 = percentile(&taken, 95.0);
            eprintln!(
                "        {name}, {place} page: median {}, p95 {}",
                duration(median(&taken)),
                duration(p95)
            );
            if p95 > worst.0 {
                worst = (p95, format!("{name}, {place} page"));
            }
            all.push((name, p95));
        }
    }
    let within = all.iter().filter(|(_, p95)| *p95 <= 50.0).count();
    let value = format!(
        "worst p95 {} ({}); {within} of {} cases within the budget",
        duration(worst.0),
        worst.1,
        all.len()
    );
    let how = format!(
        "core call `history`, page of {SIZE} with its figures, 3–{TIMES} times a case, {} filters × first, middle, last page; data file of {}, warm",
        filters().len(),
        megabytes(scratch.bytes)
    );
    report.row(
        &format!("history of {runs} runs: any filter, any page"),
        value,
        "50 ms p95",
        &how,
    );
    let slow: Vec<String> = worst_by_filter(&all)
        .into_iter()
        .map(|(name, p95)| format!("{name} {}", duration(p95)))
        .collect();
    report.row(
        &format!("history of {runs} runs, by filter"),
        slow.join("; "),
        "50 ms p95",
        "worst p95 of the three pages",
    );
}

fn filters() -> Vec<(&'static str, HistoryFilter)> {
    let any = HistoryFilter::default;
    vec![
        ("no filter", any()),
        (
            "state completed",
            HistoryFilter {
                states: vec![RunStateKind::Completed],
                ..any()
            },
        ),
        (
            "states failed or needing cleanup",
            HistoryFilter {
                states: vec![RunStateKind::Failed, RunStateKind::NeedsCleanup],
                ..any()
            },
        ),
        (
            "environment",
            HistoryFilter {
                environment: Some(Environment::Production),
                ..any()
            },
        ),
        (
            "connection",
            HistoryFilter {
                connection_id: Some(ConnectionId("connection-7".into())),
                ..any()
            },
        ),
        (
            "database",
            HistoryFilter {
                database: Some("shop_7".into()),
                ..any()
            },
        ),
        (
            "part of a table's name",
            HistoryFilter {
                table: Some("ders_42".into()),
                ..any()
            },
        ),
        (
            "text, rare",
            HistoryFilter {
                text: Some("c4242 ".into()),
                ..any()
            },
        ),
        (
            "text, frequent",
            HistoryFilter {
                text: Some("varchar".into()),
                ..any()
            },
        ),
        (
            "a month",
            HistoryFilter {
                from: Some(Timestamp(1_767_225_600_000 - 2_592_000_000)),
                ..any()
            },
        ),
        (
            "database, state and text",
            HistoryFilter {
                database: Some("shop_7".into()),
                states: vec![RunStateKind::Completed],
                text: Some("c42".into()),
                ..any()
            },
        ),
    ]
}

async fn times(scratch: &Scratch, filter: &HistoryFilter, index: u32) -> Vec<f64> {
    let begun = Instant::now();
    let mut taken = Vec::new();
    while taken.len() < AT_LEAST || (taken.len() < TIMES && begun.elapsed() < AT_MOST) {
        taken.push(page(scratch, filter, index).await.0);
    }
    taken
}

/// Milliseconds, and how many runs match.
async fn page(scratch: &Scratch, filter: &HistoryFilter, index: u32) -> (f64, u64) {
    let started = Instant::now();
    let page = scratch
        .desk
        .core
        .history(filter, Page { index, size: SIZE })
        .await
        .expect("the history is read");
    (ms_between(started, Instant::now()), page.total)
}

fn worst_by_filter(all: &[(&'static str, f64)]) -> Vec<(&'static str, f64)> {
    let mut worst: Vec<(&'static str, f64)> = Vec::new();
    for (name, p95) in all {
        match worst.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = known.max(*p95),
            None => worst.push((name, *p95)),
        }
    }
    worst
}
