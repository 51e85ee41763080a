//! Saving, testing and using connections.

use std::collections::HashMap;
use std::time::Duration;

use mysqler_contract::{
    AppError, AppEvent, Connection, ConnectionDraft, ConnectionId, DatabaseSummary, ErrorCode, FieldProblem,
    Result, Secret, SecretInput, SecretPresence, ServerReport, SshTunnel, TableFacts, TableRef, TableSummary,
    TestedConnection, TlsMode,
};
use sha2::{Digest, Sha256};

use super::{tunnel, validation};
use crate::Core;
use crate::ports::{SealedSecret, SealedSecrets, Target, Tunnel};

/// The vault's field name of a connection's password.
pub(crate) const PASSWORD: &str = "password";

/// Tests that passed in this process, by a digest of everything that decides reachability. In memory only.
#[derive(Default)]
pub(crate) struct PassedTests(HashMap<[u8; 32], TestedConnection>);

impl Core {
    pub async fn connections(&self) -> Result<Vec<Connection>> {
        self.ports.connections.list().await
    }

    pub async fn connection(&self, id: &ConnectionId) -> Result<Connection> {
        self.ports.connections.get(id).await
    }

    /// By name, case ignored; `NOT_FOUND` otherwise.
    pub async fn connection_named(&self, name: &str) -> Result<Connection> {
        let wanted = name.to_lowercase();
        let found = self
            .connections()
            .await?
            .into_iter()
            .find(|saved| saved.name.to_lowercase() == wanted);
        found.ok_or_else(|| AppError::new(ErrorCode::NotFound).with("what", name))
    }

    pub async fn connection_problems(&self, draft: &ConnectionDraft) -> Result<Vec<FieldProblem>> {
        Ok(validation::problems(draft, &self.connections().await?))
    }

    /// Connects as the draft says, saved or not. A test that passes is remembered for the save that follows.
    pub async fn connection_test(&self, draft: &ConnectionDraft) -> Result<ServerReport> {
        refuse_problems(self.connection_problems(draft).await?, |field| {
            field != "name" && field != "description"
        })?;
        let target = self.draft_target(draft).await?;
        let report = self
            .ports
            .servers
            .test(&target, draft.database.as_deref())
            .await?;
        let tested = TestedConnection {
            at: self.ports.clock.now(),
            report: report.clone(),
        };
        if let Some(id) = &draft.id {
            self.keep_test(id, draft, &tested).await?;
        }
        self.memory
            .passed_tests
            .lock()
            .await
            .0
            .insert(digest(&target), tested);
        Ok(report)
    }

    /// Tests a saved connection as it is saved.
    pub async fn connection_test_saved(&self, id: &ConnectionId) -> Result<ServerReport> {
        let saved = self.connection(id).await?;
        self.connection_test(&draft_of(&saved)).await
    }

    /// A test of exactly what is saved renews the saved facts; one of edited fields must not.
    async fn keep_test(
        &self,
        id: &ConnectionId,
        draft: &ConnectionDraft,
        tested: &TestedConnection,
    ) -> Result<()> {
        let mut saved = self.connection(id).await?;
        if matches!(draft.password, SecretInput::Unchanged)
            && same_way(&saved, draft)
            && saved.database == draft.database
        {
            saved.tested = Some(tested.clone());
            self.ports.connections.save(&saved, None).await?;
            self.tell(AppEvent::ConnectionsChanged);
        }
        Ok(())
    }

    /// Saves a new or edited connection. Without a passed test of these very values a new way to reach a server is
    /// refused, unless `keep_untested` says that the user chose so; then it is marked as untested.
    pub async fn connection_save(&self, draft: &ConnectionDraft, keep_untested: bool) -> Result<Connection> {
        refuse_problems(self.connection_problems(draft).await?, |_| true)?;
        let before = match &draft.id {
            Some(id) => Some(self.connection(id).await?),
            None => None,
        };
        let target = self.draft_target_or_blank(draft).await?;
        let tested = self
            .memory
            .passed_tests
            .lock()
            .await
            .0
            .get(&digest(&target))
            .cloned();
        let unchanged = before
            .as_ref()
            .filter(|saved| matches!(draft.password, SecretInput::Unchanged) && same_way(saved, draft));
        let tested = tested.or_else(|| unchanged.and_then(|saved| saved.tested.clone()));
        if tested.is_none() && !keep_untested && unchanged.is_none() {
            return Err(AppError::new(ErrorCode::ConnectionUntested).with("name", &draft.name));
        }
        let now = self.ports.clock.now();
        let id = draft
            .id
            .clone()
            .unwrap_or_else(|| ConnectionId(uuid::Uuid::new_v4().to_string()));
        let (presence, password) = self.sealed(&id, draft, before.as_ref()).await?;
        let (tunnel, ssh) = self.kept_tunnel(&id, draft, before.as_ref()).await?;
        let connection = Connection {
            id,
            name: draft.name.clone(),
            environment: draft.environment,
            host: draft.host.clone(),
            port: draft.port,
            user: draft.user.clone(),
            password: presence,
            database: draft.database.clone().filter(|name| !name.is_empty()),
            description: draft.description.clone(),
            connect_timeout_s: draft.connect_timeout_s,
            charset: draft.charset.clone(),
            tls: draft.tls,
            ca_file: draft.ca_file.clone().filter(|path| !path.is_empty()),
            docker_host: draft.docker_host.clone(),
            tunnel,
            tested,
            created_at: before.as_ref().map_or(now, |saved| saved.created_at),
            updated_at: now,
            last_used_at: before.and_then(|saved| saved.last_used_at),
        };
        let secrets = SealedSecrets { password, ssh };
        self.ports.connections.save_with(&connection, secrets).await?;
        self.tell(AppEvent::ConnectionsChanged);
        self.connection(&connection.id).await
    }

    async fn sealed(
        &self,
        id: &ConnectionId,
        draft: &ConnectionDraft,
        before: Option<&Connection>,
    ) -> Result<(SecretPresence, Option<SealedSecret>)> {
        Ok(match &draft.password {
            SecretInput::Unchanged => (
                before.map_or(SecretPresence::Missing, |saved| saved.password),
                None,
            ),
            SecretInput::Empty => (SecretPresence::Empty, None),
            SecretInput::Set { value } => (
                SecretPresence::Stored,
                Some(self.ports.vault.seal(&id.0, PASSWORD, value).await?),
            ),
        })
    }

    /// A copy under a free name, its secret sealed again for the new record.
    pub async fn connection_duplicate(&self, id: &ConnectionId) -> Result<Connection> {
        let mut copy = self.connection(id).await?;
        let names: Vec<String> = self
            .connections()
            .await?
            .into_iter()
            .map(|saved| saved.name.to_lowercase())
            .collect();
        let stem: String = copy.name.chars().take(45).collect();
        let free = (2..)
            .map(|n| format!("{stem} {n}"))
            .find(|name| !names.contains(&name.to_lowercase()));
        copy.name = free.unwrap_or(stem);
        let password = self.password(&copy).await;
        let ssh = self.ssh_secret(&copy).await;
        copy.id = ConnectionId(uuid::Uuid::new_v4().to_string());
        copy.created_at = self.ports.clock.now();
        copy.updated_at = copy.created_at;
        copy.last_used_at = None;
        let tunnelled = copy
            .tunnel
            .as_ref()
            .map_or(SecretPresence::Empty, |tunnel| tunnel.secret);
        let mut secrets = SealedSecrets::default();
        for (field, presence, secret, sealed) in [
            (PASSWORD, copy.password, password, &mut secrets.password),
            (tunnel::SSH_SECRET, tunnelled, ssh, &mut secrets.ssh),
        ] {
            if presence == SecretPresence::Stored {
                *sealed = Some(self.ports.vault.seal(&copy.id.0, field, &secret?).await?);
            }
        }
        self.ports.connections.save_with(&copy, secrets).await?;
        self.tell(AppEvent::ConnectionsChanged);
        self.connection(&copy.id).await
    }

    pub async fn connection_remove(&self, id: &ConnectionId) -> Result<()> {
        let busy = self
            .ports
            .runs
            .live()
            .await?
            .into_iter()
            .find(|view| &view.connection_id == id);
        if let Some(view) = busy {
            return Err(AppError::new(ErrorCode::TableBusy)
                .with("run", view.id)
                .with("table", view.table));
        }
        self.ports.connections.remove(id).await?;
        self.tell(AppEvent::ConnectionsChanged);
        Ok(())
    }

    pub async fn databases(&self, id: &ConnectionId) -> Result<Vec<DatabaseSummary>> {
        let target = self.use_connection(id).await?;
        self.ports.servers.databases(&target).await
    }

    pub async fn tables(&self, id: &ConnectionId, database: &str) -> Result<Vec<TableSummary>> {
        let target = self.target(id).await?;
        self.ports.servers.tables(&target, database).await
    }

    pub async fn table_facts(&self, id: &ConnectionId, table: &TableRef) -> Result<TableFacts> {
        let target = self.target(id).await?;
        self.ports.servers.table_facts(&target, table).await
    }

    async fn use_connection(&self, id: &ConnectionId) -> Result<Target> {
        let target = self.target(id).await?;
        self.ports.connections.touch(id, self.ports.clock.now()).await?;
        Ok(target)
    }

    /// A run went through it: lists of connections show that.
    pub(crate) async fn mark_used(&self, id: &ConnectionId) -> Result<()> {
        self.ports.connections.touch(id, self.ports.clock.now()).await?;
        self.tell(AppEvent::ConnectionsChanged);
        Ok(())
    }

    /// The saved connection with its secret, ready to be used.
    pub(crate) async fn target(&self, id: &ConnectionId) -> Result<Target> {
        let saved = self.connection(id).await?;
        self.count_vault_use(&saved).await;
        self.opened(&saved).await
    }

    /// As [`Core::target`], for what goes on by itself while nobody is there: an idle vault stays idle.
    pub(crate) async fn target_unnoticed(&self, id: &ConnectionId) -> Result<Target> {
        let saved = self.connection(id).await?;
        self.opened(&saved).await
    }

    async fn opened(&self, saved: &Connection) -> Result<Target> {
        let password = self.password_unnoticed(saved).await?;
        let draft = draft_of(saved);
        let tunnel = match &draft.tunnel {
            Some(tunnel) => {
                let secret = self.ssh_secret_unnoticed(saved).await?;
                Some(self.tunnel_with(tunnel, secret).await?)
            }
            None => None,
        };
        target_of(&draft, password, tunnel).await
    }

    /// A secret of `saved` is used: the vault is not idle.
    pub(super) async fn count_vault_use(&self, saved: &Connection) {
        let of_tunnel = saved.tunnel.as_ref().map(|tunnel| tunnel.secret);
        if saved.password == SecretPresence::Stored || of_tunnel == Some(SecretPresence::Stored) {
            *self.memory.vault_used.lock().await = self.ports.clock.now();
        }
    }

    pub(crate) async fn password(&self, saved: &Connection) -> Result<Secret> {
        self.count_vault_use(saved).await;
        self.password_unnoticed(saved).await
    }

    async fn password_unnoticed(&self, saved: &Connection) -> Result<Secret> {
        match saved.password {
            SecretPresence::Empty => Ok(Secret::new("")),
            SecretPresence::Missing => {
                Err(AppError::new(ErrorCode::PasswordMissing).with("name", &saved.name))
            }
            SecretPresence::Stored => {
                let sealed = self.ports.connections.sealed_password(&saved.id).await?;
                let sealed = sealed
                    .ok_or_else(|| AppError::new(ErrorCode::PasswordMissing).with("name", &saved.name))?;
                self.ports.vault.open(&saved.id.0, PASSWORD, &sealed).await
            }
        }
    }

    async fn draft_target(&self, draft: &ConnectionDraft) -> Result<Target> {
        let password = match (&draft.password, &draft.id) {
            (SecretInput::Set { value }, _) => value.clone(),
            (SecretInput::Unchanged, Some(id)) => {
                let saved = self.connection(id).await?;
                self.password(&saved).await?
            }
            _ => Secret::new(""),
        };
        target_of(draft, password, self.draft_tunnel(draft).await?).await
    }

    /// Saving must be possible while the vault is locked or the secret was never typed, when the password is not touched.
    async fn draft_target_or_blank(&self, draft: &ConnectionDraft) -> Result<Target> {
        match self.draft_target(draft).await {
            Err(error)
                if matches!(
                    error.code,
                    ErrorCode::VaultLocked
                        | ErrorCode::PasswordMissing
                        | ErrorCode::FileUnreadable
                        | ErrorCode::SshKeyUnusable
                ) =>
            {
                let blank = ConnectionDraft {
                    ca_file: None,
                    ..draft.clone()
                };
                target_of(&blank, Secret::new(""), None).await
            }
            other => other,
        }
    }
}

fn refuse_problems(problems: Vec<FieldProblem>, matters: impl Fn(&str) -> bool) -> Result<()> {
    match problems.into_iter().find(|problem| matters(&problem.field)) {
        Some(problem) => Err(AppError::invalid(&problem.field, &problem.reason)),
        None => Ok(()),
    }
}

/// Whether the saved connection reaches its server in the same way as the draft, the password aside.
fn same_way(saved: &Connection, draft: &ConnectionDraft) -> bool {
    saved.host == draft.host
        && saved.port == draft.port
        && saved.user == draft.user
        && saved.tls == draft.tls
        && tunnel::same_way(saved.tunnel.as_ref(), draft.tunnel.as_ref())
}

pub(crate) fn draft_of(saved: &Connection) -> ConnectionDraft {
    ConnectionDraft {
        id: Some(saved.id.clone()),
        name: saved.name.clone(),
        environment: saved.environment,
        host: saved.host.clone(),
        port: saved.port,
        user: saved.user.clone(),
        password: SecretInput::Unchanged,
        database: saved.database.clone(),
        description: saved.description.clone(),
        connect_timeout_s: saved.connect_timeout_s,
        charset: saved.charset.clone(),
        tls: saved.tls,
        ca_file: saved.ca_file.clone(),
        docker_host: saved.docker_host.clone(),
        tunnel: saved.tunnel.as_ref().map(SshTunnel::draft),
    }
}

async fn target_of(draft: &ConnectionDraft, password: Secret, tunnel: Option<Tunnel>) -> Result<Target> {
    let ca_pem = match draft.ca_file.as_deref().filter(|path| !path.is_empty()) {
        Some(path) if draft.tls != TlsMode::Disabled => Some(read_ca(path).await?),
        _ => None,
    };
    Ok(Target {
        host: draft.host.clone(),
        port: draft.port,
        user: draft.user.clone(),
        password,
        database: draft.database.clone().filter(|name| !name.is_empty()),
        connect_timeout: Duration::from_secs(u64::from(draft.connect_timeout_s)),
        charset: draft.charset.clone(),
        tls: draft.tls,
        ca_pem,
        tunnel,
    })
}

async fn read_ca(path: &str) -> Result<String> {
    tokio::fs::read_to_string(path).await.map_err(|error| {
        AppError::new(ErrorCode::FileUnreadable)
            .with("path", path)
            .detail(error)
    })
}

/// Every field that decides whether and as whom a server is reached, the password among them.
fn digest(target: &Target) -> [u8; 32] {
    let mut hash = Sha256::new();
    let port = target.port.to_string();
    let tls = format!("{:?}", target.tls);
    let ca = target.ca_pem.as_deref().unwrap_or_default();
    let tunnel = zeroize::Zeroizing::new(tunnel::parts(target.tunnel.as_ref()));
    let own = [
        &target.host,
        &port,
        &target.user,
        target.password.expose(),
        &tls,
        ca,
    ];
    for part in own.into_iter().chain(tunnel.iter().map(String::as_str)) {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().into()
}
