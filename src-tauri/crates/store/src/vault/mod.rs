//! The vault: secrets sealed under one master key, which lies in the system keyring or under a master password and is in
//! memory only while the vault is open. Copies of ours are wiped; copies inside libraries and the keyring's client are not
//! ours to wipe.

mod envelope;
mod keyring;
mod passphrase;
mod record;
mod wrap;

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use mysqler_contract::{AppError, ErrorCode, KeyringProbe, Result, Secret, VaultProtection, VaultStatus};
use mysqler_core::ports::{SealedSecret, Vault};
use zeroize::{Zeroize, Zeroizing};

use crate::Store;
use crate::table::vault as table;
use envelope::Key;
use record::KeyRecord;
use wrap::Kdf;

/// The vault of one data file.
pub struct FileVault {
    store: Store,
    /// Users hold the key by reference count, so that locking does not pull it from under a running seal.
    key: Mutex<Option<Arc<Key>>>,
}

impl FileVault {
    pub(crate) fn new(store: Store) -> Self {
        Self {
            store,
            key: Mutex::new(None),
        }
    }

    async fn record(&self) -> Result<KeyRecord> {
        let row = table::key(self.store.readers()).await?;
        KeyRecord::read(row.ok_or_else(|| AppError::new(ErrorCode::VaultUnset))?)
    }

    /// `VAULT_UNSET` when there is none to unlock, `VAULT_LOCKED` otherwise.
    async fn key(&self) -> Result<Arc<Key>> {
        if let Some(key) = self.held() {
            return Ok(key);
        }
        self.record().await?;
        Err(AppError::new(ErrorCode::VaultLocked))
    }

    fn held(&self) -> Option<Arc<Key>> {
        self.key.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn hold(&self, key: Option<Key>) {
        *self.key.lock().unwrap_or_else(PoisonError::into_inner) = key.map(Arc::new);
    }

    async fn set_up_keyring(&self) -> Result<()> {
        let master = Key::random()?;
        let record = KeyRecord::new(VaultProtection::Keyring, &master, None);
        let secret = Zeroizing::new(master.bytes.to_vec());
        keyring::store(record.vault_id.clone(), secret)
            .await
            .map_err(|fault| fault.told())?;
        let kept = self.keep(&record).await;
        if kept.is_err() {
            // The entry would be an orphan; that it could not be removed is worth less than why it is one.
            let _ = keyring::remove(record.vault_id.clone()).await;
        }
        kept.map(|()| self.hold(Some(master)))
    }

    async fn set_up_password(&self, password: &Secret) -> Result<()> {
        let master = Key::random()?;
        let mut record = KeyRecord::new(VaultProtection::MasterPassword, &master, None);
        let kdf = Kdf::new()?;
        let (vault_id, password) = (record.vault_id.clone(), password.clone());
        let (master, kdf, wrap) = blocking(move || {
            let wrap = wrap::wrap(&master, &vault_id, &kdf, &password)?;
            Ok((master, kdf, wrap))
        })
        .await?;
        record.wrap = Some((kdf, wrap));
        self.keep(&record).await?;
        self.hold(Some(master));
        Ok(())
    }

    async fn keep(&self, record: &KeyRecord) -> Result<()> {
        let row = record.row(self.store.inner.clock.now())?;
        match table::insert_key(self.store.writer(), &row).await? {
            true => Ok(()),
            false => Err(AppError::invalid("protection", "vault_exists")),
        }
    }

    async fn unlock_keyring(&self, record: &KeyRecord) -> Result<Key> {
        let secret = keyring::load(record.vault_id.clone())
            .await
            .map_err(|fault| fault.told())?;
        let bytes: Result<[u8; 32], _> = secret.as_slice().try_into();
        let bytes = bytes.map_err(|_| foreign_key())?;
        Ok(Key {
            id: record.key_id,
            bytes: Zeroizing::new(bytes),
        })
    }
}

/// The key that came does not fit this vault.
fn foreign_key() -> AppError {
    AppError::new(ErrorCode::VaultDamaged).detail("the key is not the one that this vault was made with")
}

/// Key derivations take long enough to stall other tasks.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(AppError::internal)?
}

async fn unwrap_key(record: &KeyRecord, password: &Secret) -> Result<Key> {
    let Some((kdf, wrapped)) = record.wrap.clone() else {
        return Err(AppError::invalid("protection", "vault_without_password"));
    };
    let (vault_id, key_id, password) = (record.vault_id.clone(), record.key_id, password.clone());
    blocking(move || wrap::unwrap(&wrapped, &vault_id, key_id, &kdf, &password)).await
}

fn given(password: Option<&Secret>) -> Result<&Secret> {
    password
        .filter(|password| !password.is_empty())
        .ok_or_else(|| AppError::invalid("password", "required"))
}

#[async_trait]
impl Vault for FileVault {
    async fn status(&self) -> Result<VaultStatus> {
        let Some(row) = table::key(self.store.readers()).await? else {
            return Ok(VaultStatus::Unset);
        };
        let protection = record::protection(&row)?;
        Ok(match self.held() {
            Some(_) => VaultStatus::Unlocked { protection },
            None => VaultStatus::Locked { protection },
        })
    }

    async fn probe_keyring(&self) -> KeyringProbe {
        let mut token = vec![0; 32];
        if let Err(error) = envelope::fill_random(&mut token) {
            return KeyringProbe::Unavailable {
                why: error.to_string(),
            };
        }
        match keyring::probe(format!("probe-{}", uuid::Uuid::new_v4()), token).await {
            Ok(()) => KeyringProbe::Works,
            Err(fault) => KeyringProbe::Unavailable { why: fault.why() },
        }
    }

    async fn set_up(&self, protection: VaultProtection, password: Option<&Secret>) -> Result<()> {
        if table::key(self.store.readers()).await?.is_some() {
            return Err(AppError::invalid("protection", "vault_exists"));
        }
        match protection {
            VaultProtection::Keyring => self.set_up_keyring().await,
            VaultProtection::MasterPassword => self.set_up_password(given(password)?).await,
        }
    }

    async fn unlock(&self, password: Option<&Secret>) -> Result<()> {
        let record = self.record().await?;
        let key = match (record.protection, password) {
            (VaultProtection::Keyring, _) => self.unlock_keyring(&record).await?,
            (VaultProtection::MasterPassword, Some(password)) => unwrap_key(&record, password).await?,
            (VaultProtection::MasterPassword, None) => return Err(AppError::new(ErrorCode::VaultLocked)),
        };
        if !record.fits(&key) {
            return Err(foreign_key());
        }
        self.hold(Some(key));
        Ok(())
    }

    async fn lock(&self) {
        self.hold(None);
    }

    async fn change_password(&self, old: &Secret, new: &Secret) -> Result<()> {
        given(Some(new))?;
        let before = self.record().await?;
        let master = unwrap_key(&before, old).await?;
        let (mut after, kdf, new) = (before.clone(), Kdf::new()?, new.clone());
        let vault_id = before.vault_id.clone();
        let wrapped = blocking(move || Ok((wrap::wrap(&master, &vault_id, &kdf, &new)?, kdf))).await?;
        after.wrap = Some((wrapped.1, wrapped.0));
        let now = self.store.inner.clock.now();
        match table::replace_wrap(self.store.writer(), &before.row(now)?, &after.row(now)?).await? {
            true => Ok(()),
            // Another process changed it in between; the old password is no longer right.
            false => Err(AppError::new(ErrorCode::VaultWrongPassword)),
        }
    }

    async fn seal(&self, record: &str, field: &str, secret: &Secret) -> Result<SealedSecret> {
        let key = self.key().await?;
        let place = envelope::place(record, field)?;
        envelope::seal(&key, &place, secret.expose().as_bytes()).map(SealedSecret)
    }

    async fn open(&self, record: &str, field: &str, sealed: &SealedSecret) -> Result<Secret> {
        let key = self.key().await?;
        let place = envelope::place(record, field)?;
        let mut clear = envelope::open(&key, &place, &sealed.0).map_err(|why| why.told())?;
        // Taken out of its wiping wrapper and into the secret's, without a copy.
        match String::from_utf8(std::mem::take(&mut *clear)) {
            Ok(text) => Ok(Secret::new(text)),
            Err(error) => {
                error.into_bytes().zeroize();
                Err(AppError::new(ErrorCode::VaultDamaged).detail("the secret is not text"))
            }
        }
    }

    fn encrypt_with_passphrase(&self, clear: &[u8], passphrase: &Secret) -> Result<Vec<u8>> {
        passphrase::encrypt(clear, passphrase)
    }

    fn decrypt_with_passphrase(&self, cipher: &[u8], passphrase: &Secret) -> Result<Vec<u8>> {
        passphrase::decrypt(cipher, passphrase)
    }
}
