//! SSH tunnels: how a server that is not in reach itself is reached through another machine.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{SecretInput, SecretPresence};

/// How the account on the SSH server proves itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SshMethod {
    /// A private key in a file of this workstation, read at every use; the tunnel's secret is its passphrase.
    Key { path: String },
    /// The agent of the user's session. It has no secret here.
    Agent,
    /// The tunnel's secret is the account's password.
    Password,
}

/// The key by which an SSH server is known again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct SshHostKey {
    /// `SHA256:…`, as `ssh-keygen -l` prints it.
    pub fingerprint: String,
    /// Algorithm and key as in a `known_hosts` file, the host's name left out.
    pub key: String,
}

/// A tunnel as it is typed into a form or given to the command line.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
pub struct SshTunnelDraft {
    pub host: String,
    pub port: u16,
    pub user: String,
    pub method: SshMethod,
    /// The key's passphrase or the account's password.
    pub secret: SecretInput,
    /// `None` until a person has accepted the key that the server showed.
    pub host_key: Option<SshHostKey>,
}

/// A saved tunnel as it is shown: everything but the secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct SshTunnel {
    pub host: String,
    pub port: u16,
    pub user: String,
    pub method: SshMethod,
    pub secret: SecretPresence,
    pub host_key: Option<SshHostKey>,
}

/// The SSH server that a job goes through by itself, as the job is started: nothing secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct LaunchTunnel {
    /// The SSH server's address as the tool sees it.
    pub host: String,
    pub port: u16,
    pub user: String,
    pub method: SshMethod,
    pub host_key: SshHostKey,
}

impl SshTunnel {
    /// What a form begins with: all of it stays as it is saved.
    pub fn draft(&self) -> SshTunnelDraft {
        SshTunnelDraft {
            host: self.host.clone(),
            port: self.port,
            user: self.user.clone(),
            method: self.method.clone(),
            secret: SecretInput::Unchanged,
            host_key: self.host_key.clone(),
        }
    }

    /// Whether both lead through the same server by the same account, known by the same key.
    pub fn is_same_way(&self, other: &Self) -> bool {
        let way = |tunnel: &Self| {
            let Self {
                host,
                port,
                user,
                method,
                host_key,
                secret: _,
            } = tunnel.clone();
            (host, port, user, method, host_key)
        };
        way(self) == way(other)
    }

    /// Whether the saved secret may stay in an edited tunnel. A passphrase is no password, and a secret goes to nobody
    /// but the server and the account that it was given for.
    pub fn secret_stays_in(&self, draft: &SshTunnelDraft) -> bool {
        self.secret == SecretPresence::Empty || self.logs_in_like(draft)
    }

    /// Whether the draft has the saved account on the saved server, proven in the same way.
    pub fn logs_in_like(&self, draft: &SshTunnelDraft) -> bool {
        let way = (&self.host, self.port, &self.user, &self.method);
        way == (&draft.host, draft.port, &draft.user, &draft.method)
    }
}

impl std::fmt::Display for SshTunnel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let by = match &self.method {
            SshMethod::Key { path } => path,
            SshMethod::Agent => "agent",
            SshMethod::Password => "password",
        };
        let key = self.host_key.as_ref().map_or("–", |key| key.fingerprint.as_str());
        write!(f, "{}@{}:{} ({by}, {key})", self.user, self.host, self.port)
    }
}
