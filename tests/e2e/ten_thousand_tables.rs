//! A schema of ten thousand tables: the list filters while one types.

use mysqler_tests::sandbox::Server;
use mysqler_tests::table::many;

use crate::desk::{Desk, at_a_desk};
use crate::flows::CHECK;
use crate::page::at;

const TABLES: usize = 10_000;

/// The best of what was found.
const FIRST: &str = "[aria-posinset='1'] [data-testid='pick-table-option']";

/// From here on the longest time between two frames is kept.
const WATCH: &str = "
const seen = (window.__frames = { longest: 0, count: 0, on: true });
let last = performance.now();
const frame = (now) => { seen.longest = Math.max(seen.longest, now - last); seen.count += 1; last = now; if (seen.on) requestAnimationFrame(frame); };
requestAnimationFrame(frame);";

#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_ten_thousand_tables_filters_while_one_types() {
    at_a_desk("ten-thousand-tables", async |desk| {
        let schema = desk.sandbox.fresh_schema(Server::Primary, "e2e_many").await;
        many(&desk.sandbox, Server::Primary, &schema, TABLES).await;
        desk.welcome().await;
        desk.save_primary("Shop", 3).await;
        desk.click(&at("connection-change")).await;
        desk.pick("database", schema.name()).await;

        let begun = std::time::Instant::now();
        desk.click(&at("pick-table")).await;
        desk.see_within(&option("t00000"), CHECK).await;
        println!("{TABLES} tables on screen after {:?}", begun.elapsed());
        desk.focused("pick-table-search").await;
        desk.js(WATCH, vec![]).await;
        for (typed, first) in [
            ("t", "t00000"),
            ("0", "t00000"),
            ("9", "t09000"),
            ("9", "t09900"),
            ("8", "t09980"),
        ] {
            let begun = std::time::Instant::now();
            desk.keys(typed).await;
            desk.until_true(&format!(
                "document.querySelector(`{FIRST}`)?.dataset.key === '{first}'"
            ))
            .await;
            println!("typed {typed}: {first} leads after {:?}", begun.elapsed());
        }
        longest_frame(desk).await;
        desk.picture("filtered").await;
        let rows = desk
            .js(
                "return document.querySelectorAll(arguments[0]).length",
                vec![at("pick-table-option").into()],
            )
            .await;
        assert!(
            rows.as_u64().is_some_and(|rows| rows < 100),
            "only what is in sight is drawn: {rows}"
        );
        desk.click(&option("t09988")).await;
        desk.says(&at("pick-table"), "t09988").await;
        desk.see_within(&at("table-facts"), CHECK).await;
        desk.says(&at("table-facts"), "MEMORY").await;
    })
    .await;
}

/// Printed, not asserted: a machine under load is no defect. That frames were drawn at all is.
async fn longest_frame(desk: &Desk) {
    let frames = desk
        .js("window.__frames.on = false; return window.__frames", vec![])
        .await;
    println!("while typing: {frames}");
    assert!(
        frames["count"].as_u64().is_some_and(|count| count > 5),
        "the page drew frames: {frames}"
    );
}

fn option(key: &str) -> String {
    format!("[data-testid='pick-table-option'][data-key='{key}']")
}
