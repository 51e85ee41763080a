//! The tool's options as data: what there is, what each takes, and who decides it; presets that are made of them; and
//! what a pasted command line held.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{ConnectionId, Params, Timestamp};

/// One option in the tool's own words, without the leading dashes: `chunk-index`, `no-check-plan`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type)]
pub struct OptionSetting {
    pub name: String,
    /// As the tool takes it; `None` for a flag. Of an option with a field of its own, `None` leaves it to the tool.
    pub value: Option<String>,
}

impl OptionSetting {
    pub fn new(name: &str, value: Option<&str>) -> Self {
        Self {
            name: name.to_owned(),
            value: value.map(str::to_owned),
        }
    }
}

/// `--name value`, for people.
impl std::fmt::Display for OptionSetting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.value {
            Some(value) => write!(f, "--{} {value}", self.name),
            None => write!(f, "--{}", self.name),
        }
    }
}

/// Where an option stands in the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum OptionGroup {
    /// Chunks and their pace.
    Pace,
    /// Consideration for the server's load.
    Load,
    Replicas,
    /// Waiting for locks, and trying again.
    Locks,
    /// Foreign keys and triggers.
    Keys,
    /// The new and the old table.
    Tables,
    /// The tool's own guards.
    Guards,
    Session,
    Resume,
    Output,
    Connection,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum OptionUnit {
    Rows,
    Seconds,
    Percent,
    Columns,
    /// Rows of a chunk, as a multiple of those wanted.
    Times,
}

/// What an option takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum OptionKind {
    Flag,
    /// A whole number.
    Integer {
        min: u32,
        max: u32,
    },
    /// A number with a decimal point.
    Decimal {
        min: u32,
        max: u32,
    },
    /// A whole number with an optional suffix `k`, `M` or `G`.
    Size {
        min: u32,
    },
    /// Seconds, or a number with a suffix `s`, `m`, `h` or `d`.
    Time {
        min: u32,
    },
    /// `Threads_running=50,…`
    Thresholds,
    /// `name=value,…`
    Variables,
    /// `operation:tries:wait,…`
    Tries,
    /// How another server is reached: `h=…,P=…`, never a password.
    Server,
    Choice {
        values: Vec<String>,
    },
    Text,
}

/// Who decides an option's value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum OptionPolicy {
    /// A field of [`crate::ChangeOptions`] carries it.
    Field {
        field: String,
    },
    Open,
    /// May be set; the preflight then tells what it can lose, under this code.
    Dangerous {
        code: String,
    },
    /// Set by MySQLer itself.
    Ours,
    /// Cannot be set; the text is `reason.option_refused_<why>` of the catalogue.
    Refused {
        why: String,
    },
}

/// One option of the tool. Its explanation is `option.<name>` of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct OptionSpec {
    /// Without dashes and without `no-`.
    pub name: String,
    pub group: OptionGroup,
    pub kind: OptionKind,
    pub unit: Option<OptionUnit>,
    /// The tool's own default; of a negatable flag `yes`.
    pub default: Option<String>,
    /// A flag that is on unless `no-<name>` is given.
    pub negatable: bool,
    pub repeatable: bool,
    pub policy: OptionPolicy,
    /// Settings that it cannot stand beside.
    pub clashes: Vec<String>,
    /// Settings without which it has no meaning.
    pub needs: Vec<String>,
}

/// Why a setting is not acceptable; the text is `reason.option_<reason>` of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct OptionProblem {
    /// As it was given.
    pub option: String,
    pub reason: String,
    pub params: Params,
}

/// Stable through renames; of a built-in preset its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type)]
#[serde(transparent)]
pub struct PresetId(pub String);

/// Options under a name. Only what it sets: everything else stays as the server's state suggests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Preset {
    pub id: PresetId,
    /// Of a built-in preset the id; its text is `preset.<id>` of the catalogue.
    pub name: String,
    pub built_in: bool,
    pub settings: Vec<OptionSetting>,
    /// `None` for a built-in preset.
    pub updated_at: Option<Timestamp>,
}

/// The preset that a connection's changes begin with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ConnectionPreset {
    pub connection: ConnectionId,
    pub preset: PresetId,
    /// False when nobody chose and the connection's environment decides.
    pub chosen: bool,
}

/// Options after settings were laid over them, with what could not be laid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct AppliedOptions {
    pub options: crate::ChangeOptions,
    pub problems: Vec<OptionProblem>,
}

/// What became of one word of a pasted command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum PastedFate {
    Taken,
    /// MySQLer sets it by itself.
    Ours,
    Dropped,
}

/// One part of a pasted command line. A secret's value is never repeated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct PastedPart {
    /// As it was written, without its value: `--max-lag`, `t=`, a word.
    pub part: String,
    pub value: Option<String>,
    pub fate: PastedFate,
    /// Why it was not taken; the text is `reason.option_<why>` of the catalogue.
    pub why: Option<String>,
}

/// A pasted command line of the tool, read into the parts of a request.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
pub struct PastedCommand {
    pub database: Option<String>,
    pub table: Option<String>,
    pub clause: Option<String>,
    pub settings: Vec<OptionSetting>,
    pub dry_run: bool,
    /// Where it was meant to run, for choosing the connection.
    pub host: Option<String>,
    pub port: Option<u16>,
    pub user: Option<String>,
    pub parts: Vec<PastedPart>,
}
