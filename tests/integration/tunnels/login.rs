//! Each way of logging in, and what a refused one says.

use mysqler_contract::{ErrorCode, SecretInput, SshMethod, SshTunnelDraft};
use mysqler_tests::ssh::secret;

use crate::scene::Scene;

#[tokio::test(flavor = "multi_thread")]
async fn a_password_lets_in_and_a_wrong_one_does_not() {
    let scene = Scene::new().await;
    let tunnel = scene.accepted().await;
    scene.passes(tunnel.clone()).await;
    let wrong = SshTunnelDraft {
        secret: secret("not-the-password"),
        ..tunnel
    };
    let error = scene.refusal(scene.draft(wrong)).await;
    assert_eq!(error.code, ErrorCode::SshLoginRefused);
    assert_eq!(error.params["user"], "hop");
    assert!(!format!("{error:?}").contains("not-the-password"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_asks_for_the_password_as_a_question_is_answered() {
    let scene = Scene::with(&[
        "PasswordAuthentication=no",
        "KbdInteractiveAuthentication=yes",
        "UsePAM=yes",
    ])
    .await;
    scene.passes(scene.accepted().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_of_every_kind_let_in_with_and_without_a_passphrase() {
    let scene = Scene::new().await;
    let tunnel = scene.accepted().await;
    let dir = tempfile::tempdir().unwrap();
    for (kind, passphrase) in [("ed25519", ""), ("rsa", "a pass phrase"), ("ecdsa", "ü\"'$")] {
        let path = dir.path().join(kind);
        scene.ssh.let_in(kind, passphrase, &path).await;
        let by_key = |secret: SecretInput| SshTunnelDraft {
            method: SshMethod::Key {
                path: path.display().to_string(),
            },
            secret,
            ..tunnel.clone()
        };
        let right = match passphrase {
            "" => SecretInput::Empty,
            passphrase => secret(passphrase),
        };
        scene.passes(by_key(right)).await;
        if passphrase.is_empty() {
            continue;
        }
        for wrong in [secret("another"), SecretInput::Empty] {
            let error = scene.refusal(scene.draft(by_key(wrong))).await;
            assert_eq!(error.code, ErrorCode::SshPassphraseWrong, "{kind}: {error}");
            assert_eq!(error.params["path"], path.display().to_string());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_private_key_is_told_and_a_strangers_key_refused() {
    let scene = Scene::new().await;
    let tunnel = scene.accepted().await;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("key");
    let by_key = || {
        scene.draft(SshTunnelDraft {
            method: SshMethod::Key {
                path: path.display().to_string(),
            },
            secret: SecretInput::Empty,
            ..tunnel.clone()
        })
    };
    assert_eq!(scene.refusal(by_key()).await.code, ErrorCode::FileUnreadable);
    std::fs::write(&path, &tunnel.host_key.as_ref().unwrap().key).unwrap();
    assert_eq!(scene.refusal(by_key()).await.code, ErrorCode::SshKeyUnusable);
    let other = Scene::new().await;
    other.ssh.let_in("ed25519", "", &path).await;
    let error = scene.refusal(by_key()).await;
    assert_eq!(error.code, ErrorCode::SshLoginRefused, "{error}");
}
