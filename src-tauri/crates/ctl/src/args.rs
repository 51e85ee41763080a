//! The command line as clap reads it: what every command shares. Each command's own arguments stand in its file.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use mysqler_contract::messages::Locale;

use crate::commands::Command;

const AFTER: &str = "\
Output: plain text for people; with --json one JSON object a line on standard output. An error is then one object
  {\"error\": {\"code\", \"message\", \"hint\", \"detail\", \"params\"}} on standard output too; without --json it is text on
  standard error.

Exit codes: 0 done · 1 anything else · 2 usage · 3 refused by preflight or confirmation · 4 the run failed or needs
  cleanup · 5 stopped by the user · 6 server or Docker not reached · 7 outcome unknown.

Secrets come from standard input or a file, never from an argument.";

/// Changes the structure of big MySQL tables without stopping the application that uses them.
#[derive(Debug, Parser)]
#[command(name = "mysqlerctl", version, about, after_help = AFTER, propagate_version = true)]
pub struct Cli {
    /// Directory with the data file [default: MYSQLER_DATA_DIR, else the platform's own]
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,

    /// File with the vault's master password, where the system keyring is not used
    #[arg(long, global = true, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,

    /// One JSON object a line instead of text
    #[arg(long, global = true)]
    pub json: bool,

    /// Language of what is said [default: from LC_ALL, LC_MESSAGES, LANG]
    #[arg(long, global = true, value_enum)]
    pub lang: Option<Language>,

    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Language {
    En,
    #[value(name = "zh-CN")]
    ZhCn,
}

impl Cli {
    pub fn locale(&self) -> Locale {
        match self.lang {
            Some(Language::En) => Locale::En,
            Some(Language::ZhCn) => Locale::ZhCn,
            None => locale_of(["LC_ALL", "LC_MESSAGES", "LANG"].map(std::env::var_os)),
        }
    }
}

/// The first variable that says anything decides, as the system's own libraries have it.
fn locale_of(variables: [Option<OsString>; 3]) -> Locale {
    let decides = variables.into_iter().flatten().find(|value| !value.is_empty());
    match decides {
        Some(value) if value.to_string_lossy().to_ascii_lowercase().starts_with("zh") => Locale::ZhCn,
        _ => Locale::En,
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_first_variable_with_a_value_decides_the_language() {
        let of = |values: [&str; 3]| locale_of(values.map(|value| Some(OsString::from(value))));
        assert_eq!(of(["", "", "zh_CN.UTF-8"]), Locale::ZhCn);
        assert_eq!(of(["", "", "zh_TW"]), Locale::ZhCn);
        assert_eq!(of(["C", "", "zh_CN.UTF-8"]), Locale::En);
        assert_eq!(of(["", "zh_CN", "en_US.UTF-8"]), Locale::ZhCn);
        assert_eq!(locale_of([None, None, None]), Locale::En);
    }

    #[test]
    fn a_password_has_no_place_among_the_arguments() {
        fn names(command: &clap::Command, into: &mut Vec<(String, bool)>) {
            into.extend(
                command
                    .get_arguments()
                    .map(|arg| (arg.get_id().to_string(), arg.get_action().takes_values())),
            );
            command.get_subcommands().for_each(|sub| names(sub, into));
        }
        let mut arguments = Vec::new();
        names(&Cli::command(), &mut arguments);
        let secret =
            |name: &str| name.contains("password") || name.contains("passphrase") || name.contains("secret");
        let found: Vec<_> = arguments.iter().filter(|(name, _)| secret(name)).collect();
        assert!(found.len() >= 4, "{found:?}");
        let taking: Vec<_> = found
            .iter()
            .filter(|(name, values)| *values && !name.ends_with("_file"))
            .collect();
        assert!(taking.is_empty(), "these take a secret as a value: {taking:?}");
    }
}
