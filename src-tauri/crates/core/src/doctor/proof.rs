//! What speaks for an object: our record, a session or a job at work, the tool's own form.

use mysqler_contract::{Difference, LeftoverVerdict, RunId, TableRef};

use super::judge::{HISTORY_AT_WORK, Judge};
use super::names::{self, is_trigger_of, names_with, origins};
use super::{at_work, shadow_of, why};
use crate::ports::{FoundTrigger, HistoryJob};

/// A verdict with what speaks for it.
pub(super) struct Opinion {
    pub verdict: LeftoverVerdict,
    pub why: Vec<Difference>,
    pub run: Option<RunId>,
    pub table: Option<TableRef>,
}

impl Opinion {
    pub fn unproven(reason: Difference, table: Option<TableRef>) -> Self {
        Self {
            verdict: LeftoverVerdict::Unproven,
            why: vec![reason],
            run: None,
            table,
        }
    }
}

/// A trigger that is the tool's by name and by all that it does.
pub(super) struct Proven<'a> {
    pub found: &'a FoundTrigger,
    /// The table that it was made for.
    pub origin: TableRef,
    pub shadow: TableRef,
}

impl Judge<'_> {
    /// Of an object that belongs to a change of `origin` by `shadow`.
    pub(super) fn opinion(
        &self,
        origin: &TableRef,
        shadow: Option<&TableRef>,
        mut proofs: Vec<Difference>,
    ) -> Opinion {
        let opinion = |verdict, why, run| Opinion {
            verdict,
            why,
            run,
            table: Some(origin.clone()),
        };
        if let Some((reason, run)) = self.live(origin, shadow) {
            proofs.insert(0, reason);
            return opinion(LeftoverVerdict::Live, proofs, run);
        }
        let run = self
            .runs
            .iter()
            .find(|run| shadow.is_some_and(|shadow| run.recorded(shadow)));
        if let Some(run) = run {
            let state = run.state.as_str().to_owned();
            let recorded = why("recorded", [("run", run.id.to_string()), ("state", state)]);
            proofs.insert(0, recorded);
            return opinion(LeftoverVerdict::Ours, proofs, Some(run.id.clone()));
        }
        if !self.sees_sessions {
            proofs.push(why("sessions_hidden", []));
            return opinion(LeftoverVerdict::Unproven, proofs, None);
        }
        proofs.push(why("no_session", []));
        opinion(LeftoverVerdict::Foreign, proofs, None)
    }

    pub(super) fn live(
        &self,
        origin: &TableRef,
        shadow: Option<&TableRef>,
    ) -> Option<(Difference, Option<RunId>)> {
        let at_work = self.runs.iter().find(|run| run.is_live && &run.table == origin);
        if let Some(run) = at_work {
            return Some((
                why("run_live", [("run", run.id.to_string())]),
                Some(run.id.clone()),
            ));
        }
        let shadow = shadow?;
        let sessions = &self.scan.sessions;
        if let Some(id) = at_work::copying(sessions, origin, Some(shadow)).next() {
            return Some((why("session_at_work", [("id", id.to_string())]), None));
        }
        if let Some(id) = at_work::building(sessions, &origin.database).next() {
            return Some((why("session_building", [("id", id.to_string())]), None));
        }
        // Of a run of ours it is known that its job has ended, however lately it wrote.
        if self.runs.iter().any(|run| !run.is_live && run.recorded(shadow)) {
            return None;
        }
        let job = self.job_of(shadow)?;
        let idle = self.scan.now.since(job.touched_at);
        let recent = why("history_recent", [("seconds", (idle / 1000).to_string())]);
        (idle < HISTORY_AT_WORK).then_some((recent, None))
    }

    /// The newest unfinished job that was to fill this table.
    pub(super) fn job_of(&self, shadow: &TableRef) -> Option<&HistoryJob> {
        self.scan.jobs.iter().find(|job| {
            !job.done
                && job.table.database == shadow.database
                && job.shadow.as_deref() == Some(shadow.table.as_str())
        })
    }

    pub(super) fn existing_origin(&self, table: &TableRef, suffix: &str) -> Option<TableRef> {
        let possible = origins(&table.table, suffix);
        let mut possible = possible
            .into_iter()
            .map(|name| TableRef::new(&table.database, name));
        possible.find(|origin| self.scan.originals.contains(origin))
    }
}

pub(super) fn proven(found: &FoundTrigger) -> Option<Proven<'_>> {
    let shadow = shadow_of(&found.trigger)?;
    let (name, on) = (&found.trigger.name, &found.table);
    // After a swap the triggers are on the old table, under the names of the one that it was.
    let swapped = origins(&on.table, names::OLD).into_iter();
    let mut possible =
        std::iter::once(on.clone()).chain(swapped.map(|name| TableRef::new(&on.database, name)));
    let origin = possible.find(|origin| is_trigger_of(name, origin))?;
    let is_shadow =
        shadow.database == on.database && names_with(&origin.table, names::SHADOW).contains(&shadow.table);
    is_shadow.then_some(Proven {
        found,
        origin,
        shadow,
    })
}

/// Why a trigger of such a name is not taken for the tool's.
pub(super) fn doubt(found: &FoundTrigger) -> Difference {
    match shadow_of(&found.trigger) {
        None => why("trigger_body", []),
        Some(shadow) => why(
            "trigger_name",
            [("shadow", shadow.to_string()), ("table", found.table.to_string())],
        ),
    }
}
