//! The Perl files that a run on this workstation needs, written from this program into a directory that their content
//! names: a run goes on with its own while another version of the application is installed.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::image;

/// Keeps a run; see there.
pub(super) const KEEPER: &str = "keep.pl";
pub(super) const BRIDGE: &str = "mysqler_bridge.pm";
pub(super) const PROBE: &str = "mysqler_probe.pl";
/// Stands before the tool where its server is behind an SSH tunnel.
pub(super) const WAY: &str = "mysqler_way.pl";

const OWN: [(&str, &str); 2] = [
    (KEEPER, include_str!("keep.pl")),
    ("found.pm", include_str!("found.pm")),
];

/// What this program was built with: its own, and those that the runner image has as well.
fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    let shared = image::FILES.into_iter();
    OWN.into_iter()
        .chain(shared.filter(|(name, _)| !matches!(*name, "Dockerfile" | "entrypoint")))
}

/// Where the files are, or will be.
pub(super) fn dir(place: &Path) -> PathBuf {
    let mut digest = Sha256::new();
    for (name, text) in all() {
        digest.update(name);
        digest.update((text.len() as u64).to_be_bytes());
        digest.update(text);
    }
    let whole = hex::encode(digest.finalize());
    place.join(format!("tool-{}", &whole[..16]))
}

/// The directory with the files, each as this program has it.
pub(super) fn ready(place: &Path) -> io::Result<PathBuf> {
    let dir = dir(place);
    make_private(&dir)?;
    for (name, text) in all() {
        let path = dir.join(name);
        if fs::read_to_string(&path).is_ok_and(|found| found == text) {
            continue;
        }
        // Renamed into its place: another process may be loading it.
        let part = dir.join(format!("{name}.{}.part", std::process::id()));
        write_private(&part, text.as_bytes())?;
        if name == image::ASKPASS {
            fs::set_permissions(&part, fs::Permissions::from_mode(0o700))?;
        }
        fs::rename(&part, &path)?;
    }
    Ok(dir)
}

/// For this user alone, with what leads there.
pub(super) fn make_private(dir: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(dir)
}

/// A new file that only this user reads.
pub(super) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::options()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_are_there_again_when_somebody_changed_them() {
        let place = tempfile::tempdir().expect("a scratch directory");
        let dir = ready(place.path()).expect("written");
        let bridge = dir.join(BRIDGE);
        let whole = fs::read_to_string(&bridge).expect("the plugin");
        fs::write(&bridge, "die").expect("changed");
        assert_eq!(ready(place.path()).expect("written"), dir);
        assert_eq!(fs::read_to_string(&bridge).expect("the plugin"), whole);
        let mode = fs::metadata(&dir).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        for name in [KEEPER, PROBE, "found.pm", "mysqler_reach.pm"] {
            assert!(dir.join(name).is_file(), "{name}");
        }
    }
}
