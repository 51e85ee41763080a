//! A table that has shrunk, when its copy is continued, to what the tool takes for one chunk: seen on 3.7.1, it would then
//! copy nothing more and swap.

use std::time::Instant;

use mysqler_contract::ChecksumOutcome;
use mysqler_tests::desk::DEADLINE;
use mysqler_tests::sandbox::Client;
use mysqler_tests::table::{fingerprint, remains};

use super::{CHUNK, at, broke_off, go_on};
use crate::container::kill_container;
use crate::moment::Moment;
use crate::scene::TABLE;

/// The tool copies a table of up to four chunks at once.
const AT_ONCE: u64 = 4 * CHUNK as u64;

/// Waits until the server estimates what is there.
async fn estimated(client: &mut Client) {
    let begun = Instant::now();
    loop {
        client.run(&format!("ANALYZE TABLE {TABLE}")).await;
        let plan = client
            .rows(&format!("EXPLAIN FORMAT=TRADITIONAL SELECT * FROM {TABLE}"))
            .await;
        // id, select_type, table, partitions, type, possible_keys, key, key_len, ref, rows
        let rows: u64 = plan[0][9].parse().expect("a count");
        if (1..=AT_ONCE).contains(&rows) {
            return;
        }
        assert!(begun.elapsed() < DEADLINE, "{rows} rows are estimated");
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_shrank_to_one_chunk_is_copied_to_its_end() {
    let at = at("shrunk", Moment::Copy).await;
    kill_container(&at.eye.view(&at.id).await);
    at.kept.let_go().await;
    broke_off(&at.desk, &at.id).await;
    let mut client = at.scene.client().await;
    at.scene.writer.agrees("before the table shrinks").await;
    // The copy had come to row 1000, so rows are left on both sides of where it goes on.
    client
        .run(&format!("DELETE FROM {TABLE} WHERE id <= 900 OR id > 1200"))
        .await;
    let left = "SELECT COUNT(*) FROM orders WHERE id > 1050";
    assert_ne!(client.value(left).await, "0", "nothing is left to be copied");
    estimated(&mut client).await;
    let before = fingerprint(&mut client, &at.scene.table).await;

    let new = go_on(&at.desk, &at.id).await;
    let done = at.desk.completed(&new).await;
    assert_eq!(fingerprint(&mut client, &at.scene.table).await, before);
    assert!(done.rows_copied > 0);
    let checksum = done.checksum.as_ref().expect("compared");
    assert_eq!(checksum.outcome, ChecksumOutcome::Equal);
    let schema = &at.scene.table.database;
    assert_eq!(remains(&mut client, schema).await, Vec::<String>::new());
    at.desk.close().await;
}
