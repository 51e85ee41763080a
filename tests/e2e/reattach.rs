//! The window dies in the middle of a run, and the next one shows the run as if nothing had been.

use std::time::Duration;

use mysqler_tests::sandbox::Server;
use mysqler_tests::table::{filled, remains};
use serde_json::Value;

use crate::desk::{Desk, at_a_desk};
use crate::page::at;

const ROWS: u64 = 30_000;
const LONG: Duration = Duration::from_secs(600);

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_window_comes_back_to_its_run() {
    at_a_desk("reattach", async |desk| {
        let schema = desk.sandbox.fresh_schema(Server::Primary, "e2e_reattach").await;
        filled(&schema, "parcels", ROWS).await;
        desk.welcome().await;
        desk.save_primary("Shop", 3).await;
        desk.choose_table(schema.name(), "parcels").await;
        desk.clause("ADD COLUMN weight INT").await;
        desk.patient_options(Some(200)).await;
        // Held at the end: whatever the machine's pace, the run is still under way when the window is back.
        desk.hold_cutover().await;
        desk.check().await;
        let id = desk.start(&format!("{}.parcels", schema.name())).await;
        let before = desk.rows_beyond(200, LONG).await;
        assert!(before < ROWS, "killed too late: {before}");
        let begun = lines(desk, &id).await;
        desk.kill().await;

        desk.open().await;
        desk.unlock().await;
        desk.go("runs").await;
        let card = format!("[data-testid='run-card'][data-run='{id}']");
        desk.see(&card).await;
        desk.picture("runs").await;
        desk.click(&format!("{card} .clause")).await;
        desk.rows_beyond(before, LONG).await;
        desk.until("the log told before the crash", LONG, async || {
            let title = desk.text(".log-panel .found").await;
            let shown: String = title.chars().filter(char::is_ascii_digit).collect();
            (shown.parse::<usize>().ok()? >= begun.len()).then_some(())
        })
        .await;
        desk.picture("live-again").await;
        desk.until_state(&["awaiting_cutover"], LONG).await;
        assert_eq!(desk.rows().await, ROWS);
        desk.picture("held").await;
        desk.click(&at("run-cutover")).await;
        desk.until_state(&["completed"], LONG).await;

        let whole = lines(desk, &id).await;
        assert!(!begun.is_empty(), "there was a log before");
        assert!(whole.len() > begun.len(), "the log went on");
        assert_eq!(
            whole[..begun.len()],
            begun,
            "what was told before is there, once and in order"
        );
        let seqs: Vec<u64> = whole.iter().filter_map(|line| line["seq"].as_u64()).collect();
        assert_eq!(
            seqs,
            (1..=whole.len() as u64).collect::<Vec<_>>(),
            "no line is lost or doubled"
        );
        let mut client = schema.client().await;
        assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());
        assert_eq!(
            client.value("SELECT COUNT(weight IS NULL) FROM parcels").await,
            ROWS.to_string()
        );
        desk.says(&at("log"), "Successfully altered").await;
        desk.picture("completed").await;
    })
    .await;
}

/// The stored log, as the page gets it.
async fn lines(desk: &Desk, id: &str) -> Vec<Value> {
    let answer = desk.ctl(&["--json", "runs", "log", id]).await;
    assert!(
        answer.status.success(),
        "{}",
        String::from_utf8_lossy(&answer.stderr)
    );
    let text = String::from_utf8(answer.stdout).expect("the log is text");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("a line of JSON"))
        .collect()
}
