//! As many runs at once as are allowed, each under an application of its own: all of them end right. What they take is
//! printed, not judged.

use std::collections::HashSet;
use std::fs;

use mysqler_contract::{EngineChoice, Phase, RunId, RunState};
use mysqler_tests::desk::Desk;
use mysqler_tests::ledger::Writer;
use mysqler_tests::sandbox::{Account, Server};
use mysqler_tests::table::{filled, remains};
use tokio::process::Command;

const RUNS: u32 = 10;
const ROWS: u64 = 4_000;

#[tokio::test(flavor = "multi_thread")]
async fn ten_runs_at_once_end_right() {
    let desk = Desk::new().await;
    let mut settings = desk.core.settings().await.expect("stored");
    (settings.runs_at_once, settings.heavy_per_server) = (RUNS, RUNS);
    desk.core.settings_save(&settings).await.expect("saved");
    let connection = desk.primary().await;
    let place = desk.sandbox.place(Server::Primary, Account::Mysqler);
    let mut works = Vec::new();
    for number in 0..RUNS {
        let schema = desk
            .sandbox
            .fresh_schema(Server::Primary, &format!("ten_{number}"))
            .await;
        let table = filled(&schema, "orders", ROWS).await;
        let writer = Writer::start(&place, schema.name(), "orders", u64::from(number)).await;
        works.push((schema, table, writer));
    }
    let before = pss();
    let mut runs = Vec::new();
    for (_, table, _) in &works {
        let mut request = desk.request(&connection, table, "ADD COLUMN extra INT NOT NULL DEFAULT 7");
        request.engine = EngineChoice::PtOsc;
        request.options.chunk_size = Some(100);
        request.options.chunk_time_ms = None;
        request.options.max_lag_s = 3_600;
        for threshold in request
            .options
            .max_load
            .iter_mut()
            .chain(&mut request.options.critical_load)
        {
            threshold.value += 400;
        }
        request.hold_cutover = true;
        runs.push(desk.go(request).await);
    }

    // Each stays at its gate, so at some time all are there at once.
    let mut peak = before;
    let mut largest = 0;
    for run in &runs {
        desk.until(run, "the gate", |view| {
            matches!(view.state, RunState::AwaitingCutover { .. })
        })
        .await;
        peak = peak.max(pss());
        largest = largest.max(largest_container(&desk, &runs).await);
    }
    let live = desk.core.runs_live().await.expect("stored");
    let held = live
        .iter()
        .filter(|view| matches!(view.state, RunState::AwaitingCutover { .. }));
    assert_eq!(held.count(), runs.len());
    for run in &runs {
        desk.core.run_cutover(run).await.expect("asked");
    }
    for run in &runs {
        let view = desk.completed(run).await;
        assert!(view.rows_copied >= ROWS / 2, "{view:?}");
        assert!(view.phases.iter().any(|time| time.phase == Phase::Swap));
        peak = peak.max(pss());
    }
    for (schema, table, writer) in works {
        writer.agrees(&table.to_string()).await;
        let mut client = schema.client().await;
        assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());
    }
    println!(
        "ten runs: this process {before} kB (PSS) before, {peak} kB at most; the largest container {largest} kB at most"
    );
    desk.close().await;
}

/// Of this process, kB.
fn pss() -> u64 {
    let rollup = fs::read_to_string("/proc/self/smaps_rollup").unwrap_or_default();
    let pss = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
    pss.and_then(|rest| rest.trim().strip_suffix(" kB")?.trim().parse().ok())
        .unwrap_or(0)
}

/// As the engine counts it, kB; 0 where it does not.
async fn largest_container(desk: &Desk, runs: &[RunId]) -> u64 {
    let mut jobs = HashSet::new();
    for run in runs {
        jobs.extend(desk.core.run_view(run).await.expect("stored").job);
    }
    let mut stats = Command::new("docker");
    stats.args([
        "stats",
        "--no-stream",
        "--no-trunc",
        "--format",
        "{{.ID}} {{.MemUsage}}",
    ]);
    let told = stats.output().await.expect("the engine answers").stdout;
    let told = String::from_utf8_lossy(&told).into_owned();
    let ours = told.lines().filter_map(|line| {
        let (id, usage) = line.split_once(' ')?;
        jobs.iter()
            .any(|job| job.contains(id))
            .then(|| kilobytes(usage))
            .flatten()
    });
    ours.max().unwrap_or(0)
}

/// `12.3MiB / 512MiB`.
fn kilobytes(usage: &str) -> Option<u64> {
    let used = usage.split(" / ").next()?;
    let (number, unit) = used.split_at(used.find(|c: char| c.is_ascii_alphabetic())?);
    let factor = match unit {
        "KiB" => 1.0,
        "MiB" => 1024.0,
        "GiB" => 1024.0 * 1024.0,
        _ => return None,
    };
    Some((number.parse::<f64>().ok()? * factor) as u64)
}
