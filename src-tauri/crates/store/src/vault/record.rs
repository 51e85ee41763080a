//! The record of how the master key is protected, with what tells damage, a foreign key and a wrong password apart.

use mysqler_contract::{AppError, ErrorCode, Result, Timestamp, VaultProtection};
use ring::{digest, hmac};

use super::envelope::Key;
use super::wrap::Kdf;
use crate::table::vault::KeyRow;

#[derive(Clone)]
pub(super) struct KeyRecord {
    /// Also the keyring's account name.
    pub vault_id: String,
    pub protection: VaultProtection,
    pub key_id: [u8; 8],
    key_check: Vec<u8>,
    pub wrap: Option<(Kdf, Vec<u8>)>,
}

impl KeyRecord {
    pub fn new(protection: VaultProtection, master: &Key, wrap: Option<(Kdf, Vec<u8>)>) -> Self {
        let vault_id = uuid::Uuid::new_v4().to_string();
        let key_check = check_of(master, &vault_id);
        Self {
            vault_id,
            protection,
            key_id: master.id,
            key_check,
            wrap,
        }
    }

    /// `VAULT_DAMAGED` when a bit of it is not as it was written.
    pub fn read(row: KeyRow) -> Result<Self> {
        if checksum(&row) != row.checksum {
            return Err(damaged("its checksum does not fit"));
        }
        let wrap = match (&row.kdf, row.wrap.clone()) {
            (Some(kdf), Some(wrap)) => {
                let kdf = serde_json::from_str(kdf)
                    .map_err(|_| damaged("the password's parameters do not read"))?;
                Some((kdf, wrap))
            }
            _ => None,
        };
        let protection = protection(&row)?;
        if (protection == VaultProtection::MasterPassword) != wrap.is_some() {
            return Err(damaged("protection and wrap do not fit"));
        }
        let key_id = row
            .key_id
            .as_slice()
            .try_into()
            .map_err(|_| damaged("the key's id has another length"))?;
        Ok(Self {
            vault_id: row.vault_id,
            protection,
            key_id,
            key_check: row.key_check,
            wrap,
        })
    }

    pub fn row(&self, now: Timestamp) -> Result<KeyRow> {
        let protection = match self.protection {
            VaultProtection::Keyring => "keyring",
            VaultProtection::MasterPassword => "master_password",
        };
        let (kdf, wrap) = self.wrap.clone().unzip();
        let kdf = kdf
            .map(|kdf| serde_json::to_string(&kdf))
            .transpose()
            .map_err(AppError::internal)?;
        let mut row = KeyRow {
            vault_id: self.vault_id.clone(),
            protection: protection.to_owned(),
            key_id: self.key_id.to_vec(),
            key_check: self.key_check.clone(),
            kdf,
            wrap,
            checksum: Vec::new(),
            created_at: now.0,
        };
        row.checksum = checksum(&row);
        Ok(row)
    }

    /// Whether `master` is the key that this vault was made with.
    pub fn fits(&self, master: &Key) -> bool {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &*master.bytes);
        hmac::verify(&key, &check_text(&self.vault_id), &self.key_check).is_ok()
    }
}

pub(super) fn protection(row: &KeyRow) -> Result<VaultProtection> {
    match row.protection.as_str() {
        "keyring" => Ok(VaultProtection::Keyring),
        "master_password" => Ok(VaultProtection::MasterPassword),
        _ => Err(damaged("its protection is unknown")),
    }
}

fn check_of(master: &Key, vault_id: &str) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, &*master.bytes);
    hmac::sign(&key, &check_text(vault_id)).as_ref().to_vec()
}

fn check_text(vault_id: &str) -> Vec<u8> {
    [b"mysqler vault key check\0", vault_id.as_bytes()].concat()
}

/// Over every part with its length. It protects nothing secret and is not meant to: who can write here can only make the
/// vault refuse to open.
fn checksum(row: &KeyRow) -> Vec<u8> {
    let kdf = row.kdf.as_deref().unwrap_or_default();
    let wrap = row.wrap.as_deref().unwrap_or_default();
    let mut context = digest::Context::new(&digest::SHA256);
    for part in [
        row.vault_id.as_bytes(),
        row.protection.as_bytes(),
        &row.key_id,
        &row.key_check,
        kdf.as_bytes(),
        wrap,
    ] {
        context.update(&(part.len() as u64).to_le_bytes());
        context.update(part);
    }
    context.finish().as_ref().to_vec()
}

fn damaged(why: &str) -> AppError {
    AppError::new(ErrorCode::VaultDamaged).detail(format!("the vault's key record: {why}"))
}
