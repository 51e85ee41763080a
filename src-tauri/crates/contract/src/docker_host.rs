//! Container engines: where they are, how they are reached, and what they say of themselves.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use specta::Type;

/// Names one engine in the settings and in a connection: the name of one that was added, or the address of one that was
/// found, which holds all that is needed to reach it again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type)]
#[serde(transparent)]
pub struct DockerHostId(pub String);

impl fmt::Display for DockerHostId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An engine's address and, over TLS, the files that prove both ends to each other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type)]
pub struct DockerEndpoint {
    /// `unix:///path`, `npipe:////./pipe/name`, `tcp://host:port` or `ssh://user@host:port`.
    pub address: String,
    pub tls: Option<DockerTls>,
}

/// Paths of PEM files on the workstation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type)]
pub struct DockerTls {
    /// The only authorities that the engine's certificate may lead to.
    pub ca_file: String,
    /// What the workstation shows of itself; `None` for an engine that asks for nothing.
    pub client: Option<DockerClientFiles>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type)]
pub struct DockerClientFiles {
    pub cert_file: String,
    pub key_file: String,
}

impl DockerEndpoint {
    pub fn plain(address: impl Into<String>) -> Self {
        Self {
            address: address.into(),
            tls: None,
        }
    }
}

/// One line of text that reads back: the address, the files after it as a URL's query.
impl fmt::Display for DockerEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.address)?;
        if let Some(tls) = &self.tls {
            write!(f, "?ca={}", escaped(&tls.ca_file))?;
            if let Some(client) = &tls.client {
                write!(f, "&cert={}", escaped(&client.cert_file))?;
                write!(f, "&key={}", escaped(&client.key_file))?;
            }
        }
        Ok(())
    }
}

/// The text is not an endpoint's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnEndpoint;

impl FromStr for DockerEndpoint {
    type Err = NotAnEndpoint;

    fn from_str(text: &str) -> Result<Self, NotAnEndpoint> {
        if !text.contains("://") {
            return Err(NotAnEndpoint);
        }
        let Some((address, query)) = text.split_once("?ca=") else {
            return Ok(Self::plain(text));
        };
        let mut parts = query.split('&');
        let ca_file = parts.next().and_then(plain).ok_or(NotAnEndpoint)?;
        let mut file = |name: &str| -> Result<Option<String>, NotAnEndpoint> {
            let Some(part) = parts.next() else { return Ok(None) };
            let value = part.strip_prefix(name).and_then(plain);
            value.map(Some).ok_or(NotAnEndpoint)
        };
        let client = match (file("cert=")?, file("key=")?) {
            (Some(cert_file), Some(key_file)) => Some(DockerClientFiles { cert_file, key_file }),
            (None, None) => None,
            _ => return Err(NotAnEndpoint),
        };
        Ok(Self {
            address: address.to_owned(),
            tls: Some(DockerTls { ca_file, client }),
        })
    }
}

fn escaped(path: &str) -> String {
    let keep = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-~:\\".contains(&byte);
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if keep(byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

fn plain(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
        let value = digit(rest.next())? * 16 + digit(rest.next())?;
        bytes.push(u8::try_from(value).ok()?);
    }
    String::from_utf8(bytes).ok()
}

/// A job by its container and the engine that it lives on. Its text is what runs keep: the container's id alone on the
/// workstation's standard engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobPlace {
    pub container: String,
    pub docker: Option<DockerEndpoint>,
}

impl JobPlace {
    pub fn read(job: &str) -> Self {
        let at = job.split_once('@');
        let docker = at.and_then(|(_, text)| text.parse().ok());
        let container = match (&docker, at) {
            (Some(_), Some((container, _))) => container,
            _ => job,
        };
        Self {
            container: container.to_owned(),
            docker,
        }
    }
}

impl fmt::Display for JobPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.container)?;
        match &self.docker {
            Some(docker) => write!(f, "@{docker}"),
            None => Ok(()),
        }
    }
}

/// An engine that the user added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct OwnDockerHost {
    /// Unique, 1–50 characters, without `://`.
    pub name: String,
    pub endpoint: DockerEndpoint,
}

/// How an engine came into the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum DockerHostSource {
    /// `DOCKER_HOST`.
    Environment,
    /// A context of Docker's own command line.
    Context,
    /// The platform's standard socket or pipe.
    Standard,
    Rootless,
    DockerDesktop,
    Colima,
    Podman,
    Own,
}

/// One engine that runs may work on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct DockerHostEntry {
    pub id: DockerHostId,
    /// Of a context or of one that was added; else the address.
    pub name: String,
    pub source: DockerHostSource,
    pub endpoint: DockerEndpoint,
    /// Runs of connections that choose no engine work here.
    pub is_default: bool,
}

/// What kind of machine an engine's containers run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum DockerKind {
    /// On this workstation's own kernel.
    Native,
    /// On this workstation's own kernel, as a user without rights.
    Rootless,
    Podman,
    DockerDesktop,
    Colima,
    PodmanMachine,
    /// Some other virtual machine on this workstation.
    VirtualMachine,
    /// Another machine.
    Remote,
}

/// How a container reaches a server that listens on the workstation's loopback address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum LoopbackWay {
    /// It shares the workstation's own network.
    HostNetwork,
    /// By Docker Desktop's `host.docker.internal`.
    DesktopGateway,
    /// By a name that the virtual machine resolves.
    VmGateway { name: String },
    /// Not at all.
    Nowhere { why: LoopbackObstacle },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum LoopbackObstacle {
    /// The engine is on another machine, or it cannot be proven to be on this one.
    Remote,
    /// A rootless engine keeps its containers away from the workstation's loopback.
    Rootless,
}

impl LoopbackObstacle {
    /// As in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            LoopbackObstacle::Remote => "remote",
            LoopbackObstacle::Rootless => "rootless",
        }
    }
}

/// Limits that the engine can enforce; what it cannot, it leaves out without a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct LimitsEnforced {
    pub memory: bool,
    pub cpu: bool,
    pub pids: bool,
}

/// What an engine says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct DockerHost {
    /// As it has to be asked again; `None` for the workstation's standard engine.
    pub endpoint: Option<DockerEndpoint>,
    /// Where it was reached.
    pub address: String,
    pub kind: DockerKind,
    pub version: String,
    pub operating_system: String,
    pub architecture: String,
    pub cpus: u32,
    pub memory_bytes: u64,
    pub rootless: bool,
    pub limits: LimitsEnforced,
    pub loopback: LoopbackWay,
    /// Bytes free where containers are stored, told by a container of the runner image; `None` unless it was asked for
    /// and the image is there.
    pub free_bytes: Option<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tls(client: bool) -> DockerEndpoint {
        DockerEndpoint {
            address: "tcp://build:2376".into(),
            tls: Some(DockerTls {
                ca_file: "/home/数据/my certs/ca&1.pem".into(),
                client: client.then(|| DockerClientFiles {
                    cert_file: "C:\\certs\\cert.pem".into(),
                    key_file: "/k%41=?.pem".into(),
                }),
            }),
        }
    }

    #[test]
    fn an_endpoint_reads_back_from_its_text() {
        for endpoint in [
            DockerEndpoint::plain("unix:///var/run/docker.sock"),
            DockerEndpoint::plain("npipe:////./pipe/docker_engine"),
            DockerEndpoint::plain("ssh://me@build:22"),
            tls(true),
            tls(false),
        ] {
            assert_eq!(endpoint.to_string().parse(), Ok(endpoint.clone()));
            let place = JobPlace {
                container: "c0ffee".into(),
                docker: Some(endpoint),
            };
            assert_eq!(JobPlace::read(&place.to_string()), place);
        }
        for text in [
            "",
            "build",
            "tcp://b?ca=%zz",
            "tcp://b?ca=a&cert=b",
            "tcp://b?ca=a&key=b&cert=c",
        ] {
            assert_eq!(text.parse::<DockerEndpoint>(), Err(NotAnEndpoint), "{text}");
        }
    }

    #[test]
    fn a_job_without_a_place_is_on_the_standard_engine() {
        let place = JobPlace::read("c0ffee");
        assert_eq!((place.container.as_str(), place.docker), ("c0ffee", None));
    }
}
