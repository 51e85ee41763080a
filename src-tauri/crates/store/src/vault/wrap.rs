//! The master key under a master password: Argon2id makes a wrapping key, and the wrap is an envelope like any other.

use argon2::{Algorithm, Argon2, Params, Version};
use mysqler_contract::{AppError, ErrorCode, Result, Secret};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::envelope::{self, Key, Unopened};

/// How a password becomes a key; stored beside the wrap so that the cost can grow with the hardware.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kdf {
    algorithm: String,
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    /// Hex.
    salt: String,
}

const ALGORITHM: &str = "argon2id";
/// About a fifth of a second on a present desktop; one lane, since the memory is what an attacker pays for.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
const LANES: u32 = 1;
/// Above these a record asks for more than a desktop can give: it is damaged, not merely costly.
const MOST_MEMORY_KIB: u32 = 4 * 1024 * 1024;
const MOST_PASSES: u32 = 64;

impl Kdf {
    pub fn new() -> Result<Self> {
        let mut salt = [0; 16];
        envelope::fill_random(&mut salt)?;
        let algorithm = ALGORITHM.to_owned();
        Ok(Self {
            algorithm,
            memory_kib: MEMORY_KIB,
            passes: PASSES,
            lanes: LANES,
            salt: hex::encode(salt),
        })
    }

    fn derive(&self, password: &Secret) -> Result<Zeroizing<[u8; 32]>> {
        let bounded = self.memory_kib <= MOST_MEMORY_KIB && self.passes <= MOST_PASSES && self.lanes <= 16;
        let salt = hex::decode(&self.salt)
            .ok()
            .filter(|_| bounded && self.algorithm == ALGORITHM);
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(32)).ok();
        let (Some(salt), Some(params)) = (salt, params) else {
            return Err(
                AppError::new(ErrorCode::VaultDamaged).detail("the password's parameters make no sense")
            );
        };
        let mut key = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(password.expose().as_bytes(), &salt, &mut *key)
            .map_err(AppError::internal)?;
        Ok(key)
    }
}

/// Takes a fifth of a second of one core: off the async threads.
pub(super) fn wrap(master: &Key, vault_id: &str, kdf: &Kdf, password: &Secret) -> Result<Vec<u8>> {
    let wrapping = Key {
        id: master.id,
        bytes: kdf.derive(password)?,
    };
    envelope::seal(
        &wrapping,
        &envelope::place(vault_id, "master key")?,
        &*master.bytes,
    )
}

/// The record's checksum was right, so a wrap that does not open means another password. As costly as [`wrap`].
pub(super) fn unwrap(
    wrap: &[u8],
    vault_id: &str,
    key_id: [u8; 8],
    kdf: &Kdf,
    password: &Secret,
) -> Result<Key> {
    let wrapping = Key {
        id: key_id,
        bytes: kdf.derive(password)?,
    };
    let place = envelope::place(vault_id, "master key")?;
    let clear = envelope::open(&wrapping, &place, wrap).map_err(|why| match why {
        Unopened::NotAuthentic => AppError::new(ErrorCode::VaultWrongPassword),
        other => other.told(),
    })?;
    let bytes: [u8; 32] = clear
        .as_slice()
        .try_into()
        .map_err(|_| Unopened::Malformed.told())?;
    Ok(Key {
        id: key_id,
        bytes: Zeroizing::new(bytes),
    })
}
