//! The leftovers doctor: what real, killed copies leave on real servers, and what only looks like it.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on fails loudly"
)]

#[path = "doctor/foreign.rs"]
mod foreign;
#[path = "doctor/ours.rs"]
mod ours;
#[path = "doctor/users_own.rs"]
mod users_own;
#[path = "doctor/writer.rs"]
mod writer;

use mysqler_contract::{Connection, FoundLeftover, LeftoverReport, LeftoverVerdict, RunView};
use mysqler_tests::desk::Desk;
use mysqler_tests::sandbox::Schema;

const BOTH: [mysqler_tests::sandbox::Server; 2] = [
    mysqler_tests::sandbox::Server::Primary,
    mysqler_tests::sandbox::Server::MariaDb,
];

async fn look(desk: &Desk, connection: &Connection, schema: &Schema) -> LeftoverReport {
    desk.core
        .leftovers(&connection.id, Some(schema.name()))
        .await
        .expect("the server is looked through")
}

/// Objects without their schema, with their verdicts.
fn verdicts(report: &LeftoverReport, schema: &Schema) -> Vec<(String, LeftoverVerdict)> {
    let short = |found: &FoundLeftover| found.object.to_string().replace(schema.name(), "S");
    report
        .found
        .iter()
        .map(|found| (short(found), found.verdict))
        .collect()
}

async fn kill_container(view: &RunView) {
    let docker = bollard::Docker::connect_with_local_defaults().expect("the engine answers");
    let job = view.job.as_deref().expect("started");
    let force = bollard::query_parameters::RemoveContainerOptionsBuilder::new()
        .force(true)
        .build();
    // Killed and removed in one: its workstation is gone, and nobody else would remove it.
    docker.remove_container(job, Some(force)).await.expect("killed");
}
