//! A job's own way through an SSH server: what OpenSSH's client, kept beside the tool, is told and given. It listens on a
//! Unix socket of the job's private place, which the tool takes for the server, so that nobody else reaches what is behind
//! it and no port is taken.

use mysqler_contract::{Launch, LaunchTunnel, Result, SshMethod};
use mysqler_core::ports::SshLogin;
use zeroize::Zeroizing;

use crate::compose::impossible;

/// What the client knows the SSH server by, in the files here alone: wherever its name leads, its key is the pinned one.
const ALIAS: &str = "way";

/// Before each line of the client's.
pub(crate) const TUNNEL_MARK: &str = "mysqler-tunnel: ";
/// After the mark, before the reason why the way is no more.
pub(crate) const TUNNEL_ENDED: &str = "ended: ";

/// Outages up to a minute are survived, as by our own sessions.
const KEEPALIVE_S: u32 = 15;
const KEEPALIVES: u32 = 4;

/// The files of a way, as the client finds them.
pub(crate) struct WayFiles {
    pub socket: &'static str,
    pub known_hosts: &'static str,
    /// `None` where the account's own file is read in its place.
    pub key: Option<&'static str>,
    /// `None` where the agent is the one of the environment.
    pub agent: Option<&'static str>,
}

/// `ssh_config` for one host of the name [`ALIAS`].
pub(crate) fn config(launch: &Launch, tunnel: &LaunchTunnel, files: &WayFiles) -> Result<String> {
    let mut lines = vec![
        format!("Host {ALIAS}"),
        format!("HostName {}", word(bare(&tunnel.host))?),
        format!("Port {}", tunnel.port),
        format!("User {}", word(&tunnel.user)?),
        format!("HostKeyAlias {ALIAS}"),
        format!("UserKnownHostsFile {}", word(files.known_hosts)?),
        "GlobalKnownHostsFile /dev/null".to_owned(),
        "StrictHostKeyChecking yes".to_owned(),
        "UpdateHostKeys no".to_owned(),
        "CheckHostIP no".to_owned(),
        "NumberOfPasswordPrompts 1".to_owned(),
        "ForwardAgent no".to_owned(),
        "PermitLocalCommand no".to_owned(),
        "ControlMaster no".to_owned(),
        "ControlPath none".to_owned(),
        "ExitOnForwardFailure yes".to_owned(),
        "StreamLocalBindMask 0177".to_owned(),
        "StreamLocalBindUnlink yes".to_owned(),
        format!("ConnectTimeout {}", connect_timeout_s(launch)),
        format!("ServerAliveInterval {KEEPALIVE_S}"),
        format!("ServerAliveCountMax {KEEPALIVES}"),
        format!(
            "LocalForward {} {}",
            word(files.socket)?,
            word(&address(&launch.host, launch.port))?
        ),
    ];
    lines.extend(login(&tunnel.method, files)?);
    Ok(lines.join("\n") + "\n")
}

fn login(method: &SshMethod, files: &WayFiles) -> Result<Vec<String>> {
    let lines = match method {
        SshMethod::Key { path } => {
            let file = word(files.key.unwrap_or(path))?;
            vec![
                "PreferredAuthentications publickey".to_owned(),
                "IdentitiesOnly yes".to_owned(),
                format!("IdentityFile {file}"),
                "IdentityAgent none".to_owned(),
            ]
        }
        SshMethod::Agent => {
            let mut lines = vec![
                "PreferredAuthentications publickey".to_owned(),
                "IdentitiesOnly no".to_owned(),
                "IdentityFile none".to_owned(),
            ];
            lines.extend(files.agent.map(|socket| format!("IdentityAgent {socket}")));
            lines
        }
        SshMethod::Password => vec![
            "PreferredAuthentications password,keyboard-interactive".to_owned(),
            "PubkeyAuthentication no".to_owned(),
            "IdentityAgent none".to_owned(),
        ],
    };
    Ok(lines)
}

pub(crate) fn known_hosts(tunnel: &LaunchTunnel) -> String {
    format!("{ALIAS} {}\n", tunnel.host_key.key.trim())
}

/// How long a way may take to open, s: connecting, a login that a server delays, a passphrase that is slow to try by
/// design.
pub(crate) fn patience_s(launch: &Launch) -> u64 {
    connect_timeout_s(launch) + 20
}

/// What the session's option file says, s.
pub(crate) fn connect_timeout_s(launch: &Launch) -> u64 {
    let given = launch
        .defaults
        .iter()
        .find_map(|line| line.strip_prefix("connect-timeout="));
    given.and_then(|seconds| seconds.parse().ok()).unwrap_or(10)
}

/// What goes in beside the password, wiped when dropped.
#[derive(Default)]
pub(crate) struct Given {
    /// The private key's text.
    pub key: Zeroizing<String>,
    /// What the client asks for: the key's passphrase or the account's password.
    pub secret: Zeroizing<String>,
}

impl Given {
    /// An internal error where the launch and the login are not of one connection.
    pub fn of(tunnel: &LaunchTunnel, login: Option<&SshLogin>) -> Result<Self> {
        let given = match (&tunnel.method, login) {
            (SshMethod::Key { .. }, Some(SshLogin::Key { text, passphrase, .. })) => {
                let text = text.expose().trim_end();
                // All room at once: what grows leaves copies behind.
                let mut key = Zeroizing::new(String::with_capacity(text.len() + 1));
                key.push_str(text);
                // The client takes no key whose last line has no end.
                key.push('\n');
                Self {
                    key,
                    secret: Zeroizing::new(passphrase.expose().to_owned()),
                }
            }
            (SshMethod::Password, Some(SshLogin::Password(password))) => Self {
                key: Zeroizing::default(),
                secret: Zeroizing::new(password.expose().to_owned()),
            },
            (SshMethod::Agent, Some(SshLogin::Agent)) => Self::default(),
            _ => {
                return Err(impossible(
                    "SSH tunnel: the account logs in by another way than was planned",
                ));
            }
        };
        if given.secret.contains(['\n', '\0']) {
            return Err(impossible(
                "SSH tunnel: a line end or a NUL character cannot be carried in its secret",
            ));
        }
        Ok(given)
    }
}

/// One word of `ssh_config`. The client replaces `%` and a first `~`, in some of its versions only.
fn word(text: &str) -> Result<String> {
    if text.is_empty()
        || text.starts_with('~')
        || text.chars().any(|c| c.is_control() || "%$\"\\".contains(c))
    {
        return Err(impossible(format!("SSH tunnel: {text:?} cannot be carried")));
    }
    Ok(format!("\"{text}\""))
}

fn bare(host: &str) -> &str {
    host.trim_start_matches('[').trim_end_matches(']')
}

fn address(host: &str, port: u16) -> String {
    match bare(host) {
        v6 if v6.contains(':') => format!("[{v6}]:{port}"),
        host => format!("{host}:{port}"),
    }
}
