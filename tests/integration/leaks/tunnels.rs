//! The secrets of SSH tunnels: a private key, its passphrase, a password, typed and read where each way of using them
//! succeeds and fails.

use mysqler_contract::{
    ConnectionDraft, ErrorCode, Secret, SecretInput, SshHostKey, SshMethod, SshTunnelDraft,
};
use mysqler_tests::sandbox::Server;
use mysqler_tests::ssh::SshServer;

use crate::canary::Canary;
use crate::window::Window;

/// What must be found nowhere.
pub struct TunnelSecrets {
    pub password: Canary,
    pub passphrase: Canary,
    /// A line from the middle of the key's file; made by the test.
    pub key: Option<Canary>,
}

impl TunnelSecrets {
    pub fn new() -> Self {
        Self {
            password: Canary::new("the SSH password"),
            passphrase: Canary::new("the key's passphrase"),
            key: None,
        }
    }

    pub fn all(&self) -> impl Iterator<Item = &Canary> {
        [&self.password, &self.passphrase].into_iter().chain(&self.key)
    }
}

fn typed(canary: &Canary) -> SecretInput {
    SecretInput::Set {
        value: Secret::new(canary.secret()),
    }
}

pub async fn tunnels(window: &mut Window) {
    let core = window.desk.core.clone();
    let ssh = SshServer::start(&window.desk.sandbox, &[]).await;
    let dir = tempfile::tempdir().expect("a scratch directory");
    let path = dir.path().join("id");
    let passphrase = window.tunnels.passphrase.clone();
    ssh.let_in("ed25519", passphrase.secret(), &path).await;
    let text = std::fs::read_to_string(&path).expect("the key");
    let line = text.lines().nth(3).expect("a line from its middle");
    window.tunnels.key = Some(Canary::of("the private key", line));

    let (host, port) = SshServer::server(&window.desk.sandbox, Server::Primary);
    let (host, port) = (host.to_owned(), port);
    let base = window.draft("Tunnelled", &window.account.password);
    let through = |tunnel: SshTunnelDraft| ConnectionDraft {
        host: host.clone(),
        port,
        connect_timeout_s: 30,
        tunnel: Some(tunnel),
        ..base.clone()
    };
    let by_password = SshTunnelDraft {
        secret: typed(&window.tunnels.password),
        ..ssh.tunnel()
    };
    let unknown = core.connection_test(&through(by_password.clone())).await;
    let unknown = window
        .heard("connection_test", unknown)
        .expect_err("nobody accepted its key");
    let accepted = Some(SshHostKey {
        fingerprint: unknown.params["fingerprint"].clone(),
        key: unknown.params["key"].clone(),
    });
    let by_password = SshTunnelDraft {
        host_key: accepted.clone(),
        ..by_password
    };
    let by_key = |secret: SecretInput| SshTunnelDraft {
        method: SshMethod::Key {
            path: path.display().to_string(),
        },
        secret,
        host_key: accepted.clone(),
        ..ssh.tunnel()
    };
    for (tunnel, code) in [
        (by_password, ErrorCode::SshLoginRefused),
        (by_key(typed(&window.wrong)), ErrorCode::SshPassphraseWrong),
    ] {
        let draft = through(tunnel);
        let refusal = window
            .heard("connection_test", core.connection_test(&draft).await)
            .expect_err("it is not let in");
        assert_eq!(refusal.code, code, "{refusal}");
        window
            .heard("connection_problems", core.connection_problems(&draft).await)
            .expect("an answer");
    }
    let draft = through(by_key(typed(&passphrase)));
    window
        .heard("connection_test", core.connection_test(&draft).await)
        .expect("let in");
    let saved = window
        .heard("connection_save", core.connection_save(&draft, false).await)
        .expect("saved");
    let copy = window
        .heard("connection_duplicate", core.connection_duplicate(&saved.id).await)
        .expect("copied");
    window
        .heard(
            "connection_test_saved",
            core.connection_test_saved(&copy.id).await,
        )
        .expect("let in");
    ssh.kill().await;
    window
        .heard("databases", core.databases(&copy.id).await)
        .expect_err("the tunnel is gone");
    window
        .heard("connections_list", core.connections().await)
        .expect("listed");
}
