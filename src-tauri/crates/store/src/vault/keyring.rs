//! The operating system's keyring: one entry a vault, every access bounded, since a locked keyring waits for a person.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use keyring_core::api::CredentialStoreApi;
use keyring_core::{Entry, Error};
use mysqler_contract::{AppError, ErrorCode};
use tokio::sync::oneshot;
use zeroize::Zeroizing;

const SERVICE: &str = "mysqler";
const DEADLINE: Duration = Duration::from_secs(3);

#[cfg(target_os = "macos")]
use apple_native_keyring_store::keychain::Store as SystemKeyring;
#[cfg(windows)]
use windows_native_keyring_store::Store as SystemKeyring;
#[cfg(all(unix, not(target_os = "macos")))]
use zbus_secret_service_keyring_store::Store as SystemKeyring;

/// Why the keyring did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// No answer within the deadline; most likely it is locked and asks a person.
    Silent,
    /// It answers, and has no such entry.
    NoEntry,
    Refused(String),
}

impl Fault {
    pub fn why(&self) -> String {
        match self {
            Fault::Silent => format!("no answer within {} s; it may be locked", DEADLINE.as_secs()),
            Fault::NoEntry => "the keyring has no key for this data directory".to_owned(),
            Fault::Refused(why) => why.clone(),
        }
    }

    pub fn told(&self) -> AppError {
        AppError::new(ErrorCode::KeyringUnavailable).detail(self.why())
    }
}

impl From<Error> for Fault {
    /// Only the texts that name no stored bytes are taken over.
    fn from(error: Error) -> Self {
        match error {
            Error::NoEntry => Fault::NoEntry,
            Error::BadEncoding(_) | Error::BadDataFormat(..) => {
                Fault::Refused("the stored entry is malformed".to_owned())
            }
            Error::Ambiguous(_) => Fault::Refused("several entries of the same name".to_owned()),
            other => Fault::Refused(other.to_string()),
        }
    }
}

/// Sets, reads and removes an entry of its own. Nothing less tells: a locked keyring reports that it is well.
pub(super) async fn probe(account: String, token: Vec<u8>) -> Result<(), Fault> {
    bounded(move |keyring| {
        let entry = entry(keyring, &account)?;
        entry.set_secret(&token)?;
        let read = entry.get_secret();
        entry.delete_credential()?;
        match read? {
            same if same == token => Ok(()),
            _ => Err(Fault::Refused(
                "an entry read back differs from what was written".to_owned(),
            )),
        }
    })
    .await
}

pub(super) async fn store(account: String, secret: Zeroizing<Vec<u8>>) -> Result<(), Fault> {
    bounded(move |keyring| {
        let entry = entry(keyring, &account)?;
        entry.set_secret(&secret)?;
        match Zeroizing::new(entry.get_secret()?) {
            same if *same == *secret => Ok(()),
            _ => Err(Fault::Refused(
                "the key read back differs from what was written".to_owned(),
            )),
        }
    })
    .await
}

pub(super) async fn load(account: String) -> Result<Zeroizing<Vec<u8>>, Fault> {
    bounded(move |keyring| Ok(Zeroizing::new(entry(keyring, &account)?.get_secret()?))).await
}

pub(super) async fn remove(account: String) -> Result<(), Fault> {
    bounded(move |keyring| Ok(entry(keyring, &account)?.delete_credential()?)).await
}

fn entry(keyring: &SystemKeyring, account: &str) -> Result<Entry, Error> {
    let label = HashMap::from([("label", "MySQLer")]);
    // Only the Secret Service shows labels; the others refuse the word.
    let modifiers = cfg!(all(unix, not(target_os = "macos"))).then_some(&label);
    keyring.build(SERVICE, account, modifiers)
}

/// Runs `work` on a thread of its own and stops waiting after the deadline. Not on the runtime's blocking pool: that is
/// joined at the end of the process, which a keyring waiting for a person would then hold up.
async fn bounded<T: Send + 'static>(
    work: impl FnOnce(&SystemKeyring) -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    let (answer, answered) = oneshot::channel();
    let spawned = std::thread::Builder::new()
        .name("keyring".to_owned())
        .spawn(move || {
            // Connected anew each time: a session bus or keyring that comes up later is found then.
            let result = SystemKeyring::new()
                .map_err(Fault::from)
                .and_then(|keyring: Arc<SystemKeyring>| work(&keyring));
            // Nobody may be waiting any more.
            let _ = answer.send(result);
        });
    spawned.map_err(|error| Fault::Refused(error.to_string()))?;
    match tokio::time::timeout(DEADLINE, answered).await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => Err(Fault::Refused("the keyring's client failed".to_owned())),
        Err(_) => Err(Fault::Silent),
    }
}
