//! The run's own image and network reach this very server with this very account. Scope: container and server. `block`
//! when refused or elsewhere: grants see another client address there. `danger` when it was not tried.

use mysqler_contract::{Finding, ProbeReport, Severity, TlsMode};

use super::super::context::Context;

pub const CODES: &[&str] = &[
    "PROBE_REFUSED",
    "PROBE_FAILED",
    "PROBE_OTHER_SERVER",
    "PROBE_NOT_ENCRYPTED",
    "PROBE_NOT_PROVEN",
];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    // Without a launch there is nothing to try; that has a finding of its own.
    let Some(Ok(launch)) = context.input.launch else {
        return Vec::new();
    };
    let address = format!("{}:{}", launch.host, launch.port);
    let finding = |code, severity| Finding::new(code, severity).with("address", &address);
    match context.input.probe {
        None => vec![finding("PROBE_NOT_PROVEN", Severity::Danger).not_proven()],
        Some(Err(error)) => vec![finding("PROBE_FAILED", Severity::Block).with("message", error)],
        Some(Ok(ProbeReport::Refused { message })) => {
            vec![finding("PROBE_REFUSED", Severity::Block).with("message", message)]
        }
        Some(Ok(ProbeReport::Connected {
            tls_cipher,
            server_uuid,
            ..
        })) => {
            let mut found = Vec::new();
            let ours = context.input.server.server_uuid.as_deref();
            if let (Some(ours), Some(theirs)) = (
                ours,
                server_uuid.as_deref().filter(|theirs| Some(*theirs) != ours),
            ) {
                found.push(
                    finding("PROBE_OTHER_SERVER", Severity::Block)
                        .with("ours", ours)
                        .with("theirs", theirs),
                );
            }
            let plain = tls_cipher.as_deref().is_none_or(str::is_empty);
            if plain
                && !matches!(
                    context.input.connection.tls,
                    TlsMode::Disabled | TlsMode::Preferred
                )
            {
                found.push(finding("PROBE_NOT_ENCRYPTED", Severity::Block));
            }
            found
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::World;
    use mysqler_contract::{AppError, ErrorCode, ProbeReport, TlsMode};

    fn connected(cipher: Option<&str>, uuid: Option<&str>) -> World {
        let report = ProbeReport::Connected {
            tls_cipher: cipher.map(str::to_owned),
            account: "'dba'@'%'".into(),
            server_uuid: uuid.map(str::to_owned),
            took_ms: 1,
        };
        World {
            probe: Some(Ok(report)),
            ..World::calm()
        }
    }

    #[test]
    fn another_server_or_a_plain_session_blocks() {
        assert_eq!(
            connected(Some("AES"), Some("other")).codes(),
            ["PROBE_OTHER_SERVER"]
        );
        assert_eq!(
            connected(Some("AES"), None).codes(),
            Vec::<String>::new(),
            "MariaDB has no server_uuid"
        );
        let mut world = connected(None, Some("uuid-1"));
        assert_eq!(world.codes(), ["PROBE_NOT_ENCRYPTED"]);
        world.connection.tls = TlsMode::Preferred;
        assert_eq!(world.codes(), Vec::<String>::new());
    }

    #[test]
    fn a_refusal_a_failure_and_no_try_are_told_apart() {
        let refused = ProbeReport::Refused {
            message: "Access denied".into(),
        };
        assert_eq!(
            World {
                probe: Some(Ok(refused)),
                ..World::calm()
            }
            .codes(),
            ["PROBE_REFUSED"]
        );
        let failed = Err(AppError::new(ErrorCode::DockerRefused));
        assert_eq!(
            World {
                probe: Some(failed),
                ..World::calm()
            }
            .codes(),
            ["PROBE_FAILED"]
        );
        assert_eq!(
            World {
                probe: None,
                ..World::calm()
            }
            .codes(),
            ["PROBE_NOT_PROVEN"]
        );
    }
}
