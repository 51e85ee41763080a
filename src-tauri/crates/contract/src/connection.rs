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

/// Where a server is, as connections find it. Two that differ may still lead to one server; two that are the same do.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ServerAddress {
    /// In lower case, with the machine that the way leads through: behind an SSH server a name means what that one makes
    /// of it, and `127.0.0.1` is another server behind each.
    pub host: String,
    pub port: u16,
}

impl ServerAddress {
    /// `tunnel` is the SSH server's host and port.
    pub fn new(host: &str, port: u16, tunnel: Option<(&str, u16)>) -> Self {
        let way = tunnel.map(|(through, port)| format!(" through {through}:{port}"));
        let host = format!("{host}{}", way.unwrap_or_default()).to_lowercase();
        Self { host, port }
    }
}

impl std::fmt::Display for ServerAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.host.split_once(" through ") {
            Some((host, through)) => write!(f, "{host}:{} through {through}", self.port),
            None => write!(f, "{}:{}", self.host, self.port),
        }
    }
}

impl Connection {
    pub fn address(&self) -> ServerAddress {
        let tunnel = self.tunnel.as_ref().map(|ssh| (ssh.host.as_str(), ssh.port));
        ServerAddress::new(&self.host, self.port, tunnel)
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_name_behind_another_ssh_server_is_another_address() {
        let at = |tunnel| ServerAddress::new("DB1.Example", 3306, tunnel);
        assert_eq!(at(None), ServerAddress::new("db1.example", 3306, None));
        assert_eq!(at(None).to_string(), "db1.example:3306");
        let (eu, us) = (at(Some(("eu", 22))), at(Some(("us", 22))));
        assert!(eu != us && eu != at(None) && eu != at(Some(("eu", 2222))));
        assert_eq!(eu.to_string(), "db1.example:3306 through eu:22");
    }
}
