//! The secrets of SSH tunnels: a private key, its passphrase, a password, typed and read where each way of using them
//! succeeds and fails.

use mysqler_contract::{
    Confirmation, Connection, ConnectionDraft, EngineChoice, ErrorCode, RunState, Secret, SecretInput,
    SshHostKey, SshMethod, SshTunnelDraft,
};
use mysqler_tests::sandbox::Server;
use mysqler_tests::ssh::SshServer;

use crate::canary::Canary;
use crate::containers;
use crate::processes::Watch;
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
    a_run_through_it(window, &saved).await;
    ssh.kill().await;
    window
        .heard("databases", core.databases(&copy.id).await)
        .expect_err("the tunnel is gone");
    window
        .heard("connections_list", core.connections().await)
        .expect("listed");
}

/// Its secrets are handed to a container, which needs them for the login and forgets them.
async fn a_run_through_it(window: &mut Window, connection: &Connection) {
    let core = window.desk.core.clone();
    let seeded = Canary::new("planted in a process");
    let watched = window.tunnels.all().chain([&seeded]).cloned().collect();
    let watch = Watch::start(watched);
    watch.sees_what_is_planted(&seeded);
    let since = containers::engine_now();
    let mut request = window.request(connection);
    request.engine = EngineChoice::PtOsc;
    let plan = window
        .heard("plan", core.plan(request, None).await)
        .expect("planned");
    assert!(!plan.blocked(), "{:#?}", plan.findings);
    let confirmation = Confirmation {
        typed: plan.confirmation.typed.clone(),
        accept: plan.confirmation.accept.clone(),
    };
    let started = window
        .heard("run_start", core.run_start(&plan.id, &confirmation).await)
        .expect("started");
    let held = window
        .desk
        .until(&started.id, "the gate", |view| {
            matches!(view.state, RunState::AwaitingCutover { .. })
        })
        .await;
    let container = held.job.clone().expect("a container");
    containers::holds_it_in_one_private_file(&container, &window.account.password);
    let (files, places) = (
        containers::elsewhere(&container),
        containers::places(&container, &since),
    );
    for canary in window.tunnels.all() {
        assert_eq!(canary.found_in(&files), None, "{} is in a file", canary.name);
        canary.is_in_none_of(&places);
    }
    core.run_stop(&started.id).await.expect("heard");
    let ended = window.desk.end(&started.id).await;
    assert_eq!(ended.state, RunState::Cancelled);
    let seen = watch.end();
    seen.looked_at(&[
        "mysqler-entrypoint\0probe",
        "mysqler_way.pl",
        "pt-online-schema-change",
    ]);
    for canary in window.tunnels.all() {
        seen.none_of(canary);
    }
    window
        .heard("run_log", core.run_log(&started.id, 0, 1_000).await)
        .expect("read");
    window
        .heard("run_events", core.run_events(&started.id, 0).await)
        .expect("read");
}
