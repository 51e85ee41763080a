//! How each TLS mode becomes lines of the option file.
//!
//! What the client library of the image (libmariadb 3.4 behind DBD::mysql) was seen to do:
//! without `s=1` in the DSN the driver turns TLS off whatever the file says; `ssl-verify-server-cert=0` encrypts and
//! verifies nothing; with `ssl-ca` the chain *and* the host name are verified whatever `ssl-verify-server-cert` says,
//! so there is no setting that checks the authority alone; `ssl-fp` accepts exactly one certificate.

use mysqler_contract::{Flavour, Result, TlsMode};
use mysqler_core::ports::{LaunchInput, LaunchSite, ServerCertificate};

use super::impossible;
use crate::Files;

/// A mode as the session carries it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mapping {
    pub lines: Vec<String>,
    /// The driver is told to encrypt.
    pub encrypted: bool,
    pub sends_ca: bool,
    /// The session accepts one certificate only. Replicas have others, so they cannot be looked up with this file.
    pub pinned: bool,
}

/// A client library that is not asked by the driver to encrypt does so by this line, also seen with libmariadb 3.3
/// behind a driver that refuses `s=1`; a server that offers no TLS ends such a session only where the certificate is
/// judged.
pub(crate) const INSISTS: &str = "ssl-enforce=1";

pub(super) fn mapping(input: &LaunchInput<'_>) -> Result<Mapping> {
    let mapping = by_mode(input)?;
    match input.site {
        LaunchSite::Workstation(tool) if tool.tls_by_file && mapping.encrypted => Ok(by_file(mapping)),
        _ => Ok(mapping),
    }
}

fn by_file(mut mapping: Mapping) -> Mapping {
    mapping.lines.retain(|line| line != "ssl");
    mapping.lines.insert(0, INSISTS.into());
    mapping.encrypted = false;
    mapping
}

fn by_mode(input: &LaunchInput<'_>) -> Result<Mapping> {
    match input.tls {
        TlsMode::Disabled if input.tunnel.is_none() => Ok(plain()),
        TlsMode::Disabled | TlsMode::Preferred if input.certificate.is_some() => Ok(encrypted()),
        TlsMode::Disabled | TlsMode::Preferred => unencrypted(input),
        TlsMode::Required => {
            offered(input, "required")?;
            Ok(encrypted())
        }
        TlsMode::VerifyCa => {
            authorities(input, "verify-ca")?;
            pinned(offered(input, "verify-ca")?, "verify-ca")
        }
        TlsMode::VerifyIdentity => {
            authorities(input, "verify-identity")?;
            let certificate = offered(input, "verify-identity")?;
            match input.tunnel {
                // The tool's end of the tunnel has no name that a certificate could carry.
                Some(_) if certificate.names_host => pinned(certificate, "verify-identity"),
                Some(_) => Err(impossible(format!(
                    "verify-identity: the server's certificate does not name {}",
                    input.host
                ))),
                None => Ok(verified(input)),
            }
        }
    }
}

/// To the client library the near end of a tunnel is a Unix socket, where it hands a password over as it is; between the
/// SSH server and a server that takes caching_sha2_password anybody could read it then.
fn unencrypted(input: &LaunchInput<'_>) -> Result<Mapping> {
    let sends_it_plain = input.server.flavour != Flavour::MariaDb && input.server.version.major >= 8;
    if input.tunnel.is_some() && sends_it_plain {
        return Err(impossible(
            "SSH tunnel: the server offers no TLS, and beyond the SSH server the password could go over the network in clear; \
             turn TLS on at the server",
        ));
    }
    Ok(plain())
}

fn plain() -> Mapping {
    Mapping {
        lines: vec!["ssl=0".into()],
        encrypted: false,
        sends_ca: false,
        pinned: false,
    }
}

/// Encrypted, the server's identity unproven: what `required` means to every MySQL client. No pin: it would prove no
/// more than a first handshake that was itself unproven, and would cost the look-up of replicas.
fn encrypted() -> Mapping {
    let lines = vec!["ssl".into(), "ssl-verify-server-cert=0".into()];
    Mapping {
        lines,
        encrypted: true,
        sends_ca: false,
        pinned: false,
    }
}

/// The authority was verified by our own handshake; the session then accepts that very certificate and no other.
fn pinned(certificate: &ServerCertificate, mode: &str) -> Result<Mapping> {
    if !certificate.verified_by_ca {
        return Err(impossible(format!(
            "{mode}: the server's certificate does not lead to the given authorities, or is another one each time"
        )));
    }
    if certificate.sha1.len() != 40 || !certificate.sha1.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(impossible(format!(
            "{mode}: the server certificate's fingerprint is not known"
        )));
    }
    let lines = vec!["ssl".into(), format!("ssl-fp={}", certificate.sha1)];
    Ok(Mapping {
        lines,
        encrypted: true,
        sends_ca: false,
        pinned: true,
    })
}

fn verified(input: &LaunchInput<'_>) -> Mapping {
    let lines = vec![
        "ssl".into(),
        "ssl-verify-server-cert=1".into(),
        format!("ssl-ca={}", Files::of(input.site).ca),
    ];
    Mapping {
        lines,
        encrypted: true,
        sends_ca: true,
        pinned: false,
    }
}

fn offered<'a>(input: &LaunchInput<'a>, mode: &str) -> Result<&'a ServerCertificate> {
    input
        .certificate
        .ok_or_else(|| impossible(format!("{mode}: the server offers no TLS")))
}

fn authorities(input: &LaunchInput<'_>, mode: &str) -> Result<()> {
    if input
        .ca_pem
        .is_some_and(|pem| pem.contains("-----BEGIN CERTIFICATE-----"))
    {
        return Ok(());
    }
    Err(impossible(format!("{mode}: no authorities to trust are given")))
}
