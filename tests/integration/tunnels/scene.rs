//! A workstation, an SSH server, and the sandbox's primary behind it.

use mysqler_contract::{AppError, ConnectionDraft, Environment, ErrorCode, SshHostKey, SshTunnelDraft};
use mysqler_tests::desk::Desk;
use mysqler_tests::sandbox::{Account, Server};
use mysqler_tests::ssh::SshServer;

pub struct Scene {
    pub desk: Desk,
    pub ssh: SshServer,
}

impl Scene {
    pub async fn new() -> Self {
        Self::with(&[]).await
    }

    /// With options of sshd's.
    pub async fn with(options: &[&str]) -> Self {
        let desk = Desk::new().await;
        let ssh = SshServer::start(&desk.sandbox, options).await;
        Self { desk, ssh }
    }

    /// The primary as the SSH server sees it, through `tunnel`.
    pub fn draft(&self, tunnel: SshTunnelDraft) -> ConnectionDraft {
        let (host, port) = SshServer::server(&self.desk.sandbox, Server::Primary);
        ConnectionDraft {
            host: host.to_owned(),
            port,
            tunnel: Some(tunnel),
            connect_timeout_s: 30,
            ..self
                .desk
                .draft(Server::Primary, Account::Mysqler, Environment::Test)
        }
    }

    /// By password, the host key accepted as a person would who compared it.
    pub async fn accepted(&self) -> SshTunnelDraft {
        SshTunnelDraft {
            host_key: Some(self.shown().await),
            ..self.ssh.tunnel()
        }
    }

    /// The key that the server shows to somebody who accepted none.
    pub async fn shown(&self) -> SshHostKey {
        let error = self.refusal(self.draft(self.ssh.tunnel())).await;
        assert_eq!(error.code, ErrorCode::SshHostKeyUnknown, "{error}");
        SshHostKey {
            fingerprint: error.params["fingerprint"].clone(),
            key: error.params["key"].clone(),
        }
    }

    pub async fn refusal(&self, draft: ConnectionDraft) -> AppError {
        match self.desk.core.connection_test(&draft).await {
            Ok(report) => panic!("it was let in: {report:?}"),
            Err(error) => error,
        }
    }

    /// Let in, and at the very server.
    pub async fn passes(&self, tunnel: SshTunnelDraft) {
        let report = self.desk.core.connection_test(&self.draft(tunnel)).await;
        let report = report.expect("the server is reached through the tunnel");
        assert!(report.account.contains("mysqler"), "{}", report.account);
        assert!(
            report.tls_cipher.is_some(),
            "the session in the tunnel is encrypted as well"
        );
    }
}
