//! The first packets of the protocol, spoken by hand: only as much as it takes to read the server's certificate, which
//! the client library does not show.

use mysqler_contract::{ErrorCode, Result};
use mysqler_core::ports::Target;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::error::Place;
use crate::route::{Route, Stream};

const CLIENT_LONG_PASSWORD: u32 = 0x1;
const CLIENT_PROTOCOL_41: u32 = 0x200;
const CLIENT_SSL: u32 = 0x800;
const CLIENT_SECURE_CONNECTION: u32 = 0x8000;
const CLIENT_PLUGIN_AUTH: u32 = 0x8_0000;
const MAX_GREETING: usize = 16 * 1024;

#[derive(Debug, PartialEq, Eq)]
enum Greeting {
    Server { tls: bool },
    Error { number: u16, message: String },
}

/// A TLS session with nothing said in it yet; `None` when the server offers no TLS.
pub(crate) async fn shake_hands(
    target: &Target,
    place: &Place,
    connector: native_tls::TlsConnector,
) -> Result<Option<tokio_native_tls::TlsStream<Box<dyn Stream>>>> {
    let route = Route::to(target, place).await?;
    let work = async {
        let Some(stream) = ask_for_tls(&route, target, place).await? else {
            return Ok(None);
        };
        let connector = tokio_native_tls::TlsConnector::from(connector);
        match connector.connect(&target.host, stream).await {
            Ok(stream) => Ok(Some(stream)),
            Err(error) => Err(place.tls("handshake", error)),
        }
    };
    tokio::time::timeout(target.connect_timeout, work)
        .await
        .unwrap_or_else(|_| Err(place.connect_timed_out()))
}

/// The server's certificate (DER) as it presents it, unverified.
pub(crate) async fn peer_certificate(target: &Target, place: &Place) -> Result<Option<Vec<u8>>> {
    let connector = native_tls::TlsConnector::builder()
        .danger_accept_invalid_certs(true)
        .danger_accept_invalid_hostnames(true)
        .build()
        .map_err(|error| place.tls("handshake", error))?;
    let Some(stream) = shake_hands(target, place, connector).await? else {
        return Ok(None);
    };
    presented(&stream, place).map(Some)
}

/// The certificate (DER) that the server presented in this session.
pub(crate) fn presented(
    stream: &tokio_native_tls::TlsStream<Box<dyn Stream>>,
    place: &Place,
) -> Result<Vec<u8>> {
    let certificate = stream
        .get_ref()
        .peer_certificate()
        .map_err(|error| place.tls("handshake", error))?;
    match certificate.map(|certificate| certificate.to_der()) {
        Some(Ok(der)) => Ok(der),
        Some(Err(error)) => Err(place.tls("handshake", error)),
        None => Err(place.tls("handshake", "the server presented no certificate")),
    }
}

async fn ask_for_tls(route: &Route, target: &Target, place: &Place) -> Result<Option<Box<dyn Stream>>> {
    let mut stream = route.connect(target, place).await?;
    let mut header = [0; 4];
    let io = |error: std::io::Error| place.socket(&error);
    stream.read_exact(&mut header).await.map_err(io)?;
    let length = usize::from(header[0]) | usize::from(header[1]) << 8 | usize::from(header[2]) << 16;
    if length > MAX_GREETING {
        return Err(place
            .error(ErrorCode::ServerUnsupported)
            .detail("this is no MySQL server"));
    }
    let mut packet = vec![0; length];
    stream.read_exact(&mut packet).await.map_err(io)?;
    match parse(&packet) {
        Some(Greeting::Server { tls: true }) => {}
        Some(Greeting::Server { tls: false }) => return Ok(None),
        Some(Greeting::Error { number, message }) => return Err(place.refused(number, &message)),
        None => {
            return Err(place
                .error(ErrorCode::ServerUnsupported)
                .detail("this is no MySQL server"));
        }
    }
    stream
        .write_all(&tls_request(header[3].wrapping_add(1)))
        .await
        .map_err(io)?;
    Ok(Some(stream))
}

/// Protocol version 10: version text, thread id, 8 bytes of nonce, a filler, the lower half of the capabilities.
fn parse(packet: &[u8]) -> Option<Greeting> {
    match *packet.first()? {
        0xff => {
            let number = u16::from_le_bytes([*packet.get(1)?, *packet.get(2)?]);
            let message = String::from_utf8_lossy(packet.get(3..)?).into_owned();
            Some(Greeting::Error { number, message })
        }
        10 => {
            let version_end = packet.iter().skip(1).position(|byte| *byte == 0)? + 1;
            let at = version_end + 1 + 4 + 8 + 1;
            let capabilities = u16::from_le_bytes([*packet.get(at)?, *packet.get(at + 1)?]);
            Some(Greeting::Server {
                tls: u32::from(capabilities) & CLIENT_SSL != 0,
            })
        }
        _ => None,
    }
}

fn tls_request(sequence: u8) -> Vec<u8> {
    let capabilities = CLIENT_LONG_PASSWORD
        | CLIENT_PROTOCOL_41
        | CLIENT_SSL
        | CLIENT_SECURE_CONNECTION
        | CLIENT_PLUGIN_AUTH;
    let mut packet = vec![32, 0, 0, sequence];
    packet.extend(capabilities.to_le_bytes());
    packet.extend((16_u32 << 20).to_le_bytes());
    // utf8mb4_general_ci, then 23 reserved bytes.
    packet.push(45);
    packet.extend([0; 23]);
    packet
}

#[cfg(test)]
mod tests {
    use super::*;

    fn greeting(version: &str, capabilities: u16) -> Vec<u8> {
        let mut packet = vec![10];
        packet.extend(version.as_bytes());
        packet.push(0);
        packet.extend([7, 0, 0, 0]);
        packet.extend(*b"abcdefgh");
        packet.push(0);
        packet.extend(capabilities.to_le_bytes());
        packet
    }

    #[test]
    fn the_offer_of_tls_is_read_from_the_greeting() {
        assert_eq!(
            parse(&greeting("9.7.4", 0xffff)),
            Some(Greeting::Server { tls: true })
        );
        assert_eq!(
            parse(&greeting("5.5.5-10.11.18-MariaDB", 0xf7fe)),
            Some(Greeting::Server { tls: false })
        );
        assert_eq!(
            parse(&greeting("9.7.4", 0xffff)[..12]),
            None,
            "a greeting that was cut off"
        );
        assert_eq!(parse(b"SSH-2.0-OpenSSH"), None);
        assert_eq!(parse(b""), None);
    }

    #[test]
    fn a_server_that_refuses_at_once_is_understood() {
        let packet = b"\xff\x6a\x04Host '10.0.0.9' is not allowed to connect to this MySQL server";
        let expected = "Host '10.0.0.9' is not allowed to connect to this MySQL server".to_owned();
        assert_eq!(
            parse(packet),
            Some(Greeting::Error {
                number: 1130,
                message: expected
            })
        );
    }

    #[test]
    fn the_request_is_one_whole_packet() {
        let packet = tls_request(1);
        assert_eq!(packet.len(), 4 + 32);
        assert_eq!(packet[..4], [32, 0, 0, 1]);
    }
}
