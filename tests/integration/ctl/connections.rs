//! The life of a connection, and the servers that cannot be reached.

use mysqler_tests::sandbox::{Account, Server};

use crate::program::{Desk, Running, contains};

#[test]
fn a_connection_is_tested_saved_shown_changed_and_removed() {
    let desk = Desk::new();
    let added = desk.add("Shop", Account::Mysqler).done();
    for fact in ["TLSv1.", "primary", "Missing privileges  none", "Saved: Shop"] {
        assert!(added.out.contains(fact), "{fact}: {}", added.out);
    }
    let shown = desk.json(&["connection", "show", "shop"]).done().object();
    assert_eq!(shown["name"], "Shop");
    assert_eq!(shown["environment"], "development");
    assert_eq!(shown["tls"], "required");
    assert_eq!(shown["password"], "stored");
    assert!(shown["tested"]["report"]["tls_cipher"].is_string(), "{shown}");

    desk.ctl(&[
        "connection",
        "edit",
        "Shop",
        "--name",
        "O'Brien \"订单\"",
        "--description",
        "a; b",
    ])
    .done();
    desk.ctl(&["connection", "test", "O'Brien \"订单\""]).done();
    let list = desk.json(&["connection", "list"]).done().objects();
    assert_eq!(list.len(), 1);
    assert_eq!(list[0]["name"], "O'Brien \"订单\"");
    assert_eq!(list[0]["description"], "a; b");
    assert!(!list[0]["tested"].is_null(), "a new name needs no new test");

    desk.ctl(&["connection", "remove", "O'Brien \"订单\""]).done();
    assert_eq!(desk.json(&["connection", "list"]).done().out, "");
    assert_eq!(
        desk.json(&["connection", "show", "Shop"]).ends(1).error_code(),
        "NOT_FOUND"
    );
}

#[test]
fn a_name_is_given_once() {
    let desk = Desk::connected();
    let again = desk.add("SANDBOX", Account::Mysqler);
    assert_ne!(again.code, 0, "{}", again.out);
    assert_eq!(desk.json(&["connection", "list"]).done().objects().len(), 1);
}

/// Name, host, port, password, and the code that a script reads.
const UNREACHABLE: [(&str, &str, &str, &str, &str); 3] = [
    (
        "wrong password",
        "",
        "",
        "not the password",
        "SERVER_ACCESS_DENIED",
    ),
    (
        "unknown host",
        "no-such-host.invalid",
        "",
        "x",
        "SERVER_HOST_UNKNOWN",
    ),
    ("nobody listens", "127.0.0.1", "1", "x", "SERVER_UNREACHABLE"),
];

#[test]
fn a_server_that_is_not_reached_ends_with_6_and_nothing_is_saved() {
    let desk = Desk::new();
    let own_port = desk.sandbox.port(Server::Primary).to_string();
    for (name, host, port, password, code) in UNREACHABLE {
        let host = if host.is_empty() {
            desk.sandbox.host(Server::Primary)
        } else {
            host
        };
        let port = if port.is_empty() { own_port.as_str() } else { port };
        let add = [
            "connection",
            "add",
            name,
            "--host",
            host,
            "--port",
            port,
            "--user",
            "mysqler",
            "--password-stdin",
        ];
        let json: Vec<&str> = std::iter::once("--json").chain(add).collect();
        assert_eq!(
            desk.with_input(&json, password).ends(6).error_code(),
            code,
            "{name}"
        );
        let text = desk.with_input(&add, password).ends(6);
        assert!(
            text.err.contains("Error: ") && text.err.contains("Hint: "),
            "{name}: {}",
            text.err
        );
        assert!(
            !text.err.contains(password) || password == "x",
            "{name}: the password is in {}",
            text.err
        );
    }
    assert_eq!(desk.json(&["connection", "list"]).done().out, "");
}

#[test]
fn an_untested_connection_is_an_explicit_choice_and_is_marked() {
    let desk = Desk::new();
    let mut arguments = desk.add_arguments("later", Account::Mysqler);
    arguments.push("--untested".to_owned());
    let port = arguments
        .iter()
        .position(|argument| argument == "--port")
        .unwrap()
        + 1;
    arguments[port] = "1".to_owned();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    desk.with_input(&arguments, "x").done();
    assert!(desk.json(&["connection", "show", "later"]).done().object()["tested"].is_null());
    assert!(
        desk.ctl(&["connection", "list"])
            .done()
            .out
            .contains("not tested")
    );
    let port = desk.sandbox.port(Server::Primary).to_string();
    let edited = desk.with_input(
        &["connection", "edit", "later", "--port", &port, "--password-stdin"],
        desk.sandbox.password(Account::Mysqler),
    );
    assert!(
        edited.done().out.contains("Saved: later"),
        "a new way to a server is tested before it is saved"
    );
    assert!(!desk.json(&["connection", "show", "later"]).done().object()["tested"].is_null());
}

#[test]
fn every_awkward_character_of_a_password_arrives_and_none_is_kept_in_clear() {
    let desk = Desk::new();
    let password = desk.sandbox.password(Account::Tricky).to_owned();
    desk.add("tricky", Account::Tricky).done();
    desk.json(&["connection", "test", "tricky"]).done();
    let bytes = desk.kept_bytes();
    assert!(contains(&bytes, "tricky"), "the search finds what is there");
    assert!(!contains(&bytes, &password), "the password is kept in clear");
}

#[test]
fn without_keyring_and_passphrase_nothing_secret_is_saved_and_the_way_is_said() {
    let desk = Desk::new();
    let arguments = desk.add_arguments("Shop", Account::Mysqler);
    let mut command = desk.bare_command();
    command.args(&arguments).stdin(std::process::Stdio::piped());
    let mut running = Running::start(command);
    let mut stdin = running.child.stdin.take().unwrap();
    std::io::Write::write_all(&mut stdin, desk.sandbox.password(Account::Mysqler).as_bytes()).unwrap();
    drop(stdin);
    let said = running.end().ends(1);
    assert!(said.err.contains("--passphrase-file"), "{}", said.err);
    assert_eq!(desk.json(&["connection", "list"]).done().out, "");
}

#[test]
fn the_vault_opens_with_its_password_only_and_the_password_can_change() {
    let desk = Desk::connected();
    std::fs::write(desk.path("wrong"), "not it").unwrap();
    let with = |file: &str, arguments: &[&str]| {
        let mut command = desk.bare_command();
        command
            .arg("--json")
            .arg("--passphrase-file")
            .arg(desk.path(file))
            .args(arguments);
        Running::start(command).end()
    };
    assert_eq!(
        with("wrong", &["databases", "Sandbox"]).ends(1).error_code(),
        "VAULT_WRONG_PASSWORD"
    );
    std::fs::write(desk.path("new"), "another good phrase\n").unwrap();
    let new = desk.path("new");
    with(
        "master",
        &[
            "vault",
            "change-password",
            "--new-passphrase-file",
            new.to_str().unwrap(),
        ],
    )
    .done();
    with("new", &["connection", "test", "Sandbox"]).done();
    assert_eq!(
        with("master", &["vault", "unlock-check"]).ends(1).error_code(),
        "VAULT_WRONG_PASSWORD"
    );
    let mut bare = desk.bare_command();
    bare.args(["--json", "databases", "Sandbox"]);
    assert_eq!(Running::start(bare).end().ends(1).error_code(), "VAULT_LOCKED");
}
