//! SSH tunnels for the application's own sessions: the core's [`Tunnels`] port over one SSH connection a tunnel, shared
//! by all ways through it and closed with the last of them. Nothing here knows of MySQL, runs or the local store.

mod door;
mod host_key;
mod line;
mod login;

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use async_trait::async_trait;
use mysqler_contract::{ErrorCode, Result};
use mysqler_core::ports::{SshLogin, SshTarget, Tunnels, Way};
use ring::hmac;
use tokio::sync::Mutex;

use door::Doors;
use line::Line;

type Key = [u8; 32];
/// One at a time opens a line; the others wait for it and then share it.
type Place = Arc<Mutex<Weak<Line>>>;

/// Tunnels of one process.
pub struct SshTunnels {
    /// Made at random for this process: a key of the map tells nothing of the secrets in it.
    hash_key: hmac::Key,
    places: Mutex<HashMap<Key, Place>>,
    doors: Doors,
}

impl SshTunnels {
    pub fn new() -> Self {
        Self {
            hash_key: hash_key(),
            places: Mutex::default(),
            doors: Doors::default(),
        }
    }

    async fn place(&self, ssh: &SshTarget) -> Place {
        let key = self.key(ssh);
        let mut places = self.places.lock().await;
        // A place that nobody holds and whose line is closed is of no use to anyone.
        places.retain(|_, place| {
            Arc::strong_count(place) > 1
                || place
                    .try_lock()
                    .is_ok_and(|line| line.upgrade().is_some_and(|line| line.is_open()))
        });
        places.entry(key).or_default().clone()
    }

    fn key(&self, ssh: &SshTarget) -> Key {
        let mut context = hmac::Context::with_key(&self.hash_key);
        let mut part = |bytes: &[u8]| {
            context.update(&(bytes.len() as u64).to_be_bytes());
            context.update(bytes);
        };
        part(ssh.host.as_bytes());
        part(&ssh.port.to_be_bytes());
        part(ssh.user.as_bytes());
        part(match &ssh.login {
            SshLogin::Key { .. } => b"key",
            SshLogin::Agent => b"agent",
            SshLogin::Password(_) => b"password",
        });
        for secret in ssh.login.secrets() {
            part(secret.as_bytes());
        }
        part(
            ssh.host_key
                .as_ref()
                .map_or("", |key| key.key.as_str())
                .as_bytes(),
        );
        let mut key = Key::default();
        key.copy_from_slice(context.sign().as_ref());
        key
    }
}

impl Default for SshTunnels {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Tunnels for SshTunnels {
    async fn open(&self, ssh: &SshTarget, host: &str, port: u16, limit: Duration) -> Result<Box<dyn Way>> {
        let place = self.place(ssh).await;
        let standing = place.lock().await.upgrade().filter(|line| line.is_open());
        let mut broken = None;
        if let Some(line) = standing {
            // Not under the lock: a server behind it that does not answer must not keep the others waiting.
            match line.forward(host, port, limit).await {
                Ok(channel) => return Ok(Box::new(self.doors.open(line, channel).await?)),
                // It broke since it was used last: a new one may stand.
                Err(error) if error.code == ErrorCode::SshLost => broken = Some(address(&line)),
                Err(error) => return Err(error),
            }
        }
        let mut shared = place.lock().await;
        let standing = shared
            .upgrade()
            .filter(|line| line.is_open() && Some(address(line)) != broken);
        let line = match standing {
            Some(line) => line,
            None => {
                let line = Arc::new(Line::open(ssh, limit).await?);
                *shared = Arc::downgrade(&line);
                line
            }
        };
        drop(shared);
        let channel = line.forward(host, port, limit).await?;
        Ok(Box::new(self.doors.open(line, channel).await?))
    }
}

/// Tells one line from another.
fn address(line: &Arc<Line>) -> usize {
    Arc::as_ptr(line) as usize
}

fn hash_key() -> hmac::Key {
    use std::hash::BuildHasher;
    let random = ring::rand::SystemRandom::new();
    hmac::Key::generate(hmac::HMAC_SHA256, &random).unwrap_or_else(|_| {
        let seed = std::hash::RandomState::new().hash_one(std::time::Instant::now());
        hmac::Key::new(hmac::HMAC_SHA256, &seed.to_ne_bytes())
    })
}
