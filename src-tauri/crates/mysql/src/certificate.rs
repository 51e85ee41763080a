//! The server's certificate: its fingerprints, whether an authority vouches for it, and why a handshake was refused.

use mysqler_contract::{AppError, Result, TlsMode};
use mysqler_core::ports::{ServerCertificate, Target};
use ring::digest;
use x509_parser::extensions::ParsedExtension;
use x509_parser::prelude::X509Certificate;

use crate::error::Place;
use crate::{greeting, trust};

pub(crate) async fn read(target: &Target) -> Result<Option<ServerCertificate>> {
    let place = Place::from(target);
    let Some(der) = greeting::peer_certificate(target, &place).await? else {
        return Ok(None);
    };
    let verified_by_ca = match target.ca_pem.as_deref() {
        Some(pem) => vouched_for(target, &place, pem).await?,
        None => false,
    };
    Ok(Some(ServerCertificate {
        sha1: fingerprint(&digest::SHA1_FOR_LEGACY_USE_ONLY, &der),
        sha256: fingerprint(&digest::SHA256, &der),
        verified_by_ca,
    }))
}

fn fingerprint(algorithm: &'static digest::Algorithm, der: &[u8]) -> String {
    hex::encode_upper(digest::digest(algorithm, der))
}

/// A second handshake that trusts the given authorities alone and does not look at the host's name.
async fn vouched_for(target: &Target, place: &Place, pem: &str) -> Result<bool> {
    let mut builder = native_tls::TlsConnector::builder();
    builder
        .disable_built_in_roots(true)
        .danger_accept_invalid_hostnames(true);
    let authorities = trust::certificates(pem);
    if authorities.is_empty() {
        return Err(place.tls("ca_unreadable", "the CA file holds no certificate"));
    }
    for block in authorities {
        let authority = native_tls::Certificate::from_pem(block.as_bytes())
            .map_err(|error| place.tls("ca_unreadable", error))?;
        builder.add_root_certificate(authority);
    }
    let connector = builder
        .build()
        .map_err(|error| place.tls("ca_unreadable", error))?;
    match greeting::shake_hands(target, place, connector).await {
        Ok(stream) => Ok(stream.is_some()),
        Err(error) if error.code == mysqler_contract::ErrorCode::ServerTls => Ok(false),
        Err(error) => Err(error),
    }
}

/// Says which part of the verification failed; `refusal` stands when that cannot be found out.
pub(crate) async fn explain(target: &Target, place: &Place, refusal: AppError) -> AppError {
    if !trust::verifies(target.tls)
        || refusal
            .params
            .get("reason")
            .is_none_or(|reason| reason != "handshake")
    {
        return refusal;
    }
    let Ok(Some(der)) = greeting::peer_certificate(target, place).await else {
        return refusal;
    };
    let Ok((_, certificate)) = x509_parser::parse_x509_certificate(&der) else {
        return refusal;
    };
    let vouched = match target.ca_pem.as_deref() {
        Some(pem) => matches!(vouched_for(target, place, pem).await, Ok(true)),
        None => true,
    };
    match diagnose(&certificate, target.tls, vouched) {
        Some((reason, words)) => place.tls(reason, words),
        None => refusal,
    }
}

fn diagnose(
    certificate: &X509Certificate<'_>,
    mode: TlsMode,
    vouched: bool,
) -> Option<(&'static str, &'static str)> {
    if !certificate.validity().is_valid() {
        return Some(("expired", "the server's certificate is not valid at this time"));
    }
    if !vouched {
        return Some((
            "untrusted",
            "the server's certificate was not issued by the given authority",
        ));
    }
    if mode != TlsMode::VerifyIdentity {
        return None;
    }
    let named = certificate.extensions().iter().any(|extension| {
        matches!(
            extension.parsed_extension(),
            ParsedExtension::SubjectAlternativeName(_)
        )
    });
    Some(match named {
        false => (
            "no_names",
            "the server's certificate names no host (no subject alternative name), as MySQL's automatic ones do; \
             use verify-ca, or a certificate that names the host",
        ),
        true => (
            "other_name",
            "the server's certificate was issued for other host names",
        ),
    })
}
