//! The envelope of one sealed secret: AES-256-GCM under a key that the header names, bound to its place.
//!
//! `MYSQLERV` · version (1 byte) · key id (8) · nonce (12) · cipher text with tag (16). The header and the place are
//! associated data: a swapped record or an edited header does not open.

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use mysqler_contract::{AppError, ErrorCode, Result};
use ring::rand::{SecureRandom, SystemRandom};
use zeroize::Zeroizing;

const MAGIC: &[u8; 8] = b"MYSQLERV";
const VERSION: u8 = 1;
const KEY_ID: std::ops::Range<usize> = 9..17;
const NONCE: std::ops::Range<usize> = 17..29;
const HEADER: usize = 29;
const TAG: usize = 16;

/// A 256-bit key and the name that envelopes know it by. Wiped when dropped.
pub(super) struct Key {
    pub id: [u8; 8],
    pub bytes: Zeroizing<[u8; 32]>,
}

impl Key {
    pub fn random() -> Result<Self> {
        let mut key = Self {
            id: [0; 8],
            bytes: Zeroizing::new([0; 32]),
        };
        fill_random(&mut key.id)?;
        fill_random(&mut *key.bytes)?;
        Ok(key)
    }
}

/// Why an envelope does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unopened {
    /// Not an envelope, or cut short.
    Malformed,
    NewerVersion,
    OtherKey,
    /// The bytes, their place or the key are not those of the sealing.
    NotAuthentic,
}

impl Unopened {
    pub fn told(self) -> AppError {
        AppError::new(ErrorCode::VaultDamaged).detail(match self {
            Unopened::Malformed => "not an envelope of this vault, or cut short",
            Unopened::NewerVersion => "the envelope has a version that this program does not know",
            Unopened::OtherKey => "sealed under another key",
            Unopened::NotAuthentic => "the envelope was altered, or belongs to another record",
        })
    }
}

pub(super) fn fill_random(bytes: &mut [u8]) -> Result<()> {
    SystemRandom::new()
        .fill(bytes)
        .map_err(|_| AppError::internal("the system gives no random bytes"))
}

/// The place of a secret as it is authenticated. A NUL separates the parts, so neither may hold one.
pub(super) fn place(record: &str, field: &str) -> Result<Vec<u8>> {
    if record.contains('\0') || field.contains('\0') {
        return Err(AppError::internal("a vault record's name holds a NUL"));
    }
    Ok([record.as_bytes(), b"\0", field.as_bytes()].concat())
}

pub(super) fn seal(key: &Key, place: &[u8], clear: &[u8]) -> Result<Vec<u8>> {
    let mut envelope = Vec::with_capacity(HEADER + clear.len() + TAG);
    envelope.extend_from_slice(MAGIC);
    envelope.push(VERSION);
    envelope.extend_from_slice(&key.id);
    let mut nonce = [0; 12];
    fill_random(&mut nonce)?;
    envelope.extend_from_slice(&nonce);
    let bound = [envelope.as_slice(), place].concat();
    let sealed = cipher(key).encrypt(
        &Nonce::from(nonce),
        Payload {
            msg: clear,
            aad: &bound,
        },
    );
    envelope.extend(sealed.map_err(|_| AppError::internal("a secret is too long to be sealed"))?);
    Ok(envelope)
}

pub(super) fn open(key: &Key, place: &[u8], envelope: &[u8]) -> Result<Zeroizing<Vec<u8>>, Unopened> {
    if envelope.len() < HEADER + TAG || !envelope.starts_with(MAGIC) {
        return Err(Unopened::Malformed);
    }
    if envelope[MAGIC.len()] != VERSION {
        return Err(Unopened::NewerVersion);
    }
    if envelope[KEY_ID] != key.id {
        return Err(Unopened::OtherKey);
    }
    let (header, sealed) = envelope.split_at(HEADER);
    let nonce: [u8; 12] = header[NONCE].try_into().map_err(|_| Unopened::Malformed)?;
    let bound = [header, place].concat();
    let clear = cipher(key).decrypt(
        &Nonce::from(nonce),
        Payload {
            msg: sealed,
            aad: &bound,
        },
    );
    clear.map(Zeroizing::new).map_err(|_| Unopened::NotAuthentic)
}

fn cipher(key: &Key) -> Aes256Gcm {
    Aes256Gcm::new(&(*key.bytes).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place_of(record: &str) -> Vec<u8> {
        place(record, "password").unwrap()
    }

    #[test]
    fn what_was_sealed_opens_and_the_envelope_does_not_show_it() {
        let key = Key::random().unwrap();
        let envelope = seal(&key, &place_of("a"), b"pa\0ss").unwrap();
        assert_eq!(*open(&key, &place_of("a"), &envelope).unwrap(), b"pa\0ss");
        assert!(envelope.starts_with(b"MYSQLERV\x01"));
        assert!(!envelope.windows(5).any(|window| window == b"pa\0ss"));
        let again = seal(&key, &place_of("a"), b"pa\0ss").unwrap();
        assert_ne!(envelope[NONCE], again[NONCE], "a nonce must never be used twice");
    }

    #[test]
    fn a_flip_of_any_single_bit_is_refused() {
        let key = Key::random().unwrap();
        let envelope = seal(&key, &place_of("a"), b"secret").unwrap();
        for bit in 0..envelope.len() * 8 {
            let mut altered = envelope.clone();
            altered[bit / 8] ^= 1 << (bit % 8);
            assert!(
                open(&key, &place_of("a"), &altered).is_err(),
                "bit {bit} could be flipped"
            );
        }
    }

    #[test]
    fn an_envelope_cut_short_anywhere_is_refused() {
        let key = Key::random().unwrap();
        let envelope = seal(&key, &place_of("a"), b"secret").unwrap();
        for length in 0..envelope.len() {
            assert!(
                open(&key, &place_of("a"), &envelope[..length]).is_err(),
                "{length} bytes opened"
            );
        }
    }

    #[test]
    fn another_record_another_field_and_another_key_are_refused() {
        let key = Key::random().unwrap();
        let envelope = seal(&key, &place_of("a"), b"secret").unwrap();
        assert_eq!(
            open(&key, &place_of("b"), &envelope).unwrap_err(),
            Unopened::NotAuthentic
        );
        assert_eq!(
            open(&key, &place("a", "token").unwrap(), &envelope).unwrap_err(),
            Unopened::NotAuthentic
        );
        assert_eq!(
            open(&Key::random().unwrap(), &place_of("a"), &envelope).unwrap_err(),
            Unopened::OtherKey
        );
        let forged = Key {
            id: key.id,
            bytes: Key::random().unwrap().bytes,
        };
        assert_eq!(
            open(&forged, &place_of("a"), &envelope).unwrap_err(),
            Unopened::NotAuthentic
        );
    }

    #[test]
    fn names_that_would_make_two_places_look_alike_are_refused() {
        assert!(place("a\0b", "c").is_err() && place("a", "b\0c").is_err());
    }
}
