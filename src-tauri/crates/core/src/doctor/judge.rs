//! What each found object is, by proof: a record of ours, the tool's own form, its history, a session at work. Pure.

use std::collections::BTreeMap;

use mysqler_contract::{
    Difference, FoundLeftover, Leftover, LeftoverObject, LeftoverVerdict, RunId, RunStateKind, TableRef,
    Timestamp, quote_identifier,
};
use sha2::{Digest, Sha256};

use super::names;
use super::proof::{Opinion, Proven, doubt, proven};
use super::why;
use crate::ports::{CLONE_MARK, FoundTable, FoundTrigger, HistoryJob, LeftoverScan};

/// The tool writes to its history after each chunk, ms.
pub(super) const HISTORY_AT_WORK: u64 = 120_000;
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

    pub fn recorded(&self, table: &TableRef) -> bool {
        self.tables().contains(table)
    }
}

pub(super) struct Judge<'a> {
    pub scan: &'a LeftoverScan,
    pub runs: &'a [KnownRun],
    /// The account sees the sessions of others.
    pub sees_sessions: bool,
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
        let has_ended = shadow
            .as_ref()
            .is_some_and(|shadow| self.runs.iter().any(|run| !run.is_live && run.recorded(shadow)));
        let mut opinion = if idle < HISTORY_AT_WORK && !has_ended {
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
