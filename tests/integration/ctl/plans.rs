//! Plans: what would happen, and what may not.

use std::time::Duration;

use mysqler_tests::sandbox::{Account, Client, Server};
use mysqler_tests::table;
use serde_json::Value;

use crate::program::{Desk, Running};

fn codes(plan: &Value, severity: &str) -> Vec<String> {
    let findings = plan["findings"].as_array().cloned().unwrap_or_default();
    let of = findings.iter().filter(|finding| finding["severity"] == severity);
    of.map(|finding| finding["code"].as_str().unwrap_or_default().to_owned())
        .collect()
}

#[tokio::test]
async fn a_good_change_is_planned_with_its_options_and_without_its_password() {
    let desk = Desk::connected();
    let schema = desk.sandbox.fresh_schema(Server::Primary, "ctl_plan").await;
    table::filled(&schema, "a b.c", 40).await;
    let name = format!("{}.`a b.c`", schema.name());
    let base = [
        "plan",
        "Sandbox",
        "--table",
        &name,
        "--alter",
        "ADD COLUMN note2 VARCHAR(9) DEFAULT 'ü'",
    ];
    let options = [
        "--chunk-time=0.25",
        "--max-load=Threads_running=77",
        "--critical-load=",
        "--max-lag=9",
        "--lock-wait-timeout=4",
        "--set-var=innodb_lock_wait_timeout=3",
    ];
    let line: Vec<&str> = base.iter().chain(&options).copied().collect();
    let plan = desk.json(&line).done().object();
    assert_eq!(plan["request"]["table"]["table"], "a b.c");
    assert_eq!(codes(&plan, "block"), Vec::<String>::new());
    let argv: Vec<&str> = plan["launch"]["argv"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    assert!(
        argv.contains(&"ADD COLUMN note2 VARCHAR(9) DEFAULT 'ü'"),
        "the clause is one argument: {argv:?}"
    );
    let joined = argv.join("\n");
    for part in [
        "Threads_running=77",
        "lock_wait_timeout=4",
        "innodb_lock_wait_timeout=3",
    ] {
        assert!(joined.contains(part), "{part}: {joined}");
    }
    let text = desk.ctl(&line).done().out;
    assert!(text.contains("docker run") && text.contains("Findings"), "{text}");
    let password = desk.sandbox.password(mysqler_tests::sandbox::Account::Mysqler);
    assert!(
        !text.contains(password) && !plan.to_string().contains(password),
        "the password is shown"
    );
}

#[tokio::test]
async fn a_change_that_cannot_be_ends_with_3_and_its_reason() {
    let desk = Desk::connected();
    let schema = desk.sandbox.fresh_schema(Server::Primary, "ctl_blocked").await;
    table::filled(&schema, "t", 8).await;
    let own = format!("{}.t", schema.name());
    for (table, clause) in [
        (own.as_str(), "ADD COLUMN a INT; DROP TABLE t"),
        (own.as_str(), ""),
        (own.as_str(), "ADD COLUM a INT"),
        (own.as_str(), "DROP COLUMN no_such_column"),
        ("shop.v_orders", "ADD COLUMN a INT"),
        ("shop.legacy_log", "ADD COLUMN a INT"),
    ] {
        let line = ["plan", "Sandbox", "--table", table, "--alter", clause];
        let plan = desk.json(&line).ends(3).object();
        assert!(!codes(&plan, "block").is_empty(), "{table} {clause:?}: {plan}");
        let text = desk.ctl(&line).ends(3).out;
        assert!(
            text.contains("Preflight blocks this plan"),
            "{table} {clause:?}: {text}"
        );
        assert!(
            !text.contains("finding."),
            "{table} {clause:?}: a text is missing in {text}"
        );
    }
}

#[tokio::test]
async fn a_destructive_change_says_what_has_to_be_given() {
    let desk = Desk::connected();
    let schema = desk.sandbox.fresh_schema(Server::Primary, "ctl_danger").await;
    let table = table::filled(&schema, "t", 8).await;
    let name = table.to_string();
    let line = [
        "plan",
        "Sandbox",
        "--table",
        &name,
        "--alter",
        "DROP COLUMN touched",
    ];
    let plan = desk.json(&line).done().object();
    assert_eq!(plan["confirmation"]["typed"], Value::from(name.clone()));
    let accept = codes(&plan, "danger");
    assert!(!accept.is_empty(), "{plan}");
    let text = desk.ctl(&line).done().out;
    let flags = format!("--confirm {name} --accept {}", accept.join(","));
    assert!(
        text.lines().last().is_some_and(|last| last.contains(&flags)),
        "{text}"
    );
}

#[test]
fn a_table_that_is_not_there_is_refused() {
    let desk = Desk::connected();
    let said = desk.json(&["plan", "Sandbox", "--table", "shop.nothing", "--reclaim"]);
    assert!(matches!(said.code, 1 | 3), "{said:?}");
    assert!(said.out.contains("TABLE_MISSING"), "{}", said.out);
}

#[test]
fn without_docker_nothing_is_planned_and_the_exit_code_says_so() {
    let desk = Desk::connected();
    let mut command = desk.command(&["--json", "run", "Sandbox", "--table", "shop.orders", "--reclaim"]);
    command.env("DOCKER_HOST", "unix:///nonexistent/docker.sock");
    let said = Running::start(command).end();
    assert_eq!(said.ends(6).error_code(), "DOCKER_UNREACHABLE");
    assert_eq!(desk.json(&["history", "list"]).done().out, "");

    let mut command = desk.command(&["--json", "image", "status"]);
    command.env("DOCKER_HOST", "unix:///nonexistent/docker.sock");
    assert_eq!(
        Running::start(command).end().ends(6).error_code(),
        "DOCKER_UNREACHABLE"
    );
    assert_eq!(desk.json(&["image", "status"]).done().object()["kind"], "ready");
}

/// Statements of the program's own that the server executes now.
async fn asked(watcher: &mut Client) -> usize {
    let sessions = watcher.rows("SHOW FULL PROCESSLIST").await;
    let question = |value: &String| value.contains("GROUP BY `note`");
    sessions.iter().filter(|row| row.iter().any(question)).count()
}

#[tokio::test]
async fn ctrl_c_during_a_plan_ends_its_question_on_the_server() {
    let desk = Desk::connected();
    let mut watcher = desk.sandbox.client(Server::Primary, Account::Root).await;
    // Two million texts without an index: a question that takes its time.
    let line = [
        "plan",
        "Sandbox",
        "--table",
        "shop.orders",
        "--alter",
        "ADD UNIQUE KEY u (note)",
    ];
    let planning = Running::start(desk.command(&line));
    for _ in 0..3_000 {
        if asked(&mut watcher).await > 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    planning.interrupt();
    let said = planning.end().ends(5);
    assert!(said.out.is_empty(), "no plan is shown: {}", said.out);
    assert_eq!(
        asked(&mut watcher).await,
        0,
        "the question ended with the program"
    );
}
