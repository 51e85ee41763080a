//! What each found object is, by proof: a record of ours, the tool's own form, its history, a session at work. Pure.

use std::collections::BTreeMap;

use mysqler_contract::{
    Difference, FoundLeftover, Leftover, LeftoverObject, LeftoverVerdict, RunId, RunStateKind, TableRef,
    Timestamp, quote_identifier,
};
use sha2::{Digest, Sha256};

use super::names::{self, is_trigger_of, names_with, origins};
use super::{shadow_of, why};
use crate::ports::{CLONE_MARK, FoundTable, FoundTrigger, HistoryJob, LeftoverScan};

/// The tool writes to its history after each chunk, ms.
const HISTORY_AT_WORK: u64 = 120_000;
/// Far more than a check works on a clone, ms.
const CLONE_AT_WORK: u64 = 60_000;

/// A run of this workstation on the server that is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct KnownRun {
    pub id: RunId,
    pub is_live: bool,
    pub state: RunStateKind,
    pub table: TableRef,
    pub shadow: Option<TableRef>,
    /// As its last state names them.
    pub leftovers: Vec<Leftover>,
}

impl KnownRun {
    /// Tables that may be its own.
    pub fn tables(&self) -> Vec<TableRef> {
        let listed = self.leftovers.iter().filter_map(|left| match left {
            Leftover::Table { table } => Some(table.clone()),
            _ => None,
        });
        self.shadow.clone().into_iter().chain(listed).collect()
    }

    fn recorded(&self, table: &TableRef) -> bool {
        self.tables().contains(table)
    }
}

pub(super) struct Judge<'a> {
    pub scan: &'a LeftoverScan,
    pub runs: &'a [KnownRun],
    /// The account sees the sessions of others.
    pub sees_sessions: bool,
}

/// A verdict with what speaks for it.
struct Opinion {
    verdict: LeftoverVerdict,
    why: Vec<Difference>,
    run: Option<RunId>,
    table: Option<TableRef>,
}

impl Opinion {
    fn unproven(reason: Difference, table: Option<TableRef>) -> Self {
        Self {
            verdict: LeftoverVerdict::Unproven,
            why: vec![reason],
            run: None,
            table,
        }
    }
}

/// A trigger that is the tool's by name and by all that it does.
struct Proven<'a> {
    found: &'a FoundTrigger,
    /// The table that it was made for.
    origin: TableRef,
    shadow: TableRef,
}

impl Judge<'_> {
    /// In the order in which they would be removed: table by table, triggers before what they write to.
    pub fn all(&self) -> Vec<FoundLeftover> {
        let proven: Vec<Proven<'_>> = self.scan.triggers.iter().filter_map(proven).collect();
        let mut found: Vec<FoundLeftover> = Vec::new();
        for trigger in &self.scan.triggers {
            let own = proven.iter().find(|proven| std::ptr::eq(proven.found, trigger));
            found.push(self.trigger(trigger, own));
        }
        let trigger_ids = ids(&found);
        for table in &self.scan.tables {
            found.extend(self.table(table, &proven, &trigger_ids));
        }
        let all_ids = ids(&found);
        for job in self.scan.jobs.iter().filter(|job| !job.done) {
            found.push(self.history_row(job, &all_ids));
        }
        found.sort_by_key(|leftover| {
            let (database, table) = match (&leftover.table, leftover.object.as_table()) {
                (Some(table), _) | (None, Some(table)) => (table.database.clone(), table.table.clone()),
                (None, None) => (String::new(), String::new()),
            };
            (
                database,
                table,
                rank(&leftover.object),
                leftover.object.to_string(),
            )
        });
        found
    }

    fn trigger(&self, found: &FoundTrigger, proven: Option<&Proven<'_>>) -> FoundLeftover {
        let opinion = match proven {
            Some(proven) => {
                let written = why("trigger_exact", [("shadow", proven.shadow.to_string())]);
                self.opinion(&proven.origin, Some(&proven.shadow), vec![written])
            }
            None => Opinion::unproven(doubt(found), None),
        };
        let object = LeftoverObject::Trigger {
            database: found.table.database.clone(),
            name: found.trigger.name.clone(),
        };
        let evidence = [&found.table.table, &found.trigger.event, &found.trigger.body];
        let sql = format!(
            "DROP TRIGGER IF EXISTS {}.{}",
            quote_identifier(&found.table.database),
            quote_identifier(&found.trigger.name)
        );
        let mut leftover = self.leftover(
            object,
            &evidence.map(String::as_str),
            sql,
            opinion,
            found.created_at,
        );
        leftover.table.get_or_insert_with(|| found.table.clone());
        leftover
    }

    fn table(
        &self,
        found: &FoundTable,
        proven: &[Proven<'_>],
        trigger_ids: &BTreeMap<String, String>,
    ) -> Option<FoundLeftover> {
        let table = found.table.clone();
        if table.table.starts_with("_mysqler_") && table.table.ends_with("_clone") {
            return self.clone_table(found);
        }
        let writers: Vec<&Proven<'_>> = proven.iter().filter(|proven| proven.shadow == table).collect();
        let carried: Vec<&Proven<'_>> = proven
            .iter()
            .filter(|proven| proven.found.table == table && proven.origin != table)
            .collect();
        let is_old = writers.is_empty() && table.table.ends_with(names::OLD);
        let concerned = if is_old { &carried } else { &writers };
        let run = self.runs.iter().find(|run| run.recorded(&table));
        let job = self.job_of(&table);
        let suffix = if is_old { names::OLD } else { names::SHADOW };
        let origin = concerned
            .first()
            .map(|proven| proven.origin.clone())
            .or_else(|| run.map(|run| run.table.clone()))
            .or_else(|| job.map(|job| job.table.clone()))
            .or_else(|| self.existing_origin(&table, suffix));
        let mut proofs = Vec::new();
        if !concerned.is_empty() {
            let names = concerned.iter().map(|proven| proven.found.trigger.name.as_str());
            let names = names.collect::<Vec<_>>().join(", ");
            let reason = if is_old {
                "triggers_on_it"
            } else {
                "triggers_write_to_it"
            };
            proofs.push(why(reason, [("names", names)]));
        }
        if let Some(job) = job.filter(|_| !is_old) {
            proofs.push(history(job));
        }
        let opinion = match origin {
            None => Opinion::unproven(why("no_original", []), None),
            Some(origin) if proofs.is_empty() && run.is_none() => {
                let live = self.live(&origin, Some(&table));
                match live {
                    Some((reason, run)) => Opinion {
                        verdict: LeftoverVerdict::Live,
                        why: vec![reason],
                        run,
                        table: Some(origin),
                    },
                    None => Opinion::unproven(why("name_alone", []), Some(origin)),
                }
            }
            Some(origin) => self.opinion(&origin, Some(&table), proofs),
        };
        let object = match is_old {
            true => LeftoverObject::Old { table: table.clone() },
            false => LeftoverObject::Shadow { table: table.clone() },
        };
        let sql = format!("DROP TABLE IF EXISTS {}", table.quoted());
        let born = found.created_at.map(|at| at.0.to_string()).unwrap_or_default();
        let mut leftover = self.leftover(object, &[&born], sql, opinion, found.created_at);
        let before = concerned.iter().filter_map(|proven| {
            let name = format!("{}.{}", proven.found.table.database, proven.found.trigger.name);
            trigger_ids.get(&name).cloned()
        });
        leftover.after = before.collect();
        leftover.rows = Some(found.rows);
        leftover.bytes = Some(found.bytes);
        Some(leftover)
    }

    /// One without the mark is no clone of ours, and nobody's leftover.
    fn clone_table(&self, found: &FoundTable) -> Option<FoundLeftover> {
        if !found.comment.starts_with(CLONE_MARK) {
            return None;
        }
        let age = found.created_at.map(|at| self.scan.now.since(at));
        let (verdict, reason) = match age {
            Some(age) if age > CLONE_AT_WORK => (LeftoverVerdict::Foreign, "clone_mark"),
            _ => (LeftoverVerdict::Live, "clone_in_use"),
        };
        let opinion = Opinion {
            verdict,
            why: vec![why(reason, [])],
            run: None,
            table: None,
        };
        let object = LeftoverObject::Clone {
            table: found.table.clone(),
        };
        let sql = format!("DROP TABLE IF EXISTS {}", found.table.quoted());
        let mut leftover = self.leftover(object, &[&found.comment], sql, opinion, found.created_at);
        leftover.rows = Some(found.rows);
        leftover.bytes = Some(found.bytes);
        Some(leftover)
    }

    fn history_row(&self, job: &HistoryJob, known: &BTreeMap<String, String>) -> FoundLeftover {
        let shadow = job
            .shadow
            .as_ref()
            .map(|name| TableRef::new(&job.table.database, name));
        let stands = shadow
            .as_ref()
            .and_then(|shadow| known.get(&shadow.to_string()))
            .cloned();
        let mut proofs = vec![why(
            if stands.is_some() {
                "history_of_shadow"
            } else {
                "history_alone"
            },
            [],
        )];
        let idle = self.scan.now.since(job.touched_at);
        let mut opinion = if idle < HISTORY_AT_WORK {
            proofs = vec![why("history_recent", [("seconds", (idle / 1000).to_string())])];
            Opinion {
                verdict: LeftoverVerdict::Live,
                why: proofs,
                run: None,
                table: Some(job.table.clone()),
            }
        } else {
            self.opinion(&job.table, shadow.as_ref(), proofs)
        };
        // A run's own clean-up does not know of the row: it goes when a person picks it.
        if opinion.verdict == LeftoverVerdict::Ours {
            opinion.verdict = LeftoverVerdict::Foreign;
        }
        let sql = format!("DELETE FROM {} WHERE job_id = {}", job.history.quoted(), job.job);
        let object = LeftoverObject::HistoryRow {
            history: job.history.clone(),
            job: job.job,
        };
        let evidence = [job.table.to_string(), job.clause.clone()];
        let evidence: Vec<&str> = evidence.iter().map(String::as_str).collect();
        let mut leftover = self.leftover(object, &evidence, sql, opinion, Some(job.touched_at));
        leftover.after.extend(stands);
        leftover
    }

    /// Of an object that belongs to a change of `origin` by `shadow`.
    fn opinion(&self, origin: &TableRef, shadow: Option<&TableRef>, mut proofs: Vec<Difference>) -> Opinion {
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

    fn live(&self, origin: &TableRef, shadow: Option<&TableRef>) -> Option<(Difference, Option<RunId>)> {
        let at_work = self.runs.iter().find(|run| run.is_live && &run.table == origin);
        if let Some(run) = at_work {
            return Some((
                why("run_live", [("run", run.id.to_string())]),
                Some(run.id.clone()),
            ));
        }
        let shadow = shadow?;
        let copies = |statement: &str| {
            [origin, shadow]
                .iter()
                .any(|table| statement.contains(&table.quoted()))
        };
        let copying = &self.scan.sessions.copying;
        if let Some((id, _)) = copying.iter().find(|(_, statement)| copies(statement)) {
            return Some((why("session_at_work", [("id", id.to_string())]), None));
        }
        let mut building = self.scan.sessions.building.iter();
        if let Some((id, _)) = building.find(|(_, database)| database == &origin.database) {
            return Some((why("session_building", [("id", id.to_string())]), None));
        }
        let job = self.job_of(shadow)?;
        let idle = self.scan.now.since(job.touched_at);
        let recent = why("history_recent", [("seconds", (idle / 1000).to_string())]);
        (idle < HISTORY_AT_WORK).then_some((recent, None))
    }

    /// The newest unfinished job that was to fill this table.
    fn job_of(&self, shadow: &TableRef) -> Option<&HistoryJob> {
        self.scan.jobs.iter().find(|job| {
            !job.done
                && job.table.database == shadow.database
                && job.shadow.as_deref() == Some(shadow.table.as_str())
        })
    }

    fn existing_origin(&self, table: &TableRef, suffix: &str) -> Option<TableRef> {
        let possible = origins(&table.table, suffix);
        let mut possible = possible
            .into_iter()
            .map(|name| TableRef::new(&table.database, name));
        possible.find(|origin| self.scan.originals.contains(origin))
    }

    fn leftover(
        &self,
        object: LeftoverObject,
        evidence: &[&str],
        sql: String,
        opinion: Opinion,
        created_at: Option<Timestamp>,
    ) -> FoundLeftover {
        FoundLeftover {
            id: id(&object, evidence),
            object,
            table: opinion.table,
            bytes: None,
            rows: None,
            created_at,
            age_ms: created_at.map(|at| self.scan.now.since(at)),
            run: opinion.run,
            verdict: opinion.verdict,
            why: opinion.why,
            sql,
            after: Vec::new(),
        }
    }
}

fn proven(found: &FoundTrigger) -> Option<Proven<'_>> {
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
fn doubt(found: &FoundTrigger) -> Difference {
    match shadow_of(&found.trigger) {
        None => why("trigger_body", []),
        Some(shadow) => why(
            "trigger_name",
            [("shadow", shadow.to_string()), ("table", found.table.to_string())],
        ),
    }
}

fn history(job: &HistoryJob) -> Difference {
    why(
        "history_row",
        [("history", job.history.to_string()), ("job", job.job.to_string())],
    )
}

fn rank(object: &LeftoverObject) -> u8 {
    match object {
        LeftoverObject::Trigger { .. } => 0,
        LeftoverObject::Shadow { .. } => 1,
        LeftoverObject::Old { .. } => 2,
        LeftoverObject::Clone { .. } => 3,
        LeftoverObject::HistoryRow { .. } => 4,
    }
}

fn ids(found: &[FoundLeftover]) -> BTreeMap<String, String> {
    let names = found
        .iter()
        .map(|found| (found.object.to_string(), found.id.clone()));
    names.collect()
}

/// Short enough to be typed; of the object and of all that it was judged by.
fn id(object: &LeftoverObject, evidence: &[&str]) -> String {
    let mut hash = Sha256::new();
    let name = object.to_string();
    let kind = rank(object).to_string();
    for part in [kind.as_str(), name.as_str()].iter().chain(evidence) {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hex::encode(hash.finalize()).chars().take(8).collect()
}

#[cfg(test)]
#[path = "judge_test.rs"]
mod tests;
