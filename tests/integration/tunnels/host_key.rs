//! The SSH server's key: accepted by a person once, and only that one from then on.

use mysqler_contract::messages::{Locale, text};
use mysqler_contract::{ErrorCode, SshHostKey, SshTunnelDraft};

use crate::scene::Scene;

#[tokio::test(flavor = "multi_thread")]
async fn the_first_key_is_shown_by_its_fingerprint_and_accepted_by_a_person() {
    let scene = Scene::new().await;
    let shown = scene.shown().await;
    assert_eq!(shown.fingerprint, scene.ssh.fingerprint("ed25519").await);
    scene.passes(scene.accepted().await).await;
    // Another kind of the same server's keys is as good: it was accepted, so it is asked for.
    let error = scene
        .refusal(scene.draft(SshTunnelDraft {
            host_key: Some(SshHostKey {
                fingerprint: "SHA256:rsa".to_owned(),
                key: "ssh-rsa AAAA".to_owned(),
            }),
            ..scene.ssh.tunnel()
        }))
        .await;
    assert_eq!(error.params["offered"], scene.ssh.fingerprint("rsa").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_key_is_refused_and_both_fingerprints_are_told() {
    let scene = Scene::new().await;
    let tunnel = scene.accepted().await;
    let saved = {
        let draft = scene.draft(tunnel.clone());
        scene.desk.core.connection_test(&draft).await.unwrap();
        scene.desk.core.connection_save(&draft, false).await.unwrap()
    };
    let pinned = tunnel.host_key.unwrap();
    assert_eq!(saved.tunnel.as_ref().unwrap().host_key.as_ref(), Some(&pinned));
    scene.ssh.change_host_keys().await;
    scene.ssh.cut().await;
    let error = scene
        .desk
        .core
        .connection_test_saved(&saved.id)
        .await
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::SshHostKeyChanged, "{error}");
    assert_eq!(error.params["pinned"], pinned.fingerprint);
    assert_eq!(error.params["offered"], scene.ssh.fingerprint("ed25519").await);
    for locale in [Locale::En, Locale::ZhCn] {
        let told = text(locale, "error.SSH_HOST_KEY_CHANGED.message", &error.params);
        assert!(told.contains(&pinned.fingerprint) && told.contains(&error.params["offered"]));
    }
    // Nothing on the way accepts it by itself.
    let still = scene.desk.core.connection(&saved.id).await.unwrap();
    assert_eq!(still.tunnel.unwrap().host_key, Some(pinned));
}
