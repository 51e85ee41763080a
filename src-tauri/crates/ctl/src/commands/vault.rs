//! `vault`: how the saved passwords are protected.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use mysqler_contract::{Result, VaultProtection, VaultStatus};

use crate::context::Context;
use crate::exit::Exit;
use crate::output::{Output, usage_error};
use crate::{secrets, vault};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Whether and how the vault is protected
    Status,
    /// Choose the protection: the system keyring, or a master password from --passphrase-file or typed
    Setup(Setup),
    /// Open the vault once, to see that its protection works
    UnlockCheck,
    /// Change the master password; the old one comes from --passphrase-file or is asked for
    ChangePassword(ChangePassword),
}

#[derive(Debug, Args)]
pub struct Setup {
    /// [default: a master password if one is given, else the keyring if it works]
    #[arg(long, value_enum)]
    protection: Option<Protection>,
}

#[derive(Debug, Args)]
pub struct ChangePassword {
    /// File with the new master password; on a terminal it is asked for
    #[arg(long, value_name = "FILE")]
    new_passphrase_file: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Protection {
    Keyring,
    MasterPassword,
}

impl From<Protection> for VaultProtection {
    fn from(protection: Protection) -> Self {
        match protection {
            Protection::Keyring => VaultProtection::Keyring,
            Protection::MasterPassword => VaultProtection::MasterPassword,
        }
    }
}

pub async fn run(context: &Context, command: Command) -> Result<Exit> {
    match command {
        Command::Status => {}
        Command::Setup(args) => vault::set_up(context, args.protection.map(VaultProtection::from)).await?,
        Command::UnlockCheck => vault::open(context).await?,
        Command::ChangePassword(args) => change_password(context, args).await?,
    }
    let status = context.core.vault_status().await?;
    context
        .out
        .answer(&status, |status| vec![described(&context.out, status)]);
    Ok(Exit::Done)
}

async fn change_password(context: &Context, args: ChangePassword) -> Result<()> {
    let out = &context.out;
    let old = vault::master_password(context)?;
    let new = match &args.new_passphrase_file {
        Some(path) => secrets::from_file(path)?,
        None if secrets::can_ask() => secrets::ask_new(
            &out.own("ctl.ask.new_master_password"),
            &out.own("ctl.ask.again"),
            &out.own("ctl.ask.differ"),
        )?,
        None => return Err(usage_error(out.own("ctl.vault.new_needed"))),
    };
    context.core.vault_change_password(&old, &new).await
}

fn described(out: &Output, status: &VaultStatus) -> String {
    let (state, protection) = match status {
        VaultStatus::Unset => return out.own("ctl.vault.unset"),
        VaultStatus::Locked { protection } => ("ctl.vault.locked", protection),
        VaultStatus::Unlocked { protection } => ("ctl.vault.unlocked", protection),
    };
    let protection = match protection {
        VaultProtection::Keyring => "ctl.vault.keyring",
        VaultProtection::MasterPassword => "ctl.vault.master_password",
    };
    out.own_with(state, [("protection", out.own(protection))])
}
