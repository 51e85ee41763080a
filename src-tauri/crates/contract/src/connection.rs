//! Connections: how to reach a server.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{
    DockerHostId, Params, SecretInput, SecretPresence, ServerReport, SshTunnel, SshTunnelDraft, Timestamp,
};

/// A connection's identity, stable through renames.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type)]
#[serde(transparent)]
pub struct ConnectionId(pub String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Environment {
    Production,
    Test,
    Development,
}

/// How the session is encrypted, in the server's own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "kebab-case")]
pub enum TlsMode {
    Disabled,
    Preferred,
    #[default]
    Required,
    VerifyCa,
    VerifyIdentity,
}

/// A connection as it is typed into a form or given to the command line.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
pub struct ConnectionDraft {
    /// `None` for a new connection.
    pub id: Option<ConnectionId>,
    /// 1–50 characters, unique.
    pub name: String,
    pub environment: Environment,
    pub host: String,
    pub port: u16,
    pub user: String,
    pub password: SecretInput,
    pub database: Option<String>,
    /// At most 200 characters.
    pub description: String,
    /// Seconds, 1–60.
    pub connect_timeout_s: u32,
    pub charset: String,
    pub tls: TlsMode,
    /// Path of a PEM file with the authorities to trust; needed by `verify-ca` and `verify-identity`.
    pub ca_file: Option<String>,
    /// Where this connection's runs work; `None` as the settings say.
    #[serde(default)]
    pub docker_host: Option<DockerHostId>,
    /// The way to a server that is not in reach itself.
    #[serde(default)]
    pub tunnel: Option<SshTunnelDraft>,
}

/// Why a field of a draft is not acceptable; the text is `reason.<reason>` of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct FieldProblem {
    pub field: String,
    pub reason: String,
    pub params: Params,
}

/// A saved connection as it is shown: everything but the secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Connection {
    pub id: ConnectionId,
    pub name: String,
    pub environment: Environment,
    pub host: String,
    pub port: u16,
    pub user: String,
    pub password: SecretPresence,
    pub database: Option<String>,
    pub description: String,
    pub connect_timeout_s: u32,
    pub charset: String,
    pub tls: TlsMode,
    pub ca_file: Option<String>,
    #[serde(default)]
    pub docker_host: Option<DockerHostId>,
    #[serde(default)]
    pub tunnel: Option<SshTunnel>,
    /// The last test that passed; `None` marks the profile as untested.
    pub tested: Option<TestedConnection>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub last_used_at: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct TestedConnection {
    pub at: Timestamp,
    pub report: ServerReport,
}

/// Fields recognised in a pasted `mysql://` URL or `mysql -h … -u …` line. A password in the text is taken over too.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
pub struct PastedConnection {
    pub host: Option<String>,
    pub port: Option<u16>,
    pub user: Option<String>,
    pub database: Option<String>,
    pub tls: Option<TlsMode>,
    pub ca_file: Option<String>,
    /// The pasted text held a password. It is not sent back: the form that pasted it cuts it out of its own text.
    pub had_password: bool,
}
