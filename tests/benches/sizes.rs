//! What is handed out, in bytes.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::report::{Report, megabytes};

/// The workspace's target directory.
pub fn target() -> PathBuf {
    let program = std::env::current_exe().expect("this program has a path");
    let target = program.parent().and_then(Path::parent);
    target.expect("programs lie in target/PROFILE").to_owned()
}

/// The window's program of the same build as this one.
pub fn window_program() -> PathBuf {
    let program = std::env::current_exe().expect("this program has a path");
    program.with_file_name("mysqler")
}

pub fn measure(report: &mut Report) {
    for name in ["mysqler", "mysqlerctl"] {
        let path = target().join("release").join(name);
        let what = format!("size of {name}");
        match std::fs::metadata(&path) {
            Ok(found) => report.row(&what, megabytes(found.len()), "", "release build, stripped"),
            Err(error) => report.missing(&what, "", &format!("release/{name}: {error}")),
        }
    }
    let what = "installed size of the Debian package";
    match package() {
        Some((path, installed)) => {
            let bytes = std::fs::metadata(&path).map_or(0, |found| found.len());
            let how = format!(
                "`Installed-Size` of the package; the file itself has {}",
                megabytes(bytes)
            );
            report.row(what, megabytes(installed * 1024), "", &how);
        }
        None => report.missing(what, "", "no package was made: run make package"),
    }
}

/// The newest package and its installed size in KiB.
fn package() -> Option<(PathBuf, u64)> {
    let dir = target().join("release/bundle/deb");
    let packages = std::fs::read_dir(dir).ok()?.flatten().map(|entry| entry.path());
    let newest = packages
        .filter(|path| path.extension().is_some_and(|end| end == "deb"))
        .max_by_key(|path| std::fs::metadata(path).and_then(|found| found.modified()).ok())?;
    let output = Command::new("dpkg-deb")
        .arg("--field")
        .arg(&newest)
        .arg("Installed-Size")
        .output()
        .ok()?;
    let size = String::from_utf8_lossy(&output.stdout).trim().parse().ok()?;
    Some((newest, size))
}
