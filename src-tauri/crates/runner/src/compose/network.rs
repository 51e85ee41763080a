//! Which network the tool works in, and what the server is called there.

use std::net::IpAddr;

use mysqler_contract::{AppError, ErrorCode, LoopbackWay, NetworkChoice, Result, TlsMode};
use mysqler_core::ports::{LaunchInput, LaunchSite};

use super::impossible;

/// What Docker Desktop calls the workstation inside a container.
const DESKTOP_GATEWAY: &str = "host.docker.internal";

/// Of the SSH server where the connection goes through one, else of the server itself.
pub(super) fn choice(input: &LaunchInput<'_>) -> Result<(NetworkChoice, String)> {
    carriable(input.host)?;
    let host = match input.tunnel {
        Some(tunnel) => tunnel.host.as_str(),
        None => input.host,
    };
    carriable(host)?;
    // The SSH server is known by its key, wherever its name leads.
    let tls = match input.tunnel {
        Some(_) => TlsMode::Disabled,
        None => input.tls,
    };
    let docker = match input.site {
        LaunchSite::Workstation(_) => return Ok((NetworkChoice::Host, by_tcp(host, tls))),
        LaunchSite::Container { docker, .. } => docker,
    };
    if !is_loopback(host) {
        return Ok((NetworkChoice::Bridge, host.to_owned()));
    }
    let (network, gateway) = match &docker.loopback {
        LoopbackWay::HostNetwork => return Ok((NetworkChoice::Host, by_tcp(host, tls))),
        LoopbackWay::DesktopGateway => (NetworkChoice::DesktopGateway, DESKTOP_GATEWAY),
        LoopbackWay::VmGateway { name } => (NetworkChoice::VmGateway, name.as_str()),
        LoopbackWay::Nowhere { why } => {
            return Err(AppError::new(ErrorCode::LoopbackUnreachable)
                .with("host", host)
                .with("why", why.as_str())
                .with("docker", &docker.address));
        }
    };
    if tls == TlsMode::VerifyIdentity {
        return Err(impossible(format!(
            "verify-identity for {host}: a container there reaches the workstation as {gateway}, another identity"
        )));
    }
    Ok((network, gateway.to_owned()))
}

fn carriable(host: &str) -> Result<()> {
    if host.starts_with('/') {
        return Err(impossible(format!(
            "host {host}: a run cannot reach a unix socket of the workstation"
        )));
    }
    if host.is_empty()
        || !host
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || ".-_:[]%".contains(c))
    {
        return Err(impossible(format!(
            "host {host:?}: it cannot be carried in a DSN"
        )));
    }
    Ok(())
}

/// The client library takes exactly `localhost` for a unix socket, which a container has not and a plan did not mean. Another spelling keeps
/// the name, which matters only where the server's certificate must carry it.
fn by_tcp(host: &str, tls: TlsMode) -> String {
    if !host.eq_ignore_ascii_case("localhost") {
        return host.to_owned();
    }
    if tls == TlsMode::VerifyIdentity {
        "Localhost".to_owned()
    } else {
        "127.0.0.1".to_owned()
    }
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host.eq_ignore_ascii_case("localhost.")
        || bare.parse::<IpAddr>().is_ok_and(|address| match address {
            IpAddr::V4(v4) => v4.is_loopback(),
            IpAddr::V6(v6) => v6.is_loopback() || v6.to_ipv4_mapped().is_some_and(|v4| v4.is_loopback()),
        })
}
