//! `doctor`: what online changes left on a server, and its removal.

use clap::Args;
use mysqler_contract::{
    FoundLeftover, LeftoverCleanup, LeftoverPick, LeftoverRemoval, LeftoverReport, LeftoverVerdict,
    RemovalOutcome, Result,
};

use crate::context::Context;
use crate::exit::Exit;
use crate::output::{Align, Output, Table, bytes, duration, printable, word};

#[derive(Debug, Args)]
pub struct Doctor {
    /// Name of a saved connection
    connection: String,
    /// Look into this database only
    #[arg(long)]
    database: Option<String>,
    /// Remove what ended runs of this workstation left, and what is accepted
    #[arg(long)]
    fix: bool,
    /// Leftovers of other hands to remove as well, by the ids that a look shows
    #[arg(
        long,
        value_name = "ID,…",
        value_delimiter = ',',
        requires = "fix",
        conflicts_with = "accept_all"
    )]
    accept: Vec<String>,
    /// Remove every leftover of other hands that would be seen if it were at work
    #[arg(long, requires = "fix")]
    accept_all: bool,
}

pub async fn run(context: &Context, args: Doctor) -> Result<Exit> {
    let connection = context.connection(&args.connection).await?;
    let database = args.database.as_deref();
    let out = &context.out;
    let report = context.core.leftovers(&connection.id, database).await?;
    if !args.fix {
        out.answer(&report, |report| shown(out, report));
        return Ok(match report.removable().next() {
            Some(_) => Exit::RunFailed,
            None => Exit::Done,
        });
    }
    // Nothing is removed before it was shown.
    shown(out, &report).iter().for_each(|line| out.say(line));
    let pick = match args.accept_all {
        true => LeftoverPick::All,
        false => LeftoverPick::These { ids: args.accept },
    };
    let cleanup = context
        .core
        .leftovers_remove(&connection.id, database, &pick)
        .await?;
    out.answer(&cleanup, |cleanup| outcome(out, cleanup));
    Ok(match cleanup.is_complete() {
        true => Exit::Done,
        false => Exit::RunFailed,
    })
}

fn shown(out: &Output, report: &LeftoverReport) -> Vec<String> {
    let mut lines = Vec::new();
    if report.found.is_empty() {
        lines.push(out.own("ctl.doctor.clean"));
    } else {
        lines.extend(table(out, &report.found).render());
        for found in &report.found {
            lines.push(String::new());
            lines.push(format!("{}  {}", found.id, printable(&found.object.to_string())));
            lines.extend(found.why.iter().map(|why| {
                let words = out.text(&format!("leftover.why.{}", why.what), &why.params);
                format!("  {}", printable(&words))
            }));
        }
    }
    let statements: Vec<&FoundLeftover> = report.removable().collect();
    if !statements.is_empty() {
        lines.push(String::new());
        lines.push(out.own("ctl.doctor.statements"));
        lines.extend(
            statements
                .iter()
                .map(|found| format!("  {};", printable(&found.sql))),
        );
        lines.push(String::new());
        lines.push(out.own("ctl.doctor.pick"));
    }
    lines.extend(report.continuable.iter().map(|run| {
        let run = ("run", run.to_string());
        out.own_with("ctl.run.continue_by", [run])
    }));
    for unseen in &report.unseen {
        lines.push(format!(
            "! {}",
            out.text(&format!("leftover.unseen.{}", unseen.what), &unseen.params)
        ));
    }
    lines
}

fn table(out: &Output, found: &[FoundLeftover]) -> Table {
    let mut table = Table::new([
        (out.own("ctl.column.id"), Align::Left),
        (out.own("ctl.column.kind"), Align::Left),
        (out.own("ctl.column.object"), Align::Left),
        (out.own("ctl.column.size"), Align::Right),
        (out.own("ctl.column.age"), Align::Right),
        (out.own("ctl.column.verdict"), Align::Left),
    ]);
    for leftover in found {
        let kind = serde_json::to_value(&leftover.object).unwrap_or_default();
        let kind = kind["kind"].as_str().unwrap_or_default();
        table.row([
            leftover.id.clone(),
            out.name(&format!("leftover.kind.{kind}")),
            leftover.object.to_string(),
            leftover.bytes.map(bytes).unwrap_or_default(),
            leftover.age_ms.map(|ms| duration(out, ms)).unwrap_or_default(),
            verdict(out, leftover.verdict),
        ]);
    }
    table
}

fn verdict(out: &Output, verdict: LeftoverVerdict) -> String {
    out.name(&format!("leftover.verdict.{}", word(&verdict)))
}

fn outcome(out: &Output, cleanup: &LeftoverCleanup) -> Vec<String> {
    let mut lines = vec![String::new()];
    lines.extend(cleanup.removals.iter().map(|removal| removed(out, removal)));
    lines
}

fn removed(out: &Output, removal: &LeftoverRemoval) -> String {
    let object = match &removal.object {
        Some(object) => printable(&object.to_string()),
        None => removal.id.clone(),
    };
    let why = match &removal.outcome {
        RemovalOutcome::Removed => return out.own_with("ctl.doctor.removed", [("object", object)]),
        RemovalOutcome::Refused { why } => out.text(&format!("leftover.refused.{}", why.what), &why.params),
        RemovalOutcome::Failed { error } => out.error_lines(error).join(" "),
    };
    out.own_with(
        "ctl.doctor.refused",
        [("object", object), ("why", printable(&why))],
    )
}
