//! Removing what the doctor found: looked for once more, in the safe order, each object checked again right before its
//! statement, and the server asked afterwards. What a run recorded goes the way of that run's own clean-up.

use std::collections::BTreeSet;
use std::time::Duration;

use mysqler_contract::{
    ConnectionId, Difference, ErrorCode, FoundLeftover, LeftoverCleanup, LeftoverObject, LeftoverPick,
    LeftoverRemoval, LeftoverReport, LeftoverVerdict, RemovalOutcome, Result, RunId, TableRef,
};

use super::{IDLE, at_work, shadow_of, why};
use crate::Core;
use crate::ports::Target;

/// Between two looks at a run that cleans up. Its own steps are bounded; a huge table takes long to drop.
const BETWEEN: Duration = Duration::from_millis(100);

impl Core {
    /// Removes what is on record as ours, and of other hands' leftovers those that were picked as they were shown.
    pub async fn leftovers_remove(
        &self,
        id: &ConnectionId,
        database: Option<&str>,
        pick: &LeftoverPick,
    ) -> Result<LeftoverCleanup> {
        let target = self.target(id).await?;
        let report = self.look_for_leftovers(&target, database).await?;
        let mut removals = refused(&report, pick);
        let chosen: Vec<&FoundLeftover> = report
            .found
            .iter()
            .filter(|found| chooses(&report, pick, found))
            .collect();
        let mut outcomes = self.clean_runs(&chosen).await;
        let mut gone: BTreeSet<&str> = BTreeSet::new();
        for found in &chosen {
            if found.verdict == LeftoverVerdict::Ours {
                continue;
            }
            let waits_for: Vec<&FoundLeftover> = report
                .found
                .iter()
                .filter(|other| found.after.contains(&other.id) && !gone.contains(other.id.as_str()))
                .collect();
            let outcome = match waits_for.is_empty() {
                true => self.remove(&target, found).await,
                false => Ok(Some(why("first", [("names", names(&waits_for))]))),
            };
            match outcome {
                Ok(None) => {
                    gone.insert(&found.id);
                    tracing::info!(object = %found.object, sql = %found.sql, "a leftover was removed on a person's word");
                }
                Ok(Some(why)) => outcomes.push((found.id.clone(), RemovalOutcome::Refused { why })),
                Err(error) => outcomes.push((found.id.clone(), RemovalOutcome::Failed { error })),
            }
        }
        let left = self.look_for_leftovers(&target, database).await?;
        for found in chosen {
            let told = outcomes.iter().find(|(id, _)| id == &found.id);
            let stands = left.found.iter().any(|other| other.object == found.object);
            let outcome = match told {
                _ if !stands => RemovalOutcome::Removed,
                Some((_, outcome)) => outcome.clone(),
                None => RemovalOutcome::Refused {
                    why: why("still_there", []),
                },
            };
            removals.push(LeftoverRemoval {
                id: found.id.clone(),
                object: Some(found.object.clone()),
                outcome,
            });
        }
        Ok(LeftoverCleanup { removals, left })
    }

    /// What an ended run recorded is removed by that run, so that its record tells of it.
    async fn clean_runs(&self, chosen: &[&FoundLeftover]) -> Vec<(String, RemovalOutcome)> {
        let ours = |found: &&&FoundLeftover| found.verdict == LeftoverVerdict::Ours;
        let runs: BTreeSet<&RunId> = chosen
            .iter()
            .filter(ours)
            .filter_map(|found| found.run.as_ref())
            .collect();
        let mut outcomes = Vec::new();
        for run in runs {
            if let Err(error) = self.clean_run(run).await {
                let of_run = chosen.iter().filter(|found| found.run.as_ref() == Some(run));
                let failed = |found: &&FoundLeftover| {
                    let error = error.clone();
                    (found.id.clone(), RemovalOutcome::Failed { error })
                };
                outcomes.extend(of_run.map(failed));
            }
        }
        outcomes
    }

    async fn clean_run(&self, run: &RunId) -> Result<()> {
        self.run_cleanup(run).await?;
        while self.memory.supervisors.has(run) {
            tokio::time::sleep(BETWEEN).await;
        }
        Ok(())
    }

    /// `None` when its statement went through; else why it was left alone.
    async fn remove(&self, target: &Target, found: &FoundLeftover) -> Result<Option<Difference>> {
        let servers = &self.ports.servers;
        let Some(origin) = &found.table else {
            return match &found.object {
                LeftoverObject::Clone { table } => self.remove_clone(target, table, found).await,
                _ => Ok(Some(why("unproven", []))),
            };
        };
        if self.is_at_work(target, found).await? {
            return Ok(Some(why("live", [])));
        }
        match &found.object {
            LeftoverObject::Trigger { database, name } => {
                // Between the look and now it may have been made anew.
                let fresh = servers.scan_leftovers(target, Some(database), &[]).await?;
                let same = fresh.triggers.iter().any(|now| {
                    &now.trigger.name == name
                        && now.created_at == found.created_at
                        && shadow_of(&now.trigger).is_some()
                });
                if !same {
                    return Ok(Some(why("changed", [])));
                }
                servers.drop_trigger(target, database, name).await?;
            }
            LeftoverObject::Shadow { table } | LeftoverObject::Old { table } => {
                let facts = servers.table_facts(target, table).await?;
                if facts.created_at != found.created_at {
                    return Ok(Some(why("changed", [])));
                }
                let mut in_the_way: Vec<String> = facts
                    .triggers
                    .iter()
                    .map(|trigger| trigger.name.clone())
                    .collect();
                for trigger in servers.triggers(target, origin).await? {
                    if trigger.body.contains(&table.quoted()) {
                        in_the_way.push(trigger.name);
                    }
                }
                if !in_the_way.is_empty() {
                    return Ok(Some(why("first", [("names", in_the_way.join(", "))])));
                }
                let children: Vec<String> = facts
                    .referenced_by
                    .iter()
                    .filter(|key| &key.table != table)
                    .map(|key| key.table.to_string())
                    .collect();
                if !children.is_empty() {
                    return Ok(Some(why("referenced", [("tables", children.join(", "))])));
                }
                servers.drop_table(target, table).await?;
            }
            LeftoverObject::HistoryRow { history, job } => {
                servers.delete_history_job(target, history, *job).await?;
            }
            LeftoverObject::Clone { .. } => return Ok(Some(why("unproven", []))),
        }
        Ok(None)
    }

    async fn remove_clone(
        &self,
        target: &Target,
        table: &TableRef,
        found: &FoundLeftover,
    ) -> Result<Option<Difference>> {
        let servers = &self.ports.servers;
        let facts = servers.table_facts(target, table).await?;
        if facts.created_at != found.created_at || !facts.comment.starts_with(crate::ports::CLONE_MARK) {
            return Ok(Some(why("changed", [])));
        }
        servers.drop_table(target, table).await?;
        Ok(None)
    }

    /// A copy that was asleep at the look may be at work now; and a run of ours may have begun.
    async fn is_at_work(&self, target: &Target, found: &FoundLeftover) -> Result<bool> {
        let Some(origin) = &found.table else {
            return Ok(false);
        };
        let sessions = self.ports.servers.tool_sessions(target).await?;
        let mut at_work = at_work::copying(&sessions, origin, found.object.as_table())
            .chain(at_work::building(&sessions, &origin.database));
        if at_work.next().is_some() {
            return Ok(true);
        }
        let live = self.ports.runs.live().await?;
        Ok(live.iter().any(|view| &view.table == origin))
    }

    /// A table with something on it that the tool does not make, or that others refer to, is in use whatever its name.
    pub(super) async fn doubt(&self, target: &Target, found: &mut FoundLeftover) -> Result<()> {
        let (LeftoverObject::Shadow { table } | LeftoverObject::Old { table }) = &found.object else {
            return Ok(());
        };
        let facts = match self.ports.servers.table_facts(target, table).await {
            Ok(facts) => facts,
            Err(error) if error.code == ErrorCode::TableMissing => return Ok(()),
            Err(error) => return Err(error),
        };
        let strangers: Vec<&str> = facts
            .triggers
            .iter()
            .filter(|trigger| shadow_of(trigger).is_none())
            .map(|trigger| trigger.name.as_str())
            .collect();
        let children: Vec<String> = facts
            .referenced_by
            .iter()
            .filter(|key| &key.table != table)
            .map(|key| key.table.to_string())
            .collect();
        for (what, name, values) in [
            ("other_triggers", "names", strangers.join(", ")),
            ("referenced", "tables", children.join(", ")),
        ] {
            if !values.is_empty() {
                found.verdict = LeftoverVerdict::Unproven;
                found.why.push(why(what, [(name, values)]));
            }
        }
        Ok(())
    }
}

fn chooses(report: &LeftoverReport, pick: &LeftoverPick, found: &FoundLeftover) -> bool {
    match (found.verdict, pick) {
        (LeftoverVerdict::Ours, _) => true,
        // Wholesale only what would have been seen at work.
        (LeftoverVerdict::Foreign, LeftoverPick::All) => is_clone(found) || !idle_unread(report),
        (LeftoverVerdict::Foreign, LeftoverPick::These { ids }) => ids.contains(&found.id),
        (LeftoverVerdict::Live | LeftoverVerdict::Unproven, _) => false,
    }
}

/// What was picked and is not to be removed: at work, not proven, or not there as it was shown.
fn refused(report: &LeftoverReport, pick: &LeftoverPick) -> Vec<LeftoverRemoval> {
    let LeftoverPick::These { ids } = pick else {
        let unsure = report.removable().filter(|found| !chooses(report, pick, found));
        let refusal = |found: &FoundLeftover| LeftoverRemoval {
            id: found.id.clone(),
            object: Some(found.object.clone()),
            outcome: RemovalOutcome::Refused { why: why(IDLE, []) },
        };
        return unsure.map(refusal).collect();
    };
    let refusal = |id: &String| {
        let found = report.found.iter().find(|found| &found.id == id);
        let what = match found.map(|found| found.verdict) {
            Some(LeftoverVerdict::Live) => "live",
            Some(LeftoverVerdict::Unproven) => "unproven",
            None => "changed",
            Some(LeftoverVerdict::Ours | LeftoverVerdict::Foreign) => return None,
        };
        Some(LeftoverRemoval {
            id: id.clone(),
            object: found.map(|found| found.object.clone()),
            outcome: RemovalOutcome::Refused { why: why(what, []) },
        })
    };
    ids.iter().filter_map(refusal).collect()
}

fn idle_unread(report: &LeftoverReport) -> bool {
    report.unseen.iter().any(|unseen| unseen.what == IDLE)
}

fn is_clone(found: &FoundLeftover) -> bool {
    matches!(found.object, LeftoverObject::Clone { .. })
}

fn names(found: &[&FoundLeftover]) -> String {
    let names: Vec<String> = found.iter().map(|found| found.object.to_string()).collect();
    names.join(", ")
}
