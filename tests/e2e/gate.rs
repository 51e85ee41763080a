//! The last look before the swap, and the run that waits behind it; and what another workstation left on the server.

use std::time::Duration;

use mysqler_contract::{EngineChoice, Environment, RunState};
use mysqler_tests::sandbox::{Account, Server};
use mysqler_tests::table::{filled, remains};
use tokio::process::Command;

use crate::desk::at_a_desk;
use crate::page::at;

const ROWS: u64 = 4_000;
const LONG: Duration = Duration::from_secs(600);

#[tokio::test(flavor = "multi_thread")]
async fn a_held_run_shows_its_gate_and_swaps_on_a_word_and_the_next_one_follows() {
    at_a_desk("gate", async |desk| {
        let schema = desk.sandbox.fresh_schema(Server::Primary, "e2e_gate").await;
        for table in ["parcels", "letters"] {
            filled(&schema, table, ROWS).await;
        }
        desk.welcome().await;
        desk.save_primary("Shop", 3).await;
        desk.choose_table(schema.name(), "parcels").await;
        desk.clause("ADD COLUMN weight INT").await;
        desk.patient_options(Some(500)).await;
        desk.hold_cutover().await;
        desk.check().await;
        let held = desk.start(&format!("{}.parcels", schema.name())).await;
        desk.until_state(&["awaiting_cutover"], LONG).await;

        // The server's one heavy place is taken.
        desk.go("connections").await;
        desk.choose_table(schema.name(), "letters").await;
        desk.clause("ADD COLUMN stamp INT").await;
        desk.patient_options(Some(500)).await;
        desk.check().await;
        let next = desk.start(&format!("{}.letters", schema.name())).await;
        desk.until_state(&["queued"], LONG).await;
        desk.go("runs").await;
        let waits = format!("[data-run='{next}'] {}", at("run-waits"));
        desk.says(&waits, &held).await;
        desk.picture("queue").await;

        desk.click(&format!("[data-testid='run-card'][data-run='{held}'] .clause"))
            .await;
        desk.see(&at("gate")).await;
        let mut reader = schema.client().await;
        let session = reader.value("SELECT CONNECTION_ID()").await;
        reader.run("BEGIN").await;
        reader.run("SELECT COUNT(*) FROM parcels").await;
        desk.says(&at("gate-locks"), &session).await;
        desk.picture("locked").await;
        reader.run("COMMIT").await;
        desk.until_true(&format!(
            "!document.querySelector(`{}`)?.textContent.includes('{session}')",
            at("gate-locks")
        ))
        .await;

        desk.click(&at("gate-count-rows")).await;
        desk.says(&at("gate-counted"), "4,000").await;
        desk.click(&at("gate-compare")).await;
        desk.says(&at("gate-compared"), "4,000 rows are equal").await;
        assert_eq!(
            desk.run_state().await,
            "awaiting_cutover",
            "nothing but a word swaps"
        );
        desk.picture("proven").await;
        desk.click(&at("run-cutover")).await;
        desk.until_state(&["completed"], LONG).await;

        // The draft still says that the change waits for a person.
        desk.go("runs").await;
        desk.click(&format!("[data-testid='run-card'][data-run='{next}'] .clause"))
            .await;
        desk.until_state(&["awaiting_cutover"], LONG).await;
        desk.click(&at("run-cutover")).await;
        desk.until_state(&["completed"], LONG).await;
        let mut client = schema.client().await;
        assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());
        assert_eq!(
            client.value("SELECT COUNT(weight IS NULL) FROM parcels").await,
            ROWS.to_string()
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_workstation_left_is_shown_and_removed_when_it_is_picked() {
    at_a_desk("leftovers", async |desk| {
        let other = mysqler_tests::desk::Desk::new().await;
        let schema = other.sandbox.fresh_schema(Server::Primary, "e2e_leftovers").await;
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
        let killed = Command::new("docker").args(["kill", &job]).output().await;
        assert!(killed.expect("docker is there").status.success());

        desk.welcome().await;
        desk.save_primary("Shop", 3).await;
        let mine = format!(
            "[...document.querySelectorAll(`{}`)].filter(row => row.textContent.includes('{}'))",
            at("leftover-row"),
            schema.name()
        );
        // The server takes a moment to see that the sessions are gone.
        desk.until("leftovers that nobody works on", LONG, async || {
            desk.click(&at("leftovers-check")).await;
            desk.see(&format!("{}:not([disabled])", at("leftovers-check")))
                .await;
            let free = format!("return {mine}.filter(row => !row.querySelector('input').disabled).length");
            (desk.js(&free, vec![]).await.as_u64()? >= 4).then_some(())
        })
        .await;
        desk.picture("found").await;
        assert!(
            !desk.sees(&at("leftovers-remove")).await,
            "nothing is picked for a person"
        );
        // The triggers that write to the shadow are picked with it.
        let shadow = format!(
            "{mine}.find(row => row.textContent.includes('_crates_new')).querySelector('input').click()"
        );
        desk.js(&shadow, vec![]).await;
        desk.until_true(&format!(
            "{mine}.filter(row => row.querySelector('input').checked).length === 4"
        ))
        .await;
        desk.click(&at("leftovers-remove")).await;
        desk.says(&at("leftovers-sql"), "DROP TRIGGER").await;
        desk.says(&at("leftovers-sql"), "_crates_new").await;
        desk.picture("asked").await;
        desk.click(&at("confirm-action")).await;
        desk.until_true(&format!("{mine}.length === 0")).await;
        desk.picture("removed").await;
        let mut client = schema.client().await;
        assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());
    })
    .await;
}
