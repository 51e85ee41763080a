//! What an engine is: its version and means, the kind of machine behind it, and whether a container there reaches the
//! workstation's loopback address.

use std::time::Duration;

use bollard::Docker;
use bollard::models::SystemInfo;
use bollard::query_parameters::ListImagesOptions;
use mysqler_contract::{
    DockerEndpoint, DockerHost, DockerKind, LimitsEnforced, LoopbackObstacle, LoopbackWay, Result,
};

use super::container::ContainerSpec;
use super::engine::Engine;
use super::once;
use crate::image::{LABEL_LAYER, layer};

/// A container that answers at once; a machine may be busy.
const ASK_DEADLINE: Duration = Duration::from_secs(30);

pub(super) async fn described(engine: &Engine, endpoint: Option<DockerEndpoint>) -> Result<DockerHost> {
    let docker = engine.client().await?;
    let (info, version) = match tokio::try_join!(docker.info(), docker.version()) {
        Ok(told) => told,
        Err(error) => return Err(engine.failed(error).await),
    };
    let components = version.components.unwrap_or_default();
    let podman = components
        .iter()
        .any(|component| component.name.contains("Podman"));
    let seen = Seen {
        way: way(&engine.endpoint().address),
        on_linux: cfg!(target_os = "linux"),
        podman,
        rootless: has(&info, "rootless"),
        system: info.operating_system.clone().unwrap_or_default(),
        name: info.name.clone().unwrap_or_default(),
        // A virtual machine has a kernel of its own.
        same_kernel: info.kernel_version.is_some() && info.kernel_version == own_kernel(),
    };
    let here = match seen.needs_proof() {
        true => engine.is_here(proven_here(engine, &docker)).await,
        false => false,
    };
    let (kind, loopback) = seen.judged(here);
    Ok(DockerHost {
        endpoint,
        address: engine.endpoint().address.clone(),
        kind,
        version: info
            .server_version
            .clone()
            .or(version.version)
            .unwrap_or_default(),
        operating_system: seen.system,
        architecture: info.architecture.clone().unwrap_or_default(),
        cpus: u32::try_from(info.ncpu.unwrap_or(0)).unwrap_or(0),
        memory_bytes: u64::try_from(info.mem_total.unwrap_or(0)).unwrap_or(0),
        rootless: seen.rootless,
        limits: LimitsEnforced {
            memory: info.memory_limit.unwrap_or(false),
            cpu: info.cpu_cfs_quota.unwrap_or(false),
            pids: info.pids_limit.unwrap_or(false),
        },
        loopback,
        free_bytes: None,
    })
}

fn has(info: &SystemInfo, option: &str) -> bool {
    let options = info.security_options.as_deref().unwrap_or_default();
    options.iter().any(|told| told.contains(option))
}

/// The kernel's release, as engines tell theirs.
fn own_kernel() -> Option<String> {
    let told = std::fs::read_to_string("/proc/sys/kernel/osrelease").ok()?;
    Some(told.trim().to_owned())
}

/// How the engine is reached, as far as that says where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Local,
    Colima,
    /// A port of this machine, which may lead anywhere.
    OwnPort,
    Far,
}

fn way(address: &str) -> Way {
    match address.split_once("://") {
        Some(("unix" | "npipe", path)) if path.contains("/.colima/") => Way::Colima,
        Some(("unix" | "npipe", _)) => Way::Local,
        Some(("tcp", place)) => {
            let host = place.rsplit_once(':').map_or(place, |(host, _)| host);
            let host = host.trim_start_matches('[').trim_end_matches(']');
            let own = host.eq_ignore_ascii_case("localhost")
                || (host.parse::<std::net::IpAddr>()).is_ok_and(|address| address.is_loopback());
            if own { Way::OwnPort } else { Way::Far }
        }
        _ => Way::Far,
    }
}

/// What decides the kind.
struct Seen {
    way: Way,
    on_linux: bool,
    podman: bool,
    rootless: bool,
    system: String,
    name: String,
    same_kernel: bool,
}

impl Seen {
    fn is_desktop(&self) -> bool {
        self.system.contains("Docker Desktop")
    }

    /// A port of this machine may be forwarded from another one.
    fn needs_proof(&self) -> bool {
        self.way == Way::OwnPort && self.on_linux && self.same_kernel && !self.is_desktop()
    }

    fn judged(&self, here: bool) -> (DockerKind, LoopbackWay) {
        let nowhere = |why| LoopbackWay::Nowhere { why };
        let by = |name: &str| LoopbackWay::VmGateway {
            name: name.to_owned(),
        };
        if self.way == Way::Far {
            return (DockerKind::Remote, nowhere(LoopbackObstacle::Remote));
        }
        if self.is_desktop() {
            return (DockerKind::DockerDesktop, LoopbackWay::DesktopGateway);
        }
        if self.way == Way::Colima || self.name.starts_with("colima") {
            return (DockerKind::Colima, by("host.docker.internal"));
        }
        let native = self.on_linux && self.same_kernel && (here || self.way == Way::Local);
        match (native, self.way) {
            (false, Way::OwnPort) => (DockerKind::Remote, nowhere(LoopbackObstacle::Remote)),
            (false, _) if self.podman => (DockerKind::PodmanMachine, by("host.containers.internal")),
            (false, _) => (DockerKind::VirtualMachine, by("host.docker.internal")),
            // Podman's host network is the workstation's own for a user without rights as well.
            (true, _) if self.podman => (DockerKind::Podman, LoopbackWay::HostNetwork),
            (true, _) if self.rootless => (DockerKind::Rootless, nowhere(LoopbackObstacle::Rootless)),
            (true, _) => (DockerKind::Native, LoopbackWay::HostNetwork),
        }
    }
}

/// What a container of ours tells of the machine under it.
struct Told {
    boot: String,
    free_bytes: Option<u64>,
}

/// The kernel's own number of its start is the same for all that run on it, and for nothing else.
async fn proven_here(engine: &Engine, docker: &Docker) -> Option<bool> {
    let own = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    let told = told_inside(engine, docker).await.ok()??;
    Some(told.boot == own.trim())
}

/// Bytes free where the engine stores containers; `None` while it has no image of ours to ask.
pub(super) async fn free_bytes(engine: &Engine) -> Result<Option<u64>> {
    let docker = engine.client().await?;
    let told = told_inside(engine, &docker).await?;
    Ok(told.and_then(|told| told.free_bytes))
}

async fn told_inside(engine: &Engine, docker: &Docker) -> Result<Option<Told>> {
    let ours = format!("{LABEL_LAYER}={}", layer());
    let options = ListImagesOptions {
        filters: Some([("label".to_owned(), vec![ours])].into()),
        ..Default::default()
    };
    let images = match docker.list_images(Some(options)).await {
        Ok(images) => images,
        Err(error) => return Err(engine.failed(error).await),
    };
    let Some(image) = images.into_iter().next() else {
        return Ok(None);
    };
    let answer = once::ask(engine, &ContainerSpec::machine(&image.id), None, ASK_DEADLINE).await?;
    Ok(answer.and_then(|answer| read(&answer.stdout)))
}

/// The boot's number on the first line, then `df -kP /`: the container's root lies where the engine stores containers.
fn read(text: &str) -> Option<Told> {
    let mut lines = text.lines();
    let boot = lines.next()?.trim().to_owned();
    let kilobytes = lines
        .nth(1)
        .and_then(|line| line.split_whitespace().nth(3)?.parse::<u64>().ok());
    Some(Told {
        boot,
        free_bytes: kilobytes.map(|count| count * 1024),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(way: Way) -> Seen {
        Seen {
            way,
            on_linux: true,
            podman: false,
            rootless: false,
            system: "Debian GNU/Linux 12".into(),
            name: "workstation".into(),
            same_kernel: true,
        }
    }

    #[test]
    fn each_kind_of_engine_has_its_way_to_loopback_or_the_reason_why_not() {
        let by = |name: &str| LoopbackWay::VmGateway { name: name.into() };
        let nowhere = |why| LoopbackWay::Nowhere { why };
        let mac = |way| Seen {
            on_linux: false,
            same_kernel: false,
            ..seen(way)
        };
        let desktop = || Seen {
            system: "Docker Desktop".into(),
            ..mac(Way::Local)
        };
        let podman = |seen: Seen| Seen { podman: true, ..seen };
        let cases = [
            (seen(Way::Local), DockerKind::Native, LoopbackWay::HostNetwork),
            (
                Seen {
                    rootless: true,
                    ..seen(Way::Local)
                },
                DockerKind::Rootless,
                nowhere(LoopbackObstacle::Rootless),
            ),
            (
                podman(seen(Way::Local)),
                DockerKind::Podman,
                LoopbackWay::HostNetwork,
            ),
            (
                podman(Seen {
                    rootless: true,
                    ..seen(Way::Local)
                }),
                DockerKind::Podman,
                LoopbackWay::HostNetwork,
            ),
            (
                podman(mac(Way::Local)),
                DockerKind::PodmanMachine,
                by("host.containers.internal"),
            ),
            (desktop(), DockerKind::DockerDesktop, LoopbackWay::DesktopGateway),
            (
                Seen {
                    way: Way::OwnPort,
                    ..desktop()
                },
                DockerKind::DockerDesktop,
                LoopbackWay::DesktopGateway,
            ),
            (mac(Way::Colima), DockerKind::Colima, by("host.docker.internal")),
            (
                mac(Way::Local),
                DockerKind::VirtualMachine,
                by("host.docker.internal"),
            ),
            (
                Seen {
                    same_kernel: false,
                    ..seen(Way::Local)
                },
                DockerKind::VirtualMachine,
                by("host.docker.internal"),
            ),
            (
                seen(Way::OwnPort),
                DockerKind::Remote,
                nowhere(LoopbackObstacle::Remote),
            ),
            (
                seen(Way::Far),
                DockerKind::Remote,
                nowhere(LoopbackObstacle::Remote),
            ),
        ];
        for (number, (seen, kind, loopback)) in cases.into_iter().enumerate() {
            assert_eq!(seen.judged(false), (kind, loopback), "case {number}");
        }
        let proven = seen(Way::OwnPort);
        assert!(proven.needs_proof());
        assert_eq!(
            proven.judged(true),
            (DockerKind::Native, LoopbackWay::HostNetwork)
        );
    }

    #[test]
    fn an_address_says_whether_the_engine_can_be_here() {
        for (address, wanted) in [
            ("unix:///var/run/docker.sock", Way::Local),
            ("unix:///home/me/.colima/default/docker.sock", Way::Colima),
            ("npipe:////./pipe/docker_engine", Way::Local),
            ("tcp://127.0.0.1:2376", Way::OwnPort),
            ("tcp://[::1]:2376", Way::OwnPort),
            ("tcp://localhost:2376", Way::OwnPort),
            ("tcp://build:2376", Way::Far),
            ("ssh://me@localhost", Way::Far),
        ] {
            assert_eq!(way(address), wanted, "{address}");
        }
    }

    #[test]
    fn free_space_is_read_from_what_a_container_says() {
        let text = "1b4e28ba-2fa1-11d2-883f-0016d3cca427\nFilesystem 1024-blocks Used Available Capacity Mounted on\noverlay 100 40 60 40% /\n";
        let told = read(text).expect("two answers");
        assert_eq!((told.boot.len(), told.free_bytes), (36, Some(60 * 1024)));
        assert_eq!(read("boot\n").and_then(|told| told.free_bytes), None);
        assert!(read("").is_none());
    }
}
