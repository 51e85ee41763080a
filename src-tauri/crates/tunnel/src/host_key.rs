//! Who the SSH server is: its key as it is shown and kept, and whether it is the one that was accepted.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError};

use mysqler_contract::{AppError, ErrorCode, SshHostKey};
use mysqler_core::ports::SshTarget;
use russh::Preferred;
use russh::client::Handler;
use russh::keys::{Algorithm, HashAlg, PublicKey, PublicKeyOrCertificate};

/// The key that the server showed, for the error that tells of it.
#[derive(Clone, Default)]
pub(crate) struct Shown(Arc<Mutex<Option<SshHostKey>>>);

impl Shown {
    fn keep(&self, key: SshHostKey) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(key);
    }

    /// Why the server's key was refused; `None` when it showed none.
    pub(crate) fn refusal(&self, ssh: &SshTarget) -> Option<AppError> {
        let shown = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        let error = |code| AppError::new(code).with("host", &ssh.host).with("port", ssh.port);
        Some(match &ssh.host_key {
            None => error(ErrorCode::SshHostKeyUnknown)
                .with("fingerprint", shown.fingerprint)
                .with("key", shown.key),
            Some(pinned) => error(ErrorCode::SshHostKeyChanged)
                .with("pinned", &pinned.fingerprint)
                .with("offered", shown.fingerprint),
        })
    }
}

/// Lets nobody in but the server that a person accepted.
pub(crate) struct Gatekeeper {
    pub pinned: Option<SshHostKey>,
    pub shown: Shown,
}

impl Handler for Gatekeeper {
    type Error = russh::Error;

    async fn check_server_key(&mut self, key: &PublicKeyOrCertificate) -> Result<bool, Self::Error> {
        // Certificates are never asked for.
        let PublicKeyOrCertificate::PublicKey { key, .. } = key else {
            return Ok(false);
        };
        let shown = as_kept(key).map_err(russh::Error::from)?;
        let known = self.pinned.as_ref().is_some_and(|pinned| pinned.key == shown.key);
        self.shown.keep(shown);
        Ok(known)
    }
}

fn as_kept(key: &PublicKey) -> Result<SshHostKey, russh::keys::ssh_key::Error> {
    let mut bare = key.clone();
    bare.set_comment("");
    Ok(SshHostKey {
        fingerprint: bare.fingerprint(HashAlg::Sha256).to_string(),
        key: bare.to_openssh()?.trim().to_owned(),
    })
}

/// A server has keys of several kinds: it is asked for the accepted one's kind first, so that a new kind that it learned
/// meanwhile is no changed key.
pub(crate) fn preferred(pinned: Option<&SshHostKey>) -> Preferred {
    let mut preferred = Preferred::DEFAULT;
    // Signatures with SHA-1 prove nothing any more.
    let mut kinds: Vec<Algorithm> = preferred
        .key
        .iter()
        .filter(|kind| !matches!(kind, Algorithm::Rsa { hash: None }))
        .cloned()
        .collect();
    if let Some(wanted) = pinned.and_then(|pinned| pinned.key.split(' ').next()) {
        let is_wanted = |kind: &Algorithm| {
            kind.as_str() == wanted || (matches!(kind, Algorithm::Rsa { .. }) && wanted == "ssh-rsa")
        };
        kinds.sort_by_key(|kind| !is_wanted(kind));
    }
    preferred.key = Cow::Owned(kinds);
    preferred
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJdD7y3aLq454yWBdwLWbieU1ebz9/cu7/QEXn9OIeZJ somebody's comment";

    #[test]
    fn a_key_is_kept_without_its_comment_and_known_by_the_usual_fingerprint() {
        let kept = as_kept(&PublicKey::from_openssh(KEY).unwrap()).unwrap();
        assert_eq!(kept.key, KEY.rsplitn(3, ' ').last().unwrap());
        // As `ssh-keygen -lf` prints it.
        assert_eq!(
            kept.fingerprint,
            "SHA256:T7SvZ2cslqpPj6nKzitCBHHlpVF3r3MvLwmFL0fk0IE"
        );
    }

    #[test]
    fn the_accepted_kind_is_asked_for_first_and_sha1_never() {
        let names = |key: Option<&str>| {
            let pinned = key.map(|key| SshHostKey {
                fingerprint: String::new(),
                key: key.to_owned(),
            });
            let preferred = preferred(pinned.as_ref());
            preferred
                .key
                .iter()
                .map(|kind| kind.to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(names(None)[0], "ssh-ed25519");
        assert_eq!(
            names(Some("ssh-rsa AAAA"))[..3],
            ["rsa-sha2-512", "rsa-sha2-256", "ssh-ed25519"]
        );
        assert_eq!(names(Some("ecdsa-sha2-nistp384 AAAA"))[0], "ecdsa-sha2-nistp384");
        assert!(!names(Some("ssh-rsa AAAA")).contains(&"ssh-rsa".to_owned()));
    }
}
