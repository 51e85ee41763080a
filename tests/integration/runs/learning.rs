//! What a copy leaves for the next plan.

use mysqler_contract::{Compared, EngineChoice, Figure, Remark, RunEventKind, WorkKind};
use mysqler_core::run::pace;
use mysqler_tests::desk::Desk;
use mysqler_tests::sandbox::Server;
use mysqler_tests::table::filled;

const ROWS: u64 = 200_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_held_against_its_forecast_and_the_next_one_is_learned_from_it() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "run_learning").await;
    let table = filled(&schema, "orders", ROWS).await;
    let connection = desk.primary().await;
    let request = || {
        let mut request = desk.request(&connection, &table, "FORCE");
        request.engine = EngineChoice::PtOsc;
        request.options.chunk_time_ms = Some(100);
        request
    };

    let first = desk.plan(request()).await;
    assert!(!first.forecast.learned && first.forecast.samples == 0);
    assert_eq!(
        first.forecast.work.map(|work| work.kind),
        Some(WorkKind::ChunkedCopy)
    );
    let id = desk.start(&first).await.id;
    let view = desk.completed(&id).await;

    let told = |figure| view.compared.iter().find(|compared| compared.figure == figure);
    let fact = |figure| -> Compared { told(figure).expect("compared").clone() };
    let rows = fact(Figure::Rows);
    assert_eq!((rows.forecast, rows.fact), (first.forecast.rows, Some(ROWS)));
    let whole = view.finished_at.unwrap().since(view.started_at.unwrap());
    let took = fact(Figure::Duration).fact.expect("it ended");
    assert!(
        (whole.saturating_sub(1_000)..=whole).contains(&took),
        "{took} of {whole} ms"
    );
    let chunks = fact(Figure::Chunks);
    assert!(
        chunks.fact.is_some_and(|chunks| (2..2_000).contains(&chunks)),
        "{chunks:?}"
    );
    let table_room = fact(Figure::NewTable);
    let (foretold, is) = (table_room.forecast, table_room.fact.expect("measured"));
    assert!(is > foretold / 3 && is < foretold * 3, "{table_room:?}");
    let log = fact(Figure::BinaryLog);
    assert_eq!(log.remark, Some(Remark::OthersToo));
    let rows_alone = ROWS * 20;
    assert!(log.fact.is_some_and(|bytes| bytes > rows_alone), "{log:?}");
    let lag = fact(Figure::ReplicaLag);
    assert!(
        lag.fact.is_some() || lag.remark == Some(Remark::WithinLimit),
        "the sandbox's replica is watched: {lag:?}"
    );
    let events = desk.events(&id).await;
    let stored = events.iter().find_map(|event| match &event.kind {
        RunEventKind::Compared { figures } => Some(figures),
        _ => None,
    });
    assert_eq!(stored, Some(&view.compared), "it is on record");

    let (kind, rate) = pace(&view).expect("it took more than a second");
    assert_eq!(kind, WorkKind::ChunkedCopy);
    let second = desk.plan(request()).await.forecast;
    assert_eq!(
        (second.learned, second.samples, second.rate_rows_s),
        (true, 1, rate)
    );
    desk.close().await;
}
