//! Engines that this workstation may have: by the environment, by Docker's own contexts, by the places where sockets lie.
//! Nothing is connected to: what answers is found out by a test.

use std::path::{Path, PathBuf};

use mysqler_contract::{
    DockerClientFiles, DockerEndpoint, DockerHostEntry, DockerHostId, DockerHostSource, DockerTls,
};
use serde::Deserialize;

/// Where the platform's own engine listens.
pub(super) const STANDARD: &str = if cfg!(windows) {
    "npipe:////./pipe/docker_engine"
} else {
    "unix:///var/run/docker.sock"
};

/// What is looked at, so that a test can make a world of its own.
#[derive(Debug, Clone, Default)]
pub(super) struct Place {
    pub home: Option<PathBuf>,
    /// `XDG_RUNTIME_DIR`.
    pub runtime: Option<PathBuf>,
    /// Before every path of the system.
    pub root: PathBuf,
    pub docker_host: Option<String>,
    /// `DOCKER_CERT_PATH`, where the environment asks for TLS.
    pub certificates: Option<PathBuf>,
    pub config: Option<PathBuf>,
    pub context: Option<String>,
}

impl Place {
    pub fn of_this_process() -> Self {
        let text = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let path = |name: &str| text(name).map(PathBuf::from);
        let home = path(if cfg!(windows) { "USERPROFILE" } else { "HOME" });
        let wants_tls = text("DOCKER_TLS_VERIFY").is_some() || text("DOCKER_TLS").is_some();
        let config = path("DOCKER_CONFIG").or_else(|| home.as_ref().map(|home| home.join(".docker")));
        Self {
            certificates: wants_tls.then(|| {
                path("DOCKER_CERT_PATH")
                    .or_else(|| config.clone())
                    .unwrap_or_default()
            }),
            runtime: path("XDG_RUNTIME_DIR"),
            root: PathBuf::from("/"),
            docker_host: text("DOCKER_HOST"),
            context: text("DOCKER_CONTEXT"),
            config,
            home,
        }
    }

    /// The engine that `DOCKER_HOST` names.
    pub fn of_environment(&self) -> Option<DockerEndpoint> {
        let address = self.docker_host.clone()?;
        let tls = self
            .certificates
            .as_deref()
            .filter(|_| address.starts_with("tcp://"))
            .map(files_in);
        Some(DockerEndpoint { address, tls })
    }

    /// The one to use unless another is chosen comes first.
    pub fn engines(&self) -> Vec<DockerHostEntry> {
        let mut found = Found::default();
        if let Some(endpoint) = self.of_environment() {
            found.add(DockerHostSource::Environment, None, endpoint);
        }
        let contexts = self.contexts();
        let chosen = self.chosen_context();
        let is_chosen = |context: &&Context| Some(&context.name) == chosen.as_ref();
        let (first, others): (Vec<_>, Vec<_>) = contexts.iter().partition(is_chosen);
        for context in first {
            found.context(context);
        }
        for (source, address) in self.sockets() {
            found.add(source, None, DockerEndpoint::plain(address));
        }
        for context in others {
            found.context(context);
        }
        if found.0.is_empty() {
            // Nothing is there: the standard one is what the user is told to start.
            found.add(DockerHostSource::Standard, None, DockerEndpoint::plain(STANDARD));
        }
        found.0
    }

    /// Sockets and pipes that exist.
    fn sockets(&self) -> Vec<(DockerHostSource, String)> {
        use DockerHostSource as S;
        if cfg!(windows) {
            let pipes = [
                (S::Standard, "docker_engine"),
                (S::DockerDesktop, "dockerDesktopLinuxEngine"),
                (S::Podman, "podman-machine-default"),
            ];
            let there = |pipe: &str| Path::new(r"\\.\pipe").join(pipe).exists();
            return pipes
                .into_iter()
                .filter(|(_, pipe)| there(pipe))
                .map(|(source, pipe)| (source, format!("npipe:////./pipe/{pipe}")))
                .collect();
        }
        let system = |path: &str| Some(self.root.join(path));
        let runtime = |path: &str| self.runtime.as_ref().map(|dir| dir.join(path));
        let home = |path: &str| self.home.as_ref().map(|dir| dir.join(path));
        let mut places = vec![
            (S::Standard, system("var/run/docker.sock")),
            (S::Rootless, runtime("docker.sock")),
            (S::DockerDesktop, home(".docker/run/docker.sock")),
            (S::DockerDesktop, home(".docker/desktop/docker.sock")),
        ];
        places.extend(self.colima().into_iter().map(|path| (S::Colima, Some(path))));
        places.extend([
            (S::Podman, runtime("podman/podman.sock")),
            (S::Podman, system("run/podman/podman.sock")),
            (
                S::Podman,
                home(".local/share/containers/podman/machine/podman.sock"),
            ),
        ]);
        places
            .into_iter()
            .filter_map(|(source, path)| Some((source, path.filter(|path| path.exists())?)))
            .map(|(source, path)| (source, format!("unix://{}", path.display())))
            .collect()
    }

    /// One a profile.
    fn colima(&self) -> Vec<PathBuf> {
        let Some(profiles) = self
            .home
            .as_ref()
            .and_then(|home| home.join(".colima").read_dir().ok())
        else {
            return Vec::new();
        };
        let mut sockets: Vec<PathBuf> = profiles
            .flatten()
            .map(|profile| profile.path().join("docker.sock"))
            .collect();
        sockets.sort();
        sockets
    }

    fn chosen_context(&self) -> Option<String> {
        #[derive(Deserialize)]
        struct Config {
            #[serde(rename = "currentContext")]
            current: Option<String>,
        }
        let read = || {
            let text = std::fs::read(self.config.as_ref()?.join("config.json")).ok()?;
            serde_json::from_slice::<Config>(&text).ok()?.current
        };
        self.context
            .clone()
            .or_else(read)
            .filter(|name| name != "default")
    }

    /// Docker's contexts, by name; what cannot be read is left out.
    fn contexts(&self) -> Vec<Context> {
        let Some(config) = &self.config else {
            return Vec::new();
        };
        let Ok(entries) = config.join("contexts/meta").read_dir() else {
            return Vec::new();
        };
        let mut contexts: Vec<Context> = entries
            .flatten()
            .filter_map(|entry| {
                let text = std::fs::read(entry.path().join("meta.json")).ok()?;
                let meta: Meta = serde_json::from_slice(&text).ok()?;
                let files = config.join("contexts/tls").join(entry.file_name()).join("docker");
                let docker = meta.endpoints.docker;
                let address = docker.host?;
                let wants_tls = docker.skips_verifying || files.exists();
                let tls = (wants_tls && address.starts_with("tcp://")).then(|| files_in(&files));
                Some(Context {
                    name: meta.name,
                    endpoint: DockerEndpoint { address, tls },
                })
            })
            .collect();
        contexts.sort_by(|one, other| one.name.cmp(&other.name));
        contexts
    }
}

/// Names as Docker's command line lays them down. The authority's file is named whether or not it is there: where TLS is
/// wanted, its absence is told when it is read, and never a reason to go on in clear.
fn files_in(dir: &Path) -> DockerTls {
    let file = |name: &str| {
        let path = dir.join(name);
        path.exists().then(|| path.to_string_lossy().into_owned())
    };
    let client = file("cert.pem").zip(file("key.pem"));
    DockerTls {
        ca_file: dir.join("ca.pem").to_string_lossy().into_owned(),
        client: client.map(|(cert_file, key_file)| DockerClientFiles { cert_file, key_file }),
    }
}

#[derive(Debug)]
struct Context {
    name: String,
    endpoint: DockerEndpoint,
}

#[derive(Deserialize)]
struct Meta {
    #[serde(rename = "Name")]
    name: String,
    #[serde(rename = "Endpoints")]
    endpoints: Endpoints,
}

#[derive(Deserialize)]
struct Endpoints {
    docker: Docker,
}

#[derive(Deserialize)]
struct Docker {
    #[serde(rename = "Host")]
    host: Option<String>,
    /// TLS is wanted, and whoever answers is to be believed, which is not done here.
    #[serde(rename = "SkipTLSVerify", default)]
    skips_verifying: bool,
}

/// Each address once, under the source that named it first.
#[derive(Default)]
struct Found(Vec<DockerHostEntry>);

impl Found {
    fn context(&mut self, context: &Context) {
        let endpoint = context.endpoint.clone();
        self.add(DockerHostSource::Context, Some(&context.name), endpoint);
    }

    fn add(&mut self, source: DockerHostSource, name: Option<&str>, endpoint: DockerEndpoint) {
        if self
            .0
            .iter()
            .any(|known| known.endpoint.address == endpoint.address)
        {
            return;
        }
        self.0.push(DockerHostEntry {
            id: DockerHostId(endpoint.to_string()),
            name: name.map_or_else(|| endpoint.address.clone(), str::to_owned),
            source,
            endpoint,
            is_default: false,
        });
    }
}

#[cfg(test)]
#[path = "discover_test.rs"]
mod tests;
