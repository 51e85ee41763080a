//! The workstation's own pt-online-schema-change, for runs without a container: a copy of the script in the runner image,
//! on this machine's Perl.
#![allow(clippy::expect_used, reason = "test support fails loudly")]

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use mysqler_runner::{DockerRunner, LocalRunner, WorkstationRunner};

use crate::sandbox::Sandbox;

/// No engine listens there.
pub const NO_ENGINE: &str = "unix:///nonexistent/docker.sock";

/// The script as the runner image has it.
pub fn script() -> Vec<u8> {
    let sandbox = Sandbox::from_env();
    let image = sandbox.value("BASE_IMAGE");
    let printed = Command::new("docker")
        .args(["run", "--rm", "--network", "none", "--entrypoint", "cat", image])
        .arg("/usr/bin/pt-online-schema-change")
        .output()
        .expect("the docker client");
    let why = String::from_utf8_lossy(&printed.stderr);
    assert!(printed.status.success(), "{why}");
    assert!(
        printed.stdout.starts_with(b"#!/usr/bin/perl"),
        "the script changed its first line"
    );
    printed.stdout
}

/// A program of that content in `dir`.
pub fn program(dir: &Path, content: &[u8]) -> PathBuf {
    let path = dir.join("pt-online-schema-change");
    std::fs::create_dir_all(dir).expect("a directory");
    std::fs::write(&path, content).expect("a file");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("executable");
    path
}

/// A workstation on `data` that has no Docker at all.
pub fn without_docker(data: &Path) -> WorkstationRunner {
    WorkstationRunner::new(DockerRunner::at(NO_ENGINE), LocalRunner::new(data.join("local")))
}
