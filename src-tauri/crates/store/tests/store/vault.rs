use mysqler_contract::{ErrorCode, Secret, VaultProtection, VaultStatus};
use mysqler_core::ports::{SealedSecret, Vault};
use mysqler_store::{FileVault, Store};
use sqlx::{Connection as _, SqliteConnection};
use tempfile::TempDir;

use crate::world::{db, fresh, open, refused};

const MASTER: VaultProtection = VaultProtection::MasterPassword;

fn secret(text: &str) -> Secret {
    Secret::new(text)
}

async fn unlocked() -> (TempDir, Store, FileVault) {
    let (dir, store) = fresh().await;
    let vault = store.vault();
    vault
        .set_up(MASTER, Some(&secret("correct horse")))
        .await
        .unwrap();
    (dir, store, vault)
}

#[tokio::test]
async fn a_vault_without_protection_says_so() {
    let (_dir, store) = fresh().await;
    let vault = store.vault();
    assert_eq!(vault.status().await.unwrap(), VaultStatus::Unset);
    refused(
        vault.seal("a", "password", &secret("x")).await,
        ErrorCode::VaultUnset,
    );
    refused(vault.unlock(Some(&secret("x"))).await, ErrorCode::VaultUnset);
    refused(
        vault.change_password(&secret("x"), &secret("y")).await,
        ErrorCode::VaultUnset,
    );
    refused(vault.set_up(MASTER, None).await, ErrorCode::InvalidInput);
    refused(
        vault.set_up(MASTER, Some(&secret(""))).await,
        ErrorCode::InvalidInput,
    );
    assert_eq!(vault.status().await.unwrap(), VaultStatus::Unset);
}

#[tokio::test]
async fn a_secret_opens_in_another_process_with_the_password_alone() {
    let (dir, _store, vault) = unlocked().await;
    assert_eq!(
        vault.status().await.unwrap(),
        VaultStatus::Unlocked { protection: MASTER }
    );
    let awkward = "a,b'c\"d $e\\f`g#h;i=j ü\n";
    let sealed = vault.seal("a", "password", &secret(awkward)).await.unwrap();

    let other_store = open(dir.path()).await.unwrap();
    let other = other_store.vault();
    assert_eq!(
        other.status().await.unwrap(),
        VaultStatus::Locked { protection: MASTER }
    );
    refused(other.open("a", "password", &sealed).await, ErrorCode::VaultLocked);
    refused(other.unlock(None).await, ErrorCode::VaultLocked);
    refused(
        other.unlock(Some(&secret("correct horses"))).await,
        ErrorCode::VaultWrongPassword,
    );
    refused(
        other.unlock(Some(&secret(""))).await,
        ErrorCode::VaultWrongPassword,
    );
    assert_eq!(
        other.status().await.unwrap(),
        VaultStatus::Locked { protection: MASTER }
    );
    other.unlock(Some(&secret("correct horse"))).await.unwrap();
    assert_eq!(
        other.open("a", "password", &sealed).await.unwrap().expose(),
        awkward
    );

    other.lock().await;
    refused(other.open("a", "password", &sealed).await, ErrorCode::VaultLocked);
    refused(
        other.seal("a", "password", &secret("x")).await,
        ErrorCode::VaultLocked,
    );
}

#[tokio::test]
async fn a_vault_is_set_up_once() {
    let (_dir, store, vault) = unlocked().await;
    let sealed = vault.seal("a", "password", &secret("x")).await.unwrap();
    let error = refused(
        vault.set_up(MASTER, Some(&secret("again"))).await,
        ErrorCode::InvalidInput,
    );
    assert_eq!(error.params["reason"], "vault_exists");
    refused(
        store.vault().set_up(VaultProtection::Keyring, None).await,
        ErrorCode::InvalidInput,
    );
    assert_eq!(vault.open("a", "password", &sealed).await.unwrap().expose(), "x");
}

#[tokio::test]
async fn a_swapped_record_an_edited_header_and_a_flipped_bit_do_not_open() {
    let (_dir, _store, vault) = unlocked().await;
    let sealed = vault.seal("a", "password", &secret("x")).await.unwrap();
    refused(
        vault.open("b", "password", &sealed).await,
        ErrorCode::VaultDamaged,
    );
    refused(vault.open("a", "token", &sealed).await, ErrorCode::VaultDamaged);
    for byte in [0, 8, 9, 20, 30, sealed.0.len() - 1] {
        let mut altered = sealed.clone();
        altered.0[byte] ^= 1;
        refused(
            vault.open("a", "password", &altered).await,
            ErrorCode::VaultDamaged,
        );
    }
    refused(
        vault.open("a", "password", &SealedSecret(Vec::new())).await,
        ErrorCode::VaultDamaged,
    );
    vault.open("a", "password", &sealed).await.unwrap();
}

#[tokio::test]
async fn changing_the_password_keeps_every_secret_as_it_is() {
    let (dir, _store, vault) = unlocked().await;
    let sealed = vault.seal("a", "password", &secret("x")).await.unwrap();
    let (old, new) = (secret("correct horse"), secret("battery staple"));
    refused(
        vault.change_password(&new, &old).await,
        ErrorCode::VaultWrongPassword,
    );
    refused(
        vault.change_password(&old, &secret("")).await,
        ErrorCode::InvalidInput,
    );
    vault.change_password(&old, &new).await.unwrap();
    assert_eq!(vault.open("a", "password", &sealed).await.unwrap().expose(), "x");

    let other_store = open(dir.path()).await.unwrap();
    let other = other_store.vault();
    refused(other.unlock(Some(&old)).await, ErrorCode::VaultWrongPassword);
    other.unlock(Some(&new)).await.unwrap();
    assert_eq!(other.open("a", "password", &sealed).await.unwrap().expose(), "x");
}

/// Every part of the key record, altered in one bit, is damage and never a wrong password.
#[tokio::test]
async fn a_damaged_key_record_is_told_as_damage() {
    let (dir, store, vault) = unlocked().await;
    let sealed = vault.seal("a", "password", &secret("x")).await.unwrap();
    let mut conn = SqliteConnection::connect(&format!("sqlite://{}", db(dir.path()).display()))
        .await
        .unwrap();
    let (wrap, kdf, key_id, check): (Vec<u8>, String, Vec<u8>, Vec<u8>) =
        sqlx::query_as("SELECT wrap, kdf, key_id, key_check FROM vault_key")
            .fetch_one(&mut conn)
            .await
            .unwrap();
    let flipped = |bytes: &[u8], n: usize| {
        let mut bytes = bytes.to_vec();
        bytes[n] ^= 0x10;
        bytes
    };
    let right = secret("correct horse");
    let fresh_vault = store.vault();
    for n in [0, 8, 12, 20, 40, wrap.len() - 1] {
        set(&mut conn, "UPDATE vault_key SET wrap = ?", flipped(&wrap, n)).await;
        refused(fresh_vault.unlock(Some(&right)).await, ErrorCode::VaultDamaged);
    }
    set(&mut conn, "UPDATE vault_key SET wrap = ?", wrap[..40].to_vec()).await;
    refused(fresh_vault.unlock(Some(&right)).await, ErrorCode::VaultDamaged);
    set(&mut conn, "UPDATE vault_key SET wrap = ?", wrap).await;

    set(&mut conn, "UPDATE vault_key SET key_id = ?", flipped(&key_id, 3)).await;
    refused(fresh_vault.unlock(Some(&right)).await, ErrorCode::VaultDamaged);
    set(&mut conn, "UPDATE vault_key SET key_id = ?", key_id).await;
    set(
        &mut conn,
        "UPDATE vault_key SET key_check = ?",
        flipped(&check, 3),
    )
    .await;
    refused(fresh_vault.unlock(Some(&right)).await, ErrorCode::VaultDamaged);
    set(&mut conn, "UPDATE vault_key SET key_check = ?", check).await;
    let cheaper = kdf.replace("\"passes\":3", "\"passes\":1");
    assert_ne!(cheaper, kdf);
    set(
        &mut conn,
        "UPDATE vault_key SET kdf = CAST(? AS TEXT)",
        cheaper.into_bytes(),
    )
    .await;
    refused(fresh_vault.unlock(Some(&right)).await, ErrorCode::VaultDamaged);
    set(
        &mut conn,
        "UPDATE vault_key SET kdf = CAST(? AS TEXT)",
        kdf.into_bytes(),
    )
    .await;

    fresh_vault.unlock(Some(&right)).await.unwrap();
    assert_eq!(
        fresh_vault.open("a", "password", &sealed).await.unwrap().expose(),
        "x"
    );
}

async fn set(conn: &mut SqliteConnection, statement: &'static str, value: Vec<u8>) {
    let changed = sqlx::query(statement).bind(value).execute(conn).await.unwrap();
    assert_eq!(changed.rows_affected(), 1);
}

#[tokio::test]
async fn another_vaults_envelope_does_not_open() {
    let (_dir, _store, one) = unlocked().await;
    let (_other_dir, _other_store, two) = unlocked().await;
    let sealed = one.seal("a", "password", &secret("x")).await.unwrap();
    refused(two.open("a", "password", &sealed).await, ErrorCode::VaultDamaged);
}

#[tokio::test]
async fn a_file_under_a_passphrase_opens_with_it_alone() {
    let (_dir, store) = fresh().await;
    let vault = store.vault();
    let clear: Vec<u8> = (0..200_000_u32).flat_map(u32::to_le_bytes).collect();
    let file = vault
        .encrypt_with_passphrase(&clear, &secret("sesame ü"))
        .unwrap();
    assert!(
        file.starts_with(b"age-encryption.org/v1\n-> scrypt "),
        "the public tool's format"
    );
    assert_eq!(
        vault.decrypt_with_passphrase(&file, &secret("sesame ü")).unwrap(),
        clear
    );
    refused(
        vault.decrypt_with_passphrase(&file, &secret("sesame u")),
        ErrorCode::PassphraseWrong,
    );
    refused(
        vault.decrypt_with_passphrase(b"{\"connections\": []}", &secret("x")),
        ErrorCode::FileFormat,
    );
    refused(
        vault.decrypt_with_passphrase(b"", &secret("x")),
        ErrorCode::FileFormat,
    );
    for cut in [30, 200, file.len() / 2, file.len() - 1] {
        refused(
            vault.decrypt_with_passphrase(&file[..cut], &secret("sesame ü")),
            ErrorCode::FileFormat,
        );
    }
    let mut altered = file.clone();
    altered[file.len() / 2] ^= 1;
    refused(
        vault.decrypt_with_passphrase(&altered, &secret("sesame ü")),
        ErrorCode::FileFormat,
    );
}
