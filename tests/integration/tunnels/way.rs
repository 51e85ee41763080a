//! What goes through a tunnel, and what is told when nothing does.

use mysqler_contract::{ConnectionDraft, ErrorCode, SecretPresence, SshTunnelDraft, TlsMode};
use mysqler_tests::sandbox::Server;

use crate::scene::Scene;

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_connection_works_through_its_tunnel_and_comes_back_after_a_break() {
    let scene = Scene::new().await;
    let draft = scene.draft(scene.accepted().await);
    scene.desk.core.connection_test(&draft).await.unwrap();
    let saved = scene.desk.core.connection_save(&draft, false).await.unwrap();
    assert_eq!(saved.tunnel.as_ref().unwrap().secret, SecretPresence::Stored);
    let names = scene.desk.core.databases(&saved.id).await.unwrap();
    assert!(names.iter().any(|database| database.name == "shop"));
    scene.ssh.cut().await;
    // The idle session is found to be gone, and a new one has a new tunnel.
    let names = scene.desk.core.databases(&saved.id).await.unwrap();
    assert!(names.iter().any(|database| database.name == "shop"));
    // A copy has a secret of its own.
    let copy = scene.desk.core.connection_duplicate(&saved.id).await.unwrap();
    scene.desk.core.connection_remove(&saved.id).await.unwrap();
    scene.desk.core.connection_test_saved(&copy.id).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_servers_certificate_is_compared_with_the_servers_own_name() {
    let scene = Scene::new().await;
    let base = ConnectionDraft {
        ca_file: Some(scene.desk.sandbox.value("CA_FILE").to_owned()),
        ..scene.draft(scene.accepted().await)
    };
    let with = |tls: TlsMode, host: &str| ConnectionDraft {
        tls,
        host: host.to_owned(),
        ..base.clone()
    };
    for tls in [TlsMode::VerifyCa, TlsMode::VerifyIdentity] {
        let report = scene.desk.core.connection_test(&with(tls, &base.host)).await;
        assert!(report.expect("it is verified").tls_cipher.is_some());
    }
    // The same server under a name that its certificate does not carry.
    let address = scene.ssh.address_of(&base.host).await;
    let error = scene.refusal(with(TlsMode::VerifyIdentity, &address)).await;
    assert_eq!(error.code, ErrorCode::ServerTls, "{error}");
    assert_eq!(error.params["reason"], "other_name", "{error}");
    let other = ConnectionDraft {
        ca_file: Some(scene.desk.sandbox.value("OTHER_CA_FILE").to_owned()),
        ..with(TlsMode::VerifyCa, &base.host)
    };
    let error = scene.refusal(other).await;
    assert_eq!(
        (error.code, error.params["reason"].as_str()),
        (ErrorCode::ServerTls, "untrusted")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn each_obstacle_has_its_own_error() {
    let scene = Scene::new().await;
    let tunnel = scene.accepted().await;
    let nowhere = ConnectionDraft {
        port: 3399,
        ..scene.draft(tunnel.clone())
    };
    let error = scene.refusal(nowhere).await;
    assert_eq!(error.code, ErrorCode::SshForwardFailed, "{error}");
    assert_eq!(error.params["port"], "3399");

    let strict = Scene::with(&["AllowTcpForwarding=no"]).await;
    let error = strict.refusal(strict.draft(strict.accepted().await)).await;
    assert_eq!(error.code, ErrorCode::SshForwardRefused, "{error}");

    scene.ssh.kill().await;
    let error = scene.refusal(scene.draft(tunnel)).await;
    assert_eq!(error.code, ErrorCode::SshUnreachable, "{error}");

    // What answers there is no SSH server.
    let database = SshTunnelDraft {
        port: strict.desk.sandbox.port(Server::MariaDb),
        ..strict.ssh.tunnel()
    };
    let error = strict.refusal(strict.draft(database)).await;
    assert_eq!(error.code, ErrorCode::SshUnreachable, "{error}");
}
