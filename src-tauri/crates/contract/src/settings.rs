//! Settings that belong to the core (appearance belongs to the window).

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{ContainerLimits, DockerHostId, OwnDockerHost, RunId, RunnerKind, Timestamp};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(default)]
pub struct Settings {
    /// Where changes run that do not say it themselves.
    pub runner: RunnerKind,
    /// Path of this workstation's pt-online-schema-change; `None` for the one that `PATH` finds.
    pub local_tool: Option<String>,
    /// Name of the runner image.
    pub image: String,
    /// Container engines that the user added.
    pub docker_hosts: Vec<OwnDockerHost>,
    /// Where runs of connections that choose no engine work; `None` for the first that is found.
    pub docker_host: Option<DockerHostId>,
    pub limits: ContainerLimits,
    /// Minutes without use after which a vault with a master password locks; zero never.
    pub vault_lock_after_min: u32,
    /// Backups of the data file that are kept.
    pub backups_kept: u32,
    /// The workstation does not fall asleep by itself while a run works.
    pub inhibit_sleep: bool,
    /// Runs that work at the same time.
    pub runs_at_once: u32,
    /// Of them, runs that copy or rebuild a table, on one server.
    pub heavy_per_server: u32,
    /// Seconds that all questions of one plan about the table's rows may take together; zero asks none.
    pub data_check_limit_s: u32,
    /// Minutes that counting or comparing both tables at a run's gate may take.
    pub gate_limit_min: u32,
    /// Schema of pt-osc's history table, by which runs can be continued; `None` as long as nobody agreed to one.
    pub history_schema: Option<String>,
    /// Codes of the lint rules that keep silent.
    pub lints_off: Vec<String>,
}

/// Name under which the runner image is looked for unless the settings say otherwise.
pub const DEFAULT_IMAGE: &str = "mysqler/pt-runner:3.7.1";

/// Lint rules that are a matter of taste: they speak only where they are switched on.
pub const LINTS_OFF_AT_FIRST: [&str; 3] = ["LINT_COMMENT_MISSING", "LINT_INDEX_NAME", "LINT_NAME_CASE"];

/// A rule on style and design; its text is `finding.<code>.what` of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct LintRule {
    pub code: String,
    pub on_by_default: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            runner: RunnerKind::default(),
            local_tool: None,
            image: DEFAULT_IMAGE.to_owned(),
            docker_hosts: Vec::new(),
            docker_host: None,
            limits: ContainerLimits::default(),
            vault_lock_after_min: 30,
            backups_kept: 7,
            inhibit_sleep: true,
            runs_at_once: 10,
            heavy_per_server: 1,
            data_check_limit_s: 60,
            gate_limit_min: 30,
            history_schema: None,
            lints_off: LINTS_OFF_AT_FIRST.map(str::to_owned).to_vec(),
        }
    }
}

/// What happened when the data file was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct DataStatus {
    pub path: String,
    /// Where a damaged file was set aside, if that happened at this start.
    pub set_aside: Option<String>,
    /// Backups that passed their integrity check, newest first.
    pub backups: Vec<BackupInfo>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct BackupInfo {
    pub path: String,
    pub made_at: Timestamp,
    pub bytes: u64,
}

/// What was kept of a run that this data file does not know, while the one that knew it could not be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct UnclaimedRecord {
    pub run: RunId,
    pub files: Vec<String>,
}

/// What a window needs to know before its first page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct AppStatus {
    pub version: String,
    pub vault: crate::VaultStatus,
    pub data: DataStatus,
    /// No connection saved and no vault chosen yet.
    pub first_start: bool,
    /// The system can be asked to stay awake.
    #[serde(default)]
    pub can_inhibit_sleep: bool,
    #[serde(default)]
    pub unclaimed: Vec<UnclaimedRecord>,
}
