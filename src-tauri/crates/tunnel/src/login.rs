//! How the account proves itself: a key, an agent's keys, a password.

use std::sync::Arc;

use mysqler_contract::{AppError, ErrorCode, Result, Secret};
use mysqler_core::ports::{SshLogin, SshTarget};
use russh::client::{AuthResult, Handle, KeyboardInteractiveAuthResponse};
use russh::keys::agent::AgentIdentity;
use russh::keys::{PrivateKey, PrivateKeyWithHashAlg, decode_secret_key};
use russh::{MethodKind, MethodSet};

use crate::host_key::Gatekeeper;
use crate::line::unreachable;

/// Servers let an account try six times by default, and say goodbye then.
const AGENT_KEYS: usize = 5;
/// Of questions that a server may ask one after another.
const ROUNDS: usize = 4;

type Session = Handle<Gatekeeper>;

pub(crate) async fn log_in(session: &mut Session, ssh: &SshTarget) -> Result<()> {
    let refused = match &ssh.login {
        SshLogin::Key {
            path,
            text,
            passphrase,
        } => with_key(session, ssh, path, text, passphrase).await?,
        SshLogin::Agent => with_agent(session, ssh).await?,
        SshLogin::Password(password) => with_password(session, ssh, password).await?,
    };
    match refused {
        None => Ok(()),
        Some(remaining) => Err(refusal(ssh, &remaining)),
    }
}

/// `None` when the server let the account in, else what it would still take.
type Refused = Option<MethodSet>;

fn outcome(result: AuthResult) -> Refused {
    match result {
        AuthResult::Success => None,
        AuthResult::Failure {
            remaining_methods, ..
        } => Some(remaining_methods),
    }
}

fn refusal(ssh: &SshTarget, remaining: &MethodSet) -> AppError {
    let names: Vec<&str> = remaining.iter().map(|method| method.into()).collect();
    let error = AppError::new(ErrorCode::SshLoginRefused)
        .with("host", &ssh.host)
        .with("port", ssh.port)
        .with("user", &ssh.user);
    match names.is_empty() {
        true => error,
        false => error.detail(format!("the server takes: {}", names.join(", "))),
    }
}

async fn with_key(
    session: &mut Session,
    ssh: &SshTarget,
    path: &str,
    text: &Secret,
    passphrase: &Secret,
) -> Result<Refused> {
    let key = {
        let (path, text, passphrase) = (path.to_owned(), text.clone(), passphrase.clone());
        // A passphrase is slow to try by design.
        let reading = tokio::task::spawn_blocking(move || read(&path, &text, &passphrase));
        reading.await.map_err(AppError::internal)??
    };
    let hash = match key.algorithm().is_rsa() {
        true => session
            .best_supported_rsa_hash()
            .await
            .map_err(|error| unreachable(ssh).detail(error))?
            .flatten(),
        false => None,
    };
    let key = PrivateKeyWithHashAlg::new(Arc::new(key), hash);
    let result = session.authenticate_publickey(&ssh.user, key).await;
    Ok(outcome(result.map_err(|error| unreachable(ssh).detail(error))?))
}

fn read(path: &str, text: &Secret, passphrase: &Secret) -> Result<PrivateKey> {
    use russh::keys::Error;
    let given = Some(passphrase.expose()).filter(|passphrase| !passphrase.is_empty());
    decode_secret_key(text.expose(), given).map_err(|error| {
        let wrong = AppError::new(ErrorCode::SshPassphraseWrong).with("path", path);
        match error {
            Error::KeyIsEncrypted => wrong,
            // A wrong passphrase makes the key's inside unreadable, in a way of each format.
            Error::SshKey(russh::keys::ssh_key::Error::Crypto | russh::keys::ssh_key::Error::Encrypted)
            | Error::Pkcs8(_)
            | Error::Unpad(_)
                if text.expose().contains("ENCRYPTED") || given.is_some() =>
            {
                wrong
            }
            other => AppError::new(ErrorCode::SshKeyUnusable)
                .with("path", path)
                .with("why", other),
        }
    })
}

async fn with_password(session: &mut Session, ssh: &SshTarget, password: &Secret) -> Result<Refused> {
    let lost = |error: russh::Error| unreachable(ssh).detail(error);
    let tried = session.authenticate_password(&ssh.user, password.expose()).await;
    let Some(remaining) = outcome(tried.map_err(lost)?) else {
        return Ok(None);
    };
    if !remaining.contains(&MethodKind::KeyboardInteractive) {
        return Ok(Some(remaining));
    }
    // Many servers ask for the password as a question instead.
    let mut answer = session
        .authenticate_keyboard_interactive_start(&ssh.user, None::<String>)
        .await
        .map_err(lost)?;
    for _ in 0..ROUNDS {
        match answer {
            KeyboardInteractiveAuthResponse::Success => return Ok(None),
            KeyboardInteractiveAuthResponse::Failure {
                remaining_methods, ..
            } => return Ok(Some(remaining_methods)),
            KeyboardInteractiveAuthResponse::InfoRequest { prompts, .. } => {
                // Only what is asked for unseen can be the password.
                let answers = prompts.iter().map(|prompt| match prompt.echo {
                    true => String::new(),
                    false => password.expose().to_owned(),
                });
                answer = session
                    .authenticate_keyboard_interactive_respond(answers.collect())
                    .await
                    .map_err(lost)?;
            }
        }
    }
    Ok(Some(remaining))
}

async fn with_agent(session: &mut Session, ssh: &SshTarget) -> Result<Refused> {
    let unavailable = |why: String| AppError::new(ErrorCode::SshAgentUnavailable).with("why", why);
    let mut agent = agent().await.map_err(|error| unavailable(error.to_string()))?;
    let keys: Vec<_> = agent
        .request_identities()
        .await
        .map_err(|error| unavailable(error.to_string()))?
        .into_iter()
        .filter_map(|identity| match identity {
            AgentIdentity::PublicKey { key, .. } => Some(key),
            AgentIdentity::Certificate { .. } => None,
        })
        .collect();
    if keys.is_empty() {
        return Err(unavailable("it holds no key".to_owned()));
    }
    let mut refused = MethodSet::empty();
    for key in keys.into_iter().take(AGENT_KEYS) {
        let hash = match key.algorithm().is_rsa() {
            true => session.best_supported_rsa_hash().await.ok().flatten().flatten(),
            false => None,
        };
        match session
            .authenticate_publickey_with(&ssh.user, key, hash, &mut agent)
            .await
        {
            Ok(result) => match outcome(result) {
                None => return Ok(None),
                Some(remaining) => refused = remaining,
            },
            Err(error) => tracing::debug!(%error, "the agent does not sign with one of its keys"),
        }
        if session.is_closed() {
            break;
        }
    }
    Ok(Some(refused))
}

#[cfg(unix)]
async fn agent()
-> std::result::Result<russh::keys::agent::client::AgentClient<tokio::net::UnixStream>, russh::keys::Error> {
    russh::keys::agent::client::AgentClient::connect_env().await
}

#[cfg(windows)]
async fn agent() -> std::result::Result<
    russh::keys::agent::client::AgentClient<tokio::net::windows::named_pipe::NamedPipeClient>,
    russh::keys::Error,
> {
    russh::keys::agent::client::AgentClient::connect_named_pipe(r"\\.\pipe\openssh-ssh-agent").await
}
