//! `connection export` and `connection import`.

use std::io::{BufRead, Write};
use std::path::PathBuf;

use clap::Args;
use mysqler_contract::{ErrorCode, ImportAction, ImportPreview, Result, Secret, SecretPresence};

use crate::context::Context;
use crate::exit::Exit;
use crate::output::{Align, Output, Table};
use crate::{secrets, vault};

#[derive(Debug, Args)]
pub struct Export {
    file: PathBuf,
    /// Take the passwords along, the whole file encrypted under a passphrase (readable by the `age` tool)
    #[arg(long)]
    with_secrets: bool,
    /// File with the passphrase of the exported file; on a terminal it is asked for
    #[arg(long, value_name = "FILE", requires = "with_secrets")]
    export_passphrase_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Import {
    file: PathBuf,
    /// File with the passphrase of an encrypted file; on a terminal it is asked for
    #[arg(long, value_name = "FILE")]
    export_passphrase_file: Option<PathBuf>,
    /// Do what the preview says without asking
    #[arg(long)]
    yes: bool,
}

pub async fn export(context: &Context, args: Export) -> Result<Exit> {
    let out = &context.out;
    let passphrase = match (&args.export_passphrase_file, args.with_secrets) {
        (_, false) => None,
        (Some(path), true) => Some(secrets::from_file(path)?),
        (None, true) if secrets::can_ask() => Some(secrets::ask_new(
            &out.own("ctl.ask.file_passphrase"),
            &out.own("ctl.ask.again"),
            &out.own("ctl.ask.differ"),
        )?),
        (None, true) => {
            return Err(crate::output::usage_error(
                out.own("ctl.transfer.passphrase_needed"),
            ));
        }
    };
    let stored = |presence| presence == SecretPresence::Stored;
    if args.with_secrets
        && context
            .core
            .connections()
            .await?
            .iter()
            .any(|saved| stored(saved.password))
    {
        vault::open(context).await?;
    }
    let count = context
        .core
        .connections_export(&args.file, passphrase.as_ref())
        .await?;
    let path = args.file.display().to_string();
    if out.json() {
        out.object(
            &serde_json::json!({ "path": path, "connections": count, "with_secrets": args.with_secrets }),
        );
    } else {
        out.line(out.own_with(
            "ctl.transfer.exported",
            [("count", count.to_string()), ("path", path)],
        ));
    }
    Ok(Exit::Done)
}

pub async fn import(context: &Context, args: Import) -> Result<Exit> {
    let out = &context.out;
    let preview = preview(context, &args).await?;
    if out.json() {
        out.object(&preview);
    } else {
        out.table(&preview_table(out, &preview));
    }
    let changes = |action: &ImportAction| matches!(action, ImportAction::Add | ImportAction::Change { .. });
    let nothing_to_do = !preview.entries.iter().any(|entry| changes(&entry.action));
    if !nothing_to_do && !args.yes && !agreed(out)? {
        context.core.connections_import_discard(&preview.token).await;
        out.note(out.own("ctl.transfer.not_imported"));
        return Ok(Exit::Refused);
    }
    if preview
        .entries
        .iter()
        .any(|entry| entry.has_secret && changes(&entry.action))
    {
        vault::open(context).await?;
    }
    let result = context.core.connections_import_apply(&preview.token).await?;
    out.answer(&result, |result| {
        vec![out.own_with(
            "ctl.transfer.imported",
            [
                ("added", result.added.to_string()),
                ("changed", result.changed.to_string()),
                ("skipped", result.skipped.to_string()),
                ("refused", result.refused.to_string()),
            ],
        )]
    });
    Ok(Exit::Done)
}

/// Asks for what turns out to be needed: the file's passphrase, and the vault when saved passwords are compared.
async fn preview(context: &Context, args: &Import) -> Result<ImportPreview> {
    let mut passphrase: Option<Secret> = args
        .export_passphrase_file
        .as_deref()
        .map(secrets::from_file)
        .transpose()?;
    let mut vault_opened = false;
    loop {
        match context
            .core
            .connections_import_preview(&args.file, passphrase.as_ref())
            .await
        {
            Err(error)
                if error.code == ErrorCode::PassphraseWrong && passphrase.is_none() && secrets::can_ask() =>
            {
                passphrase = Some(secrets::ask(&context.out.own("ctl.ask.file_passphrase"))?);
            }
            Err(error)
                if matches!(error.code, ErrorCode::VaultLocked | ErrorCode::VaultUnset) && !vault_opened =>
            {
                vault::open(context).await?;
                vault_opened = true;
            }
            other => return other,
        }
    }
}

fn agreed(out: &Output) -> Result<bool> {
    if out.json() || !secrets::can_ask() {
        return Ok(false);
    }
    // The question goes where a prompt belongs, beside the answer on standard output.
    let mut err = std::io::stderr().lock();
    let asked = write!(err, "{} ", out.own("ctl.transfer.ask")).and_then(|()| err.flush());
    let mut answer = String::new();
    let read = asked.and_then(|()| std::io::stdin().lock().read_line(&mut answer));
    Ok(read.is_ok() && matches!(answer.trim(), "y" | "Y" | "yes"))
}

fn preview_table(out: &Output, preview: &ImportPreview) -> Table {
    let mut table = Table::new([
        (out.own("ctl.column.action"), Align::Left),
        (out.own("ctl.column.name"), Align::Left),
        (out.own("ctl.column.server"), Align::Left),
        (out.own("ctl.column.user"), Align::Left),
        (out.own("ctl.column.password"), Align::Left),
        (out.own("ctl.column.remark"), Align::Left),
    ]);
    for entry in &preview.entries {
        let (action, remark) = match &entry.action {
            ImportAction::Add => ("ctl.import.add", String::new()),
            ImportAction::Change { fields } => ("ctl.import.change", fields.join(", ")),
            ImportAction::Skip => ("ctl.import.skip", String::new()),
            ImportAction::Refuse { field, reason } => (
                "ctl.import.refuse",
                format!("{field}: {}", out.name(&format!("reason.{reason}"))),
            ),
        };
        let password = if entry.has_secret {
            out.own("ctl.import.with_password")
        } else {
            String::new()
        };
        let server = format!("{}:{}", entry.host, entry.port);
        table.row([
            out.own(action),
            entry.name.clone(),
            server,
            entry.user.clone(),
            password,
            remark,
        ]);
    }
    table
}
