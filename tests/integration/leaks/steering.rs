//! What a person asks of a run that stands at its gate, of the queue, and of what runs left on the server.

use mysqler_contract::{
    BatchId, BatchTerms, ChangeRequest, Confirmation, Connection, LeftoverPick, OptionSetting, QueueMove,
    RunId, RunView, TableRef, Timestamp,
};

use crate::window::Window;

/// Of a run that was told to wait at its gate, and stands there.
pub async fn the_gate(window: &mut Window, id: &RunId) {
    let core = window.desk.core.clone();
    window.heard("run_gate", core.run_gate(id).await).expect("read");
    window
        .heard("run_count", core.run_count(id).await)
        .expect("heard");
    let counted = |view: &RunView| view.gate.is_some() && view.counting.is_none();
    window.desk.until(id, "the count", counted).await;
    window
        .heard("run_compare", core.run_compare(id).await)
        .expect("heard");
    // It may be over by now.
    let _ = window.heard("run_compare_end", core.run_compare_end(id).await);
    let compared = |view: &RunView| view.checksum.as_ref().is_some_and(|sum| !sum.under_way());
    window.desk.until(id, "the comparison", compared).await;
    let tomorrow = Timestamp(window.desk.core.run_view(id).await.expect("stored").created_at.0 + 86_400_000);
    for at in [Some(tomorrow), None] {
        window
            .heard("run_cutover_at", core.run_cutover_at(id, at).await)
            .expect("heard");
    }
    let slower = [OptionSetting {
        name: "chunk-time".into(),
        value: Some("0.1".into()),
    }];
    let _ = window.heard("run_tune", core.run_tune(id, &slower).await);
    let _ = window.heard("run_hold", core.run_hold(id).await);
    let _ = window.heard("run_start_now", core.run_start_now(id).await);
    window
        .heard("run_move", core.run_move(id, &QueueMove::First).await)
        .expect_err("it left the queue");
}

pub async fn batches_and_leftovers(window: &mut Window, connection: &Connection, table: &TableRef) {
    let core = window.desk.core.clone();
    let request = window.request(connection);
    let missing = ChangeRequest {
        table: TableRef::new(&table.database, "missing"),
        ..window.request(connection)
    };
    let batch = window
        .heard("batch_plan", core.batch_plan(vec![request, missing], None).await)
        .expect("each is planned or says why not");
    let terms = BatchTerms {
        name: "both".into(),
        stop_on_failure: true,
        schedule: mysqler_contract::Schedule::default(),
    };
    let started = core
        .batch_start(&batch.id, &Confirmation::default(), &terms)
        .await;
    window
        .heard("batch_start", started)
        .expect_err("one cannot be planned");
    let runs = core.batch_runs(&BatchId("none".into())).await;
    let _ = window.heard("batch_runs", runs);
    let database = Some(table.database.as_str());
    window
        .heard("leftovers", core.leftovers(&connection.id, database).await)
        .expect("looked for");
    let removed = core
        .leftovers_remove(&connection.id, database, &LeftoverPick::All)
        .await;
    window.heard("leftovers_remove", removed).expect("an answer");
}
