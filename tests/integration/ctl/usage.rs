//! What every command shares: usage errors, help, languages, closed pipes.

use mysqler_tests::sandbox::Account;

use crate::program::{Desk, Running, program};

#[test]
fn a_wrong_command_line_ends_with_2_and_says_why() {
    let desk = Desk::new();
    for (arguments, says) in [
        (vec!["no-such-command"], "no-such-command"),
        (vec!["connection", "add", "x"], "--host"),
        (vec!["plan", "x", "--table", "orders", "--reclaim"], "db.table"),
        (
            vec!["plan", "x", "--table", "a.b", "--reclaim", "--engine", "inplace"],
            "auto, direct, pt-osc",
        ),
        (
            vec!["run", "x", "--table", "a.b", "--reclaim", "--runner", "podman"],
            "one of: docker, local",
        ),
        (vec!["run", "x", "--table", "a.b"], "--alter"),
        (vec!["history", "list", "--size", "501"], "501"),
        (
            vec![
                "connection",
                "add",
                "x",
                "--host",
                "h",
                "--user",
                "u",
                "--password",
                "secret",
            ],
            "--password",
        ),
    ] {
        let said = desk.ctl(&arguments).ends(2);
        assert!(said.err.contains(says), "{arguments:?}: {}", said.err);
        assert!(said.out.is_empty(), "{arguments:?}: {}", said.out);
    }
}

#[test]
fn a_script_reads_usage_errors_as_objects_too() {
    let desk = Desk::new();
    let said = desk
        .json(&["plan", "x", "--table", "orders", "--reclaim"])
        .ends(2);
    assert_eq!(said.error_code(), "INVALID_INPUT");
    assert!(said.err.is_empty(), "{}", said.err);
    let said = desk
        .json(&["connection", "add", "x", "--host", "h", "--user", "u"])
        .ends(2);
    assert_eq!(
        said.error_code(),
        "INVALID_INPUT",
        "no password was given, and nobody can be asked"
    );
}

#[test]
fn help_and_version_are_no_errors() {
    let desk = Desk::new();
    let help = desk.ctl(&["--help"]).done();
    for promise in ["Exit codes", "7 outcome unknown", "--json", "standard output"] {
        assert!(help.out.contains(promise), "{promise}: {}", help.out);
    }
    assert!(desk.ctl(&["--version"]).done().out.starts_with("mysqlerctl "));
}

#[test]
fn the_language_follows_the_environment_and_the_option_wins() {
    let desk = Desk::new();
    let mut chinese = desk.command(&["vault", "status"]);
    chinese.env("LC_ALL", "").env("LANG", "zh_CN.UTF-8");
    assert_eq!(Running::start(chinese).end().done().out, "尚未选择保护方式");
    assert_eq!(
        desk.ctl(&["vault", "status"]).done().out,
        "No protection chosen yet"
    );
    let missing = desk
        .ctl(&["--lang", "zh-CN", "connection", "show", "nobody"])
        .ends(1);
    assert!(
        missing.err.contains("没有") || missing.err.contains("不存在"),
        "{}",
        missing.err
    );
    assert!(missing.err.contains("nobody"), "{}", missing.err);
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let desk = Desk::new();
    for number in 0..20 {
        let name = format!("connection {number}");
        let mut arguments = desk.add_arguments(&name, Account::Mysqler);
        arguments.push("--untested".to_owned());
        arguments.retain(|argument| argument != "--password-stdin");
        arguments.push("--no-password".to_owned());
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        desk.ctl(&arguments).done();
    }
    let script = format!(
        "set -o pipefail; '{}' --data-dir '{}' --json connection list | head -n 1",
        program().display(),
        desk.path("data").display()
    );
    let mut command = std::process::Command::new("bash");
    command
        .args(["-c", &script])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    let said = Running::start(command).end().done();
    assert_eq!(said.objects().len(), 1);
    assert_eq!(said.err, "");
}
