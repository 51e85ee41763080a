//! The answer of a probe connection, wherever it was made from.

use std::time::Duration;

use mysqler_contract::{AppError, ErrorCode, Launch, ProbeReport};
use serde::Deserialize;

use crate::tunnel::{TUNNEL_ENDED, TUNNEL_MARK, connect_timeout_s, patience_s};

/// Whatever makes the connection may take this long beside what it waits for.
const START_ALLOWANCE: Duration = Duration::from_secs(20);

/// The client library tries twice.
const CONNECT_ATTEMPTS: u32 = 2;

/// The one line that `mysqler_probe.pl` prints.
#[derive(Deserialize)]
struct Probed {
    connected: u8,
    account: Option<String>,
    tls_cipher: Option<String>,
    server_uuid: Option<String>,
    took_ms: Option<u64>,
    message: Option<String>,
}

/// `None` for what is no answer.
pub(crate) fn read(text: &str) -> Option<ProbeReport> {
    let probed: Probed = serde_json::from_str(text.trim()).ok()?;
    if probed.connected == 0 {
        return Some(ProbeReport::Refused {
            message: probed.message.unwrap_or_default(),
        });
    }
    Some(ProbeReport::Connected {
        tls_cipher: probed.tls_cipher,
        account: probed.account.unwrap_or_default(),
        server_uuid: probed.server_uuid,
        took_ms: probed.took_ms.unwrap_or_default(),
    })
}

/// Why the way of a probe through SSH was not opened; `None` when it was.
pub(crate) fn without_way(launch: &Launch, stderr: &str) -> Option<AppError> {
    let tunnel = launch.tunnel.as_ref()?;
    let why = stderr
        .lines()
        .find_map(|line| line.trim().strip_prefix(TUNNEL_MARK)?.strip_prefix(TUNNEL_ENDED))?;
    Some(
        AppError::new(ErrorCode::SshTunnelFailed)
            .with("host", &tunnel.host)
            .with("port", tunnel.port)
            .with("why", why),
    )
}

pub(crate) fn deadline(launch: &Launch) -> Duration {
    let timeout = Duration::from_secs(connect_timeout_s(launch));
    let way = launch
        .tunnel
        .as_ref()
        .map(|_| Duration::from_secs(patience_s(launch)));
    START_ALLOWANCE + way.unwrap_or_default() + timeout * CONNECT_ATTEMPTS
}

pub(crate) fn silent(deadline: Duration) -> ProbeReport {
    ProbeReport::Refused {
        message: format!("no answer within {} s", deadline.as_secs()),
    }
}
