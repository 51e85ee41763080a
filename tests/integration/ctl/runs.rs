//! Runs from the command line: started, watched, stopped, paused by another process, taken up after a crash.

use mysqler_contract::TableRef;
use mysqler_tests::sandbox::{Schema, Server};
use mysqler_tests::table;
use serde_json::Value;

use crate::program::{Desk, Running, program};

async fn prepared(name: &str, rows: u64) -> (Desk, Schema, TableRef) {
    let desk = Desk::connected();
    let schema = desk.sandbox.fresh_schema(Server::Primary, name).await;
    let table = table::filled(&schema, "t", rows).await;
    (desk, schema, table)
}

/// The id of the only run of the desk.
fn only_run(desk: &Desk) -> String {
    let runs = desk.json(&["history", "list"]).done().objects();
    assert_eq!(runs.len(), 1, "{runs:?}");
    runs[0]["id"].as_str().unwrap().to_owned()
}

fn state(desk: &Desk, id: &str) -> String {
    let detail = desk.json(&["runs", "show", id]).done().object();
    detail["view"]["state"]["name"].as_str().unwrap().to_owned()
}

/// A run that stands before its swap, its shadow table and triggers on the server.
fn held(desk: &Desk, table: &TableRef) -> (Running, String) {
    let name = table.to_string();
    let mut run = desk.start(&["run", "Sandbox", "--table", &name, "--reclaim", "--hold-cutover"]);
    let line = run.says("runs cutover ");
    let id = line.rsplit(' ').next().unwrap().to_owned();
    (run, id)
}

#[tokio::test]
async fn a_change_runs_to_its_proven_end_and_is_remembered() {
    let (desk, schema, table) = prepared("ctl_run", 20_000).await;
    let mut client = schema.client().await;
    let before = table::fingerprint(&mut client, &table).await;
    let name = table.to_string();
    let said = desk
        .ctl(&[
            "run",
            "Sandbox",
            "--table",
            &name,
            "--alter",
            "ADD COLUMN extra INT",
        ])
        .done();
    for part in [
        "Copy rows: done in",
        "Swap tables: done in",
        ": Completed",
        "20,000 rows",
        "Forecast and fact",
    ] {
        assert!(said.out.contains(part), "{part}: {}", said.out);
    }
    assert_eq!(table::fingerprint(&mut client, &table).await, before);
    assert_eq!(
        table::remains(&mut client, schema.name()).await,
        Vec::<String>::new()
    );
    let columns = client.value(&format!("SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = '{}' AND column_name = 'extra'", schema.name())).await;
    assert_eq!(columns, "1");

    let id = only_run(&desk);
    let listed = desk
        .ctl(&[
            "history",
            "list",
            "--state",
            "completed",
            "--table",
            "t",
            "--text",
            "extra",
        ])
        .done()
        .out;
    assert!(listed.contains(&id) && listed.contains("1 of 1 runs"), "{listed}");
    for filter in [
        ["--state", "failed"],
        ["--database", "other"],
        ["--env", "prod"],
        ["--to", "2020-01-01"],
    ] {
        let line: Vec<&str> = ["history", "list"].into_iter().chain(filter).collect();
        assert_eq!(desk.json(&line).done().out, "", "{filter:?}");
    }
    let log = desk.json(&["runs", "log", &id]).done().objects();
    assert!(log.iter().any(|line| {
        line["text"]
            .as_str()
            .is_some_and(|text| text.contains("Successfully altered"))
    }));
    let numbers: Vec<u64> = log.iter().filter_map(|line| line["seq"].as_u64()).collect();
    assert_eq!(numbers, (1..=log.len() as u64).collect::<Vec<_>>());
    assert_eq!(desk.json(&["runs", "log", &id, "--follow"]).done().objects(), log);
    assert!(
        desk.ctl(&["runs", "show", &id])
            .done()
            .out
            .contains("`extra` int"),
        "the definition was read back"
    );
}

#[tokio::test]
async fn a_script_reads_the_run_as_objects() {
    let (desk, _schema, table) = prepared("ctl_json", 5_000).await;
    let name = table.to_string();
    let objects = desk
        .json(&["run", "Sandbox", "--table", &name, "--reclaim"])
        .done()
        .objects();
    assert!(objects[0]["findings"].is_array(), "first the plan");
    let last = objects.last().unwrap();
    assert_eq!(last["state"]["name"], "completed");
    assert_eq!(last["rows_copied"], 5_000);
    let figures: Vec<&str> = last["compared"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|compared| compared["figure"].as_str())
        .collect();
    assert!(
        figures.starts_with(&["duration", "rows", "chunks", "new_table"]),
        "{figures:?}"
    );
    let sequence: Vec<u64> = objects[1..]
        .iter()
        .filter_map(|view| view["last_seq"].as_u64())
        .collect();
    assert_eq!(
        sequence.len(),
        objects.len() - 1,
        "everything after the plan is the run"
    );
    assert!(sequence.is_sorted(), "{sequence:?}");
}

#[tokio::test]
async fn a_dry_run_changes_nothing() {
    let (desk, schema, table) = prepared("ctl_dry", 2_000).await;
    let mut client = schema.client().await;
    let create = format!("SHOW CREATE TABLE {}.t", schema.name());
    let before = client.rows(&create).await;
    let name = table.to_string();
    let line = [
        "run",
        "Sandbox",
        "--table",
        &name,
        "--alter",
        "ADD COLUMN extra INT",
        "--dry-run",
    ];
    desk.ctl(&line).done();
    assert_eq!(client.rows(&create).await, before);
    assert_eq!(
        table::remains(&mut client, schema.name()).await,
        Vec::<String>::new()
    );
    assert!(
        desk.ctl(&["history", "list"])
            .done()
            .out
            .contains("Completed (dry run)")
    );
}

#[tokio::test]
async fn a_danger_runs_only_when_it_was_named_and_the_table_typed() {
    let (desk, schema, table) = prepared("ctl_confirm", 200).await;
    let name = table.to_string();
    let line = [
        "--json",
        "run",
        "Sandbox",
        "--table",
        &name,
        "--alter",
        "DROP COLUMN touched",
    ];
    let with = |extra: &[&str]| desk.ctl(&line.iter().chain(extra).copied().collect::<Vec<_>>());
    let plan = desk
        .json(&[
            "plan",
            "Sandbox",
            "--table",
            &name,
            "--alter",
            "DROP COLUMN touched",
        ])
        .done()
        .object();
    let codes: Vec<&str> = plan["confirmation"]["accept"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let accept = format!("--accept={}", codes.join(","));
    assert_eq!(with(&[]).ends(3).error_code(), "DANGERS_NOT_ACCEPTED");
    assert_eq!(
        with(&["--confirm", &name]).ends(3).error_code(),
        "DANGERS_NOT_ACCEPTED"
    );
    assert_eq!(with(&[&accept]).ends(3).error_code(), "CONFIRMATION_MISMATCH");
    assert_eq!(
        with(&[&accept, "--confirm", "shop.orders"]).ends(3).error_code(),
        "CONFIRMATION_MISMATCH"
    );
    assert_eq!(
        desk.json(&["history", "list"]).done().out,
        "",
        "a refusal leaves no run"
    );
    let quoted = format!("`{}`.`t`", schema.name());
    with(&[&accept, "--confirm", &quoted]).done();
}

#[tokio::test]
async fn ctrl_c_stops_cleanly_and_leaves_nothing_on_the_server() {
    let (desk, schema, table) = prepared("ctl_interrupt", 4_000).await;
    let mut client = schema.client().await;
    let before = table::fingerprint(&mut client, &table).await;
    let (run, id) = held(&desk, &table);
    assert_eq!(
        table::remains(&mut client, schema.name()).await.len(),
        4,
        "a shadow table and three triggers"
    );
    run.interrupt();
    let said = run.end().ends(5);
    assert!(said.err.contains("Stopping the run"), "{}", said.err);
    assert!(said.out.contains(&format!("Run {id}: Cancelled")), "{}", said.out);
    assert_eq!(
        table::remains(&mut client, schema.name()).await,
        Vec::<String>::new()
    );
    assert_eq!(table::fingerprint(&mut client, &table).await, before);
    assert_eq!(state(&desk, &id), "cancelled");
}

#[tokio::test]
async fn a_second_process_pauses_resumes_and_stops_what_the_first_one_runs() {
    let (desk, schema, table) = prepared("ctl_second", 60_000).await;
    let name = table.to_string();
    let mut run = desk.start(&[
        "run",
        "Sandbox",
        "--table",
        &name,
        "--reclaim",
        "--chunk-size",
        "5",
    ]);
    run.says("Copy rows  ");
    let id = only_run(&desk);
    assert!(desk.ctl(&["runs", "list"]).done().out.contains(&id));
    let busy = desk
        .json(&["run", "Sandbox", "--table", &name, "--reclaim"])
        .ends(3);
    assert!(
        busy.out.contains("TABLE_BUSY") || busy.out.contains("PLAN_BLOCKED"),
        "{}",
        busy.out
    );

    let paused = desk.ctl(&["runs", "pause", &id]).done();
    assert!(paused.out.contains("Paused"), "{}", paused.out);
    let rows = || {
        desk.json(&["runs", "show", &id]).done().object()["view"]["rows_copied"]
            .as_u64()
            .unwrap()
    };
    let at_pause = rows();
    assert!(at_pause < 60_000, "it was paused on its way");
    run.says("Paused");
    assert_eq!(rows(), at_pause, "a paused run copies nothing");
    assert_eq!(
        desk.json(&["runs", "cutover", &id]).ends(1).error_code(),
        "RUN_STATE_FORBIDS"
    );
    desk.ctl(&["runs", "resume", &id]).done();
    run.says("Copy rows  ");

    desk.ctl(&["runs", "stop", &id]).done();
    run.end().ends(5);
    let mut client = schema.client().await;
    assert_eq!(
        table::remains(&mut client, schema.name()).await,
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn a_held_run_goes_on_when_another_process_says_so() {
    let (desk, schema, table) = prepared("ctl_cutover", 2_000).await;
    let (run, id) = held(&desk, &table);
    assert_eq!(state(&desk, &id), "awaiting_cutover");
    desk.ctl(&["runs", "cutover", &id]).done();
    run.end().done();
    let mut client = schema.client().await;
    assert_eq!(
        table::remains(&mut client, schema.name()).await,
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn a_held_run_is_looked_at_counted_compared_and_timed_from_the_command_line() {
    let (desk, _schema, table) = prepared("ctl_gate", 2_000).await;
    let (run, id) = held(&desk, &table);
    let view = || desk.json(&["runs", "show", &id]).done().object()["view"].clone();
    let said = desk.ctl(&["runs", "gate", &id]).done();
    for part in ["no other session holds the table", "Threads_running"] {
        assert!(said.out.contains(part), "{part}: {}", said.out);
    }
    let figures = desk.json(&["runs", "gate", &id, "--count"]).done().object();
    assert!(figures["locks"].is_array(), "{figures}");
    assert_eq!(view()["gate"], serde_json::json!({"kind": "equal", "rows": 2000}));
    let said = desk.ctl(&["runs", "gate", &id, "--compare"]).done();
    assert!(
        said.out.contains("2,000 rows are equal in both tables"),
        "{}",
        said.out
    );
    assert_eq!(view()["checksum"]["outcome"]["kind"], "equal");

    let past = desk
        .json(&["runs", "cutover", &id, "--at", "2020-01-01 00:00"])
        .ends(2);
    assert_eq!(past.error_code(), "INVALID_INPUT");
    let set = desk
        .ctl(&["runs", "cutover", &id, "--at", "2099-01-01 00:00"])
        .done();
    assert!(set.out.contains("2099-01-01 00:00"), "{}", set.out);
    assert!(view()["cut_over_at"].is_i64());
    desk.ctl(&["runs", "cutover", &id, "--no-time"]).done();
    assert!(view()["cut_over_at"].is_null() && state(&desk, &id) == "awaiting_cutover");

    let late = desk.json(&["runs", "tune", &id, "--chunk-time", "1"]).ends(1);
    assert_eq!(late.error_code(), "RUN_STATE_FORBIDS", "all rows are copied");
    desk.ctl(&["runs", "tune", &id]).ends(2);
    desk.ctl(&["runs", "cutover", &id]).done();
    run.end().done();
    let shown = desk.ctl(&["runs", "show", &id]).done();
    assert!(
        shown.out.contains("2,000 rows are equal"),
        "it stays on record: {}",
        shown.out
    );
}

#[tokio::test]
async fn a_run_whose_process_was_killed_is_taken_up_by_the_next_one() {
    let (desk, schema, table) = prepared("ctl_crash", 2_000).await;
    let (run, id) = held(&desk, &table);
    run.kill();
    let mut watch = desk.start(&["runs", "watch", &id]);
    watch.says("runs cutover ");
    desk.ctl(&["runs", "cutover", &id]).done();
    watch.end().done();
    assert_eq!(state(&desk, &id), "completed");
    let mut client = schema.client().await;
    assert_eq!(
        table::remains(&mut client, schema.name()).await,
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn a_run_goes_on_to_its_end_when_nobody_reads_any_more() {
    let (desk, schema, table) = prepared("ctl_pipe", 2_000).await;
    let script = format!(
        "set -o pipefail; '{}' --data-dir '{}' --passphrase-file '{}' run Sandbox --table {table} --reclaim | head -n 1",
        program().display(),
        desk.path("data").display(),
        desk.path("master").display(),
    );
    let mut command = std::process::Command::new("bash");
    command
        .args(["-c", &script])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    let said = Running::start(command).end().done();
    assert_eq!(said.out.lines().count(), 1, "{}", said.out);
    assert_eq!(state(&desk, &only_run(&desk)), "completed");
    let mut client = schema.client().await;
    assert_eq!(
        table::remains(&mut client, schema.name()).await,
        Vec::<String>::new()
    );
}

#[test]
fn a_run_that_never_was_is_said_to_be_missing() {
    let desk = Desk::connected();
    for command in [
        "show", "log", "pause", "resume", "cutover", "hold", "gate", "stop", "cleanup", "watch",
    ] {
        let said = desk.json(&["runs", command, "20200101-001"]).ends(1);
        assert_eq!(said.error_code(), "NOT_FOUND", "{command}");
    }
}

#[tokio::test]
async fn several_tables_are_planned_confirmed_and_changed_by_one_command() {
    let (desk, schema, first) = prepared("ctl_batch", 40).await;
    let second = table::filled(&schema, "u", 40).await;
    let names = [first.to_string(), second.to_string()];
    let change = |more: &[&str]| {
        let mut line = vec!["batch", "Sandbox", "--table", &names[0], "--table", &names[1]];
        line.extend([
            "--alter",
            "ADD COLUMN extra INT",
            "--name",
            "extra",
            "--stop-on-failure",
        ]);
        line.extend(more);
        line.into_iter().map(str::to_owned).collect::<Vec<String>>()
    };
    let ctl = |line: &[String]| desk.ctl(&line.iter().map(String::as_str).collect::<Vec<_>>());
    let planned = ctl(&change(&["--plan-only"])).done();
    for part in [names[0].as_str(), names[1].as_str(), "ready", "2 changes"] {
        assert!(planned.out.contains(part), "{part}: {}", planned.out);
    }
    assert!(
        desk.json(&["history", "list"]).done().objects().is_empty(),
        "nothing was queued"
    );

    ctl(&change(&[])).done();
    let mut client = schema.client().await;
    let columns = format!(
        "SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = '{}' AND column_name = 'extra'",
        schema.name()
    );
    assert_eq!(client.value(&columns).await, "2");
    let runs = desk.json(&["history", "list"]).done().objects();
    let places: Vec<u64> = runs
        .iter()
        .map(|run| run["batch"]["number"].as_u64().unwrap())
        .collect();
    assert_eq!(places, [2, 1], "newest first");
    assert!(
        runs.iter()
            .all(|run| run["batch"]["name"] == "extra" && run["state"]["name"] == "completed")
    );

    // One that cannot be planned keeps the whole batch from being queued.
    let refused = ctl(&change(&["--table", &format!("{}.gone", schema.name())]));
    assert_ne!(refused.code, 0);
    assert_eq!(desk.json(&["history", "list"]).done().objects().len(), 2);
    let one = desk.ctl(&[
        "run",
        "Sandbox",
        "--table",
        &names[0],
        "--table",
        &names[1],
        "--reclaim",
    ]);
    assert!(
        one.code == 2 && one.err.contains("mysqlerctl batch"),
        "{} {}",
        one.code,
        one.err
    );
}

#[tokio::test]
async fn runs_wait_for_their_time_and_for_each_other_in_an_order_that_can_be_changed() {
    let (desk, schema, first) = prepared("ctl_queue", 40).await;
    let mut others = Vec::new();
    for name in ["u", "v"] {
        others.push(table::filled(&schema, name, 40).await.to_string());
    }
    let (_held, working) = held(&desk, &first);
    let mut waiting = Vec::new();
    for name in &others {
        let mut run = desk.start(&[
            "run",
            "Sandbox",
            "--table",
            name,
            "--reclaim",
            "--at",
            "2090-01-01",
        ]);
        let line = run.says("Waits for its time");
        assert!(line.contains("2090-01-01"), "{line}");
        waiting.push(run);
    }
    let listed = |desk: &Desk| -> Vec<String> {
        let runs = desk.json(&["runs", "list"]).done().objects();
        let mut queued: Vec<(u64, String)> = runs
            .iter()
            .filter(|run| run["state"]["name"] == "queued")
            .map(|run| {
                (
                    run["waiting"]["position"].as_u64().unwrap(),
                    run["id"].as_str().unwrap().to_owned(),
                )
            })
            .collect();
        queued.sort();
        queued.into_iter().map(|(_, id)| id).collect()
    };
    let order = listed(&desk);
    let moved = desk
        .json(&["runs", "move", &order[1], "--before", &order[0]])
        .done()
        .objects();
    let ids: Vec<&str> = moved.iter().map(|run| run["id"].as_str().unwrap()).collect();
    assert_eq!(ids, [order[1].as_str(), order[0].as_str()]);
    let nothing = desk.ctl(&["runs", "move", &working, "--first"]);
    assert_ne!(nothing.code, 0, "it works");
    assert_ne!(
        desk.ctl(&[
            "run",
            "Sandbox",
            "--table",
            "a.b",
            "--reclaim",
            "--window",
            "22:00-22:00"
        ])
        .code,
        0
    );

    // Let go, it waits for the one that works on its server; then a stop takes it back.
    let mut now = desk.start(&["runs", "start-now", &order[1]]);
    let line = now.says("on the same server");
    assert!(line.contains(&working), "{line}");
    for id in &order {
        desk.ctl(&["runs", "stop", id]).done();
        assert_eq!(state(&desk, id), "cancelled");
    }
    desk.ctl(&["runs", "stop", &working]).done();
}
