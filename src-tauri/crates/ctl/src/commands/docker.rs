//! `docker`: the container engines that runs may work on.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use mysqler_contract::{
    DockerClientFiles, DockerEndpoint, DockerHost, DockerHostEntry, DockerHostId, DockerHostSource,
    DockerKind, DockerTls, LoopbackObstacle, LoopbackWay, OwnDockerHost, Result,
};

use super::connection::full_path;
use crate::context::Context;
use crate::exit::Exit;
use crate::output::{Align, Output, Table, bytes, facts, printable, usage_error};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Engines that were found on this computer, and those that were added
    Hosts,
    /// Add an engine under a name
    Add(Add),
    /// Forget an engine that was added; runs on it go on
    Remove { name: String },
    /// Reach an engine and say what it is
    Test(Test),
    /// Choose where runs work whose connection chooses no engine
    Use(Use),
}

#[derive(Debug, Args)]
pub struct Add {
    /// Unique name, at most 50 characters
    name: String,
    /// unix:///path, tcp://host:port or ssh://user@host
    address: String,
    /// PEM file with the authorities that the engine's certificate has to lead to
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// PEM file with the certificate that this computer shows
    #[arg(long, value_name = "FILE", requires = "key")]
    cert: Option<PathBuf>,
    /// PEM file with its private key
    #[arg(long, value_name = "FILE", requires = "cert")]
    key: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Test {
    /// Name or address [default: the engine that runs use]
    host: Option<String>,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Use {
    /// Name or address
    host: Option<String>,
    /// The first one that is found
    #[arg(long)]
    auto: bool,
}

pub async fn run(context: &Context, command: Command) -> Result<Exit> {
    let core = &context.core;
    let out = &context.out;
    match command {
        Command::Hosts => listed(out, &core.docker_hosts().await?),
        Command::Add(args) => listed(out, &core.docker_host_add(&own(out, args)?).await?),
        Command::Remove { name } => listed(out, &core.docker_host_remove(&DockerHostId(name)).await?),
        Command::Test(args) => {
            let host = match args.host.map(DockerHostId) {
                Some(id) => core.docker_host_test_listed(&id).await?,
                None => core.docker_host_test_default().await?,
            };
            out.answer(&host, |host| described(out, host));
        }
        Command::Use(args) => {
            let id = args.host.map(DockerHostId);
            listed(out, &core.docker_host_choose(id.as_ref()).await?);
        }
    }
    Ok(Exit::Done)
}

fn own(out: &Output, args: Add) -> Result<OwnDockerHost> {
    let path = |path: PathBuf| full_path(&path);
    let client = match (args.cert, args.key) {
        (Some(cert), Some(key)) => Some(DockerClientFiles {
            cert_file: path(cert)?,
            key_file: path(key)?,
        }),
        _ => None,
    };
    if client.is_some() && args.ca.is_none() {
        return Err(usage_error(out.name("reason.docker_ca_needed")));
    }
    let tls = match args.ca {
        Some(ca) => Some(DockerTls {
            ca_file: path(ca)?,
            client,
        }),
        None => None,
    };
    Ok(OwnDockerHost {
        name: args.name,
        endpoint: DockerEndpoint {
            address: args.address,
            tls,
        },
    })
}

fn listed(out: &Output, entries: &[DockerHostEntry]) {
    out.list(entries, |entries| {
        let mut table = Table::new([
            (out.own("ctl.column.name"), Align::Left),
            (out.own("ctl.docker.source"), Align::Left),
            (out.own("ctl.docker.address"), Align::Left),
            (out.own("ctl.docker.default"), Align::Left),
        ]);
        for entry in entries {
            let chosen = match entry.is_default {
                true => out.own("ctl.docker.yes"),
                false => String::new(),
            };
            table.row([
                entry.name.clone(),
                source(out, entry.source),
                entry.endpoint.to_string(),
                chosen,
            ]);
        }
        table
    });
}

fn source(out: &Output, source: DockerHostSource) -> String {
    out.own(match source {
        DockerHostSource::Environment => "ctl.docker.source.environment",
        DockerHostSource::Context => "ctl.docker.source.context",
        DockerHostSource::Standard => "ctl.docker.source.standard",
        DockerHostSource::Rootless => "ctl.docker.source.rootless",
        DockerHostSource::DockerDesktop => "ctl.docker.source.docker_desktop",
        DockerHostSource::Colima => "ctl.docker.source.colima",
        DockerHostSource::Podman => "ctl.docker.source.podman",
        DockerHostSource::Own => "ctl.docker.source.own",
    })
}

fn described(out: &Output, host: &DockerHost) -> Vec<String> {
    let title = |key: &str| out.own(key);
    let system = format!("{} · {}", host.operating_system, host.architecture);
    let free = match host.free_bytes {
        Some(free) => bytes(free),
        None => title("ctl.docker.free.unknown"),
    };
    facts(&[
        (title("ctl.docker.address"), Some(printable(&host.address))),
        (title("ctl.docker.kind"), Some(kind(out, host.kind))),
        (title("ctl.docker.version"), Some(printable(&host.version))),
        (title("ctl.docker.system"), Some(printable(&system))),
        (title("ctl.docker.cpus"), Some(host.cpus.to_string())),
        (title("ctl.docker.memory"), Some(bytes(host.memory_bytes))),
        (title("ctl.docker.free"), Some(free)),
        (title("ctl.docker.limits"), Some(limits(out, host))),
        (title("ctl.docker.loopback"), Some(loopback(out, &host.loopback))),
    ])
}

fn kind(out: &Output, kind: DockerKind) -> String {
    out.own(match kind {
        DockerKind::Native => "ctl.docker.kind.native",
        DockerKind::Rootless => "ctl.docker.kind.rootless",
        DockerKind::Podman => "ctl.docker.kind.podman",
        DockerKind::DockerDesktop => "ctl.docker.kind.docker_desktop",
        DockerKind::Colima => "ctl.docker.kind.colima",
        DockerKind::PodmanMachine => "ctl.docker.kind.podman_machine",
        DockerKind::VirtualMachine => "ctl.docker.kind.virtual_machine",
        DockerKind::Remote => "ctl.docker.kind.remote",
    })
}

fn limits(out: &Output, host: &DockerHost) -> String {
    let missing: Vec<String> = [
        (host.limits.memory, "ctl.docker.limit.memory"),
        (host.limits.cpu, "ctl.docker.limit.cpu"),
        (host.limits.pids, "ctl.docker.limit.pids"),
    ]
    .into_iter()
    .filter(|(enforced, _)| !enforced)
    .map(|(_, key)| out.own(key))
    .collect();
    match missing.is_empty() {
        true => out.own("ctl.docker.limits.all"),
        false => out.own_with("ctl.docker.limits.missing", [("what", missing.join(", "))]),
    }
}

fn loopback(out: &Output, way: &LoopbackWay) -> String {
    match way {
        LoopbackWay::HostNetwork => out.own("ctl.docker.loopback.host_network"),
        LoopbackWay::DesktopGateway => gateway(out, "host.docker.internal"),
        LoopbackWay::VmGateway { name } => gateway(out, name),
        LoopbackWay::Nowhere { why } => out.own(match why {
            LoopbackObstacle::Remote => "ctl.docker.loopback.remote",
            LoopbackObstacle::Rootless => "ctl.docker.loopback.rootless",
        }),
    }
}

fn gateway(out: &Output, name: &str) -> String {
    out.own_with("ctl.docker.loopback.gateway", [("name", printable(name))])
}
