//! `preset`: options under a name, and the one that a connection's changes begin with.

use clap::Subcommand;
use mysqler_contract::{AppError, ErrorCode, OptionSetting, Preset, Result};

use super::change::setting;
use crate::context::Context;
use crate::exit::Exit;
use crate::output::{Align, Output, Table, facts, printable};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Built-in presets, and those that were saved
    List,
    /// What a preset sets
    Show { name: String },
    /// Save options under a name; an earlier preset of that name is replaced
    Save {
        name: String,
        /// An option of pt-online-schema-change without its dashes; repeatable
        #[arg(long = "pt-option", value_name = "NAME[=VALUE]", value_parser = setting, required = true)]
        pt_options: Vec<OptionSetting>,
    },
    /// Rename a saved preset
    Rename { name: String, to: String },
    /// Remove a saved preset; connections that began with it follow their environment again
    Remove { name: String },
    /// The preset that a connection's changes begin with
    Default {
        /// Name of a saved connection
        connection: String,
        /// The preset to begin with; without it the present one is told
        #[arg(conflicts_with = "unset")]
        preset: Option<String>,
        /// Let the connection's environment decide again
        #[arg(long)]
        unset: bool,
    },
}

pub async fn run(context: &Context, command: Command) -> Result<Exit> {
    let (core, out) = (&context.core, &context.out);
    match command {
        Command::List => out.list(&core.presets().await?, |presets| table(out, presets)),
        Command::Show { name } => {
            let preset = core.preset_named(&name).await?;
            out.answer(&preset, |preset| described(out, preset));
        }
        Command::Save { name, pt_options } => {
            let earlier = match core.preset_named(&name).await {
                Ok(preset) if preset.built_in => {
                    return Err(AppError::new(ErrorCode::NameTaken).with("name", name));
                }
                Ok(preset) => Some(preset.id),
                Err(error) if error.code == ErrorCode::NotFound => None,
                Err(error) => return Err(error),
            };
            let preset = core.preset_save(earlier, &name, pt_options).await?;
            out.answer(&preset, |preset| described(out, preset));
        }
        Command::Rename { name, to } => {
            let preset = core.preset_named(&name).await?;
            let preset = core.preset_rename(&preset.id, &to).await?;
            out.answer(&preset, |preset| described(out, preset));
        }
        Command::Remove { name } => {
            let preset = core.preset_named(&name).await?;
            core.preset_remove(&preset.id).await?;
            out.say(out.own_with("ctl.preset.removed", [("name", printable(&preset.name))]));
        }
        Command::Default {
            connection,
            preset,
            unset,
        } => default(context, &connection, preset.as_deref(), unset).await?,
    }
    Ok(Exit::Done)
}

async fn default(context: &Context, connection: &str, preset: Option<&str>, unset: bool) -> Result<()> {
    let (core, out) = (&context.core, &context.out);
    let id = core.connection_named(connection).await?.id;
    let begins = match (preset, unset) {
        (Some(name), _) => {
            let preset = core.preset_named(name).await?;
            core.connection_preset_set(&id, Some(&preset.id)).await?
        }
        (None, true) => core.connection_preset_set(&id, None).await?,
        (None, false) => core.connection_preset(&id).await?,
    };
    let preset = core.preset(&begins.preset).await?;
    let key = if begins.chosen {
        "ctl.preset.chosen"
    } else {
        "ctl.preset.by_environment"
    };
    out.answer(&begins, |_| {
        vec![out.own_with(key, [("name", name(out, &preset))])]
    });
    Ok(())
}

/// Built-in presets are named in the language of the reader, with the word that the command line takes.
fn name(out: &Output, preset: &Preset) -> String {
    match preset.built_in {
        true => format!(
            "{} ({})",
            preset.name,
            out.name(&format!("preset.{}", preset.id.0))
        ),
        false => printable(&preset.name),
    }
}

fn table(out: &Output, presets: &[Preset]) -> Table {
    let title = |key: &str| out.own(key);
    let mut table = Table::new([
        (title("ctl.preset.name"), Align::Left),
        (title("ctl.preset.settings"), Align::Left),
    ]);
    for preset in presets {
        let settings = preset.settings.iter().map(ToString::to_string);
        table.row([name(out, preset), settings.collect::<Vec<_>>().join(" ")]);
    }
    table
}

fn described(out: &Output, preset: &Preset) -> Vec<String> {
    let mut rows = vec![(out.own("ctl.preset.name"), Some(name(out, preset)))];
    if preset.built_in {
        rows.push((
            out.own("ctl.preset.what"),
            Some(out.name(&format!("preset.{}.what", preset.id.0))),
        ));
    }
    let mut lines = facts(&rows);
    lines.extend(
        preset
            .settings
            .iter()
            .map(|setting| format!("  {}", printable(&setting.to_string()))),
    );
    lines
}
