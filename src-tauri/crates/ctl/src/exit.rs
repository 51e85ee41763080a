//! Exit codes: what a script may rely on.

use std::process::ExitCode;

use mysqler_contract::{ErrorCode, RunStateKind};

/// How a command ended, as the number that the process ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    Done = 0,
    Other = 1,
    Usage = 2,
    /// By preflight or for want of a confirmation.
    Refused = 3,
    /// The run failed or needs cleanup.
    RunFailed = 4,
    /// By the user.
    Stopped = 5,
    /// The server or Docker.
    NotReached = 6,
    OutcomeUnknown = 7,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// What a command ended with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Error(ErrorCode),
    /// The run that was watched stands here, and the command watches it no longer.
    Run(RunStateKind),
}

pub fn of_error(code: ErrorCode) -> Exit {
    of(Ending::Error(code))
}

pub fn of_run(state: RunStateKind) -> Exit {
    of(Ending::Run(state))
}

fn of(ending: Ending) -> Exit {
    use ErrorCode as E;
    use RunStateKind as R;
    match ending {
        Ending::Error(E::InvalidInput) => Exit::Usage,
        Ending::Error(
            E::PlanBlocked
            | E::PlanExpired
            | E::ConfirmationMismatch
            | E::DangersNotAccepted
            | E::TableBusy
            | E::LaunchImpossible
            | E::RowsDiffer
            | E::TuningNotPossible
            | E::ContinueImpossible
            | E::LoopbackUnreachable
            | E::ServerUnsupported,
        )
        | Ending::Run(R::NeedsReview) => Exit::Refused,
        Ending::Error(
            E::RunFailed
            | E::RunFailedAfterSwap
            | E::RowsLost
            | E::TriggersChanged
            | E::TriggersUnguarded
            | E::RenamesUnconfirmed
            | E::AlterRefused
            | E::AlterAlgorithmRefused
            | E::AlterLockedOut
            | E::AlterEnded
            | E::AlterNotSent,
        )
        | Ending::Run(R::Failed | R::NeedsCleanup) => Exit::RunFailed,
        Ending::Error(E::Cancelled) | Ending::Run(R::Cancelled) => Exit::Stopped,
        // Without a session on the server nothing was learned of it, whoever of the two refused.
        Ending::Error(
            E::ServerHostUnknown
            | E::ServerUnreachable
            | E::ServerTimeout
            | E::ServerAccessDenied
            | E::ServerTls
            | E::ServerLost
            | E::SshUnreachable
            | E::SshHostKeyUnknown
            | E::SshHostKeyChanged
            | E::SshLoginRefused
            | E::SshKeyUnusable
            | E::SshPassphraseWrong
            | E::SshAgentUnavailable
            | E::SshForwardRefused
            | E::SshForwardFailed
            | E::SshLost
            | E::SshTunnelFailed
            | E::DockerUnreachable
            | E::DockerTls,
        ) => Exit::NotReached,
        // A run that is still on its way when the command leaves it has no outcome yet.
        Ending::Error(E::JobLost)
        | Ending::Run(
            R::Unknown
            | R::Interrupted
            | R::Queued
            | R::Preparing
            | R::Running
            | R::Paused
            | R::AwaitingCutover
            | R::Stopping
            | R::Cleaning,
        ) => Exit::OutcomeUnknown,
        Ending::Run(R::Completed) => Exit::Done,
        Ending::Error(
            E::NotFound
            | E::NameTaken
            | E::ConnectionUntested
            | E::PasswordMissing
            | E::ServerPrivilege
            | E::ServerRefused
            | E::DatabaseMissing
            | E::TableMissing
            | E::SessionChanged
            | E::SessionProtected
            | E::VaultUnset
            | E::VaultLocked
            | E::VaultWrongPassword
            | E::VaultDamaged
            | E::KeyringUnavailable
            | E::DockerRefused
            | E::DockerHostUnknown
            | E::ImageMissing
            | E::ImageUnsuitable
            | E::RunnerUnsupported
            | E::LocalRunnerFailed
            | E::StoreFull
            | E::StoreReadOnly
            | E::StoreDamaged
            | E::StoreNewer
            | E::StoreFailed
            | E::LeaseLost
            | E::RunStateForbids
            | E::RunSupervisorMissing
            | E::FileUnreadable
            | E::FileUnwritable
            | E::FileFormat
            | E::PassphraseWrong
            | E::Internal,
        ) => Exit::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The whole table by hand: the numbers are a promise to scripts, so a change here must be meant.
    const ERRORS: &[(u8, &[&str])] = &[
        (2, &["INVALID_INPUT"]),
        (
            3,
            &[
                "SERVER_UNSUPPORTED",
                "LAUNCH_IMPOSSIBLE",
                "PLAN_EXPIRED",
                "PLAN_BLOCKED",
                "CONFIRMATION_MISMATCH",
                "DANGERS_NOT_ACCEPTED",
                "TABLE_BUSY",
                "ROWS_DIFFER",
                "TUNING_NOT_POSSIBLE",
                "CONTINUE_IMPOSSIBLE",
                "LOOPBACK_UNREACHABLE",
            ],
        ),
        (
            4,
            &[
                "RUN_FAILED",
                "RUN_FAILED_AFTER_SWAP",
                "ROWS_LOST",
                "TRIGGERS_CHANGED",
                "TRIGGERS_UNGUARDED",
                "RENAMES_UNCONFIRMED",
                "ALTER_REFUSED",
                "ALTER_ALGORITHM_REFUSED",
                "ALTER_LOCKED_OUT",
                "ALTER_ENDED",
                "ALTER_NOT_SENT",
            ],
        ),
        (5, &["CANCELLED"]),
        (
            6,
            &[
                "SERVER_HOST_UNKNOWN",
                "SERVER_UNREACHABLE",
                "SERVER_TIMEOUT",
                "SERVER_ACCESS_DENIED",
                "SERVER_TLS",
                "SERVER_LOST",
                "SSH_UNREACHABLE",
                "SSH_HOST_KEY_UNKNOWN",
                "SSH_HOST_KEY_CHANGED",
                "SSH_LOGIN_REFUSED",
                "SSH_KEY_UNUSABLE",
                "SSH_PASSPHRASE_WRONG",
                "SSH_AGENT_UNAVAILABLE",
                "SSH_FORWARD_REFUSED",
                "SSH_FORWARD_FAILED",
                "SSH_LOST",
                "SSH_TUNNEL_FAILED",
                "DOCKER_UNREACHABLE",
                "DOCKER_TLS",
            ],
        ),
        (7, &["JOB_LOST"]),
    ];

    fn error_codes() -> Vec<ErrorCode> {
        let catalogue = mysqler_contract::messages::catalogue(mysqler_contract::messages::Locale::En);
        let names = catalogue
            .keys()
            .filter_map(|key| key.strip_prefix("error.")?.strip_suffix(".message"));
        names
            .filter_map(|name| serde_json::from_value(serde_json::Value::String(name.to_owned())).ok())
            .collect()
    }

    #[test]
    fn every_error_code_ends_with_its_promised_number() {
        let codes = error_codes();
        assert!(
            codes.len() > 40,
            "the catalogue no longer lists the codes: {codes:?}"
        );
        let promised: usize = ERRORS.iter().map(|(_, names)| names.len()).sum();
        let mut special = 0;
        for code in codes {
            let name = code.as_str();
            let listed = ERRORS.iter().find(|(_, names)| names.contains(&name.as_str()));
            special += usize::from(listed.is_some());
            assert_eq!(
                of_error(code) as u8,
                listed.map_or(1, |(number, _)| *number),
                "{name}"
            );
        }
        assert_eq!(special, promised, "a name in this table is no error code");
    }

    #[test]
    fn every_state_of_a_run_ends_with_its_promised_number() {
        let expected = |state| match state {
            RunStateKind::Completed => 0,
            RunStateKind::NeedsReview => 3,
            RunStateKind::Failed | RunStateKind::NeedsCleanup => 4,
            RunStateKind::Cancelled => 5,
            _ => 7,
        };
        for state in RunStateKind::ALL {
            assert_eq!(of_run(state) as u8, expected(state), "{}", state.as_str());
        }
    }
}
