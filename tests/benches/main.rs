//! `bench`: MySQLer measured against its budgets on real servers, and printed as one Markdown table.
//!
//! Nothing here is asserted: numbers are told with how they were taken, and a person judges them.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a measuring program speaks to its terminal and fails loudly"
)]

mod arguments;
mod bare;
mod clause;
mod desk;
mod history;
mod latency;
mod logs;
mod memory;
mod overhead;
mod planning;
mod report;
mod scratch;
mod sizes;
mod start;
mod statistics;
mod window;

use arguments::Arguments;
use report::Report;

#[tokio::main]
async fn main() -> std::process::ExitCode {
    let arguments = match Arguments::parse(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(why) => {
            eprintln!("{why}\n\n{}", arguments::USAGE);
            return std::process::ExitCode::from(2);
        }
    };
    let mut report = Report::default();
    if arguments.wants("sizes") {
        sizes::measure(&mut report);
    }
    if arguments.wants("clause") {
        clause::measure(&mut report);
    }
    // The window before anything that fills caches and memory.
    if arguments.wants("window") {
        window::measure(&arguments, &mut report).await;
    }
    if arguments.wants("memory") {
        memory::measure(&mut report).await;
    }
    if arguments.wants("history") || arguments.wants("latency") || arguments.wants("log") {
        measure_store(&arguments, &mut report).await;
    }
    if arguments.wants("start") {
        start::measure(&arguments, &mut report).await;
    }
    if arguments.wants("planning") || arguments.wants("overhead") {
        measure_runs(&arguments, &mut report).await;
    }
    println!("{report}");
    std::process::ExitCode::SUCCESS
}

async fn measure_store(arguments: &Arguments, report: &mut Report) {
    for runs in &arguments.runs {
        let desk = scratch::with_runs(*runs).await;
        if arguments.wants("history") {
            history::measure(&desk, *runs, report).await;
        }
        if arguments.wants("latency") {
            latency::measure(&desk, *runs, report).await;
        }
        desk.close().await;
    }
    if arguments.wants("log") {
        logs::measure(arguments.lines, report).await;
    }
}

async fn measure_runs(arguments: &Arguments, report: &mut Report) {
    let bench = overhead::Bench::new(arguments.rows).await;
    if arguments.wants("planning") {
        planning::measure(&bench, arguments, report).await;
    }
    if arguments.wants("overhead") {
        overhead::measure(&bench, arguments, report).await;
    }
    bench.close().await;
}
