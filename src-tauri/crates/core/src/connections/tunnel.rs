//! A connection's SSH tunnel: from what was typed to what opens it, and its secret.

use std::path::Path;

use mysqler_contract::{
    AppError, Connection, ConnectionDraft, ConnectionId, ErrorCode, Result, Secret, SecretInput,
    SecretPresence, SshMethod, SshTunnel, SshTunnelDraft,
};

use crate::Core;
use crate::ports::{SealedSecret, SshLogin, SshTarget, Tunnel};

/// The vault's field name of a tunnel's passphrase or password.
pub(crate) const SSH_SECRET: &str = "ssh_secret";

/// Far above any private key; a wrong file is noticed rather than read whole.
const LONGEST_KEY: u64 = 256 * 1024;

impl Core {
    /// The draft's tunnel, ready to be opened; `None` without one.
    pub(super) async fn draft_tunnel(&self, draft: &ConnectionDraft) -> Result<Option<Tunnel>> {
        let Some(tunnel) = &draft.tunnel else {
            return Ok(None);
        };
        let secret = match (&tunnel.secret, &draft.id) {
            (SecretInput::Set { value }, _) => value.clone(),
            (SecretInput::Unchanged, Some(id)) => {
                let saved = self.connection(id).await?;
                self.ssh_secret(&saved).await?
            }
            _ => Secret::new(""),
        };
        self.tunnel_with(tunnel, secret).await.map(Some)
    }

    pub(super) async fn tunnel_with(&self, tunnel: &SshTunnelDraft, secret: Secret) -> Result<Tunnel> {
        let ssh = SshTarget {
            host: tunnel.host.clone(),
            port: tunnel.port,
            user: tunnel.user.clone(),
            login: login(&tunnel.method, secret).await?,
            host_key: tunnel.host_key.clone(),
        };
        let by = self.ports.tunnels.clone();
        Ok(Tunnel { ssh, by })
    }

    /// The saved tunnel's passphrase or password; empty where it has none.
    pub(crate) async fn ssh_secret(&self, saved: &Connection) -> Result<Secret> {
        self.count_vault_use(saved).await;
        self.ssh_secret_unnoticed(saved).await
    }

    pub(super) async fn ssh_secret_unnoticed(&self, saved: &Connection) -> Result<Secret> {
        let missing = || AppError::new(ErrorCode::PasswordMissing).with("name", &saved.name);
        match saved.tunnel.as_ref().map(|tunnel| tunnel.secret) {
            None | Some(SecretPresence::Empty) => Ok(Secret::new("")),
            Some(SecretPresence::Missing) => Err(missing()),
            Some(SecretPresence::Stored) => {
                let sealed = self.ports.connections.sealed_ssh_secret(&saved.id).await?;
                let sealed = sealed.ok_or_else(missing)?;
                self.ports.vault.open(&saved.id.0, SSH_SECRET, &sealed).await
            }
        }
    }

    /// What is kept of the draft's tunnel, its new secret sealed.
    pub(super) async fn kept_tunnel(
        &self,
        id: &ConnectionId,
        draft: &ConnectionDraft,
        before: Option<&Connection>,
    ) -> Result<(Option<SshTunnel>, Option<SealedSecret>)> {
        let Some(tunnel) = &draft.tunnel else {
            return Ok((None, None));
        };
        let saved = before.and_then(|saved| saved.tunnel.as_ref());
        let (secret, sealed) = match &tunnel.secret {
            _ if tunnel.method == SshMethod::Agent => (SecretPresence::Empty, None),
            SecretInput::Unchanged => (saved.map_or(SecretPresence::Empty, |saved| saved.secret), None),
            SecretInput::Empty => (SecretPresence::Empty, None),
            SecretInput::Set { value } => (
                SecretPresence::Stored,
                Some(self.ports.vault.seal(&id.0, SSH_SECRET, value).await?),
            ),
        };
        let kept = SshTunnel {
            host: tunnel.host.clone(),
            port: tunnel.port,
            user: tunnel.user.clone(),
            method: tunnel.method.clone(),
            secret,
            host_key: tunnel.host_key.clone(),
        };
        Ok((Some(kept), sealed))
    }
}

async fn login(method: &SshMethod, secret: Secret) -> Result<SshLogin> {
    Ok(match method {
        SshMethod::Agent => SshLogin::Agent,
        SshMethod::Password => SshLogin::Password(secret),
        SshMethod::Key { path } => SshLogin::Key {
            path: path.clone(),
            text: read_key(Path::new(path)).await?,
            passphrase: secret,
        },
    })
}

async fn read_key(path: &Path) -> Result<Secret> {
    let fail = |error: std::io::Error| {
        AppError::new(ErrorCode::FileUnreadable)
            .with("path", path.display())
            .detail(error)
    };
    let unusable = |why: &str| {
        AppError::new(ErrorCode::SshKeyUnusable)
            .with("path", path.display())
            .with("why", why)
    };
    let facts = tokio::fs::metadata(path).await.map_err(fail)?;
    if !facts.is_file() || facts.len() > LONGEST_KEY {
        return Err(unusable("not a private key file"));
    }
    let bytes = zeroize::Zeroizing::new(tokio::fs::read(path).await.map_err(fail)?);
    match std::str::from_utf8(&bytes) {
        Ok(text) => Ok(Secret::new(text)),
        Err(_) => Err(unusable("not a private key file")),
    }
}

/// Whether the draft goes the same way as what is saved, with the same secret.
pub(super) fn same_way(saved: Option<&SshTunnel>, draft: Option<&SshTunnelDraft>) -> bool {
    match (saved, draft) {
        (None, None) => true,
        (Some(saved), Some(draft)) => saved.draft() == *draft,
        _ => false,
    }
}

/// All that decides where and as whom a tunnel leads, for a digest.
pub(super) fn parts(tunnel: Option<&Tunnel>) -> Vec<String> {
    let Some(Tunnel { ssh, .. }) = tunnel else {
        return Vec::new();
    };
    let kind = match &ssh.login {
        SshLogin::Key { .. } => "key",
        SshLogin::Agent => "agent",
        SshLogin::Password(_) => "password",
    };
    let key = ssh.host_key.as_ref().map_or("", |key| key.key.as_str());
    let mut parts: Vec<String> = [ssh.host.as_str(), &ssh.port.to_string(), &ssh.user, kind, key]
        .map(str::to_owned)
        .to_vec();
    parts.extend(ssh.login.secrets().map(str::to_owned));
    parts
}
