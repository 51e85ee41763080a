//! The runner image: what it is called, which versions this build expects inside, and the files of our layer.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// The base that is made from Debian's packages where no registry answers.
pub const BASE_IMAGE: &str = "mysqler/pt-base:3.7.1";

/// The base that is pulled where a registry answers.
pub const PULL_IMAGE: &str = "percona/percona-toolkit:3.7.1";

pub const PTOSC_VERSION: &str = "3.7.1";

pub const BRIDGE_VERSION: &str = "1.0.0";

pub(crate) const LABEL_BRIDGE: &str = "org.mysqler.bridge";
pub(crate) const LABEL_PTOSC: &str = "org.mysqler.ptosc";
pub(crate) const LABEL_LAYER: &str = "org.mysqler.layer";

/// The one that is started as a program.
pub(crate) const ASKPASS: &str = "mysqler_askpass";

/// The layer's files by their name in the build context.
pub(crate) const FILES: [(&str, &str); 8] = [
    ("Dockerfile", include_str!("../../../image/Dockerfile")),
    ("entrypoint", include_str!("../../../image/entrypoint")),
    (
        "mysqler_bridge.pm",
        include_str!("../../../image/mysqler_bridge.pm"),
    ),
    (
        "mysqler_reach.pm",
        include_str!("../../../image/mysqler_reach.pm"),
    ),
    (
        "mysqler_probe.pl",
        include_str!("../../../image/mysqler_probe.pl"),
    ),
    ("mysqler_way.pl", include_str!("../../../image/mysqler_way.pl")),
    (
        "mysqler_agent.pl",
        include_str!("../../../image/mysqler_agent.pl"),
    ),
    (ASKPASS, include_str!("../../../image/mysqler_askpass")),
];

/// Files with this build's image in them, by their names, as `make image` writes them; the newest first.
pub(crate) fn archives(places: &[PathBuf]) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = places
        .iter()
        .filter_map(|place| place.read_dir().ok())
        .flat_map(|entries| entries.flatten().map(|entry| entry.path()))
        .filter(|path| is_archive(path))
        .collect();
    found.sort_by_key(|path| std::cmp::Reverse(path.metadata().and_then(|meta| meta.modified()).ok()));
    found
}

fn is_archive(path: &Path) -> bool {
    let start = format!("mysqler-pt-runner-{PTOSC_VERSION}");
    let name = path
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    let rest = name.strip_prefix(&start);
    let packed = |rest: &str| {
        [".tar", ".tar.gz", ".tar.xz", ".tar.zst"]
            .iter()
            .any(|end| rest.ends_with(end))
    };
    rest.is_some_and(packed) && path.is_file()
}

/// Hex SHA-256 of the layer's files: tells a stale image from this build's.
pub(crate) fn layer() -> String {
    let mut digest = Sha256::new();
    for (name, text) in FILES {
        digest.update((name.len() as u64).to_be_bytes());
        digest.update(name);
        digest.update((text.len() as u64).to_be_bytes());
        digest.update(text);
    }
    hex::encode(digest.finalize())
}

/// The build context as an uncompressed tar.
pub(crate) fn context() -> std::io::Result<Vec<u8>> {
    let mut tar = tar::Builder::new(Vec::new());
    for (name, text) in FILES {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(if name == ASKPASS { 0o755 } else { 0o644 });
        header.set_mtime(0);
        tar.append_data(&mut header, name, text.as_bytes())?;
    }
    tar.into_inner()
}

#[cfg(test)]
mod tests {
    use mysqler_contract::DEFAULT_IMAGE;

    use super::*;

    fn file(name: &str) -> &'static str {
        FILES
            .iter()
            .find(|(found, _)| *found == name)
            .expect("a file of the layer")
            .1
    }

    #[test]
    fn the_recipe_and_this_build_agree_on_the_versions() {
        assert!(file("Dockerfile").contains(&format!("{LABEL_BRIDGE}=\"{BRIDGE_VERSION}\"")));
        assert!(file("Dockerfile").contains(&format!("{LABEL_PTOSC}=\"{PTOSC_VERSION}\"")));
        assert!(file("mysqler_bridge.pm").contains(&format!("our $VERSION = '{BRIDGE_VERSION}';")));
        for name in [DEFAULT_IMAGE, BASE_IMAGE, PULL_IMAGE] {
            assert!(
                name.ends_with(&format!(":{PTOSC_VERSION}")),
                "{name} is of another version"
            );
        }
    }

    #[test]
    fn a_file_with_the_image_is_found_by_its_name() {
        let dir = tempfile::tempdir().expect("a scratch directory");
        let older = dir.path().join("mysqler-pt-runner-3.7.1.tar");
        let newer = dir.path().join("mysqler-pt-runner-3.7.1-amd64.tar.gz");
        for name in [
            &older,
            &dir.path().join("mysqler-pt-runner-3.7.1.tar.gz.part"),
            &dir.path().join("mysqler-pt-runner-3.6.0.tar.gz"),
            &dir.path().join("notes.tar.gz"),
        ] {
            std::fs::write(name, "").expect("a file");
        }
        let day_before = std::time::SystemTime::now() - std::time::Duration::from_secs(86_400);
        let file = std::fs::File::options()
            .write(true)
            .open(&older)
            .expect("the file");
        file.set_modified(day_before).expect("an older file");
        std::fs::write(&newer, "").expect("a file");
        let places = [PathBuf::from("/nowhere"), dir.path().to_owned()];
        assert_eq!(archives(&places), [newer, older]);
    }

    #[test]
    fn the_context_holds_every_file_that_the_recipe_copies() {
        let bytes = context().expect("a tar in memory");
        let mut archive = tar::Archive::new(bytes.as_slice());
        let names: Vec<String> = archive
            .entries()
            .expect("entries")
            .map(|entry| entry.expect("entry").path().expect("path").display().to_string())
            .collect();
        for line in file("Dockerfile")
            .lines()
            .filter(|line| line.starts_with("COPY "))
        {
            let words: Vec<&str> = line.split_whitespace().collect();
            for source in &words[1..words.len() - 1] {
                assert!(
                    names.iter().any(|name| name == source),
                    "{source} is not in the context"
                );
            }
        }
        assert!(names.contains(&"Dockerfile".to_owned()));
    }
}
