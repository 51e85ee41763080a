//! The leftovers doctor: what online changes left on a server, whose it is, and its removal in the one order that never
//! fails the application's writes. Whatever is not proven is only shown.

pub(crate) mod at_work;
mod judge;
pub mod names;
mod proof;
mod remove;
mod trigger_body;

use std::time::Duration;

use mysqler_contract::{
    ConnectionId, Difference, FoundLeftover, HistoryFilter, LeftoverReport, LeftoverVerdict, Page, Params,
    Plan, Result, RunState, RunStateKind, TableRef,
};

use crate::Core;
use crate::ports::{LeftoverScan, Target, ToolSessions};
use judge::{Judge, KnownRun};

pub use trigger_body::shadow_of;

/// Ended runs with something left that are looked through; more is no workstation's.
const RUNS: u32 = 500;
/// Where idle sessions cannot be read, a copy at work is seen between two of so many looks.
const LOOKS: u32 = 20;
const BETWEEN: Duration = Duration::from_millis(150);

/// What an idle session is about cannot be read on that server by that account.
const IDLE: &str = "idle_sessions";

impl Core {
    /// What online changes left in `database`, or in every database that the connection's account sees. Changes nothing.
    pub async fn leftovers(&self, id: &ConnectionId, database: Option<&str>) -> Result<LeftoverReport> {
        let target = self.target(id).await?;
        self.look_for_leftovers(&target, database).await
    }

    async fn look_for_leftovers(&self, target: &Target, database: Option<&str>) -> Result<LeftoverReport> {
        let servers = &self.ports.servers;
        if let Some(database) = database {
            // An empty answer about a database that is not there would say that all is well.
            servers.require_database(target, database).await?;
        }
        let facts = servers.server_facts(target, database.unwrap_or_default()).await?;
        // Before the scan: a run that ends meanwhile counts as one at work.
        let runs = self.runs_on(target, facts.server_uuid.as_deref()).await?;
        let named: Vec<TableRef> = runs.iter().flat_map(KnownRun::tables).collect();
        let mut scan = servers.scan_leftovers(target, database, &named).await?;
        if let Some(database) = database {
            scan.tables.retain(|found| found.table.database == database);
        }
        let sees_sessions = ["PROCESS", "ALL PRIVILEGES", "SUPER"]
            .iter()
            .any(|right| facts.global_privileges.iter().any(|held| held == right));
        let unseen = unseen(&scan, sees_sessions);
        let mut found = self.judged(target, &mut scan, &runs, sees_sessions).await?;
        for leftover in &mut found {
            if leftover.verdict == LeftoverVerdict::Foreign {
                self.doubt(target, leftover).await?;
            }
        }
        let mut continuable = Vec::new();
        for run in runs.iter().filter(|run| run.state == RunStateKind::NeedsCleanup) {
            let is_seen = found.iter().any(|left| left.run.as_ref() == Some(&run.id));
            if is_seen && self.continued(&run.id, target).await.is_ok() {
                continuable.push(run.id.clone());
            }
        }
        Ok(LeftoverReport {
            at: self.ports.clock.now(),
            database: database.map(str::to_owned),
            found,
            unseen,
            continuable,
        })
    }

    async fn judged(
        &self,
        target: &Target,
        scan: &mut LeftoverScan,
        runs: &[KnownRun],
        sees_sessions: bool,
    ) -> Result<Vec<FoundLeftover>> {
        let judge = |scan: &LeftoverScan| {
            Judge {
                scan,
                runs,
                sees_sessions,
            }
            .all()
        };
        let mut found = judge(scan);
        let foreign = |found: &[FoundLeftover]| {
            let mut all = found.iter();
            all.any(|found| found.verdict == LeftoverVerdict::Foreign)
        };
        let mut looks = 0;
        while scan.sessions.idle_unread && foreign(&found) && looks < LOOKS {
            tokio::time::sleep(BETWEEN).await;
            let ToolSessions { copying, .. } = self.ports.servers.tool_sessions(target).await?;
            scan.sessions.copying.extend(copying);
            found = judge(scan);
            looks += 1;
        }
        Ok(found)
    }

    /// Runs of this workstation that are at work on that server, or left something there.
    async fn runs_on(&self, target: &Target, uuid: Option<&str>) -> Result<Vec<KnownRun>> {
        let ended = HistoryFilter {
            states: vec![RunStateKind::NeedsCleanup, RunStateKind::Unknown],
            ..HistoryFilter::default()
        };
        let page = Page { index: 0, size: RUNS };
        let mut views = self.ports.runs.live().await?;
        views.extend(self.ports.runs.history(&ended, page).await?.runs);
        let mut runs = Vec::new();
        for view in views {
            let plan = self.ports.runs.detail(&view.id).await?.plan;
            if !leads_to(&plan, target, uuid) {
                continue;
            }
            let leftovers = match &view.state {
                RunState::NeedsCleanup { leftovers, .. } => leftovers.clone(),
                _ => Vec::new(),
            };
            runs.push(KnownRun {
                id: view.id,
                is_live: !view.state.is_terminal(),
                state: view.state.kind(),
                table: view.table,
                shadow: view.shadow,
                leftovers,
            });
        }
        Ok(runs)
    }
}

fn leads_to(plan: &Plan, target: &Target, uuid: Option<&str>) -> bool {
    match (plan.server.server_uuid.as_deref(), uuid) {
        (Some(planned), Some(now)) => planned == now,
        _ => {
            // A connection that was edited leads elsewhere now, and what a run left stays where it was.
            plan.connection.address() == target.address()
        }
    }
}

fn unseen(scan: &LeftoverScan, sees_sessions: bool) -> Vec<Difference> {
    let mut unseen = Vec::new();
    if scan.cut_off {
        unseen.push(why("too_many", []));
    }
    if !sees_sessions {
        unseen.push(why("sessions_hidden", []));
    } else if scan.sessions.idle_unread {
        unseen.push(why(IDLE, []));
    } else if !scan.sessions.may_copy.is_empty() && !scan.triggers.is_empty() {
        let ids: Vec<String> = scan.sessions.may_copy.iter().map(u64::to_string).collect();
        unseen.push(why("may_copy", [("ids", ids.join(", "))]));
    }
    unseen
}

fn why<const N: usize>(what: &str, params: [(&str, String); N]) -> Difference {
    let params = params.into_iter().map(|(name, value)| (name.to_owned(), value));
    Difference {
        what: what.to_owned(),
        params: Params::from_iter(params),
    }
}
