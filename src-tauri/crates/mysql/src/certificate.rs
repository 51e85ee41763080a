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
    let (mut verified_by_ca, mut names_host) = (false, false);
    if let Some(pem) = target.ca_pem.as_deref() {
        verified_by_ca = vouched_for(target, &place, pem, Names::Any).await?.as_ref() == Some(&der);
        if verified_by_ca && target.tls == TlsMode::VerifyIdentity {
            names_host = vouched_for(target, &place, pem, Names::OfHost).await?.as_ref() == Some(&der);
        }
    }
    Ok(Some(ServerCertificate {
        sha1: fingerprint(&digest::SHA1_FOR_LEGACY_USE_ONLY, &der),
        sha256: fingerprint(&digest::SHA256, &der),
        verified_by_ca,
        names_host,
    }))
}

fn fingerprint(algorithm: &'static digest::Algorithm, der: &[u8]) -> String {
    hex::encode_upper(digest::digest(algorithm, der))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    Any,
    OfHost,
}

/// The certificate (DER) of another handshake, which trusts the given authorities alone; `None` when they do not vouch
/// for what was presented.
async fn vouched_for(target: &Target, place: &Place, pem: &str, names: Names) -> Result<Option<Vec<u8>>> {
    let mut builder = native_tls::TlsConnector::builder();
    builder
        .disable_built_in_roots(true)
        .danger_accept_invalid_hostnames(names == Names::Any);
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
        Ok(Some(stream)) => greeting::presented(&stream, place).map(Some),
        Ok(None) => Ok(None),
        Err(error) if error.code == mysqler_contract::ErrorCode::ServerTls => Ok(None),
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
        Some(pem) => matches!(vouched_for(target, place, pem, Names::Any).await, Ok(Some(_))),
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Version 1 and without host names, as MySQL makes them by itself.
    const AUTOMATIC: &str = "\
-----BEGIN CERTIFICATE-----
MIIBezCCASECFEu2OsV/tw4Iv/l9WSvPsoXf95MfMAoGCCqGSM49BAMCMD8xPTA7
BgNVBAMMNE15U1FMX1NlcnZlcl85LjcuNF9BdXRvX0dlbmVyYXRlZF9TZXJ2ZXJf
Q2VydGlmaWNhdGUwIBcNMjYxMTIxMTAyOTA3WhgPMjEyNjEwMjgxMDI5MDdaMD8x
PTA7BgNVBAMMNE15U1FMX1NlcnZlcl85LjcuNF9BdXRvX0dlbmVyYXRlZF9TZXJ2
ZXJfQ2VydGlmaWNhdGUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQUNb5O2fDG
XM6km6CGp+c7Vlks0PjfS2SW4yEtMmYB0mFsQ/NGS9x3Rotp1okfjnknYXvTLi+D
5WK8wPI8lg9dMAoGCCqGSM49BAMCA0gAMEUCIQCoby0+IsMG6uI+ndbweLNodYJ2
irEQChVwqRbPgjbL3AIgLPX3tM6TssstwD2qh93vn1vuLFhpREvJzhdasCoBCGg=
-----END CERTIFICATE-----";

    const NAMED: &str = "\
-----BEGIN CERTIFICATE-----
MIIBiDCCAS6gAwIBAgIUXqRdgP7Zat04hjVr8+/oLqvWugcwCgYIKoZIzj0EAwIw
DTELMAkGA1UEAwwCZGIwIBcNMjYxMTIxMTAyOTA3WhgPMjEyNjEwMjgxMDI5MDda
MA0xCzAJBgNVBAMMAmRiMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE5VnsTRpc
OZTe+8hLuzAjcNG2+bl/fb0LQgCjp1uWWBN/PEtNk1LqpIMUWvY6ZaGzSjIG8Bkh
hx8UDfdznv9lKaNqMGgwHQYDVR0OBBYEFBX7xdjW/KtNyc7gbd8CcHujj9pdMB8G
A1UdIwQYMBaAFBX7xdjW/KtNyc7gbd8CcHujj9pdMA8GA1UdEwEB/wQFMAMBAf8w
FQYDVR0RBA4wDIIKZGIuZXhhbXBsZTAKBggqhkjOPQQDAgNIADBFAiBZLweBoPDp
HX/Ezf4CBkqDcD2Lw7iosY8qz3Mqw2M3yAIhAKGMnDRqqCW8iJCB3JCRffk9BesO
3QAM3CNprXecJGfe
-----END CERTIFICATE-----";

    fn told(pem: &str, mode: TlsMode, vouched: bool) -> Option<&'static str> {
        let (_, pem) = x509_parser::pem::parse_x509_pem(pem.as_bytes()).unwrap();
        diagnose(&pem.parse_x509().unwrap(), mode, vouched).map(|(reason, _)| reason)
    }

    #[test]
    fn an_automatic_certificate_passes_for_its_authority_but_names_no_host() {
        assert_eq!(told(AUTOMATIC, TlsMode::VerifyIdentity, true), Some("no_names"));
        assert_eq!(told(AUTOMATIC, TlsMode::VerifyCa, true), None);
        assert_eq!(told(NAMED, TlsMode::VerifyIdentity, true), Some("other_name"));
        assert_eq!(told(NAMED, TlsMode::VerifyIdentity, false), Some("untrusted"));
    }
}
