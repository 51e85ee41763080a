//! The container engines that runs may work on: those that are found, those that the user added, and which one is meant.

use std::sync::Arc;

use mysqler_contract::{
    AppError, AppEvent, DockerEndpoint, DockerHost, DockerHostEntry, DockerHostId, DockerHostSource,
    DockerTls, ErrorCode, FieldProblem, Launch, OwnDockerHost, Params, Result, Settings,
};

use crate::Core;
use crate::ports::{FoundJob, Runner};

const NAME_CHARACTERS: usize = 50;

impl Core {
    /// Engines that are found on this workstation, then those that were added.
    pub async fn docker_hosts(&self) -> Result<Vec<DockerHostEntry>> {
        let settings = self.ports.settings.load().await?;
        let mut entries = self.ports.runner.docker_hosts().await;
        entries.extend(settings.docker_hosts.iter().map(entry_of));
        let chosen = settings
            .docker_host
            .or_else(|| entries.first().map(|entry| entry.id.clone()));
        for entry in &mut entries {
            entry.is_default = Some(&entry.id) == chosen.as_ref();
        }
        Ok(entries)
    }

    /// What is not acceptable in an engine to be added, in the order of the form.
    pub async fn docker_host_problems(&self, host: &OwnDockerHost) -> Result<Vec<FieldProblem>> {
        let settings = self.ports.settings.load().await?;
        Ok(problems(host, &settings))
    }

    /// Adds an engine. Whether anything answers there is the test's business.
    pub async fn docker_host_add(&self, host: &OwnDockerHost) -> Result<Vec<DockerHostEntry>> {
        let mut settings = self.ports.settings.load().await?;
        if let Some(problem) = problems(host, &settings).into_iter().next() {
            return Err(AppError::invalid(&problem.field, &problem.reason));
        }
        settings.docker_hosts.push(host.clone());
        self.keep_docker_hosts(&settings).await
    }

    /// Forgets an engine that was added. Runs on it go on, and are found again by what they recorded.
    pub async fn docker_host_remove(&self, id: &DockerHostId) -> Result<Vec<DockerHostEntry>> {
        let mut settings = self.ports.settings.load().await?;
        let before = settings.docker_hosts.len();
        settings.docker_hosts.retain(|own| own.name != id.0);
        if settings.docker_hosts.len() == before {
            return Err(AppError::new(ErrorCode::DockerHostUnknown).with("name", id));
        }
        settings.docker_host = settings.docker_host.filter(|chosen| chosen != id);
        self.keep_docker_hosts(&settings).await
    }

    /// Chooses where runs work whose connection chooses no engine; `None` for the first that is found.
    pub async fn docker_host_choose(&self, id: Option<&DockerHostId>) -> Result<Vec<DockerHostEntry>> {
        let mut settings = self.ports.settings.load().await?;
        if let Some(id) = id {
            meant(id, &settings)?;
        }
        settings.docker_host = id.cloned();
        self.keep_docker_hosts(&settings).await
    }

    async fn keep_docker_hosts(&self, settings: &Settings) -> Result<Vec<DockerHostEntry>> {
        self.ports.settings.save(settings).await?;
        self.tell(AppEvent::SettingsChanged);
        self.docker_hosts().await
    }

    /// Reaches an engine, listed or about to be added, and says what it is.
    pub async fn docker_host_test(&self, endpoint: &DockerEndpoint) -> Result<DockerHost> {
        require_private(endpoint)?;
        self.ports.runner.on(Some(endpoint))?.examine().await
    }

    /// The engine that runs use unless their connection chooses another.
    pub async fn docker_host_test_default(&self) -> Result<DockerHost> {
        self.runner_on(None).await?.examine().await
    }

    /// By its id; `DOCKER_HOST_UNKNOWN` for one that was removed.
    pub async fn docker_host_test_listed(&self, id: &DockerHostId) -> Result<DockerHost> {
        self.runner_on(Some(id)).await?.examine().await
    }

    /// The runner with the engine in mind that a connection, else the settings, else the workstation chooses.
    pub(crate) async fn runner_on(&self, chosen: Option<&DockerHostId>) -> Result<Arc<dyn Runner>> {
        let settings = self.ports.settings.load().await?;
        let runner = &self.ports.runner;
        match chosen.or(settings.docker_host.as_ref()) {
            Some(id) => runner.on(Some(&meant(id, &settings)?)),
            None => match runner.docker_hosts().await.into_iter().next() {
                Some(first) => {
                    require_private(&first.endpoint)?;
                    runner.on(Some(&first.endpoint))
                }
                None => Ok(runner.clone()),
            },
        }
    }

    /// Jobs where a launch would make one: on this workstation, or on the engine that it names, the standard one where
    /// it names none.
    pub(crate) async fn jobs_beside(&self, launch: Option<&Launch>) -> Result<Vec<FoundJob>> {
        match launch.is_some_and(|launch| launch.local.is_some()) {
            true => self.ports.runner.here()?.jobs().await,
            false => {
                self.jobs_on(launch.and_then(|launch| launch.docker.as_ref()))
                    .await
            }
        }
    }

    /// Containers of runs on an engine, the standard one for `None`.
    pub(crate) async fn jobs_on(&self, docker: Option<&DockerEndpoint>) -> Result<Vec<FoundJob>> {
        match self.ports.runner.on(docker) {
            Ok(runner) => runner.jobs().await,
            // A runner that knows the standard engine alone.
            Err(_) if docker.is_none() => self.ports.runner.jobs().await,
            Err(error) => Err(error),
        }
    }
}

/// An engine that was found is named by its address, so that one that is switched off is still told from one that was
/// removed.
fn meant(id: &DockerHostId, settings: &Settings) -> Result<DockerEndpoint> {
    let endpoint = match id.0.parse() {
        Ok(endpoint) => endpoint,
        Err(_) => {
            let own = settings.docker_hosts.iter().find(|own| own.name == id.0);
            own.map(|own| own.endpoint.clone())
                .ok_or_else(|| AppError::new(ErrorCode::DockerHostUnknown).with("name", id))?
        }
    };
    require_private(&endpoint)?;
    Ok(endpoint)
}

/// `INVALID_INPUT` for an engine that a run's password must not go to. Asked wherever one is chosen, by a person, by the
/// environment or by a record, and once more before a password goes.
pub(crate) fn require_private(endpoint: &DockerEndpoint) -> Result<()> {
    match endpoint_problem(endpoint) {
        Some((field, reason)) => {
            let refused = AppError::invalid(field, reason);
            let why = refused.detail.clone().unwrap_or_default();
            Err(refused.detail(format!("{}: {why}", endpoint.address)))
        }
        None => Ok(()),
    }
}

fn entry_of(own: &OwnDockerHost) -> DockerHostEntry {
    DockerHostEntry {
        id: DockerHostId(own.name.clone()),
        name: own.name.clone(),
        source: DockerHostSource::Own,
        endpoint: own.endpoint.clone(),
        is_default: false,
    }
}

fn problems(host: &OwnDockerHost, settings: &Settings) -> Vec<FieldProblem> {
    let name = name_problem(&host.name, settings).map(|reason| ("name", reason));
    name.into_iter()
        .chain(endpoint_problem(&host.endpoint))
        .map(|(field, reason)| FieldProblem {
            field: field.to_owned(),
            reason: reason.to_owned(),
            params: Params::new(),
        })
        .collect()
}

fn name_problem(name: &str, settings: &Settings) -> Option<&'static str> {
    let folded = name.to_lowercase();
    let taken = (settings.docker_hosts.iter()).any(|own| own.name.to_lowercase() == folded);
    if name.trim().is_empty() {
        Some("name_empty")
    } else if name.chars().any(char::is_control) {
        Some("control_characters")
    } else if name.trim() != name {
        Some("name_edge_space")
    } else if name.chars().count() > NAME_CHARACTERS {
        Some("name_too_long")
    } else if name.contains("://") {
        Some("docker_name_address")
    } else {
        taken.then_some("docker_name_taken")
    }
}

/// The password of a run travels over this way, so a way that others can read is refused.
pub(crate) fn endpoint_problem(endpoint: &DockerEndpoint) -> Option<(&'static str, &'static str)> {
    let address = endpoint.address.as_str();
    if address.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Some(("address", "docker_address_shape"));
    }
    let (scheme, rest) = address.split_once("://").unwrap_or(("", address));
    let shape = match scheme {
        "unix" => rest.starts_with('/') && rest.len() > 1,
        "npipe" if !is_local_pipe(rest) => return Some(("address", "docker_pipe_local")),
        "npipe" => true,
        "tcp" => authority(rest).is_some_and(|(user, _, port)| user.is_none() && port.is_some()),
        "ssh" => authority(rest).is_some(),
        _ => return Some(("address", "docker_address_scheme")),
    };
    if !shape {
        return Some(("address", "docker_address_shape"));
    }
    match (scheme, &endpoint.tls) {
        ("tcp", Some(tls)) => tls_problem(tls),
        ("tcp", None) => {
            let loopback = authority(rest).is_some_and(|(_, host, _)| is_loopback(host));
            (!loopback).then_some(("tls", "docker_tls_needed"))
        }
        (_, Some(_)) => Some(("tls", "docker_tls_only_tcp")),
        (_, None) => None,
    }
}

/// A pipe of this workstation. Windows asks whichever other machine the path names, in the clear, and `..` in a name
/// would lead there too.
fn is_local_pipe(path: &str) -> bool {
    let path = path.replace('\\', "/").to_ascii_lowercase();
    let name = path.strip_prefix("//./pipe/");
    name.is_some_and(|name| !name.is_empty() && !name.contains('/'))
}

fn tls_problem(tls: &DockerTls) -> Option<(&'static str, &'static str)> {
    if tls.ca_file.trim().is_empty() {
        return Some(("ca_file", "docker_ca_needed"));
    }
    let client = tls.client.as_ref()?;
    let half = client.cert_file.trim().is_empty() || client.key_file.trim().is_empty();
    half.then_some(("cert_file", "docker_client_pair"))
}

/// User, host and port of `user@host:port`; `None` when it is something else. A host never begins with a dash: it
/// becomes an argument of a program.
fn authority(text: &str) -> Option<(Option<&str>, &str, Option<u16>)> {
    let text = text.strip_suffix('/').unwrap_or(text);
    let (user, place) = match text.rsplit_once('@') {
        Some((user, place)) => (Some(user), place),
        None => (None, text),
    };
    let (host, port) = match place.strip_prefix('[') {
        Some(v6) => {
            let (host, after) = v6.split_once(']')?;
            let port = match after {
                "" => None,
                after => Some(after.strip_prefix(':')?),
            };
            (host, port)
        }
        None => match place.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (place, None),
        },
    };
    let port = port.map(str::parse::<u16>).transpose().ok()?;
    let sound = |word: &str| {
        !word.is_empty()
            && !word.starts_with('-')
            && word.chars().all(|c| c.is_alphanumeric() || "._-:%".contains(c))
    };
    (sound(host) && user.is_none_or(sound) && port != Some(0)).then_some((user, host, port))
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || (host.parse::<std::net::IpAddr>()).is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use mysqler_contract::DockerClientFiles;

    use super::*;

    fn over_tls(address: &str, client: Option<(&str, &str)>) -> DockerEndpoint {
        DockerEndpoint {
            address: address.into(),
            tls: Some(DockerTls {
                ca_file: "/certs/ca.pem".into(),
                client: client.map(|(cert, key)| DockerClientFiles {
                    cert_file: cert.into(),
                    key_file: key.into(),
                }),
            }),
        }
    }

    #[test]
    fn a_way_that_others_can_read_or_that_is_none_is_refused() {
        let reason = |endpoint: &DockerEndpoint| endpoint_problem(endpoint).map(|(_, reason)| reason);
        for good in [
            "unix:///run/user/1000/docker.sock",
            "npipe:////./pipe/docker_engine",
            r"npipe://\\.\pipe\docker_engine",
            "ssh://build",
            "ssh://me@build.example:2222",
            "ssh://me@[2001:db8::7]:22",
            "tcp://127.0.0.1:2375",
            "tcp://[::1]:2375",
        ] {
            assert_eq!(reason(&DockerEndpoint::plain(good)), None, "{good}");
        }
        for (bad, why) in [
            ("", "docker_address_scheme"),
            ("build:2376", "docker_address_scheme"),
            ("http://build:2375", "docker_address_scheme"),
            ("unix://relative.sock", "docker_address_shape"),
            ("unix:///a b", "docker_address_shape"),
            ("tcp://build", "docker_address_shape"),
            ("tcp://build:0", "docker_address_shape"),
            ("tcp://build:70000", "docker_address_shape"),
            ("ssh://", "docker_address_shape"),
            ("ssh://-oProxyCommand=evil", "docker_address_shape"),
            ("ssh://-l@build", "docker_address_shape"),
            ("ssh://me@build/path", "docker_address_shape"),
            ("npipe:////build/pipe/docker_engine", "docker_pipe_local"),
            ("npipe:////127.0.0.1/pipe/docker_engine", "docker_pipe_local"),
            (r"npipe://\\build\pipe\docker_engine", "docker_pipe_local"),
            ("npipe:////./pipe/../UNC/build/pipe/x", "docker_pipe_local"),
            (r"npipe:////./pipe/..\UNC\build\pipe\x", "docker_pipe_local"),
            ("npipe:////./pipe/", "docker_pipe_local"),
            ("npipe:////?/UNC/build/pipe/x", "docker_pipe_local"),
            ("npipe://docker_engine", "docker_pipe_local"),
            ("tcp://10.0.0.7:2375", "docker_tls_needed"),
            ("tcp://build:2375", "docker_tls_needed"),
        ] {
            assert_eq!(reason(&DockerEndpoint::plain(bad)), Some(why), "{bad}");
        }
        assert_eq!(reason(&over_tls("tcp://build:2376", None)), None);
        assert_eq!(reason(&over_tls("tcp://build:2376", Some(("/c", "/k")))), None);
        assert_eq!(
            reason(&over_tls("tcp://build:2376", Some(("/c", "")))),
            Some("docker_client_pair")
        );
        assert_eq!(
            reason(&over_tls("ssh://build", None)),
            Some("docker_tls_only_tcp")
        );
    }

    #[test]
    fn a_name_is_unique_and_cannot_be_taken_for_an_address() {
        let settings = Settings {
            docker_hosts: vec![OwnDockerHost {
                name: "Build".into(),
                endpoint: DockerEndpoint::plain("ssh://build"),
            }],
            ..Settings::default()
        };
        for (name, why) in [
            ("other", None),
            ("build", Some("docker_name_taken")),
            ("ssh://build", Some("docker_name_address")),
            (" x", Some("name_edge_space")),
            ("", Some("name_empty")),
        ] {
            assert_eq!(name_problem(name, &settings), why, "{name:?}");
        }
        let known = DockerHostId("Build".into());
        assert_eq!(meant(&known, &settings).expect("known").address, "ssh://build");
        for address in ["tcp://10.0.0.7:2375", "http://build:2375"] {
            let refused = meant(&DockerHostId(address.into()), &settings).expect_err(address);
            assert_eq!(refused.code, ErrorCode::InvalidInput, "{address}");
            assert!(refused.detail.is_some_and(|detail| detail.starts_with(address)));
        }
        let kept = Settings {
            docker_hosts: vec![OwnDockerHost {
                name: "Old".into(),
                endpoint: DockerEndpoint::plain("tcp://build:2375"),
            }],
            ..Settings::default()
        };
        let refused = meant(&DockerHostId("Old".into()), &kept).expect_err("in clear");
        assert_eq!(refused.params["reason"], "docker_tls_needed");
        let removed = meant(&DockerHostId("gone".into()), &settings).expect_err("removed");
        assert_eq!(removed.code, ErrorCode::DockerHostUnknown);
    }
}
