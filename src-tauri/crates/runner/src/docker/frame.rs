//! The frame that an entrypoint reads from standard input: the option file with the secret, the authorities, the gate,
//! and how long the copy goes on unwatched.

use mysqler_contract::{Launch, Result, Secret};
use zeroize::Zeroizing;

use crate::compose::option_file;

/// Must match the entrypoint.
const HEADER: usize = 64;

/// The bytes to send, wiped when dropped.
pub(crate) fn frame(launch: &Launch, password: &Secret) -> Result<Zeroizing<Vec<u8>>> {
    let options = option_file(launch, password)?;
    let ca = launch.ca_pem.as_deref().unwrap_or_default();
    let hold = u8::from(launch.hold_cutover);
    let patience = launch.replicas_patience_s.unwrap_or(0);
    let header = format!("MYSQLER2 {} {} {hold} {patience}", options.len(), ca.len());
    let mut bytes = Zeroizing::new(Vec::with_capacity(HEADER + options.len() + ca.len()));
    bytes.extend_from_slice(format!("{header:<width$}\n", width = HEADER - 1).as_bytes());
    bytes.extend_from_slice(options.as_bytes());
    bytes.extend_from_slice(ca.as_bytes());
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compose::launch;

    fn header(launch: &Launch) -> String {
        let bytes = frame(launch, &Secret::new("secret")).expect("a frame");
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
            (words[0].to_owned(), words[3..].join(" "))
        };
        assert_eq!(words(&launch), ("MYSQLER2".into(), "0 0".into()));
        (launch.hold_cutover, launch.replicas_patience_s) = (true, Some(45));
        assert_eq!(words(&launch), ("MYSQLER2".into(), "1 45".into()));
    }
}
