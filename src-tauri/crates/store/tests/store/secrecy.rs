//! No secret lies in clear anywhere below the data directory.

use std::path::Path;

use mysqler_contract::{Connection, Secret, SecretPresence, VaultProtection};
use mysqler_core::ports::{ConnectionStore, SettingsStore, Vault};

use crate::samples::connection;
use crate::world::{NOW, db, fresh};

const PASSWORD: &str = "hunter2-the-servers-password";
const MASTER: &str = "correct-horse-the-master-password";
const CANARY: &str = "canary-that-must-be-found";

/// Every file below `dir` that holds `needle`, as it is, in hex or in UTF-16.
fn holders(dir: &Path, needle: &str) -> Vec<String> {
    let hex: String = needle.bytes().map(|byte| format!("{byte:02x}")).collect();
    let wide: Vec<u8> = needle.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let forms = [
        needle.as_bytes().to_vec(),
        hex.clone().into_bytes(),
        hex.to_uppercase().into_bytes(),
        wide,
    ];
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap().map(Result::unwrap) {
        if entry.path().is_dir() {
            found.extend(holders(&entry.path(), needle));
            continue;
        }
        let bytes = std::fs::read(entry.path()).unwrap();
        if forms
            .iter()
            .any(|form| bytes.windows(form.len()).any(|window| window == form))
        {
            found.push(entry.file_name().into_string().unwrap());
        }
    }
    found
}

#[tokio::test]
async fn a_saved_password_is_nowhere_in_clear() {
    let (dir, store) = fresh().await;
    let vault = store.vault();
    vault
        .set_up(VaultProtection::MasterPassword, Some(&Secret::new(MASTER)))
        .await
        .unwrap();
    let saved = Connection {
        description: CANARY.to_owned(),
        password: SecretPresence::Stored,
        ..connection("a", "main")
    };
    let sealed = vault
        .seal(&saved.id.0, "password", &Secret::new(PASSWORD))
        .await
        .unwrap();
    ConnectionStore::save(&store, &saved, Some(sealed.clone()))
        .await
        .unwrap();
    store.backup(3, NOW).await.unwrap();

    // The search is worth something only if it finds what is there: in the log, in the backup, and later in the file.
    let found = holders(dir.path(), CANARY);
    assert!(found.iter().any(|name| name.ends_with("-wal")), "{found:?}");
    assert!(
        found.iter().any(|name| name.starts_with("mysqler-2026")),
        "{found:?}"
    );
    for secret in [PASSWORD, MASTER] {
        assert_eq!(holders(dir.path(), secret), [""; 0], "{secret} lies in clear");
    }

    store.close().await;
    assert!(holders(dir.path(), CANARY).contains(&"mysqler.db".to_owned()));
    for secret in [PASSWORD, MASTER] {
        assert_eq!(holders(dir.path(), secret), [""; 0], "{secret} lies in clear");
    }
    let file = std::fs::read(db(dir.path())).unwrap();
    assert!(
        file.windows(sealed.0.len()).any(|window| window == sealed.0),
        "the envelope itself is stored"
    );
}
