//! A plan and its run's view for tests, without a server.

use mysqler_contract::*;

use super::fold::RunFold;
use crate::preflight::fixture::{NOW, World};

/// Two million rows in a copy of 41 s, or in the server's own `kind` of work.
pub fn plan(kind: WorkKind) -> Plan {
    let world = World::calm();
    let facts = world.table.expect("the fixture has one");
    let rows = facts.summary.rows;
    let copies = kind == WorkKind::ChunkedCopy;
    let engine = if copies { Engine::PtOsc } else { Engine::Direct };
    Plan {
        id: PlanId("p".into()),
        request: world.request,
        connection: world.connection,
        engine,
        operations: Vec::new(),
        facts,
        server: ServerIdentity {
            server_uuid: None,
            flavour: Flavour::MySql,
            version: world.server.version,
        },
        definition_sha256: String::new(),
        findings: Vec::new(),
        asked: Vec::new(),
        forecast: Forecast {
            rows,
            work: Some(Work { kind, rows }),
            shadow_bytes: 606 << 20,
            binlog_bytes: Some(if copies { 539 << 20 } else { 0 }),
            duration_ms: 41_000,
            rate_rows_s: 50_000,
            learned: false,
            samples: 0,
            chunks: copies.then_some(80),
            disk_bytes: 1 << 30,
            replicas: Vec::new(),
        },
        confirmation: ConfirmationNeed::default(),
        advice: None,
        launch: None,
        direct: None,
        counts_at_gate: false,
        compares_at_gate: false,
        history: None,
        continued: None,
        renames: None,
        command: None,
        made_at: NOW,
    }
}

/// The run from its start to `ms` later, its one long phase from the first second to the last but one.
pub fn worked(plan: &Plan, ms: i64) -> RunView {
    let mut view = RunFold::new(plan, NOW).view;
    let at = |ms: i64| Timestamp(NOW.0 + ms);
    view.started_at = Some(NOW);
    view.state = RunState::Completed;
    view.phases = vec![PhaseTime {
        phase: match plan.engine {
            Engine::PtOsc => Phase::Copy,
            Engine::Direct => Phase::Alter,
        },
        started: at(1_000),
        finished: Some(at(ms - 1_000)),
    }];
    view.rows_copied = 1_900_000;
    view
}

pub fn wait(reason: WaitReason, ms: u64) -> WaitTotal {
    WaitTotal {
        reason,
        ms,
        since: None,
        detail: String::new(),
    }
}
