//! Files under a passphrase, in the format of the public `age` tool.

use age::scrypt::{Identity, Recipient};
use age::secrecy::SecretString;
use age::{DecryptError, Decryptor};
use mysqler_contract::{AppError, ErrorCode, Result, Secret};
use std::io::Read;

/// Log2 of scrypt's cost: 64 MiB and about a quarter of a second.
const WORK_FACTOR: u8 = 16;
/// A file may ask for this much and no more: 1 GiB, some seconds.
const MOST_WORK: u8 = 20;

pub(super) fn encrypt(clear: &[u8], passphrase: &Secret) -> Result<Vec<u8>> {
    let mut recipient = Recipient::new(secret_string(passphrase));
    recipient.set_work_factor(WORK_FACTOR);
    age::encrypt(&recipient, clear).map_err(AppError::internal)
}

pub(super) fn decrypt(cipher: &[u8], passphrase: &Secret) -> Result<Vec<u8>> {
    let mut identity = Identity::new(secret_string(passphrase));
    identity.set_max_work_factor(MOST_WORK);
    let decryptor = Decryptor::new(cipher).map_err(told)?;
    if !decryptor.is_scrypt() {
        return Err(AppError::new(ErrorCode::FileFormat)
            .detail("the file is encrypted to keys, not under a passphrase"));
    }
    let mut reader = decryptor.decrypt(std::iter::once(&identity as _)).map_err(told)?;
    let mut clear = Vec::with_capacity(cipher.len());
    // The key fits by now: a file that does not read to its end was cut or altered.
    match reader.read_to_end(&mut clear) {
        Ok(_) => Ok(clear),
        Err(error) => {
            zeroize::Zeroize::zeroize(&mut clear);
            Err(AppError::new(ErrorCode::FileFormat).detail(error))
        }
    }
}

fn secret_string(passphrase: &Secret) -> SecretString {
    SecretString::from(passphrase.expose().to_owned())
}

fn told(error: DecryptError) -> AppError {
    match error {
        DecryptError::DecryptionFailed | DecryptError::KeyDecryptionFailed | DecryptError::NoMatchingKeys => {
            AppError::new(ErrorCode::PassphraseWrong)
        }
        other => AppError::new(ErrorCode::FileFormat).detail(other),
    }
}
