//! A tunnel in an export file.

use mysqler_contract::{Secret, SecretInput, SecretPresence, SshMethod, SshTunnel, SshTunnelDraft};
use serde::{Deserialize, Serialize};

/// Without the host key that was accepted here: on another workstation a person looks at it again.
#[derive(Serialize, Deserialize)]
pub(super) struct ExportedTunnel {
    host: String,
    port: u16,
    user: String,
    method: SshMethod,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) secret: Option<String>,
    #[serde(default)]
    secret_empty: bool,
}

impl Drop for ExportedTunnel {
    fn drop(&mut self) {
        if let Some(secret) = &mut self.secret {
            zeroize::Zeroize::zeroize(secret);
        }
    }
}

impl ExportedTunnel {
    pub(super) fn of(saved: &SshTunnel, secret: Option<&Secret>) -> Self {
        Self {
            host: saved.host.clone(),
            port: saved.port,
            user: saved.user.clone(),
            method: saved.method.clone(),
            secret: secret.map(|secret| secret.expose().to_owned()),
            secret_empty: saved.secret == SecretPresence::Empty,
        }
    }

    /// It has one, and not in the file.
    pub(super) fn lacks_secret(&self) -> bool {
        self.secret.is_none() && !self.secret_empty
    }

    /// An accepted host key stays with the very server that it was accepted of.
    pub(super) fn draft(&self, before: Option<&SshTunnel>) -> SshTunnelDraft {
        let same_server = before.filter(|saved| saved.host == self.host && saved.port == self.port);
        let mut draft = SshTunnelDraft {
            host: self.host.clone(),
            port: self.port,
            user: self.user.clone(),
            method: self.method.clone(),
            secret: SecretInput::Empty,
            host_key: same_server.and_then(|saved| saved.host_key.clone()),
        };
        match &self.secret {
            Some(secret) => {
                draft.secret = SecretInput::Set {
                    value: Secret::new(secret.clone()),
                }
            }
            None if self.secret_empty => {}
            None if before.is_some_and(|saved| saved.logs_in_like(&draft)) => {
                draft.secret = SecretInput::Unchanged;
            }
            None => {}
        }
        draft
    }
}

/// Whether both lead the same way, secrets aside.
pub(super) fn same_way(one: Option<&ExportedTunnel>, other: Option<&ExportedTunnel>) -> bool {
    let way = |tunnel: &ExportedTunnel| {
        (
            tunnel.host.clone(),
            tunnel.port,
            tunnel.user.clone(),
            tunnel.method.clone(),
        )
    };
    one.map(way) == other.map(way)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_the_secret_leaves_the_saved_one_to_the_same_way_alone() {
        let saved = SshTunnel {
            host: "bastion".into(),
            port: 22,
            user: "dba".into(),
            method: SshMethod::Password,
            secret: SecretPresence::Stored,
            host_key: None,
        };
        let mut file = ExportedTunnel::of(&saved, None);
        assert!(file.lacks_secret());
        assert_eq!(file.draft(Some(&saved)).secret, SecretInput::Unchanged);
        assert_eq!(file.draft(None).secret, SecretInput::Empty);
        file.host = "another".into();
        assert_eq!(file.draft(Some(&saved)).secret, SecretInput::Empty);
        // An agent's tunnel has no secret that another login could take over.
        let by_agent = SshTunnel {
            method: SshMethod::Agent,
            secret: SecretPresence::Empty,
            ..saved
        };
        file.host = "bastion".into();
        assert_eq!(file.draft(Some(&by_agent)).secret, SecretInput::Empty);
    }
}
