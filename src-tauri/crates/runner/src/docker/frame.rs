//! The frame that an entrypoint reads from standard input: the option file with the secret, the authorities, the gate,
//! how long the copy goes on unwatched, and the way through SSH.

use mysqler_contract::{AppError, Launch, Result, SshMethod};
use mysqler_core::ports::LaunchSecrets;
use zeroize::Zeroizing;

use crate::Files;
use crate::compose::option_file;
use crate::tunnel::{Given, config, known_hosts, patience_s};

/// Must match the entrypoint.
const HEADER: usize = 128;

/// The bytes to send, wiped when dropped.
pub(crate) fn frame(launch: &Launch, secrets: LaunchSecrets<'_>) -> Result<Zeroizing<Vec<u8>>> {
    let options = option_file(launch, secrets.password)?;
    let ca = launch.ca_pem.as_deref().unwrap_or_default();
    let hold = u8::from(launch.hold_cutover);
    let patience = launch.replicas_patience_s.unwrap_or(0);
    let mut way = Way::default();
    if let Some(tunnel) = &launch.tunnel {
        way = Way {
            wait_s: patience_s(launch),
            config: config(launch, tunnel, &Files::CONTAINER.way)?,
            known_hosts: known_hosts(tunnel),
            given: Given::of(tunnel, secrets.ssh)?,
            asks_agent: tunnel.method == SshMethod::Agent,
        };
    }
    let header = format!(
        "MYSQLER3 {} {} {hold} {patience} {} {} {} {} {} {}",
        options.len(),
        ca.len(),
        way.wait_s,
        way.config.len(),
        way.known_hosts.len(),
        way.given.key.len(),
        way.given.secret.len(),
        u8::from(way.asks_agent),
    );
    if header.len() >= HEADER {
        return Err(AppError::internal("the frame's header is too long"));
    }
    let parts = [
        options.as_str(),
        ca,
        &way.config,
        &way.known_hosts,
        &way.given.key,
        &way.given.secret,
    ];
    // All room at once: what grows leaves copies behind.
    let length = parts.iter().map(|part| part.len()).sum::<usize>();
    let mut bytes = Zeroizing::new(Vec::with_capacity(HEADER + length));
    bytes.extend_from_slice(format!("{header:<width$}\n", width = HEADER - 1).as_bytes());
    for part in parts {
        bytes.extend_from_slice(part.as_bytes());
    }
    Ok(bytes)
}

/// Empty where the server is reached without a tunnel.
#[derive(Default)]
struct Way {
    wait_s: u64,
    config: String,
    known_hosts: String,
    given: Given,
    asks_agent: bool,
}

#[cfg(test)]
mod tests {
    use mysqler_contract::Secret;

    use super::*;
    use crate::compose::launch;

    fn header(launch: &Launch) -> String {
        let secrets = LaunchSecrets {
            password: &Secret::new("secret"),
            ssh: None,
        };
        let bytes = frame(launch, secrets).expect("a frame");
        let (header, _) = bytes.split_at(HEADER);
        String::from_utf8(header.to_vec()).expect("text")
    }

    #[test]
    fn the_header_says_whether_the_run_is_held_and_watched() {
        let mut launch = launch();
        let words = |launch: &Launch| {
            let header = header(launch);
            assert!(header.ends_with('\n'), "{header:?}");
            let words: Vec<&str> = header.split_whitespace().collect();
            (words[0].to_owned(), words[3..5].join(" "))
        };
        assert_eq!(words(&launch), ("MYSQLER3".into(), "0 0".into()));
        (launch.hold_cutover, launch.replicas_patience_s) = (true, Some(45));
        assert_eq!(words(&launch), ("MYSQLER3".into(), "1 45".into()));
    }
}
