//! What a crashed change left on the server, looked through and removed in the window.

use std::time::Duration;

use mysqler_contract::{EngineChoice, Environment, RunState};
use mysqler_tests::sandbox::{Account, Schema, Server};
use mysqler_tests::table::filled;
use tokio::process::Command;

use crate::desk::at_a_desk;
use crate::page::at;

const ROWS: u64 = 2_000;
const LONG: Duration = Duration::from_secs(600);

/// A change of another workstation, which crashed at its gate: nobody here has it on record.
async fn crashed(name: &str) -> Schema {
    let other = mysqler_tests::desk::Desk::new().await;
    let schema = other.sandbox.fresh_schema(Server::Primary, name).await;
    let table = filled(&schema, "crates", ROWS).await;
    let there = other
        .connection(Server::Primary, Account::Mysqler, Environment::Development)
        .await;
    let mut request = other.request(&there, &table, "ADD COLUMN weight INT");
    request.hold_cutover = true;
    request.engine = EngineChoice::PtOsc;
    let id = other.go(request).await;
    let view = other
        .until(&id, "the gate", |view| {
            matches!(view.state, RunState::AwaitingCutover { .. })
        })
        .await;
    other.close().await;
    let job = view.job.expect("its container");
    let removed = Command::new("docker")
        .args(["rm", "--force", &job])
        .output()
        .await;
    assert!(removed.expect("docker is there").status.success());
    schema
}

/// Triggers and tables of the schema, by name.
async fn there(schema: &Schema) -> Vec<String> {
    let names = "SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE() \
        UNION ALL SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()";
    let mut names = schema.client().await.rows(names).await.concat();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_crashed_change_left_is_shown_and_removed_and_the_users_own_stays() {
    at_a_desk("leftovers", async |desk| {
        let schema = crashed("e2e_leftovers").await;
        let own = format!("pt_osc_{}_crates_bef", schema.name());
        // In a session that is closed again: one that is open would be taken for the change at work.
        let mine = format!("CREATE TRIGGER `{own}` BEFORE INSERT ON crates FOR EACH ROW SET NEW.note = 'mine'");
        schema.client().await.run(&mine).await;
        assert_eq!(there(&schema).await.len(), 6, "what was left, what was there, what is the user's");

        desk.welcome().await;
        desk.save_primary("Shop", 3).await;
        // Other tests may leave something on this server just now. A row's reasons name other objects, its heading only its own.
        let name = schema.name();
        let rows = format!(
            "[...document.querySelectorAll(`{}`)].filter(row => row.querySelector('code').textContent.startsWith('{name}.'))",
            at("leftover-row")
        );
        let row = |ending: &str| {
            format!("{rows}.find(row => row.querySelector('code').textContent.endsWith('{ending}'))")
        };
        let boxes = |state: &str| format!("{rows}.filter(row => {state})");
        // The server takes a moment to see that the sessions are gone.
        desk.until("leftovers that nobody works on", LONG, async || {
            desk.click(&at("leftovers-check")).await;
            desk.see(&format!("{}:not([disabled])", at("leftovers-check")))
                .await;
            let free = boxes("!row.querySelector('input').disabled");
            let free = desk.js(&format!("return {free}.length"), vec![]).await;
            (free.as_u64()? == 4).then_some(())
        })
        .await;
        desk.until_true(&format!("{rows}.length === 5")).await;
        desk.until_true(&format!("{}.querySelector('input').disabled", row("_crates_bef")))
            .await;
        assert!(
            !desk.sees(&at("leftovers-remove")).await,
            "nothing is picked for a person"
        );
        desk.picture("found").await;

        // The triggers that write to the shadow are picked with it, and go first.
        desk.js(
            &format!("{}.querySelector('input').click()", row("._crates_new")),
            vec![],
        )
        .await;
        let picked = boxes("row.querySelector('input').checked");
        desk.until_true(&format!("{picked}.length === 4")).await;
        desk.click(&at("leftovers-remove")).await;
        let sql = desk.text(&at("leftovers-sql")).await;
        let statements: Vec<&str> = sql.lines().filter(|line| !line.is_empty()).collect();
        assert_eq!(statements.len(), 4, "{sql}");
        assert!(
            statements[..3].iter().all(|drop| drop.starts_with("DROP TRIGGER"))
                && statements[3].starts_with("DROP TABLE")
                && statements[3].contains("_crates_new")
                && !sql.contains("_crates_bef"),
            "{sql}"
        );
        assert_eq!(there(&schema).await.len(), 6, "asking removes nothing");
        desk.picture("asked").await;
        desk.click(&at("confirm-action")).await;
        desk.until_true(&format!("{rows}.length === 1 && {}", row("_crates_bef")))
            .await;
        assert!(!desk.sees(&at("leftovers-refused")).await);
        desk.picture("removed").await;

        assert_eq!(there(&schema).await, ["crates".to_owned(), own]);
        let mut client = schema.client().await;
        client.run("INSERT INTO crates (amount, note) VALUES (1, 'x')").await;
        let written = "SELECT CONCAT(COUNT(*), ' ', SUM(note = 'mine')) FROM crates";
        assert_eq!(client.value(written).await, format!("{} 1", ROWS + 1));
    })
    .await;
}
