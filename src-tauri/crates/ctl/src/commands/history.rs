//! `history`: runs of the past.

use chrono::{NaiveDate, NaiveDateTime, TimeZone};
use clap::{Args, Subcommand};
use mysqler_contract::{HistoryFilter, Page, Result, RunStateKind, RunView, Timestamp};

use super::connection::{Env, environment};
use crate::context::Context;
use crate::exit::Exit;
use crate::output::{Align, Output, Table, duration, moment, number};
use crate::table_name;
use crate::watch::waiting;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Runs, newest first
    List(List),
}

#[derive(Debug, Args)]
pub struct List {
    /// Only these states, for example completed,failed
    #[arg(long, value_name = "STATE,…", value_delimiter = ',', value_parser = state)]
    state: Vec<RunStateKind>,
    /// Exact name
    #[arg(long)]
    database: Option<String>,
    /// Part of the table's name
    #[arg(long)]
    table: Option<String>,
    /// Part of the clause, the id or the error
    #[arg(long)]
    text: Option<String>,
    /// Made at or after this local time: YYYY-MM-DD or 'YYYY-MM-DD HH:MM[:SS]'
    #[arg(long, value_name = "TIME", value_parser = local_time)]
    from: Option<Timestamp>,
    /// Made before this local time
    #[arg(long, value_name = "TIME", value_parser = local_time)]
    to: Option<Timestamp>,
    #[arg(long, value_enum)]
    env: Option<Env>,
    /// Name of a saved connection
    #[arg(long)]
    connection: Option<String>,
    /// From 1
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    page: u32,
    /// Runs on a page, 1 to 500
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=500))]
    size: u32,
}

pub async fn run(context: &Context, command: Command) -> Result<Exit> {
    let Command::List(args) = command;
    let connection_id = match &args.connection {
        Some(name) => Some(context.core.connection_named(name).await?.id),
        None => None,
    };
    let filter = HistoryFilter {
        states: args.state,
        environment: args.env.map(Into::into),
        connection_id,
        database: args.database,
        table: args.table,
        text: args.text,
        from: args.from,
        to: args.to,
    };
    let page = Page {
        index: args.page - 1,
        size: args.size,
    };
    let found = context.core.history(&filter, page).await?;
    let out = &context.out;
    out.list(&found.runs, |runs| table(out, runs));
    let shown = u64::try_from(found.runs.len()).unwrap_or(u64::MAX);
    out.say(out.own_with(
        "ctl.history.total",
        [("shown", number(shown)), ("total", number(found.total))],
    ));
    Ok(Exit::Done)
}

pub fn table(out: &Output, runs: &[RunView]) -> Table {
    let mut columns = vec![
        (out.own("ctl.column.run"), Align::Left),
        (out.own("ctl.column.state"), Align::Left),
        (out.own("ctl.column.connection"), Align::Left),
        (out.own("ctl.column.environment"), Align::Left),
        (out.own("ctl.column.table"), Align::Left),
        (out.own("ctl.column.change"), Align::Left),
        (out.own("ctl.column.started"), Align::Left),
        (out.own("ctl.column.took"), Align::Right),
        (out.own("ctl.column.rows"), Align::Right),
    ];
    // A column that is empty for all would only push the others together.
    let waits = runs.iter().any(|run| run.waiting.is_some());
    if waits {
        columns.push((out.own("ctl.column.waits"), Align::Left));
    }
    let mut table = Table::new(columns);
    for run in runs {
        let started = run.started_at.unwrap_or(run.created_at);
        let took = run
            .finished_at
            .map(|finished| duration(out, finished.since(started)))
            .unwrap_or_default();
        let row = [
            run.id.to_string(),
            state_name(out, run),
            run.connection_name.clone(),
            environment(out, run.environment),
            table_name::quote(&run.table),
            shortened(&run.clause),
            moment(started),
            took,
            number(run.rows_copied),
        ];
        let waiting = waits.then(|| waiting::words(out, run).unwrap_or_default());
        table.row(row.into_iter().chain(waiting));
    }
    table
}

pub fn state_name(out: &Output, run: &RunView) -> String {
    let name = out.name(&format!("state.{}", run.state.kind().as_str()));
    if run.dry_run {
        format!("{name} ({})", out.own("ctl.history.dry_run"))
    } else {
        name
    }
}

/// A long clause would push every other column off the screen; `runs show` has it whole.
fn shortened(clause: &str) -> String {
    const LONGEST: usize = 48;
    if clause.chars().count() <= LONGEST {
        return clause.to_owned();
    }
    let start: String = clause.chars().take(LONGEST - 1).collect();
    format!("{start}…")
}

fn state(text: &str) -> Result<RunStateKind, String> {
    let found = RunStateKind::ALL.into_iter().find(|state| state.as_str() == text);
    found.ok_or_else(|| {
        let names: Vec<&str> = RunStateKind::ALL.iter().map(|state| state.as_str()).collect();
        format!("one of: {}", names.join(", "))
    })
}

/// As a person writes it; a day alone begins at midnight.
pub fn local_time(text: &str) -> Result<Timestamp, String> {
    let day = || {
        NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .ok()?
            .and_hms_opt(0, 0, 0)
    };
    let minute = || NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").ok();
    let second = || NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").ok();
    let time = day()
        .or_else(minute)
        .or_else(second)
        .ok_or("YYYY-MM-DD or 'YYYY-MM-DD HH:MM[:SS]'")?;
    // An hour that the clock shows twice means its first showing; one that it skips does not exist.
    let local = chrono::Local
        .from_local_datetime(&time)
        .earliest()
        .ok_or("the clock skips this time")?;
    Ok(Timestamp(local.timestamp_millis()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_their_three_shapes_and_nothing_else() {
        let day = local_time("2026-03-05").unwrap();
        assert_eq!(local_time("2026-03-05 00:01").unwrap().0 - day.0, 60_000);
        assert_eq!(local_time("2026-03-05 00:00:01").unwrap().0 - day.0, 1_000);
        for text in ["", "2026", "2026-13-01", "yesterday", "2026-03-05T00:00"] {
            assert!(local_time(text).is_err(), "{text}");
        }
    }

    #[test]
    fn every_state_can_be_asked_for_by_its_name() {
        for kind in RunStateKind::ALL {
            assert_eq!(state(kind.as_str()), Ok(kind));
        }
        assert!(state("done").unwrap_err().contains("needs_cleanup"));
    }

    #[test]
    fn a_long_clause_is_cut_between_characters() {
        let long = "列".repeat(60);
        assert_eq!(shortened(&long).chars().count(), 48);
        assert_eq!(shortened("ADD x INT"), "ADD x INT");
    }
}
