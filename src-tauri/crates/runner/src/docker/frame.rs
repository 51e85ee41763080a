//! The frame that an entrypoint reads from standard input: the option file with the secret, the authorities, the gate.

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
    let header = format!("MYSQLER1 {} {} {hold}", options.len(), ca.len());
    let mut bytes = Zeroizing::new(Vec::with_capacity(HEADER + options.len() + ca.len()));
    bytes.extend_from_slice(format!("{header:<width$}\n", width = HEADER - 1).as_bytes());
    bytes.extend_from_slice(options.as_bytes());
    bytes.extend_from_slice(ca.as_bytes());
    Ok(bytes)
}
