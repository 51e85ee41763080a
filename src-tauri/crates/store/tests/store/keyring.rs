//! The system keyring: a real one, inside a D-Bus session of the test's own; a locked one, a silent one, and none.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use mysqler_contract::{ErrorCode, KeyringProbe, Secret, VaultProtection, VaultStatus};
use mysqler_core::ports::Vault;

use crate::world::{DIR, again, open, passed, refused, role};

const KEYRING: VaultProtection = VaultProtection::Keyring;
const UNLOCKED: &str =
    "printf secret | gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null";

/// Runs `test` again where nothing of the real user's session can be seen.
fn alone(prefix: &[&str], test: &str, role: &str, dir: &Path) -> Command {
    use std::os::unix::fs::PermissionsExt;
    let runtime = dir.join(format!("run {role}"));
    std::fs::create_dir(&runtime).unwrap();
    std::fs::set_permissions(&runtime, std::fs::Permissions::from_mode(0o700)).unwrap();
    let mut command = again(prefix, test, role);
    command
        .env(DIR, dir)
        .env("HOME", dir)
        .env("XDG_RUNTIME_DIR", runtime)
        .env("XDG_DATA_HOME", dir.join("data"));
    command
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY");
    command
}

/// A session with gnome-keyring, which must be installed: `apt-get install gnome-keyring dbus`.
fn in_session(start_keyring: &str, test: &str, role: &str, dir: &Path) {
    let script = format!("{start_keyring}; exec \"$@\"");
    let prefix = ["dbus-run-session", "--", "sh", "-e", "-c", &script, "sh"];
    let output = alone(&prefix, test, role, dir)
        .output()
        .expect("dbus-run-session is needed");
    passed(&output);
}

fn data_dir() -> PathBuf {
    PathBuf::from(std::env::var_os(DIR).unwrap()).join("data-dir")
}

#[tokio::test]
async fn an_unlocked_keyring_keeps_the_master_key() {
    if role().is_none() {
        let dir = tempfile::tempdir().unwrap();
        return in_session(
            UNLOCKED,
            "keyring::an_unlocked_keyring_keeps_the_master_key",
            "inside",
            dir.path(),
        );
    }
    let store = open(&data_dir()).await.unwrap();
    let vault = store.vault();
    assert_eq!(vault.probe_keyring().await, KeyringProbe::Works);
    vault.set_up(KEYRING, None).await.unwrap();
    let sealed = vault.seal("a", "password", &Secret::new("x")).await.unwrap();

    let again = store.vault();
    assert_eq!(
        again.status().await.unwrap(),
        VaultStatus::Locked { protection: KEYRING }
    );
    again.unlock(None).await.unwrap();
    assert_eq!(again.open("a", "password", &sealed).await.unwrap().expose(), "x");
    refused(
        again.change_password(&Secret::new("a"), &Secret::new("b")).await,
        ErrorCode::InvalidInput,
    );

    // A second data directory has a key of its own in the same keyring.
    let other_store = open(&data_dir().join("other")).await.unwrap();
    let other = other_store.vault();
    other.set_up(KEYRING, None).await.unwrap();
    refused(
        other.open("a", "password", &sealed).await,
        ErrorCode::VaultDamaged,
    );
    again.lock().await;
    again.unlock(None).await.unwrap();
    assert_eq!(again.open("a", "password", &sealed).await.unwrap().expose(), "x");

    // The entry lost, for instance with the login keyring.
    let output = Command::new("secret-tool")
        .args(["clear", "service", "mysqler"])
        .output()
        .expect("secret-tool is needed");
    assert!(output.status.success());
    let error = refused(store.vault().unlock(None).await, ErrorCode::KeyringUnavailable);
    assert!(
        error.detail.unwrap().contains("no key"),
        "a lost entry is not an unreachable keyring"
    );
}

#[tokio::test]
async fn a_keyring_that_was_locked_since_is_told_in_time() {
    let test = "keyring::a_keyring_that_was_locked_since_is_told_in_time";
    let locked = "gnome-keyring-daemon --start --components=secrets >/dev/null";
    match role().as_deref() {
        None => {
            let dir = tempfile::tempdir().unwrap();
            in_session(UNLOCKED, test, "first start", dir.path());
            let begun = Instant::now();
            in_session(locked, test, "after login without unlocking", dir.path());
            assert!(
                begun.elapsed() < Duration::from_secs(30),
                "a waiting keyring must not hold the process up"
            );
        }
        Some("first start") => {
            let store = open(&data_dir()).await.unwrap();
            store.vault().set_up(KEYRING, None).await.unwrap();
        }
        Some(_) => {
            let store = open(&data_dir()).await.unwrap();
            let vault = store.vault();
            refused(vault.unlock(None).await, ErrorCode::KeyringUnavailable);
            let probe = vault.probe_keyring().await;
            assert!(matches!(probe, KeyringProbe::Unavailable { .. }), "{probe:?}");
            assert_eq!(
                vault.status().await.unwrap(),
                VaultStatus::Locked { protection: KEYRING }
            );
        }
    }
}

/// What a keyring that waits for a person looks like from here: a bus that takes the call and says nothing.
#[tokio::test]
async fn a_keyring_that_says_nothing_is_given_up_on_after_the_deadline() {
    if role().is_none() {
        let dir = tempfile::tempdir().unwrap();
        let socket = dir.path().join("bus");
        let _silent = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        let test = "keyring::a_keyring_that_says_nothing_is_given_up_on_after_the_deadline";
        let mut command = alone(&[], test, "inside", dir.path());
        command.env(
            "DBUS_SESSION_BUS_ADDRESS",
            format!("unix:path={}", socket.display()),
        );
        let begun = Instant::now();
        passed(&command.output().unwrap());
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "the thread that waits must not hold the process up"
        );
        return;
    }
    let store = open(&data_dir()).await.unwrap();
    let vault = store.vault();
    let begun = Instant::now();
    let KeyringProbe::Unavailable { why } = vault.probe_keyring().await else {
        panic!("nobody answered")
    };
    assert!(why.contains("no answer"), "{why}");
    refused(vault.set_up(KEYRING, None).await, ErrorCode::KeyringUnavailable);
    let took = begun.elapsed();
    assert!(
        took > Duration::from_secs(5) && took < Duration::from_secs(10),
        "two deadlines of 3 s took {took:?}"
    );
    assert_eq!(vault.status().await.unwrap(), VaultStatus::Unset);
}

#[tokio::test]
async fn without_a_session_bus_the_keyring_is_unavailable_at_once() {
    if role().is_none() {
        let dir = tempfile::tempdir().unwrap();
        let test = "keyring::without_a_session_bus_the_keyring_is_unavailable_at_once";
        return passed(&alone(&[], test, "inside", dir.path()).output().unwrap());
    }
    let store = open(&data_dir()).await.unwrap();
    let vault = store.vault();
    let KeyringProbe::Unavailable { why } = vault.probe_keyring().await else {
        panic!("there is no keyring here")
    };
    assert!(
        !why.is_empty() && !why.contains("no answer"),
        "refused, not waited for: {why}"
    );
    refused(vault.set_up(KEYRING, None).await, ErrorCode::KeyringUnavailable);
    assert_eq!(vault.status().await.unwrap(), VaultStatus::Unset);
    vault
        .set_up(VaultProtection::MasterPassword, Some(&Secret::new("instead")))
        .await
        .unwrap();
}
