//! The application goes away while a process of this machine works on: killed outright, or closed.

use futures::StreamExt;
use mysqler_contract::{LogStream, RunState, RunView, TableRef};
use mysqler_core::ports::{JobStatus, Runner};
use mysqler_tests::ledger::Writer;
use mysqler_tests::sandbox::{Account, Server};
use mysqler_tests::table::{filled, remains};

use super::workstation::{Workstation, job, session, slow};

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_application_leaves_its_run_to_the_next_one_which_loses_no_line() {
    let workstation = Workstation::new();
    let setup = workstation.desk("test:setup").await;
    let schema = setup
        .sandbox
        .fresh_schema(Server::Primary, "local_reattach")
        .await;
    let table = filled(&schema, "orders", 20_000).await;
    let place = setup.sandbox.place(Server::Primary, Account::Mysqler);
    let writer = Writer::start(&place, schema.name(), "orders", 11).await;
    let connection = workstation.connection(&setup, Account::Mysqler).await;
    setup.close().await;

    let mut host = workstation.program_runs(&connection, &table, |command| {
        command.arg("--hold-cutover");
    });
    let eye = workstation.desk("test:eye").await;
    let id = host.run(&eye).await;
    eye.until(&id, "the copy", |view| view.rows_copied > 500).await;
    eye.close().await;
    host.kill();

    let again = workstation.desk("test:2").await;
    let held = again
        .until(&id, "the gate", |view| {
            matches!(view.state, RunState::AwaitingCutover { .. })
                && view.supervisor.as_deref() == Some("test:2")
        })
        .await;
    assert!(
        session(job(&held).pid).len() >= 2,
        "the run outlived its application"
    );
    let lines: Vec<String> = again
        .log(&id)
        .await
        .into_iter()
        .filter(|line| line.stream != LogStream::App)
        .map(|line| line.text)
        .collect();
    let whole = shown_by_a_parser_that_never_left(&workstation, &held, &table).await;
    assert_eq!(lines, whole, "no line is lost or doubled");
    again.core.run_cutover(&id).await.expect("heard");
    again.completed(&id).await;
    writer.agrees("after the swap").await;
    let seqs: Vec<u64> = again.events(&id).await.iter().map(|event| event.seq).collect();
    assert_eq!(seqs, (1..=seqs.len() as u64).collect::<Vec<_>>());
    again.close().await;
}

/// What somebody who read the whole output in one go would have stored of it.
async fn shown_by_a_parser_that_never_left(
    workstation: &Workstation,
    view: &RunView,
    table: &TableRef,
) -> Vec<String> {
    let runner = workstation.runner();
    let job = view.job.as_deref().expect("started");
    let mut parser = runner.parser(table, false);
    let mut lines = runner.follow(job, Default::default()).await.expect("followed");
    let mut shown = Vec::new();
    // The run is held, so the output stands still; its end is the silence after the last line.
    while let Ok(Some(line)) = tokio::time::timeout(std::time::Duration::from_secs(2), lines.next()).await {
        let parsed = parser.feed(&line.expect("read"));
        shown.extend(parsed.show.map(|(_, text)| text));
    }
    shown
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_ended_while_nobody_looked_gets_its_true_outcome() {
    let workstation = Workstation::new();
    for kill in [false, true] {
        let desk = workstation.desk("test:1").await;
        let schema = desk
            .sandbox
            .fresh_schema(Server::Primary, &format!("local_alone_{kill}"))
            .await;
        let table = filled(&schema, "orders", 10_000).await;
        let connection = match desk.core.connections().await.expect("listed").pop() {
            Some(connection) => connection,
            None => workstation.connection(&desk, Account::Mysqler).await,
        };
        let id = desk
            .go(slow(desk.request(&connection, &table, "ADD COLUMN extra INT")))
            .await;
        let view = desk
            .until(&id, "the triggers", |view| !view.triggers.is_empty())
            .await;
        desk.close().await;
        if kill {
            super::workstation::signal("-KILL", job(&view).pid, true);
        }
        workstation.ended(&view).await;
        let code = if kill { 137 } else { 0 };
        let ended = workstation.status(&view).await;
        let out_of_memory = false;
        assert_eq!(ended, JobStatus::Exited { code, out_of_memory });

        let again = workstation.desk("test:2").await;
        let view = again.end(&id).await;
        let as_it_was = match kill {
            false => view.state == RunState::Completed,
            true => matches!(view.state, RunState::Failed { .. }),
        };
        assert!(as_it_was, "{:?}\n{}", view.state, again.log_text(&id).await);
        let mut client = schema.client().await;
        assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());
        again.close().await;
    }
}
