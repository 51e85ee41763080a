//! Replicas that the application watches where the tool cannot: while one is behind, the copy stands still on a word of
//! its own, which neither makes nor ends a person's pause. The word is said again and again, and a job that hears none
//! for a while stands still by itself: nobody knows then how far its replicas are.

use std::collections::BTreeSet;
use std::time::Duration;

use mysqler_contract::{AppError, LogKind, LogNote, Phase, Plan, Result, RunEventKind, RunState};
use tokio::sync::watch;
use tokio::time::Instant;

use super::figures::tuning_of;
use super::supervisor::Supervisor;
use crate::Core;
use crate::ports::{Control, ReplicaMoment, ReplicasSeen, Target};
use crate::preflight::LagWatch;

/// Between two looks at the replicas.
const LOOK: Duration = Duration::from_secs(1);
/// Between two looks at a server that lists none.
const SELDOM: Duration = Duration::from_secs(10);
/// The word is said again after so long, though nothing changed.
const AGAIN: Duration = Duration::from_secs(10);
/// And how far behind it is, after so long.
const FIGURE: Duration = Duration::from_secs(3);
/// A job that hears nothing for longer stands still.
const PATIENCE: Duration = Duration::from_secs(45);

type Sample = std::result::Result<Vec<ReplicaMoment>, String>;

/// What is known of the replicas of one run.
pub(super) struct Watching {
    /// The last look; the task behind it ends with this receiver.
    looked: watch::Receiver<Option<Sample>>,
    /// Replicas that answered; from then on they have to.
    known: BTreeSet<String>,
    /// Replicas that never did, told once.
    unwatched: BTreeSet<String>,
    /// The server itself did not answer the last time, told once.
    deaf: bool,
    said: Option<(ReplicasSeen, Instant)>,
    /// The furthest that one was seen behind since it was told last, ms.
    worst: Option<(String, u64)>,
}

/// Whether the plan's run stands on this watch.
pub(super) fn watches(plan: &Plan) -> bool {
    let options = &plan.request.options;
    let watch = LagWatch::of(plan.engine, plan.server.flavour, options.recursion_method, false);
    watch == LagWatch::Application && !plan.request.dry_run
}

impl Supervisor {
    /// Begins to look, where nobody else does and rows are still to be copied.
    pub(super) fn watch_replicas(&mut self) {
        if !watches(&self.plan) || self.replicas.is_some() || self.copied() {
            return;
        }
        let (tell, looked) = watch::channel(None);
        let (core, plan) = (self.core.clone(), self.plan.clone());
        let leaving = core.memory.supervisors.leaving.clone();
        self.core.memory.supervisors.tasks.spawn(async move {
            tokio::select! {
                () = look_on(&core, &plan, &tell) => {}
                () = leaving.cancelled() => {}
            }
        });
        self.replicas = Some(Watching {
            looked,
            known: BTreeSet::new(),
            unwatched: BTreeSet::new(),
            deaf: false,
            said: None,
            worst: None,
        });
    }

    pub(super) async fn replicas_looked_at(watching: &mut Option<Watching>) -> Sample {
        if let Some(watching) = watching
            && watching.looked.changed().await.is_ok()
            && let Some(sample) = watching.looked.borrow_and_update().clone()
        {
            return sample;
        }
        std::future::pending().await
    }

    /// Lets the job hear how its replicas do, when that is due.
    pub(super) async fn mind_replicas(&mut self, job: &str, sample: Sample) -> Result<()> {
        if self.copied() || self.stopping() {
            self.replicas = None;
            return Ok(());
        }
        let limit = tuning_of(self.rec.view(), &self.plan).max_lag_s;
        let limit = limit.unwrap_or(self.plan.request.options.max_lag_s);
        let Some(watching) = &mut self.replicas else {
            return Ok(());
        };
        let sample = match sample {
            Ok(sample) => sample,
            // Nothing is said then, and the job's patience ends by itself.
            Err(error) if std::mem::replace(&mut watching.deaf, true) => {
                tracing::debug!(error, "the replicas were not asked");
                return Ok(());
            }
            Err(error) => {
                self.rec
                    .note(LogKind::Warning, &LogNote::ReplicasNotAsked { error });
                return Ok(());
            }
        };
        watching.deaf = false;
        for note in watching.newly_unwatched(&sample) {
            self.rec.note(LogKind::Warning, &note);
        }
        let verdict = watching.judge(&sample, limit);
        if watching.known.is_empty() || !watching.is_due(&verdict.seen) {
            return Ok(());
        }
        // Never said under a lease that another process has by now.
        self.renew().await?;
        let control = Control::Replicas {
            seen: verdict.seen.clone(),
            patience: PATIENCE,
        };
        match self.core.ports.runner.control(job, control).await {
            Ok(()) => self.said_of_replicas(verdict),
            // Said again at the next look; a job that hears nothing stands still.
            Err(error) => tracing::debug!(%error, "the job did not hear of its replicas"),
        }
        Ok(())
    }

    fn said_of_replicas(&mut self, verdict: Verdict) {
        let Some(watching) = &mut self.replicas else {
            return;
        };
        let before = watching.said.replace((verdict.seen.clone(), Instant::now()));
        let waited = before
            .as_ref()
            .is_some_and(|(seen, _)| *seen != ReplicasSeen::Follow);
        let follow = verdict.seen == ReplicasSeen::Follow;
        let other = !before.is_some_and(|(seen, _)| seen.is_like(&verdict.seen));
        let worst = watching.worst.take_if(|_| follow);
        match verdict.note {
            Some(note) if other => self.rec.note(LogKind::Wait, &note),
            None if waited => self.rec.note(LogKind::Wait, &LogNote::ReplicasFollow),
            _ => {}
        }
        let told = self.rec.view().measures.worst_lag_ms.unwrap_or(0);
        if let Some((replica, ms)) = worst.filter(|(_, ms)| *ms > told) {
            self.rec.event(RunEventKind::ReplicaLagged { replica, ms });
        }
    }

    /// What comes after the copy is too little to lag behind, and nothing waits for replicas there.
    fn copied(&self) -> bool {
        let copied = |phase: Phase| phase > Phase::Copy;
        let at = match self.rec.state() {
            RunState::Running { phase } | RunState::Paused { phase, .. } => copied(*phase),
            RunState::AwaitingCutover { .. } => true,
            _ => false,
        };
        at || self.minding.at_gate
    }
}

async fn look_on(core: &Core, plan: &Plan, tell: &watch::Sender<Option<Sample>>) {
    loop {
        let sample = look(core, plan).await.map_err(|error| error.to_string());
        let none = matches!(&sample, Ok(all) if all.is_empty());
        let known = matches!(&*tell.borrow(), Some(Ok(all)) if !all.is_empty());
        if tell.send(Some(sample)).is_err() {
            return;
        }
        let pause = if none && !known { SELDOM } else { LOOK };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = tell.closed() => return,
        }
    }
}

async fn look(core: &Core, plan: &Plan) -> Result<Vec<ReplicaMoment>> {
    let target: Target = core.target(&plan.connection.id).await?;
    // The replicas of another server would say nothing about this run.
    if (target.host.as_str(), target.port) != (plan.connection.host.as_str(), plan.connection.port) {
        return Err(
            AppError::new(mysqler_contract::ErrorCode::ServerRefused).detail(format!(
                "the connection leads to {}:{} now",
                target.host, target.port
            )),
        );
    }
    core.ports.servers.replicas(&target).await
}

/// What one look comes to.
#[derive(Debug, PartialEq, Eq)]
struct Verdict {
    seen: ReplicasSeen,
    note: Option<LogNote>,
}

impl Watching {
    /// The first that does not replicate, else the one that is furthest behind. What a replica stays behind on purpose
    /// is no lag.
    fn judge(&mut self, sample: &[ReplicaMoment], limit_s: u32) -> Verdict {
        let answered = sample.iter().filter(|one| one.state.is_ok());
        self.known.extend(answered.map(|one| one.name.clone()));
        let stopped = |name: &String| {
            let why = match sample.iter().find(|one| one.name == *name).map(|one| &one.state) {
                Some(Ok(state)) => match (&state.stopped, state.lag_s) {
                    (Some(thread), _) => thread.clone(),
                    (None, None) => "Seconds_Behind: NULL".to_owned(),
                    (None, Some(_)) => return None,
                },
                Some(Err(why)) => why.clone(),
                // Its dump thread is gone.
                None => "IO: No".to_owned(),
            };
            Some((name.clone(), why))
        };
        if let Some((replica, why)) = self.known.iter().find_map(stopped) {
            return Verdict {
                seen: ReplicasSeen::Stopped {
                    detail: format!("{replica}: {why}"),
                },
                note: Some(LogNote::ReplicaNotFollowing { replica, why }),
            };
        }
        let lag = |one: &ReplicaMoment| {
            let state = one.state.as_ref().ok()?;
            Some((state.lag_s?.saturating_sub(state.delay_s), one.name.clone()))
        };
        match sample.iter().filter_map(lag).max() {
            Some((lag_s, replica)) if lag_s > u64::from(limit_s) => {
                let ms = lag_s.saturating_mul(1000);
                if self.worst.as_ref().is_none_or(|(_, worst)| ms > *worst) {
                    self.worst = Some((replica.clone(), ms));
                }
                Verdict {
                    seen: ReplicasSeen::Behind {
                        detail: format!("{replica}: {lag_s} s"),
                    },
                    note: Some(LogNote::ReplicaBehind {
                        replica,
                        lag_s,
                        max_lag_s: limit_s,
                    }),
                }
            }
            _ => Verdict {
                seen: ReplicasSeen::Follow,
                note: None,
            },
        }
    }

    fn newly_unwatched(&mut self, sample: &[ReplicaMoment]) -> Vec<LogNote> {
        let mut notes = Vec::new();
        for one in sample {
            if let Err(why) = &one.state
                && !self.known.contains(&one.name)
                && self.unwatched.insert(one.name.clone())
            {
                notes.push(LogNote::ReplicaNotWatched {
                    replica: one.name.clone(),
                    why: why.clone(),
                });
            }
        }
        notes
    }

    fn is_due(&self, seen: &ReplicasSeen) -> bool {
        match &self.said {
            None => true,
            Some((said, at)) if said == seen => at.elapsed() >= AGAIN,
            Some((said, at)) if said.is_like(seen) => at.elapsed() >= FIGURE,
            Some(_) => true,
        }
    }
}

#[cfg(test)]
#[path = "replicas_test.rs"]
mod tests;
