//! The runner image, and what one run starts: in a container of it, or on this workstation.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{DockerEndpoint, LaunchTunnel, LocalTool};

/// An image by the name it was found under and the content digest it resolved to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ImageRef {
    pub reference: String,
    /// `sha256:…` of the image's configuration; the container is created from this, not from the name.
    pub id: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ImageStatus {
    Ready {
        image: ImageRef,
        ptosc_version: String,
        /// Version of the bridge plugin inside.
        bridge_version: String,
        size_bytes: u64,
    },
    Missing {
        reference: String,
    },
    /// Present but not ours or of another version: param `why`.
    Unsuitable {
        image: ImageRef,
        why: String,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ImageProgress {
    /// Words of the engine, for example a layer's name or a build step.
    pub step: String,
    pub done_bytes: u64,
    /// Zero when unknown.
    pub total_bytes: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum NetworkChoice {
    /// The workstation's own network: the only way to a server that listens on its loopback address.
    Host,
    /// A network of the container's own.
    Bridge,
    /// Docker Desktop: loopback servers answer at `host.docker.internal`.
    DesktopGateway,
    /// Another virtual machine on this workstation: loopback servers answer at a name that the machine itself resolves.
    VmGateway,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ContainerLimits {
    pub memory_bytes: u64,
    pub cpus_milli: u32,
    pub pids: u32,
}

impl Default for ContainerLimits {
    fn default() -> Self {
        Self {
            memory_bytes: 512 * 1024 * 1024,
            cpus_milli: 1000,
            pids: 64,
        }
    }
}

/// Exactly what a run starts. Holds no secret: the password is added to the defaults file on its way in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Launch {
    /// The container engine that it starts on; `None` for the workstation's standard one.
    #[serde(default)]
    pub docker: Option<DockerEndpoint>,
    /// The workstation's own tool, where no container is started: limits and log bound a container alone.
    #[serde(default)]
    pub local: Option<LocalTool>,
    /// `None` exactly where `local` is set.
    pub image: Option<ImageRef>,
    /// Arguments of pt-online-schema-change, program name excluded.
    pub argv: Vec<String>,
    /// Lines of the `[client]` section of the session's defaults file, the password line excluded.
    pub defaults: Vec<String>,
    /// PEM text of the authorities to trust, written beside the defaults file.
    pub ca_pem: Option<String>,
    pub environment: Vec<String>,
    pub network: NetworkChoice,
    /// The server's address as the tool sees it; through a tunnel, as the SSH server does.
    pub host: String,
    pub port: u16,
    /// The way to the server, where it leads through another machine.
    #[serde(default)]
    pub tunnel: Option<LaunchTunnel>,
    pub limits: ContainerLimits,
    /// Bytes after which the engine begins the log's second file, and later throws the older one away.
    #[serde(default = "log_bytes_before")]
    pub log_bytes: u64,
    pub hold_cutover: bool,
    /// Set where the application watches the replicas: without a word of them for so long, from its start on, the copy
    /// stands still.
    #[serde(default)]
    pub replicas_patience_s: Option<u32>,
}

/// Launches of earlier versions had a bound that no log reaches.
fn log_bytes_before() -> u64 {
    1 << 40
}

/// What a connection from inside the run's own image and network saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ProbeReport {
    Connected {
        tls_cipher: Option<String>,
        account: String,
        server_uuid: Option<String>,
        took_ms: u64,
    },
    Refused {
        message: String,
    },
}
