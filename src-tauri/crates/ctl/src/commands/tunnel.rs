//! `--ssh-…` of `connection add` and `connection edit`: the tunnel of a connection, and the first look at its host key.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;
use mysqler_contract::{
    AppError, ConnectionDraft, ErrorCode, Result, SecretInput, ServerReport, SshHostKey, SshMethod,
    SshTunnel, SshTunnelDraft,
};

use super::connection::{full_path, input};
use crate::context::Context;
use crate::output::{printable, usage_error};
use crate::secrets;

#[derive(Debug, Args)]
pub struct Tunnel {
    /// Reach the server through this SSH server
    #[arg(long, value_name = "HOST")]
    ssh_host: Option<String>,
    #[arg(long, value_name = "PORT")]
    ssh_port: Option<u16>,
    #[arg(long, value_name = "USER")]
    ssh_user: Option<String>,
    /// Private key file that lets the SSH user in
    #[arg(long, value_name = "FILE", group = "ssh_login")]
    ssh_key: Option<PathBuf>,
    /// Let the SSH agent log in
    #[arg(long, group = "ssh_login")]
    ssh_agent: bool,
    /// Log in with a password
    #[arg(long, group = "ssh_login")]
    ssh_password: bool,
    /// File with the key's passphrase or the SSH password; one final line end is cut off
    #[arg(long, value_name = "FILE")]
    ssh_secret_file: Option<PathBuf>,
    /// Accept the SSH server's key if this is its fingerprint; a key that was accepted before is forgotten
    #[arg(long, value_name = "SHA256:…")]
    accept_host_key: Option<String>,
}

impl Tunnel {
    /// Something of the tunnel was named.
    fn named(&self) -> bool {
        self.ssh_host.is_some()
            || self.ssh_port.is_some()
            || self.ssh_user.is_some()
            || self.ssh_key.is_some()
            || self.ssh_agent
            || self.ssh_password
            || self.ssh_secret_file.is_some()
            || self.accept_host_key.is_some()
    }

    fn method(&self) -> Result<Option<SshMethod>> {
        Ok(match &self.ssh_key {
            Some(path) => Some(SshMethod::Key {
                path: full_path(path)?,
            }),
            None if self.ssh_agent => Some(SshMethod::Agent),
            None if self.ssh_password => Some(SshMethod::Password),
            None => None,
        })
    }

    /// What is not named stays as it was saved; `None` is a connection without a tunnel.
    pub fn draft(&self, context: &Context, saved: Option<&SshTunnel>) -> Result<Option<SshTunnelDraft>> {
        if !self.named() {
            return Ok(saved.map(SshTunnel::draft));
        }
        let incomplete = || usage_error(context.out.own("ctl.tunnel.incomplete"));
        let (Some(host), Some(user), Some(method)) = (
            self.ssh_host.clone().or(saved.map(|saved| saved.host.clone())),
            self.ssh_user.clone().or(saved.map(|saved| saved.user.clone())),
            self.method()?.or(saved.map(|saved| saved.method.clone())),
        ) else {
            return Err(incomplete());
        };
        let port = self.ssh_port.unwrap_or(saved.map_or(22, |saved| saved.port));
        // A key is accepted of one server, and a fingerprint that is given anew has to be seen anew.
        let same = saved.filter(|saved| saved.host == host && saved.port == port);
        let mut draft = SshTunnelDraft {
            host_key: match self.accept_host_key {
                Some(_) => None,
                None => same.and_then(|saved| saved.host_key.clone()),
            },
            host,
            port,
            user,
            method,
            secret: SecretInput::Empty,
        };
        draft.secret = self.secret(context, &draft, saved)?;
        Ok(Some(draft))
    }

    fn secret(
        &self,
        context: &Context,
        draft: &SshTunnelDraft,
        saved: Option<&SshTunnel>,
    ) -> Result<SecretInput> {
        let question = match &draft.method {
            SshMethod::Agent => return Ok(SecretInput::Empty),
            SshMethod::Password => context.out.own("ctl.ask.ssh_password"),
            SshMethod::Key { path } => context
                .out
                .own_with("ctl.ask.ssh_passphrase", [("path", printable(path))]),
        };
        match &self.ssh_secret_file {
            Some(path) => secrets::from_file(path).map(input),
            None if saved.is_some_and(|saved| saved.logs_in_like(draft)) => Ok(SecretInput::Unchanged),
            None if secrets::can_ask() => secrets::ask(&question).map(input),
            // Of another server or account it is refused, rather than given up unasked; of another login it is of no use.
            None if saved.is_some_and(|saved| saved.method == draft.method) => Ok(SecretInput::Unchanged),
            None => Ok(SecretInput::Empty),
        }
    }

    /// Tests the draft. A host key that nobody has accepted yet is accepted when it is the one that was named, or when
    /// a person says so; then the draft holds it.
    pub async fn test(&self, context: &Context, draft: &mut ConnectionDraft) -> Result<ServerReport> {
        let refusal = match context.core.connection_test(draft).await {
            Err(error) if error.code == ErrorCode::SshHostKeyUnknown => error,
            other => return other,
        };
        let shown = shown(&refusal);
        let accepted = match &self.accept_host_key {
            Some(named) => *named == shown.fingerprint,
            None => secrets::can_ask() && confirmed(context, &refusal, &shown)?,
        };
        match draft.tunnel.as_mut().filter(|_| accepted) {
            Some(tunnel) => tunnel.host_key = Some(shown),
            None => return Err(refusal),
        }
        context.core.connection_test(draft).await
    }
}

fn shown(refusal: &AppError) -> SshHostKey {
    let param = |name: &str| refusal.params.get(name).cloned().unwrap_or_default();
    SshHostKey {
        fingerprint: param("fingerprint"),
        key: param("key"),
    }
}

/// The whole word, so that no stray key press accepts anything.
fn confirmed(context: &Context, refusal: &AppError, shown: &SshHostKey) -> Result<bool> {
    let param = |name: &'static str| (name, refusal.params.get(name).cloned().unwrap_or_default());
    let question = context.out.own_with(
        "ctl.tunnel.accept",
        [
            param("host"),
            param("port"),
            ("fingerprint", shown.fingerprint.clone()),
        ],
    );
    let fail = |error: std::io::Error| AppError::new(ErrorCode::Cancelled).detail(error);
    let mut terminal = std::io::stderr();
    write!(terminal, "{question} ").map_err(fail)?;
    terminal.flush().map_err(fail)?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).map_err(fail)?;
    Ok(answer.trim() == "yes")
}

/// `user on host:port`, for a list of facts.
pub fn told(saved: &SshTunnel) -> String {
    printable(&format!("{} → {}:{}", saved.user, saved.host, saved.port))
}
