//! Errors at the edge: the user interface decides by the code alone; the texts come from the catalogue.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{Params, messages};

/// What went wrong, as a closed set. Each has `error.<CODE>.message` and `error.<CODE>.hint` in the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Type)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ErrorCode {
    /// A field's value is not acceptable: params `field`, `reason`.
    InvalidInput,
    NotFound,
    NameTaken,
    ConnectionUntested,
    /// The password of an imported profile was never typed here.
    PasswordMissing,

    ServerHostUnknown,
    ServerUnreachable,
    ServerTimeout,
    ServerAccessDenied,
    ServerTls,
    ServerUnsupported,
    ServerLost,
    ServerPrivilege,
    ServerRefused,
    DatabaseMissing,
    TableMissing,
    /// The session is not, or not any more, what was shown: param `id`.
    SessionChanged,
    /// The server's own, or replication's: param `id`.
    SessionProtected,

    /// The tunnel's SSH server does not answer: params `host`, `port`.
    SshUnreachable,
    /// Nobody has accepted the SSH server's key yet: params `host`, `port`, `fingerprint`, `key`.
    SshHostKeyUnknown,
    /// The SSH server shows another key than the accepted one: params `host`, `port`, `pinned`, `offered`.
    SshHostKeyChanged,
    /// The SSH server does not let the account in: params `host`, `port`, `user`.
    SshLoginRefused,
    /// The private key cannot be used: params `path`, `why`.
    SshKeyUnusable,
    /// The private key's passphrase is wrong, or none was given: param `path`.
    SshPassphraseWrong,
    /// No agent answers, or it holds no key: param `why`.
    SshAgentUnavailable,
    /// The SSH server lets nothing through: params `host`, `port`, `ssh`.
    SshForwardRefused,
    /// The SSH server cannot reach the database server: params `host`, `port`, `ssh`.
    SshForwardFailed,
    /// The tunnel broke: params `host`, `port`.
    SshLost,
    /// A job's own tunnel was not opened: params `host`, `port`, `why`, the client's words.
    SshTunnelFailed,

    VaultUnset,
    VaultLocked,
    VaultWrongPassword,
    VaultDamaged,
    KeyringUnavailable,

    DockerUnreachable,
    DockerRefused,
    /// The engine and this workstation do not trust each other's certificates.
    DockerTls,
    /// The engine that was chosen is not among the settings any more: param `name`.
    DockerHostUnknown,
    /// A server on the workstation's own loopback address is out of a container's reach there: params `host`, `why`.
    LoopbackUnreachable,
    ImageMissing,
    ImageUnsuitable,
    /// The container is gone and with it what it would have said.
    JobLost,
    RunnerUnsupported,
    /// The workstation did not do what a process of its own needs: its words are the detail.
    LocalRunnerFailed,
    /// A TLS mode, name or value that cannot be carried into the run's own session: param `what`.
    LaunchImpossible,

    StoreFull,
    StoreReadOnly,
    StoreDamaged,
    StoreNewer,
    StoreFailed,
    LeaseLost,

    PlanExpired,
    PlanBlocked,
    ConfirmationMismatch,
    DangersNotAccepted,
    TableBusy,
    RunStateForbids,
    /// The tool gave up before the swap: params `class`; the table is as it was.
    RunFailed,
    /// The tool gave up after the swap: the new table is in place.
    RunFailedAfterSwap,
    RowsLost,
    /// Comparing both tables found rows that differ: params `table`, `after`, `to`.
    RowsDiffer,
    /// This option of a running copy cannot be changed: params `option`, `why`.
    TuningNotPossible,
    /// Param `run`, and `why` below `why.` of the catalogue.
    ContinueImpossible,
    /// The table's own triggers are not those of the plan any more: param `names`.
    TriggersChanged,
    /// The plugin could not keep writes away from the move of the table's own triggers.
    TriggersUnguarded,
    /// The tool did not read the clause's renames as the plan did.
    RenamesUnconfirmed,
    /// The server refused the direct ALTER; the table is as it was. Params `code`, the server's number.
    AlterRefused,
    /// It refused the asserted algorithm or lock; no other was tried.
    AlterAlgorithmRefused,
    /// The metadata lock was not had in any attempt.
    AlterLockedOut,
    /// Another hand, a restart or a lost session ended the ALTER; the table is as it was.
    AlterEnded,
    /// The ALTER never left: the world changed, or whoever would have sent it went away.
    AlterNotSent,
    RunSupervisorMissing,

    FileUnreadable,
    FileUnwritable,
    FileFormat,
    PassphraseWrong,
    Cancelled,
    Internal,
}

impl ErrorCode {
    /// The code as it is written in JSON and in the catalogue's keys, for example `SERVER_TIMEOUT`.
    pub fn as_str(self) -> String {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::String(text)) => text,
            _ => "INTERNAL".to_owned(),
        }
    }
}

/// One error as every host shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct AppError {
    pub code: ErrorCode,
    /// English; the window renders its own language from `code` and `params`.
    pub message: String,
    pub hint: String,
    /// The foreign words as they came (a server's error text), never a secret.
    pub detail: Option<String>,
    pub params: Params,
}

impl AppError {
    pub fn new(code: ErrorCode) -> Self {
        Self {
            code,
            message: String::new(),
            hint: String::new(),
            detail: None,
            params: Params::new(),
        }
        .rendered()
    }

    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.params.insert(name.to_owned(), value.to_string());
        self.rendered()
    }

    pub fn detail(mut self, detail: impl ToString) -> Self {
        self.detail = Some(detail.to_string());
        self
    }

    /// A refused field value; `reason` is a catalogue key below `reason.`.
    pub fn invalid(field: &str, reason: &str) -> Self {
        let text = messages::text(messages::Locale::En, &format!("reason.{reason}"), &Params::new());
        Self::new(ErrorCode::InvalidInput)
            .with("field", field)
            .with("reason", reason)
            .detail(text)
    }

    pub fn internal(detail: impl ToString) -> Self {
        Self::new(ErrorCode::Internal).detail(detail)
    }

    fn rendered(mut self) -> Self {
        let key = format!("error.{}", self.code.as_str());
        self.message = messages::text(messages::Locale::En, &format!("{key}.message"), &self.params);
        self.hint = messages::text(messages::Locale::En, &format!("{key}.hint"), &self.params);
        self
    }
}

impl std::fmt::Display for AppError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.message)?;
        if let Some(detail) = &self.detail {
            write!(f, ": {detail}")?;
        }
        Ok(())
    }
}

impl std::error::Error for AppError {}

pub type Result<T, E = AppError> = std::result::Result<T, E>;
