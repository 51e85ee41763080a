//! Idle sessions, kept for a short while under a keyed hash of everything that makes up a target.

use std::collections::HashMap;
use std::hash::BuildHasher;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use mysqler_contract::Result;
use mysqler_core::ports::{Target, Tunnel};
use ring::hmac;

use crate::session::Session;

const KEPT_PER_TARGET: usize = 2;
const KEPT_FOR: Duration = Duration::from_secs(30);

type Key = [u8; 32];

pub(crate) struct SessionCache {
    /// Made at random for this process: a key of the map tells nothing of the password in it.
    hash_key: hmac::Key,
    statement_limit: Duration,
    shelf: Arc<Shelf>,
}

#[derive(Default)]
struct Shelf {
    idle: Mutex<HashMap<Key, Vec<Idle>>>,
}

struct Idle {
    session: Session,
    since: Instant,
}

impl SessionCache {
    pub(crate) fn new(statement_limit: Duration) -> Self {
        let random = ring::rand::SystemRandom::new();
        let hash_key = hmac::Key::generate(hmac::HMAC_SHA256, &random).unwrap_or_else(|_| {
            let seed = std::hash::RandomState::new().hash_one(Instant::now());
            hmac::Key::new(hmac::HMAC_SHA256, &seed.to_ne_bytes())
        });
        Self {
            hash_key,
            statement_limit,
            shelf: Arc::default(),
        }
    }

    /// An idle session that still answers, else a new one. It comes back here when the lease ends.
    pub(crate) async fn lease(&self, target: &Target) -> Result<Lease> {
        let key = self.key(target);
        while let Some(mut session) = self.shelf.take(&key) {
            if session.answers(target.connect_timeout).await {
                return Ok(self.leased(key, session));
            }
        }
        self.fresh(target).await
    }

    pub(crate) async fn fresh(&self, target: &Target) -> Result<Lease> {
        Ok(self.leased(
            self.key(target),
            Session::open(target, self.statement_limit).await?,
        ))
    }

    fn leased(&self, key: Key, session: Session) -> Lease {
        Lease {
            session: Some(session),
            key,
            shelf: Arc::downgrade(&self.shelf),
        }
    }

    fn key(&self, target: &Target) -> Key {
        let mut context = hmac::Context::with_key(&self.hash_key);
        let mut part = |bytes: &[u8]| {
            context.update(&(bytes.len() as u64).to_be_bytes());
            context.update(bytes);
        };
        part(target.host.as_bytes());
        part(&target.port.to_be_bytes());
        part(target.user.as_bytes());
        part(target.password.expose().as_bytes());
        part(format!("{:?} {:?}", target.tls, target.connect_timeout).as_bytes());
        part(target.ca_pem.as_deref().unwrap_or_default().as_bytes());
        if let Some(Tunnel { ssh, .. }) = &target.tunnel {
            // The login's secrets are not among what its Debug prints.
            part(format!("{ssh:?}").as_bytes());
            for secret in ssh.login.secrets() {
                part(secret.as_bytes());
            }
        }
        let mut key = Key::default();
        key.copy_from_slice(context.sign().as_ref());
        key
    }
}

impl Shelf {
    fn idle(&self) -> MutexGuard<'_, HashMap<Key, Vec<Idle>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, key: &Key) -> Option<Session> {
        let mut idle = self.idle();
        let kept = idle.get_mut(key)?;
        let newest = kept.pop();
        if kept.is_empty() {
            idle.remove(key);
        }
        newest.map(|idle| idle.session)
    }

    /// Gives the session back when there is no room for it.
    fn put(&self, key: Key, session: Session) -> Option<Session> {
        let mut idle = self.idle();
        let kept = idle.entry(key).or_default();
        if kept.len() >= KEPT_PER_TARGET {
            return Some(session);
        }
        kept.push(Idle {
            session,
            since: Instant::now(),
        });
        None
    }

    fn take_expired(&self) -> Vec<Session> {
        let mut idle = self.idle();
        let expired = idle
            .values_mut()
            .flat_map(|kept| kept.extract_if(.., |idle| idle.since.elapsed() >= KEPT_FOR))
            .map(|idle| idle.session)
            .collect();
        idle.retain(|_, kept| !kept.is_empty());
        expired
    }
}

/// A session in use.
pub(crate) struct Lease {
    session: Option<Session>,
    key: Key,
    shelf: Weak<Shelf>,
}

impl Deref for Lease {
    type Target = Session;

    fn deref(&self) -> &Session {
        match &self.session {
            Some(session) => session,
            None => unreachable!("a lease holds its session until it is dropped"),
        }
    }
}

impl DerefMut for Lease {
    fn deref_mut(&mut self) -> &mut Session {
        match &mut self.session {
            Some(session) => session,
            None => unreachable!("a lease holds its session until it is dropped"),
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(session) = self.session.take() else {
            return;
        };
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        if !session.reusable() {
            // Dropping it first lets it kill a statement that is still under way.
            drop(session);
            return;
        }
        let Some(shelf) = self.shelf.upgrade() else { return };
        if let Some(surplus) = shelf.put(self.key, session) {
            runtime.spawn(surplus.close());
            return;
        }
        // Holds no strong reference while it waits: dropping the cache closes its sessions at once.
        let shelf = Arc::downgrade(&shelf);
        runtime.spawn(async move {
            tokio::time::sleep(KEPT_FOR + Duration::from_millis(50)).await;
            let expired = shelf
                .upgrade()
                .map(|shelf| shelf.take_expired())
                .unwrap_or_default();
            for session in expired {
                session.close().await;
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mysqler_contract::{Secret, TlsMode};

    fn target(password: &str) -> Target {
        Target {
            host: "db".into(),
            port: 3306,
            user: "dba".into(),
            password: Secret::new(password),
            database: None,
            connect_timeout: Duration::from_secs(5),
            charset: "utf8mb4".into(),
            tls: TlsMode::Required,
            ca_pem: None,
            tunnel: None,
        }
    }

    #[test]
    fn a_key_depends_on_every_part_of_the_way_to_the_server_and_on_the_process() {
        let cache = SessionCache::new(Duration::from_secs(1));
        let base = cache.key(&target("a"));
        assert_eq!(
            base,
            cache.key(&target("a")),
            "the same target must find its session again"
        );
        let others = [
            target("b"),
            Target {
                user: "dbb".into(),
                ..target("a")
            },
            Target {
                port: 3307,
                ..target("a")
            },
            Target {
                tls: TlsMode::Disabled,
                ..target("a")
            },
            Target {
                ca_pem: Some("x".into()),
                ..target("a")
            },
            // The same characters, divided otherwise.
            Target {
                host: "dbd".into(),
                user: "ba".into(),
                ..target("a")
            },
        ];
        for other in others {
            assert_ne!(base, cache.key(&other), "{other:?}");
        }
        assert_ne!(
            base,
            SessionCache::new(Duration::from_secs(1)).key(&target("a")),
            "the hash must be keyed"
        );
    }
}
