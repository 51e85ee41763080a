//! Secrets at rest.

use async_trait::async_trait;
use mysqler_contract::{KeyringProbe, Result, Secret, VaultProtection, VaultStatus};

use super::SealedSecret;

#[async_trait]
pub trait Vault: Send + Sync {
    async fn status(&self) -> Result<VaultStatus>;

    /// A real round trip through the operating system's keyring under a deadline.
    async fn probe_keyring(&self) -> KeyringProbe;

    /// Chooses the protection and makes the master key. Refused when the vault exists already.
    async fn set_up(&self, protection: VaultProtection, password: Option<&Secret>) -> Result<()>;

    /// With the keyring no password is needed. `VAULT_WRONG_PASSWORD`, `VAULT_DAMAGED`, `KEYRING_UNAVAILABLE`.
    async fn unlock(&self, password: Option<&Secret>) -> Result<()>;

    async fn lock(&self);

    /// Re-wraps the master key; nothing else is re-encrypted.
    async fn change_password(&self, old: &Secret, new: &Secret) -> Result<()>;

    /// Binds the secret to its record and field: a swapped envelope does not open. `VAULT_LOCKED` when locked.
    async fn seal(&self, record: &str, field: &str, secret: &Secret) -> Result<SealedSecret>;
    async fn open(&self, record: &str, field: &str, sealed: &SealedSecret) -> Result<Secret>;

    /// Encrypts bytes under a passphrase into a file that the public `age` tool opens.
    fn encrypt_with_passphrase(&self, clear: &[u8], passphrase: &Secret) -> Result<Vec<u8>>;
    /// `PASSPHRASE_WRONG` or `FILE_FORMAT`.
    fn decrypt_with_passphrase(&self, cipher: &[u8], passphrase: &Secret) -> Result<Vec<u8>>;
}
