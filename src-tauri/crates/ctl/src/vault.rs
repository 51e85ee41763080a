//! Opening the vault for a command: by the keyring without a word, else by a passphrase file or a prompt.

use mysqler_contract::{AppError, ErrorCode, KeyringProbe, Result, Secret, VaultProtection, VaultStatus};

use crate::context::Context;
use crate::secrets;

/// Leaves the vault open. A vault that was never set up is set up now: with a master password if one was given, else
/// with the keyring if it works, else with a master password that is asked for.
pub async fn open(context: &Context) -> Result<()> {
    match context.core.vault_status().await? {
        VaultStatus::Unlocked { .. } => Ok(()),
        VaultStatus::Locked {
            protection: VaultProtection::Keyring,
        } => context.core.vault_unlock(None).await.map(drop),
        VaultStatus::Locked {
            protection: VaultProtection::MasterPassword,
        } => {
            let password = master_password(context)?;
            context.core.vault_unlock(Some(&password)).await.map(drop)
        }
        VaultStatus::Unset => set_up(context, None).await,
    }
}

/// Sets the vault up; `wanted` decides its protection, else what is there does.
pub async fn set_up(context: &Context, wanted: Option<VaultProtection>) -> Result<()> {
    let keyring = Some(VaultProtection::Keyring);
    if wanted == keyring || (wanted.is_none() && context.passphrase_file.is_none()) {
        match context.core.vault_probe().await {
            KeyringProbe::Works => {
                return context
                    .core
                    .vault_set_up(VaultProtection::Keyring, None)
                    .await
                    .map(drop);
            }
            KeyringProbe::Unavailable { why } if wanted == keyring => {
                return Err(AppError::new(ErrorCode::KeyringUnavailable).detail(why));
            }
            KeyringProbe::Unavailable { .. } => {}
        }
    }
    let password = new_master_password(context)?;
    context
        .core
        .vault_set_up(VaultProtection::MasterPassword, Some(&password))
        .await
        .map(drop)
}

pub fn master_password(context: &Context) -> Result<Secret> {
    match &context.passphrase_file {
        Some(path) => secrets::from_file(path),
        None if secrets::can_ask() => secrets::ask(&context.out.own("ctl.ask.master_password")),
        None => {
            Err(AppError::new(ErrorCode::VaultLocked).detail(context.out.own("ctl.ask.give_passphrase_file")))
        }
    }
}

fn new_master_password(context: &Context) -> Result<Secret> {
    let out = &context.out;
    match &context.passphrase_file {
        Some(path) => secrets::from_file(path),
        None if secrets::can_ask() => secrets::ask_new(
            &out.own("ctl.ask.new_master_password"),
            &out.own("ctl.ask.again"),
            &out.own("ctl.ask.differ"),
        ),
        None => Err(AppError::new(ErrorCode::VaultUnset).detail(out.own("ctl.ask.give_passphrase_file"))),
    }
}
