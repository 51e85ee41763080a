//! `docker`: engines by name, and one that is reached over the user's own `ssh`.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use mysqler_tests::proxy::{Proxy, TlsOffer};
use mysqler_tests::sandbox::{Account, Server};
use mysqler_tests::table::filled;

use super::program::{Desk, Running, Said};

#[test]
fn engines_are_added_listed_chosen_and_forgotten() {
    let desk = Desk::new();
    let hosts = desk.json(&["docker", "hosts"]).done().objects();
    assert!(hosts.iter().any(|host| host["is_default"] == true), "{hosts:?}");
    let standard = hosts[0]["endpoint"]["address"]
        .as_str()
        .expect("an address")
        .to_owned();

    desk.ctl(&["docker", "add", "mine", &standard]).done();
    let said = desk.ctl(&["docker", "hosts"]).done();
    assert!(
        said.out.contains("mine") && said.out.contains("added"),
        "{}",
        said.out
    );
    let refused = |arguments: &[&str]| {
        let told = desk.json(arguments).ends(2).object();
        told["error"]["params"]["reason"].to_string()
    };
    assert!(refused(&["docker", "add", "Mine", &standard]).contains("docker_name_taken"));
    assert!(refused(&["docker", "add", "far", "tcp://db:2375"]).contains("docker_tls_needed"));
    assert!(refused(&["docker", "add", "far", "http://db"]).contains("docker_address_scheme"));

    desk.ctl(&["docker", "use", "mine"]).done();
    let told = desk.json(&["docker", "test"]).done().object();
    assert_eq!(told["address"], standard.as_str());
    assert_eq!(told["limits"]["memory"], true, "{told}");
    let said = desk.ctl(&["docker", "test", "mine"]).done();
    assert!(
        said.out.contains("Free disk") && said.out.contains("CPUs"),
        "{}",
        said.out
    );
    assert_eq!(
        desk.json(&["image", "status", "--docker-host", "mine"])
            .done()
            .object()["kind"],
        "ready"
    );

    desk.ctl(&["docker", "remove", "mine"]).done();
    let hosts = desk.json(&["docker", "hosts"]).done().objects();
    assert!(
        hosts[0]["is_default"] == true && hosts.iter().all(|host| host["name"] != "mine"),
        "{hosts:?}"
    );
    let said = desk.json(&["docker", "test", "mine"]);
    assert_eq!(said.ends(1).error_code(), "DOCKER_HOST_UNKNOWN");
}

#[test]
fn a_file_with_the_image_that_lies_beside_the_data_is_taken_without_being_named() {
    let desk = Desk::new();
    desk.json(&["docker", "hosts"]).done();
    let file = desk.path("data").join("mysqler-pt-runner-3.7.1.tar.gz");
    std::fs::write(&file, "no archive at all").expect("a file");
    let said = desk.json(&["image", "load"]).ends(1);
    assert_eq!(said.error_code(), "FILE_FORMAT");
    assert!(said.out.contains(file.to_str().expect("UTF-8")), "{}", said.out);
}

/// A program `ssh` that is found before the real one.
fn ssh(desk: &Desk, script: &str) -> String {
    let dir = desk.path("bin");
    std::fs::create_dir_all(&dir).expect("a directory");
    let file = dir.join("ssh");
    std::fs::write(&file, format!("#!/bin/sh\n{script}\n")).expect("a script");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o700)).expect("it may be run");
    let path = std::env::var("PATH").expect("a path");
    format!("{}:{path}", dir.display())
}

fn on_path(desk: &Desk, path: &str, arguments: &[&str]) -> Said {
    let mut command = desk.command(arguments);
    command.env("PATH", path);
    Running::start(command).end()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_over_ssh_runs_a_change_and_its_loopback_is_not_this_ones() {
    let desk = Desk::connected();
    let schema = desk.sandbox.fresh_schema(Server::Primary, "ctl_ssh").await;
    let table = filled(&schema, "orders", 500).await;
    let asked = desk.path("asked");
    let script = format!("echo \"$@\" >>{}\nexec docker system dial-stdio", asked.display());
    let path = ssh(&desk, &script);
    desk.ctl(&["docker", "add", "far", "ssh://me@build.example:2222"])
        .done();
    let told = on_path(&desk, &path, &["--json", "docker", "test", "far"])
        .done()
        .object();
    assert_eq!(told["kind"], "remote", "{told}");
    assert_eq!(told["loopback"]["why"], "remote", "{told}");
    let arguments = std::fs::read_to_string(&asked).expect("ssh was asked");
    let first = arguments.lines().next().expect("a line");
    assert!(
        first.ends_with("-l me -p 2222 -- build.example docker system dial-stdio")
            && first.contains("BatchMode=yes"),
        "{first}"
    );

    let name = table.to_string();
    let change = [
        "run",
        "Sandbox",
        "--table",
        &name,
        "--alter",
        "ADD COLUMN extra INT",
        "--engine",
        "pt-osc",
        // The primary names its replica by an address of its own machine, which that container cannot reach.
        "--recursion-method",
        "none",
    ];
    desk.ctl(&["connection", "edit", "Sandbox", "--docker-host", "far"])
        .done();
    let mut refused = vec!["--json"];
    refused.extend(change);
    let said = on_path(&desk, &path, &refused).ends(3);
    assert!(said.out.contains("LOOPBACK_REMOTE"), "{}", said.out);

    let server = Proxy::for_containers(desk.sandbox.address(Server::Primary), TlsOffer::Passed).await;
    let host = server.address.ip().to_string();
    let port = server.address.port().to_string();
    let edit = ["connection", "edit", "Sandbox", "--host", &host, "--port", &port];
    let said = tokio::task::block_in_place(|| desk.ctl(&edit));
    said.done();
    let said = tokio::task::block_in_place(|| on_path(&desk, &path, &change));
    said.done();
    let mut client = desk.sandbox.client(Server::Primary, Account::Mysqler).await;
    let query = format!("SELECT COUNT(extra) + COUNT(*) FROM {}", table.quoted());
    assert_eq!(client.value(&query).await, "500");
}

#[test]
fn what_ssh_says_of_a_failure_is_told() {
    let desk = Desk::new();
    let path = ssh(
        &desk,
        "echo 'me@build: Permission denied (publickey).' >&2; exit 255",
    );
    desk.ctl(&["docker", "add", "far", "ssh://me@build"]).done();
    let said = on_path(&desk, &path, &["--json", "docker", "test", "far"]).ends(6);
    assert_eq!(said.error_code(), "DOCKER_UNREACHABLE");
    assert!(said.out.contains("Permission denied (publickey)"), "{}", said.out);

    let nowhere = Path::new("/nonexistent").display().to_string();
    let said = on_path(&desk, &nowhere, &["--json", "docker", "test", "far"]).ends(6);
    assert!(said.out.contains("ssh cannot be started"), "{}", said.out);
}
