//! Runs without containers: where a change's tool works, and the tool of this workstation.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{Params, PlanId};

/// Where an engine's program works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum RunnerKind {
    /// In a container of the runner image.
    #[default]
    Docker,
    /// As a process of this workstation.
    Local,
}

/// pt-online-schema-change as it is installed on this workstation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct LocalTool {
    /// Full path of the program that is started.
    pub program: String,
    pub version: String,
    /// Hex SHA-256 of the program's file: another one is not what was planned.
    pub sha256: String,
    /// The interpreter that the program runs under.
    pub perl: String,
    /// `PERL5LIB` as the program sees it; empty for none.
    pub perl_lib: String,
    /// The database driver cannot be asked to insist on TLS; the option file does it.
    pub tls_by_file: bool,
}

/// Whether changes can run as processes of this workstation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LocalStatus {
    Ready {
        tool: LocalTool,
    },
    /// `program` is what was looked for: a path, or a name that no directory of `PATH` has.
    Unusable {
        program: String,
        why: LocalObstacle,
    },
}

/// Why the workstation's tool cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "obstacle", rename_all = "snake_case")]
pub enum LocalObstacle {
    Missing,
    NotExecutable,
    /// It does not start, or does not say what it is: its own words.
    Silent {
        said: String,
    },
    TooOld {
        version: String,
        needed: String,
    },
    /// Perl modules that it lacks, for example `DBD::mysql, JSON`.
    ModulesMissing {
        modules: String,
    },
    /// Its driver stands on another client library than the one whose TLS settings are known.
    ClientLibrary {
        library: String,
    },
    /// This platform has no local runner.
    Platform,
}

impl LocalObstacle {
    /// The name of its words, `why.<name>` of the catalogue, and the values in them.
    pub fn why(&self) -> (&'static str, Params) {
        let (name, values): (_, &[(&str, &String)]) = match self {
            LocalObstacle::Missing => ("local_missing", &[]),
            LocalObstacle::NotExecutable => ("local_not_executable", &[]),
            LocalObstacle::Silent { said } => ("local_silent", &[("said", said)]),
            LocalObstacle::TooOld { version, needed } => {
                ("local_too_old", &[("version", version), ("needed", needed)])
            }
            LocalObstacle::ModulesMissing { modules } => ("local_modules_missing", &[("modules", modules)]),
            LocalObstacle::ClientLibrary { library } => ("local_client_library", &[("library", library)]),
            LocalObstacle::Platform => ("local_platform", &[]),
        };
        let params = values
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).clone()));
        (name, params.collect())
    }
}

/// A job of this workstation. Its text is what runs keep, and no container's id looks like it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalJob {
    /// Process that leads the job's session.
    pub pid: u32,
    /// Names the job's directory.
    pub plan: PlanId,
}

impl fmt::Display for LocalJob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "local:{}:{}", self.pid, self.plan.0)
    }
}

/// The text is not that of a job of this workstation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotALocalJob;

impl FromStr for LocalJob {
    type Err = NotALocalJob;

    fn from_str(text: &str) -> Result<Self, NotALocalJob> {
        let (pid, plan) = (text.strip_prefix("local:"))
            .and_then(|rest| rest.split_once(':'))
            .ok_or(NotALocalJob)?;
        let pid = pid.parse().map_err(|_| NotALocalJob)?;
        // It becomes the name of a directory.
        let is_plain = |plan: &str| {
            plan.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        if plan.is_empty() || !is_plain(plan) {
            return Err(NotALocalJob);
        }
        let plan = PlanId(plan.to_owned());
        Ok(Self { pid, plan })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_local_job_reads_back_from_its_text_and_nothing_else_is_one() {
        let job = LocalJob {
            pid: 4711,
            plan: PlanId("669bd179-294f".into()),
        };
        assert_eq!(job.to_string().parse(), Ok(job));
        for text in [
            "c0ffee",
            "c0ffee@tcp://local:1",
            "local:",
            "local:x:y",
            "local:1:",
            "local:1:../etc",
        ] {
            assert_eq!(text.parse::<LocalJob>(), Err(NotALocalJob), "{text}");
        }
    }
}
