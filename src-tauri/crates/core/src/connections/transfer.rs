//! Connections in bulk: an export as clear JSON without secrets, or with them in a passphrase-encrypted file, and an
//! import that shows what it would do before it does it.

use std::path::Path;

use mysqler_contract::{
    AppError, AppEvent, Connection, ConnectionDraft, ErrorCode, ImportAction, ImportEntry, ImportPreview,
    ImportResult, Result, Secret, SecretInput, SecretPresence,
};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::exported_tunnel::{self, ExportedTunnel};
use super::service::draft_of;
use super::validation;
use crate::Core;

const FORMAT: &str = "mysqler-connections";
const VERSION: u32 = 1;
/// The first line of every `age` file.
const AGE_MAGIC: &[u8] = b"age-encryption.org/";

#[derive(Serialize, Deserialize)]
struct ExportFile {
    format: String,
    version: u32,
    connections: Vec<ExportedConnection>,
}

#[derive(Serialize, Deserialize)]
struct ExportedConnection {
    name: String,
    environment: mysqler_contract::Environment,
    host: String,
    port: u16,
    user: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    password: Option<String>,
    #[serde(default)]
    password_empty: bool,
    database: Option<String>,
    #[serde(default)]
    description: String,
    connect_timeout_s: u32,
    charset: String,
    tls: mysqler_contract::TlsMode,
    ca_file: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tunnel: Option<ExportedTunnel>,
}

impl Drop for ExportedConnection {
    fn drop(&mut self) {
        if let Some(password) = &mut self.password {
            zeroize::Zeroize::zeroize(password);
        }
    }
}

/// Secrets that are in no file and have to be typed before the first use.
#[derive(Clone, Copy)]
struct Missing {
    password: bool,
    ssh: bool,
}

/// An import that was shown and waits for a yes.
pub(crate) struct PendingImport {
    entries: Vec<(ImportEntry, ConnectionDraft, Missing)>,
}

impl Core {
    /// Writes all connections to `path`; with a passphrase the secrets go along, encrypted. Returns how many.
    pub async fn connections_export(&self, path: &Path, passphrase: Option<&Secret>) -> Result<u32> {
        let mut connections = Vec::new();
        for saved in self.connections().await? {
            let secret = match (passphrase, saved.password) {
                (Some(_), SecretPresence::Stored) => Some(self.password(&saved).await?),
                _ => None,
            };
            let ssh = match (passphrase, &saved.tunnel) {
                (Some(_), Some(tunnel)) if tunnel.secret == SecretPresence::Stored => {
                    Some(self.ssh_secret(&saved).await?)
                }
                _ => None,
            };
            connections.push(exported(&saved, secret.as_ref(), ssh.as_ref()));
        }
        let count = u32::try_from(connections.len()).unwrap_or(u32::MAX);
        let file = ExportFile {
            format: FORMAT.to_owned(),
            version: VERSION,
            connections,
        };
        let clear = Zeroizing::new(serde_json::to_vec_pretty(&file).map_err(AppError::internal)?);
        let bytes = match passphrase {
            Some(passphrase) => self.ports.vault.encrypt_with_passphrase(&clear, passphrase)?,
            None => clear.to_vec(),
        };
        write_whole(path, &bytes).await?;
        Ok(count)
    }

    /// Reads an export and says what an import would add, change or skip. Nothing is changed.
    pub async fn connections_import_preview(
        &self,
        path: &Path,
        passphrase: Option<&Secret>,
    ) -> Result<ImportPreview> {
        let bytes = tokio::fs::read(path)
            .await
            .map_err(|error| unreadable(path, error))?;
        let encrypted = bytes.starts_with(AGE_MAGIC);
        let clear = match (encrypted, passphrase) {
            (true, Some(passphrase)) => {
                Zeroizing::new(self.ports.vault.decrypt_with_passphrase(&bytes, passphrase)?)
            }
            (true, None) => {
                return Err(AppError::new(ErrorCode::PassphraseWrong).with("path", path.display()));
            }
            (false, _) => Zeroizing::new(bytes),
        };
        let file: ExportFile = serde_json::from_slice(&clear).map_err(|error| bad_format(path, error))?;
        if file.format != FORMAT || file.version != VERSION {
            return Err(bad_format(path, format!("{} {}", file.format, file.version)));
        }
        let saved = self.connections().await?;
        let mut pending = PendingImport { entries: Vec::new() };
        let mut seen: Vec<String> = Vec::new();
        for connection in &file.connections {
            let entry = self.weigh(connection, &saved, &mut seen).await?;
            pending.entries.push(entry);
        }
        let preview = ImportPreview {
            token: uuid::Uuid::new_v4().to_string(),
            with_secrets: encrypted,
            entries: pending.entries.iter().map(|(entry, ..)| entry.clone()).collect(),
        };
        let mut imports = self.memory.imports.lock().await;
        // One import is looked at at a time; secrets of a forgotten preview must not stay.
        imports.clear();
        imports.insert(preview.token.clone(), pending);
        Ok(preview)
    }

    /// Does what the preview said. Imported profiles are untested here until somebody tests them.
    pub async fn connections_import_apply(&self, token: &str) -> Result<ImportResult> {
        let pending = self.memory.imports.lock().await.remove(token);
        let pending = pending.ok_or_else(|| AppError::new(ErrorCode::PlanExpired))?;
        let mut result = ImportResult {
            added: 0,
            changed: 0,
            skipped: 0,
            refused: 0,
        };
        for (entry, draft, missing) in &pending.entries {
            match entry.action {
                ImportAction::Skip => result.skipped += 1,
                ImportAction::Refuse { .. } => result.refused += 1,
                ImportAction::Add => {
                    self.take_over(draft, *missing).await?;
                    result.added += 1;
                }
                ImportAction::Change { .. } => {
                    self.take_over(draft, *missing).await?;
                    result.changed += 1;
                }
            }
        }
        self.tell(AppEvent::ConnectionsChanged);
        Ok(result)
    }

    pub async fn connections_import_discard(&self, token: &str) {
        self.memory.imports.lock().await.remove(token);
    }

    async fn take_over(&self, draft: &ConnectionDraft, missing: Missing) -> Result<()> {
        let mut saved = self.connection_save(draft, true).await?;
        if missing.password {
            saved.password = SecretPresence::Missing;
        }
        if let Some(tunnel) = saved.tunnel.as_mut().filter(|_| missing.ssh) {
            tunnel.secret = SecretPresence::Missing;
        }
        if missing.password || missing.ssh {
            self.ports.connections.save(&saved, None).await?;
        }
        Ok(())
    }

    async fn weigh(
        &self,
        incoming: &ExportedConnection,
        saved: &[Connection],
        seen: &mut Vec<String>,
    ) -> Result<(ImportEntry, ConnectionDraft, Missing)> {
        let before = saved
            .iter()
            .find(|known| known.name.to_lowercase() == incoming.name.to_lowercase())
            .cloned();
        let draft = draft_from(incoming, before.as_ref());
        let problem = validation::problems(&draft, saved).into_iter().next();
        let action = match (problem, &before) {
            (Some(problem), _) => ImportAction::Refuse {
                field: problem.field,
                reason: problem.reason,
            },
            (None, _) if seen.contains(&incoming.name.to_lowercase()) => ImportAction::Refuse {
                field: "name".to_owned(),
                reason: "name_taken".to_owned(),
            },
            (None, None) => ImportAction::Add,
            (None, Some(known)) => match self.differences(incoming, known).await? {
                fields if fields.is_empty() => ImportAction::Skip,
                fields => ImportAction::Change { fields },
            },
        };
        seen.push(incoming.name.to_lowercase());
        let entry = ImportEntry {
            name: incoming.name.clone(),
            host: incoming.host.clone(),
            port: incoming.port,
            user: incoming.user.clone(),
            has_secret: incoming.password.is_some(),
            action,
        };
        let no_secret =
            |tunnel: &mysqler_contract::SshTunnelDraft| matches!(tunnel.secret, SecretInput::Empty);
        let missing = Missing {
            password: before.is_none() && incoming.password.is_none() && !incoming.password_empty,
            ssh: draft.tunnel.as_ref().is_some_and(no_secret)
                && incoming.tunnel.as_ref().is_some_and(ExportedTunnel::lacks_secret),
        };
        Ok((entry, draft, missing))
    }

    async fn differences(&self, incoming: &ExportedConnection, known: &Connection) -> Result<Vec<String>> {
        let here = exported(known, None, None);
        let mut fields: Vec<String> = [
            ("environment", here.environment != incoming.environment),
            ("host", here.host != incoming.host),
            ("port", here.port != incoming.port),
            ("user", here.user != incoming.user),
            ("database", here.database != incoming.database),
            ("description", here.description != incoming.description),
            (
                "connect_timeout_s",
                here.connect_timeout_s != incoming.connect_timeout_s,
            ),
            ("charset", here.charset != incoming.charset),
            ("tls", here.tls != incoming.tls),
            ("ca_file", here.ca_file != incoming.ca_file),
            (
                "tunnel",
                !exported_tunnel::same_way(here.tunnel.as_ref(), incoming.tunnel.as_ref()),
            ),
        ]
        .into_iter()
        .filter(|(_, differs)| *differs)
        .map(|(field, _)| field.to_owned())
        .collect();
        if let Some(password) = &incoming.password {
            let same = match self.password(known).await {
                Ok(secret) => secret.expose() == password,
                Err(error) if error.code == ErrorCode::PasswordMissing => false,
                Err(error) => return Err(error),
            };
            if !same {
                fields.push("password".to_owned());
            }
        }
        if let Some(secret) = incoming.tunnel.as_ref().and_then(|tunnel| tunnel.secret.as_ref()) {
            let same = match self.ssh_secret(known).await {
                Ok(here) => here.expose() == secret,
                Err(error) if error.code == ErrorCode::PasswordMissing => false,
                Err(error) => return Err(error),
            };
            if !same {
                fields.push("ssh_secret".to_owned());
            }
        }
        Ok(fields)
    }
}

fn exported(saved: &Connection, secret: Option<&Secret>, ssh: Option<&Secret>) -> ExportedConnection {
    ExportedConnection {
        name: saved.name.clone(),
        environment: saved.environment,
        host: saved.host.clone(),
        port: saved.port,
        user: saved.user.clone(),
        password: secret.map(|secret| secret.expose().to_owned()),
        password_empty: saved.password == SecretPresence::Empty,
        database: saved.database.clone(),
        description: saved.description.clone(),
        connect_timeout_s: saved.connect_timeout_s,
        charset: saved.charset.clone(),
        tls: saved.tls,
        ca_file: saved.ca_file.clone(),
        tunnel: saved
            .tunnel
            .as_ref()
            .map(|tunnel| ExportedTunnel::of(tunnel, ssh)),
    }
}

fn draft_from(incoming: &ExportedConnection, before: Option<&Connection>) -> ConnectionDraft {
    let password = match (&incoming.password, incoming.password_empty) {
        (Some(password), _) => SecretInput::Set {
            value: Secret::new(password.clone()),
        },
        // Of a new profile nothing is stored that could stay unchanged.
        (None, _) if before.is_none() => SecretInput::Empty,
        _ => SecretInput::Unchanged,
    };
    let base = before.map(draft_of);
    ConnectionDraft {
        id: base.map(|draft| draft.id).unwrap_or_default(),
        name: incoming.name.clone(),
        environment: incoming.environment,
        host: incoming.host.clone(),
        port: incoming.port,
        user: incoming.user.clone(),
        password,
        database: incoming.database.clone(),
        description: incoming.description.clone(),
        connect_timeout_s: incoming.connect_timeout_s,
        charset: incoming.charset.clone(),
        tls: incoming.tls,
        ca_file: incoming.ca_file.clone(),
        // Engines are a workstation's own, so that a file from another one says nothing of them.
        docker_host: before.and_then(|saved| saved.docker_host.clone()),
        tunnel: incoming
            .tunnel
            .as_ref()
            .map(|tunnel| tunnel.draft(before.and_then(|saved| saved.tunnel.as_ref()))),
    }
}

/// Replaces `path` only when every byte is written, readable by its owner alone.
async fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let fail = |error: std::io::Error| {
        AppError::new(ErrorCode::FileUnwritable)
            .with("path", path.display())
            .detail(error)
    };
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let partial = std::path::PathBuf::from(partial);
    let mut options = tokio::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    options.mode(0o600);
    let written = async {
        let mut file = options.open(&partial).await?;
        tokio::io::AsyncWriteExt::write_all(&mut file, bytes).await?;
        file.sync_all().await?;
        tokio::fs::rename(&partial, path).await
    };
    let outcome = written.await;
    if outcome.is_err() {
        // Best effort: the error that matters is the one that is told.
        let _ = tokio::fs::remove_file(&partial).await;
    }
    outcome.map_err(fail)
}

fn unreadable(path: &Path, error: std::io::Error) -> AppError {
    AppError::new(ErrorCode::FileUnreadable)
        .with("path", path.display())
        .detail(error)
}

fn bad_format(path: &Path, detail: impl ToString) -> AppError {
    AppError::new(ErrorCode::FileFormat)
        .with("path", path.display())
        .detail(detail)
}
