//! `local`: this computer's own pt-online-schema-change.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use mysqler_contract::{LocalStatus, Params, Result, RunnerKind};
use serde::Serialize;

use super::change::runner;
use super::connection::full_path;
use crate::context::Context;
use crate::exit::Exit;
use crate::output::{Output, facts, printable};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Which program it is, and whether changes can run with it; exit code 1 where they cannot
    Status,
    /// Choose where changes run that do not say it with --runner
    Use {
        #[arg(value_name = "docker|local", value_parser = runner)]
        runner: RunnerKind,
    },
    /// Name the program
    Tool(Tool),
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Tool {
    /// Path of pt-online-schema-change
    path: Option<PathBuf>,
    /// The one that PATH finds
    #[arg(long)]
    auto: bool,
}

/// What `--json` prints.
#[derive(Debug, Serialize)]
struct Told {
    /// Where changes run that do not say it.
    runner: RunnerKind,
    #[serde(flatten)]
    status: LocalStatus,
}

pub async fn run(context: &Context, command: Command) -> Result<Exit> {
    let core = &context.core;
    let is_asked = matches!(command, Command::Status);
    match command {
        Command::Status => {}
        Command::Use { runner } => drop(core.runner_choose(runner).await?),
        Command::Tool(args) => {
            let path = args.path.map(|path| full_path(&path)).transpose()?;
            core.local_tool_choose(path).await?;
        }
    }
    let told = Told {
        runner: core.settings().await?.runner,
        status: core.local_status().await?,
    };
    let out = &context.out;
    out.answer(&told, |told| described(out, told));
    Ok(match &told.status {
        LocalStatus::Unusable { .. } if is_asked => Exit::Other,
        _ => Exit::Done,
    })
}

fn described(out: &Output, told: &Told) -> Vec<String> {
    let title = |key: &str| out.own(key);
    let chosen = out.own(match told.runner {
        RunnerKind::Docker => "ctl.local.runner.docker",
        RunnerKind::Local => "ctl.local.runner.local",
    });
    let (program, version, state) = match &told.status {
        LocalStatus::Ready { tool } => (
            &tool.program,
            Some(printable(&tool.version)),
            out.own("ctl.local.ready"),
        ),
        LocalStatus::Unusable { program, why } => {
            let (name, params) = why.why();
            (
                program,
                None,
                out.text(&format!("why.{name}"), &printables(params)),
            )
        }
    };
    facts(&[
        (title("ctl.local.program"), Some(printable(program))),
        (title("ctl.docker.version"), version),
        (title("ctl.local.state"), Some(state)),
        (title("ctl.local.runner"), Some(chosen)),
    ])
}

fn printables(params: Params) -> Params {
    params
        .into_iter()
        .map(|(name, value)| (name, printable(&value)))
        .collect()
}
