//! Which authorities a session trusts, from the PEM text of its target.

use mysqler_contract::{Result, TlsMode};
use mysqler_core::ports::Target;
use x509_parser::pem::Pem;
use x509_parser::prelude::X509Certificate;

use crate::error::Place;
use crate::greeting;

/// Failed handshakes count against this host on the server (`max_connect_errors`), so a bundle is not tried to its end.
const TRIES: usize = 8;

/// The authorities to try one after another: the client takes one certificate at a time, and a bundle may hold many.
/// `None` stands for the system's own.
pub(crate) async fn authorities(target: &Target, place: &Place) -> Result<Vec<Option<String>>> {
    if !verifies(target.tls) {
        return Ok(vec![None]);
    }
    let Some(pem) = target.ca_pem.as_deref() else {
        return match target.tls {
            TlsMode::VerifyIdentity => Ok(vec![None]),
            _ => Err(place.tls("no_ca", "verifying needs a CA file")),
        };
    };
    let mut blocks = certificates(pem);
    if blocks.is_empty() {
        return Err(place.tls("ca_unreadable", "the CA file holds no certificate"));
    }
    if blocks.len() > 1 {
        let issuer = greeting::peer_certificate(target, place)
            .await?
            .and_then(|der| issuer_name(&der));
        // The likeliest first: names of an authority and of those below it share most of their words.
        let score = |block: &&str| {
            let subject = subject_name(block).unwrap_or_default();
            let words: Vec<&str> = subject.split_whitespace().collect();
            issuer
                .as_deref()
                .unwrap_or_default()
                .split_whitespace()
                .filter(|word| words.contains(word))
                .count()
        };
        blocks.sort_by_key(|block| std::cmp::Reverse(score(block)));
        blocks.truncate(TRIES);
    }
    Ok(blocks.into_iter().map(|block| Some(block.to_owned())).collect())
}

pub(crate) fn verifies(mode: TlsMode) -> bool {
    matches!(mode, TlsMode::VerifyCa | TlsMode::VerifyIdentity)
}

/// The PEM blocks of all certificates in `pem`, without the text around them.
pub(crate) fn certificates(pem: &str) -> Vec<&str> {
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    const END: &str = "-----END CERTIFICATE-----";
    let mut found = Vec::new();
    let mut rest = pem;
    while let Some(start) = rest.find(BEGIN) {
        let Some(length) = rest[start..].find(END) else {
            break;
        };
        found.push(&rest[start..start + length + END.len()]);
        rest = &rest[start + length + END.len()..];
    }
    found
}

fn subject_name(block: &str) -> Option<String> {
    let (_, pem) = x509_parser::pem::parse_x509_pem(block.as_bytes()).ok()?;
    let certificate = Pem::parse_x509(&pem).ok()?;
    common_name(certificate.subject())
}

fn issuer_name(der: &[u8]) -> Option<String> {
    let (_, certificate) = x509_parser::parse_x509_certificate(der).ok()?;
    let certificate: X509Certificate<'_> = certificate;
    common_name(certificate.issuer())
}

fn common_name(name: &x509_parser::prelude::X509Name<'_>) -> Option<String> {
    name.iter_common_name().next()?.as_str().ok().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_is_taken_apart_and_text_around_it_is_left_out() {
        let one = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----";
        let two = "-----BEGIN CERTIFICATE-----\r\nBBBB\r\n-----END CERTIFICATE-----";
        assert_eq!(
            certificates(&format!("# root\n{one}\nnotes\n{two}\n")),
            [one, two]
        );
        assert!(certificates("-----BEGIN CERTIFICATE-----\ncut off").is_empty());
        assert!(certificates("-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----").is_empty());
    }
}
