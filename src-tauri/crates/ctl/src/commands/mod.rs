//! The commands, a file an area.

mod asked;
mod batch;
mod browse;
mod change;
mod connection;
mod continuing;
mod docker;
mod doctor;
mod gate;
mod history;
mod image;
mod local;
mod pasted;
mod plan;
mod planning;
mod preset;
mod run;
mod runs;
mod times;
mod transfer;
mod tune;
mod tunnel;
mod vault;

use clap::Subcommand;
use mysqler_contract::Result;

use crate::context::Context;
use crate::exit::Exit;
pub use times::day_name;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Saved connections
    #[command(subcommand)]
    Connection(connection::Command),
    /// Databases of a server
    Databases(browse::Databases),
    /// Tables of a database
    Tables(browse::Tables),
    /// What a change would do: preflight, forecast and the exact command; nothing is changed
    Plan(plan::Args),
    /// Plan a change, confirm it and run it; Ctrl-C stops it cleanly
    Run(run::Args),
    /// Plan several tables or servers, confirm them together and queue them; Ctrl-C stops them all cleanly
    Batch(batch::Args),
    /// Runs that are under way, and what can be asked of them
    #[command(subcommand)]
    Runs(runs::Command),
    /// Runs of the past
    #[command(subcommand)]
    History(history::Command),
    /// What online changes left on a server; exit code 4 while something abandoned is there
    Doctor(doctor::Doctor),
    /// Options under a name
    #[command(subcommand)]
    Preset(preset::Command),
    /// The container engines that changes run on
    #[command(subcommand)]
    Docker(docker::Command),
    /// The image that changes run in
    Image(image::Args),
    /// This computer's own pt-online-schema-change, for changes without Docker
    #[command(subcommand)]
    Local(local::Command),
    /// The vault that keeps the passwords
    #[command(subcommand)]
    Vault(vault::Command),
}

pub async fn run(context: &Context, command: Command) -> Result<Exit> {
    match command {
        Command::Connection(command) => connection::run(context, command).await,
        Command::Databases(args) => browse::databases(context, args).await,
        Command::Tables(args) => browse::tables(context, args).await,
        Command::Plan(args) => plan::run(context, args).await,
        Command::Run(args) => run::run(context, args).await,
        Command::Batch(args) => batch::run(context, args).await,
        Command::Runs(command) => runs::run(context, command).await,
        Command::History(command) => history::run(context, command).await,
        Command::Doctor(args) => doctor::run(context, args).await,
        Command::Preset(command) => preset::run(context, command).await,
        Command::Docker(command) => docker::run(context, command).await,
        Command::Image(args) => image::run(context, args).await,
        Command::Local(command) => local::run(context, command).await,
        Command::Vault(command) => vault::run(context, command).await,
    }
}
