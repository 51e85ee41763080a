//! One SSH connection, logged in, from its first byte to its last way.

use std::sync::Arc;
use std::time::Duration;

use mysqler_contract::{AppError, ErrorCode, Result};
use mysqler_core::ports::SshTarget;
use russh::client::{self, Handle, Msg};
use russh::{Channel, ChannelOpenFailure, Disconnect};
use tokio::net::TcpStream;

use crate::host_key::{Gatekeeper, Shown, preferred};
use crate::login;

/// A server may take its time over a wrong password, and a passphrase is slow to try by design.
const LOGIN: Duration = Duration::from_secs(15);
const KEEPALIVE: Duration = Duration::from_secs(15);
/// Outages up to a minute are survived.
const KEEPALIVES: usize = 4;

pub(crate) struct Line {
    /// `None` once it says goodbye.
    handle: Option<Handle<Gatekeeper>>,
    host: String,
    port: u16,
}

impl Line {
    /// Connects, looks at the server's key, and logs in. Connecting is bounded by `limit`.
    pub(crate) async fn open(ssh: &SshTarget, limit: Duration) -> Result<Self> {
        let shown = Shown::default();
        let mut handle = match tokio::time::timeout(limit, reach(ssh, &shown)).await {
            Ok(handle) => handle?,
            Err(_) => {
                return Err(unreachable(ssh).detail(format!("no answer within {} s", limit.as_secs_f32())));
            }
        };
        match tokio::time::timeout(LOGIN.max(limit), login::log_in(&mut handle, ssh)).await {
            Ok(done) => done?,
            Err(_) => return Err(unreachable(ssh).detail("the login was not answered in time")),
        }
        Ok(Self {
            handle: Some(handle),
            host: ssh.host.clone(),
            port: ssh.port,
        })
    }

    pub(crate) fn is_open(&self) -> bool {
        self.handle.as_ref().is_some_and(|handle| !handle.is_closed())
    }

    /// A way to `host:port`, as the SSH server resolves it; that server has reached it when this returns.
    pub(crate) async fn forward(&self, host: &str, port: u16, limit: Duration) -> Result<Channel<Msg>> {
        let to = |code| {
            AppError::new(code)
                .with("host", host)
                .with("port", port)
                .with("ssh", &self.host)
        };
        let Some(handle) = &self.handle else {
            return Err(self.lost());
        };
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        let opening = handle.channel_open_direct_tcpip(bare, u32::from(port), "127.0.0.1", 0);
        match tokio::time::timeout(limit, opening).await {
            Ok(Ok(channel)) => Ok(channel),
            Ok(Err(russh::Error::ChannelOpenFailure(
                ChannelOpenFailure::AdministrativelyProhibited | ChannelOpenFailure::UnknownChannelType,
            ))) => Err(to(ErrorCode::SshForwardRefused)),
            Ok(Err(russh::Error::ChannelOpenFailure(why))) => {
                Err(to(ErrorCode::SshForwardFailed).detail(format!("{why:?}")))
            }
            Ok(Err(error)) => Err(self.lost().detail(error)),
            Err(_) if handle.is_closed() => Err(self.lost()),
            Err(_) => {
                let words = format!("no answer within {} s", limit.as_secs_f32());
                Err(to(ErrorCode::SshForwardFailed).detail(words))
            }
        }
    }

    fn lost(&self) -> AppError {
        AppError::new(ErrorCode::SshLost)
            .with("host", &self.host)
            .with("port", self.port)
    }
}

impl Drop for Line {
    /// Says goodbye, which a handle that is only dropped does not.
    fn drop(&mut self) {
        if let Some(handle) = self.handle.take()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(async move {
                let goodbye = handle.disconnect(Disconnect::ByApplication, "", "");
                let _ = tokio::time::timeout(Duration::from_secs(2), goodbye).await;
            });
        }
    }
}

async fn reach(ssh: &SshTarget, shown: &Shown) -> Result<Handle<Gatekeeper>> {
    let host = ssh.host.trim_start_matches('[').trim_end_matches(']');
    let stream = TcpStream::connect((host, ssh.port))
        .await
        .map_err(|error| unreachable(ssh).detail(error))?;
    // Statements and answers are small, and each waits for the other.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a tunnel keeps its small packets back");
    }
    let config = client::Config {
        preferred: preferred(ssh.host_key.as_ref()),
        keepalive_interval: Some(KEEPALIVE),
        keepalive_max: KEEPALIVES,
        nodelay: true,
        ..client::Config::default()
    };
    let gatekeeper = Gatekeeper {
        pinned: ssh.host_key.clone(),
        shown: shown.clone(),
    };
    match client::connect_stream(Arc::new(config), stream, gatekeeper).await {
        Ok(handle) => Ok(handle),
        Err(russh::Error::UnknownKey) => Err(shown.refusal(ssh).unwrap_or_else(|| unreachable(ssh))),
        Err(error) => Err(unreachable(ssh).detail(error)),
    }
}

pub(crate) fn unreachable(ssh: &SshTarget) -> AppError {
    AppError::new(ErrorCode::SshUnreachable)
        .with("host", &ssh.host)
        .with("port", ssh.port)
}
