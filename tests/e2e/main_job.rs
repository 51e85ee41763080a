//! The job that the application exists for: a big table changed in the real window, under an application that writes.

use std::time::Duration;

use mysqler_tests::table::remains;

use crate::desk::{Desk, at_a_desk};
use crate::orders::{self, COLUMN, ROWS, SCHEMA, TABLE};
use crate::page::at;
use crate::writer::Writers;

/// Two million rows on two busy cores.
const LONG: Duration = Duration::from_secs(900);
const A_WHILE: Duration = Duration::from_secs(3);

#[tokio::test(flavor = "multi_thread")]
async fn a_big_table_is_changed_while_its_application_writes() {
    at_a_desk("main-job", async |desk| {
        let mut client = orders::ready(&desk.sandbox).await;
        desk.welcome().await;
        desk.save_primary("Shop", 1).await;
        plans(desk).await;

        let writers = Writers::start(&desk.sandbox).await;
        let id = desk.start(TABLE).await;
        runs(desk, &writers).await;
        pauses(desk, &writers).await;
        desk.click(&at("run-resume")).await;
        desk.until_state(&["running"], LONG).await;
        desk.until_state(&["completed"], LONG).await;
        writers.agree(&desk.sandbox).await;

        assert!(
            orders::has_column(&mut client).await,
            "the definition has the column"
        );
        assert_eq!(remains(&mut client, SCHEMA).await, Vec::<String>::new());
        told(desk, &id).await;
    })
    .await;
}

async fn plans(desk: &Desk) {
    desk.choose_table(SCHEMA, "orders").await;
    desk.clause(&format!("ADD COLUMN {COLUMN} VARCHAR(32) NOT NULL DEFAULT 'web'"))
        .await;
    desk.patient_options(None).await;
    desk.check().await;
    let findings = desk.text(&at("findings")).await;
    assert!(!findings.trim().is_empty(), "findings are shown");
    desk.picture("checked").await;
}

async fn runs(desk: &Desk, writers: &Writers) {
    desk.until_state(&["running"], LONG).await;
    let some = desk.rows_beyond(0, LONG).await;
    let more = desk.rows_beyond(some, LONG).await;
    assert!(more < ROWS, "the copy is under way: {more}");
    assert!(writers.written() > 0, "the application writes");
    desk.see(&at("run-progress")).await;
    desk.picture("running").await;
}

async fn pauses(desk: &Desk, writers: &Writers) {
    desk.click(&at("run-pause")).await;
    desk.until_state(&["paused"], LONG).await;
    let (rows, written) = (desk.rows().await, writers.written());
    desk.picture("paused").await;
    // Standing still cannot be waited for, only watched.
    tokio::time::sleep(A_WHILE).await;
    assert_eq!(desk.rows().await, rows, "no row is copied while paused");
    assert_eq!(desk.run_state().await, "paused");
    assert!(rows < ROWS, "it was paused in the middle: {rows}");
    assert!(writers.written() > written, "the application goes on writing");
}

async fn told(desk: &Desk, id: &str) {
    desk.see(&at("run-outcome")).await;
    desk.says(&at("run-outcome"), COLUMN).await;
    desk.picture("completed").await;
    desk.go("history").await;
    let row = format!("[data-testid='history-row'][data-run='{id}']");
    desk.see(&row).await;
    desk.see(&format!("{row} [data-state='completed']")).await;
    desk.says(&row, "orders").await;
    desk.picture("history").await;
}
