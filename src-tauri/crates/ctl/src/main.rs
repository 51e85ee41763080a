//! `mysqlerctl`: the second host of the core, for scripts, cron and machines without a display. It reads arguments,
//! calls the core and prints what it says; no rule of the product lives here.

mod args;
mod commands;
mod context;
mod data_file;
mod exit;
mod interrupt;
mod output;
mod secrets;
mod table_name;
mod vault;
mod watch;

use std::process::ExitCode;

use clap::Parser;
use mysqler_contract::AppError;

use args::Cli;
use context::Context;
use exit::Exit;
use output::Output;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error).into(),
    };
    let out = Output::new(cli.json, cli.locale());
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&out, &AppError::internal(error)).into(),
    };
    let exit = match runtime.block_on(work(cli, out.clone())) {
        Ok(exit) => exit,
        Err(error) => failed(&out, &error),
    };
    // A prompt that nobody answered keeps a thread; waiting for it would keep the process.
    runtime.shutdown_background();
    exit.into()
}

async fn work(cli: Cli, out: Output) -> Result<Exit, AppError> {
    let context = Context::open(&cli, out).await?;
    let outcome = commands::run(&context, cli.command).await;
    context.close().await;
    outcome
}

fn failed(out: &Output, error: &AppError) -> Exit {
    out.error(error);
    exit::of_error(error.code)
}

/// clap's own words; `--json` cannot have been parsed then, so it is looked for among the raw arguments.
fn usage(error: &clap::Error) -> Exit {
    let wants_json = std::env::args_os().any(|argument| argument == "--json");
    if error.use_stderr() && wants_json {
        let out = Output::new(true, mysqler_contract::messages::Locale::En);
        out.error(&output::usage_error(error.render().to_string().trim_end()));
        return Exit::Usage;
    }
    // A closed pipe is no reason to fail: the reader has what it wanted.
    let _ = error.print();
    if error.use_stderr() {
        Exit::Usage
    } else {
        Exit::Done
    }
}
