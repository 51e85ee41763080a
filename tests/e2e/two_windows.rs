//! The application started twice, and `mysqlerctl` beside it, all on the same data.

use std::time::{Duration, Instant};

use mysqler_tests::sandbox::Server;
use mysqler_tests::table::{filled, remains};

use crate::desk::{Desk, at_a_desk};
use crate::page::at;

const ROWS: u64 = 60_000;
const LONG: Duration = Duration::from_secs(600);

#[tokio::test(flavor = "multi_thread")]
async fn a_second_start_shows_the_first_window_and_the_terminal_works_beside_it() {
    at_a_desk("two-windows", async |desk| {
        let schema = desk.sandbox.fresh_schema(Server::Primary, "e2e_two").await;
        filled(&schema, "parcels", ROWS).await;
        desk.welcome().await;
        desk.save_primary("Shop", 3).await;
        desk.choose_table(schema.name(), "parcels").await;
        desk.clause("ADD COLUMN weight INT").await;
        desk.patient_options(Some(100)).await;
        desk.check().await;
        let id = desk.start(&format!("{}.parcels", schema.name())).await;
        desk.rows_beyond(100, LONG).await;

        a_second_start_ends_by_itself(desk).await;
        the_terminal(desk, &["runs", "pause", &id]).await;
        desk.until_state(&["paused"], LONG).await;
        let rows = desk.rows().await;
        assert!(rows < ROWS, "paused in the middle: {rows}");
        desk.picture("paused-from-the-terminal").await;
        the_terminal(desk, &["runs", "resume", &id]).await;
        desk.until_state(&["running"], LONG).await;
        desk.rows_beyond(rows, LONG).await;
        the_terminal(desk, &["runs", "stop", &id]).await;
        desk.until_state(&["cancelled"], LONG).await;
        desk.picture("stopped-from-the-terminal").await;
        let shown = the_terminal(desk, &["--json", "runs", "show", &id]).await;
        assert!(shown.contains("\"cancelled\""), "{shown}");
        let mut client = schema.client().await;
        assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());
    })
    .await;
}

async fn a_second_start_ends_by_itself(desk: &Desk) {
    let first = desk.window_id().expect("the window is there");
    let mut second = desk.start_again();
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = second.try_wait().expect("a child can be asked") {
            break status;
        }
        if begun.elapsed() > Duration::from_secs(60) {
            let _ = second.kill();
            panic!("a second window stays open");
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert!(status.success(), "{status}");
    assert_eq!(desk.window_id(), Some(first), "the first window stays");
    desk.see(&at("run-state")).await;
}

async fn the_terminal(desk: &Desk, arguments: &[&str]) -> String {
    let answer = desk.ctl(arguments).await;
    let err = String::from_utf8_lossy(&answer.stderr);
    assert!(answer.status.success(), "{arguments:?}: {err}");
    String::from_utf8(answer.stdout).expect("it says text")
}
