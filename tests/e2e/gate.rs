//! The last look before the swap, and the run that waits behind it.

use std::time::Duration;

use mysqler_tests::sandbox::Server;
use mysqler_tests::table::{filled, remains};

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
