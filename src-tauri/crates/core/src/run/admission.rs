//! Who of the waiting may begin: one pure function of the runs on the data file, the settings and the clock. It is asked
//! without a lock to tell a waiting run's reason, and once more inside the transaction that lets the run begin.

use mysqler_contract::{BatchId, RunId, Schedule, Settings, TableRef, WaitsFor};

use super::hours::{Moment, is_due};

/// One run as the queue sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contender {
    pub run: RunId,
    pub server: ServerKey,
    pub table: TableRef,
    /// It copies or rebuilds a table.
    pub heavy: bool,
    pub place: Place,
    pub batch: Option<(BatchId, StopOnFailure)>,
}

/// Whether the batch's runs go one after the other and end with the first that fails.
pub type StopOnFailure = bool;

/// A server by its address, and by its own identity where that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerKey {
    /// As in [`mysqler_contract::ServerAddress`].
    pub host: String,
    pub port: u16,
    pub uuid: Option<String>,
}

impl ServerKey {
    pub fn is_same(&self, other: &ServerKey) -> bool {
        let by_address = self.port == other.port && self.host == other.host;
        by_address || (self.uuid.is_some() && self.uuid == other.uuid)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// It was let in and has not ended.
    Works,
    Queued {
        schedule: Schedule,
        /// A living process waits with it; nobody waits behind one that has none.
        attended: bool,
    },
    /// Of the batches that are asked about.
    Ended { badly: bool },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    pub at_once: u32,
    pub heavy_per_server: u32,
}

impl Rules {
    pub fn of(settings: &Settings) -> Self {
        Self {
            at_once: settings.runs_at_once.max(1),
            heavy_per_server: settings.heavy_per_server.max(1),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turn {
    Now,
    /// Its time has not come.
    NotDue,
    Waits(WaitsFor),
    CalledOff {
        by: RunId,
    },
    /// It is not in the queue.
    Gone,
}

/// What run `me` may do; `all` stand in the queue's order.
pub fn turn(all: &[Contender], me: &RunId, rules: Rules, now: Moment) -> Turn {
    let mut working: Vec<&Contender> = all.iter().filter(|one| one.place == Place::Works).collect();
    let mut ahead: Vec<&Contender> = Vec::new();
    for one in all {
        let Place::Queued { attended, .. } = one.place else {
            if one.run == *me {
                return if one.place == Place::Works {
                    Turn::Now
                } else {
                    Turn::Gone
                };
            }
            continue;
        };
        let verdict = judge(one, all, &working, &ahead, rules, now);
        if one.run == *me {
            return verdict;
        }
        // Whoever stands ahead and may begin takes its place in a moment.
        if verdict == Turn::Now && attended {
            working.push(one);
        }
        if !matches!(verdict, Turn::CalledOff { .. }) {
            ahead.push(one);
        }
    }
    Turn::Gone
}

/// The place of `me` among those that wait, from 1.
pub fn position(all: &[Contender], me: &RunId) -> Option<u32> {
    let mut queued = all.iter().filter(|one| matches!(one.place, Place::Queued { .. }));
    let index = queued.position(|one| one.run == *me)?;
    u32::try_from(index + 1).ok()
}

fn judge(
    one: &Contender,
    all: &[Contender],
    working: &[&Contender],
    ahead: &[&Contender],
    rules: Rules,
    now: Moment,
) -> Turn {
    let in_its_batch = |other: &Contender| match (&one.batch, &other.batch) {
        (Some((mine, true)), Some((theirs, _))) => mine == theirs && other.run != one.run,
        _ => false,
    };
    let failed = |other: &&Contender| in_its_batch(other) && other.place == Place::Ended { badly: true };
    if let Some(other) = all.iter().find(failed) {
        return Turn::CalledOff {
            by: other.run.clone(),
        };
    }
    if let Place::Queued { schedule, .. } = &one.place
        && !is_due(schedule, now)
    {
        return Turn::NotDue;
    }
    let beside: Vec<&&Contender> = working
        .iter()
        .filter(|other| other.server.is_same(&one.server))
        .collect();
    if let Some(other) = beside.iter().find(|other| other.table == one.table) {
        return Turn::Waits(WaitsFor::Table {
            run: other.run.clone(),
        });
    }
    if let Some(other) = working.iter().chain(ahead).find(|other| in_its_batch(other)) {
        return Turn::Waits(WaitsFor::Batch {
            run: other.run.clone(),
        });
    }
    let mut heavy = beside.iter().filter(|other| other.heavy);
    if one.heavy
        && heavy.clone().count() >= rules.heavy_per_server as usize
        && let Some(other) = heavy.next()
    {
        return Turn::Waits(WaitsFor::Server {
            run: other.run.clone(),
        });
    }
    if working.len() >= rules.at_once as usize {
        return Turn::Waits(WaitsFor::Slots { limit: rules.at_once });
    }
    Turn::Now
}

#[cfg(test)]
#[path = "admission_test.rs"]
mod tests;
