//! Ways to servers through SSH.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use mysqler_contract::{Result, Secret, SshHostKey};

/// An SSH server with the account on it and what proves it.
#[derive(Debug, Clone)]
pub struct SshTarget {
    pub host: String,
    pub port: u16,
    pub user: String,
    pub login: SshLogin,
    /// The key that a person accepted; `None` refuses every key and tells the one that was shown.
    pub host_key: Option<SshHostKey>,
}

#[derive(Debug, Clone)]
pub enum SshLogin {
    Key {
        /// Where it was read from: for errors alone.
        path: String,
        /// The file's text.
        text: Secret,
        /// Empty when there is none.
        passphrase: Secret,
    },
    Agent,
    Password(Secret),
}

impl SshLogin {
    /// All that is secret of it, in an order of its own.
    pub fn secrets(&self) -> [&str; 2] {
        match self {
            Self::Key { text, passphrase, .. } => [text.expose(), passphrase.expose()],
            Self::Agent => ["", ""],
            Self::Password(password) => [password.expose(), ""],
        }
    }
}

/// A target's tunnel, with what opens it.
#[derive(Clone)]
pub struct Tunnel {
    pub ssh: SshTarget,
    pub by: Arc<dyn Tunnels>,
}

impl std::fmt::Debug for Tunnel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.ssh.fmt(f)
    }
}

/// Where this process finds the far end of a way. It takes one connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Door {
    /// A Unix socket that only this user can open.
    Socket(PathBuf),
    /// A port of the loopback address, where there are no such sockets.
    Port(u16),
}

/// One connection's way through a tunnel. Dropped before it was used it closes; a connection that was made lasts as long
/// as its two ends keep it.
pub trait Way: Send + Sync {
    fn door(&self) -> Door;
}

#[async_trait]
pub trait Tunnels: Send + Sync {
    /// Opens the tunnel where it is not open yet, and a way through it to `host:port` as the SSH server names it.
    /// When this returns, the SSH server has reached `host:port`. Bounded by `limit`.
    async fn open(&self, ssh: &SshTarget, host: &str, port: u16, limit: Duration) -> Result<Box<dyn Way>>;
}
