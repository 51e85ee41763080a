//! Composes a launch: pure data in, the container's whole input (but the secret) out.

mod argv;
mod defaults;
mod dsn;
mod network;
mod renames;
mod tls;

use mysqler_contract::{AppError, ErrorCode, Launch, LaunchTunnel, Result, SshMethod, SshTunnel};
use mysqler_core::ports::{LaunchInput, LaunchSite};

use crate::Files;
use crate::tunnel::config;

pub(crate) use defaults::option_file;
#[cfg(unix)]
pub(crate) use defaults::option_lines;
#[cfg(unix)]
pub(crate) use tls::INSISTS;

/// Perl decodes its arguments as UTF-8 only with this; names of tables may be Chinese.
const ENVIRONMENT: [&str; 1] = ["PERL_UNICODE=A"];

/// Has the plugin tell what its triggers are and when they were made.
const MARKS: &str = "MYSQLER_MARKS=1";

pub(crate) fn compose(input: &LaunchInput<'_>) -> Result<Launch> {
    let tls = tls::mapping(input)?;
    let (network, host) = network::choice(input)?;
    let tunnel = match input.tunnel {
        Some(tunnel) => Some(way(input, tunnel, host.clone())?),
        None => None,
    };
    let host = match tunnel {
        Some(_) => input.host.to_owned(),
        None => host,
    };
    let charset = input.request.options.charset.as_deref().unwrap_or(input.charset);
    let argv = argv::argv(input, &tls, &host, charset)?;
    let mut environment = ENVIRONMENT.map(str::to_owned).to_vec();
    environment.extend(input.renames.map(renames::expected));
    environment.extend(input.history.map(|_| MARKS.to_owned()));
    let ca_pem = tls.sends_ca.then(|| input.ca_pem.unwrap_or_default().to_owned());
    let (docker, local, image) = match input.site {
        LaunchSite::Container { image, docker } => (docker.endpoint.clone(), None, Some(image.clone())),
        LaunchSite::Workstation(tool) => (None, Some(tool.clone()), None),
    };
    let launch = Launch {
        docker,
        local,
        image,
        argv,
        defaults: defaults::lines(input, &tls, charset)?,
        ca_pem,
        environment,
        network,
        host,
        port: input.port,
        tunnel,
        limits: input.limits,
        log_bytes: input.log_bytes,
        hold_cutover: input.hold && !input.request.dry_run,
        replicas_patience_s: None,
    };
    if let Some(tunnel) = &launch.tunnel {
        config(&launch, tunnel, &Files::of(input.site).way)?;
    }
    Ok(launch)
}

/// `host` is what the SSH server is called where the tool works.
fn way(input: &LaunchInput<'_>, tunnel: &SshTunnel, host: String) -> Result<LaunchTunnel> {
    let Some(host_key) = tunnel.host_key.clone() else {
        return Err(impossible("SSH tunnel: nobody has accepted its server's key yet"));
    };
    let replicas = input.request.options.others.iter().find(|other| {
        matches!(
            other.name.as_str(),
            "recursion-method" | "check-replica-lag" | "check-slave-lag"
        )
    });
    if let Some(other) = replicas {
        return Err(impossible(format!(
            "SSH tunnel: with --{} pt-online-schema-change would look for servers that the tunnel does not lead to; \
             MySQLer watches the replicas itself",
            other.name
        )));
    }
    let method = match (&tunnel.method, input.site) {
        // The tool works in a directory of its own.
        (SshMethod::Key { path }, LaunchSite::Workstation(_)) => {
            let whole =
                std::path::absolute(path).map_err(|error| impossible(format!("SSH key {path}: {error}")))?;
            SshMethod::Key {
                path: whole.display().to_string(),
            }
        }
        (method, _) => method.clone(),
    };
    Ok(LaunchTunnel {
        host,
        port: tunnel.port,
        user: tunnel.user.clone(),
        method,
        host_key,
    })
}

/// `what` names the value and the reason in English; it is the catalogue's parameter.
pub(crate) fn impossible(what: impl Into<String>) -> AppError {
    AppError::new(ErrorCode::LaunchImpossible).with("what", what.into())
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
#[cfg(test)]
pub(crate) use tests::launch;
#[cfg(test)]
mod tunnel_test;
