//! Everything that the engine keeps and shows of one container.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use mysqler_contract::DEFAULT_IMAGE;

use crate::canary::Canary;
use crate::files;

const DEADLINE: Duration = Duration::from_secs(60);

/// A place's name and what is in it.
pub type Places = BTreeMap<String, Vec<u8>>;

pub fn docker(arguments: &[&str]) -> Vec<u8> {
    let output = Command::new("docker")
        .args(arguments)
        .output()
        .expect("the docker client");
    [output.stdout, output.stderr].concat()
}

pub fn docker_text(arguments: &[&str]) -> String {
    String::from_utf8_lossy(&docker(arguments)).trim().to_owned()
}

/// A moment as the engine counts it, for what it tells of the time since.
pub fn engine_now() -> String {
    docker_text(&["info", "--format", "{{.SystemTime}}"])
}

/// All places of a running container, and of what happened to it since `since`.
pub fn places(id: &str, since: &str) -> Places {
    let filter = format!("container={id}");
    let now = engine_now();
    let mut places = Places::from([
        ("docker inspect".to_owned(), docker(&["inspect", id])),
        ("docker logs".to_owned(), docker(&["logs", "--timestamps", id])),
        ("docker top".to_owned(), docker(&["top", id, "-eo", "pid,args"])),
        (
            "docker ps".to_owned(),
            docker(&[
                "ps",
                "--no-trunc",
                "--all",
                "--filter",
                &format!("id={id}"),
                "--format",
                "{{json .}}",
            ]),
        ),
        (
            "docker events".to_owned(),
            docker(&[
                "events",
                "--since",
                since,
                "--until",
                &now,
                "--filter",
                &filter,
                "--format",
                "{{json .}}",
            ]),
        ),
    ]);
    places.insert(
        "the engine's own files of the container".to_owned(),
        files::joined(&engine_dir(id)),
    );
    places.insert(
        "the container's writable layer".to_owned(),
        files::joined(&upper_dir(id)),
    );
    places
}

fn engine_dir(id: &str) -> PathBuf {
    let root = docker_text(&["info", "--format", "{{.DockerRootDir}}"]);
    let full = docker_text(&["inspect", "--format", "{{.Id}}", id]);
    Path::new(&root).join("containers").join(full)
}

fn upper_dir(id: &str) -> PathBuf {
    PathBuf::from(docker_text(&[
        "inspect",
        "--format",
        "{{.GraphDriver.Data.UpperDir}}",
        id,
    ]))
}

/// A container of the runner's own image with a canary in everything that can hold one.
pub struct Planted {
    pub id: String,
}

impl Planted {
    pub fn new(canary: &Canary) -> Self {
        let secret = canary.secret();
        let script = "echo \"$0\"; echo \"$0\" >&2; echo \"$0\" >/planted; sleep 600; :";
        let label = format!("planted={secret}");
        let variable = format!("PLANTED={secret}");
        let line = [
            "run",
            "--detach",
            "--init",
            "--user",
            "0:0",
            "--network",
            "none",
            "--label",
            &label,
            "--env",
            &variable,
        ];
        let line = line
            .into_iter()
            .chain(["--entrypoint", "sh", DEFAULT_IMAGE, "-c", script, secret]);
        let output = Command::new("docker")
            .args(line)
            .output()
            .expect("the docker client");
        let planted = Self {
            id: String::from_utf8_lossy(&output.stdout).trim().to_owned(),
        };
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        // Events tell the words of every exec.
        docker(&[
            "exec",
            &planted.id,
            "sh",
            "-c",
            "until [ -s /planted ]; do :; done",
            secret,
        ]);
        planted
    }
}

impl Drop for Planted {
    fn drop(&mut self) {
        docker(&["rm", "--force", "--volumes", &self.id]);
    }
}

/// The one file that is meant to hold the password: there, private, on a tmpfs.
#[track_caller]
pub fn holds_it_in_one_private_file(id: &str, password: &Canary) {
    let file = docker(&["exec", id, "cat", "/run/pt/my.cnf"]);
    assert!(
        password.found_in(&file).is_some(),
        "the option file of a working run holds the password"
    );
    assert_eq!(
        docker_text(&["exec", id, "stat", "-c", "%a %u:%g", "/run/pt/my.cnf"]),
        "600 65534:65534"
    );
    assert_eq!(
        docker_text(&["exec", id, "stat", "-c", "%a %u:%g", "/run/pt"]),
        "700 65534:65534"
    );
    assert_eq!(
        docker_text(&["exec", id, "stat", "-f", "-c", "%T", "/run/pt"]),
        "tmpfs"
    );
    assert_eq!(
        password.found_in(&elsewhere(id)),
        None,
        "the password is in a second file of the container"
    );
}

/// What every file of a working container but the option file holds. Its root is read-only, and the writable layer is
/// searched by itself: these are the places left.
#[track_caller]
pub fn elsewhere(id: &str) -> Vec<u8> {
    let search = "find /tmp /run /dev/shm -type f ! -path /run/pt/my.cnf -exec cat {} + ; echo searched";
    let planted = Canary::new("planted in a file of the container");
    let plant = "printf %s \"$0\" >/tmp/planted";
    docker(&["exec", id, "sh", "-c", plant, planted.secret()]);
    let elsewhere = docker(&["exec", id, "sh", "-c", search]);
    docker(&["exec", id, "rm", "/tmp/planted"]);
    assert!(
        planted.found_in(&elsewhere).is_some(),
        "the search sees no file of the container"
    );
    assert!(
        elsewhere.ends_with(b"searched\n"),
        "{}",
        String::from_utf8_lossy(&elsewhere)
    );
    elsewhere
}

/// Waits until the container is removed, and its memory with it: that comes after the run's last event.
pub async fn is_gone(id: &str) {
    let started = Instant::now();
    let filter = format!("id={id}");
    while !docker_text(&["ps", "--all", "--quiet", "--filter", &filter]).is_empty() {
        assert!(
            started.elapsed() < DEADLINE,
            "the container stays, and with it perhaps its memory"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
