//! Replicas that the application watches where the tool cannot: while one is behind, the copy stands still on a word of
//! its own, which neither makes nor ends a person's pause. The word is said again and again, and a job that hears none
//! for a while stands still by itself: nobody knows then how far its replicas are.

use std::collections::BTreeSet;
use std::time::Duration;

use mysqler_contract::{LogKind, LogNote, Phase, Plan, Result, RunEventKind, RunState, RunView, Tuning};
use tokio::sync::watch;
use tokio::time::Instant;

use super::figures::tuning_of;
use super::replica_look::{Looking, OfRun, Sample};
use super::supervisor::Supervisor;
use crate::ports::{Control, ReplicaMoment, ReplicasSeen};
use crate::preflight::{LagWatch, Reach, watched_by_app};

/// The word is said again after so long, though nothing changed.
const AGAIN: Duration = Duration::from_secs(10);
/// And how far behind it is, after so long.
const FIGURE: Duration = Duration::from_secs(3);
/// A job that hears nothing for longer stands still.
pub(super) const PATIENCE_S: u32 = 45;
/// Where there is nothing to wait for a job needs nobody: it may outlive the application.
const UNBOUND_S: u32 = u32::MAX;

/// What is known of the replicas of one run.
pub(super) struct Watching {
    /// The last look; the task behind it ends with this receiver.
    looked: watch::Receiver<Option<Sample>>,
    /// Replicas that answered, now or while the plan was made; from then on they have to. All are on record, for what only
    /// the memory of one process knew would be forgotten by the next.
    known: BTreeSet<String>,
    /// Those of them that the record is still to be told of.
    unrecorded: Vec<String>,
    /// Replicas that never did, told once.
    unwatched: BTreeSet<String>,
    /// The server itself did not answer the last time, told once.
    deaf: bool,
    said: Option<Said>,
    /// The furthest that one was seen behind since it was told last, ms.
    worst: Option<(String, u64)>,
}

struct Said {
    seen: ReplicasSeen,
    patience_s: u32,
    at: Instant,
}

/// Whether the plan's run stands on this watch.
pub(super) fn watches(plan: &Plan) -> bool {
    let options = &plan.request.options;
    let reach = Reach::of(&plan.connection, false);
    let watch = LagWatch::of(plan.engine, plan.server.flavour, options.recursion_method, reach);
    watch == LagWatch::Application && !plan.request.dry_run
}

fn known(plan: &Plan, view: &RunView) -> BTreeSet<String> {
    let answered = view.measures.replicas.iter().cloned();
    watched_by_app(&plan.findings).chain(answered).collect()
}

impl Supervisor {
    /// Begins to look, where nobody else does and rows are still to be copied.
    pub(super) fn watch_replicas(&mut self) {
        if !watches(&self.plan) || self.replicas.is_some() || self.copied() {
            return;
        }
        let (tell, looked) = watch::channel(None);
        let of_run = OfRun {
            core: self.core.clone(),
            plan: self.plan.clone(),
        };
        let looking = Looking::new(of_run, self.target.clone());
        let leaving = self.core.memory.supervisors.leaving.clone();
        self.core.memory.supervisors.tasks.spawn(async move {
            tokio::select! {
                () = looking.go_on(tell) => {}
                () = leaving.cancelled() => {}
            }
        });
        let known = known(&self.plan, self.rec.view());
        self.replicas = Some(Watching::new(looked, known));
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
        for replica in watching.unrecorded.drain(..) {
            self.rec.event(RunEventKind::ReplicaAnswered { replica });
        }
        if !watching.is_due(&verdict) {
            return Ok(());
        }
        // Never said under a lease that another process has by now.
        self.renew().await?;
        let control = Control::Replicas {
            seen: verdict.seen.clone(),
            patience: Duration::from_secs(u64::from(verdict.patience_s)),
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
        let said = Said {
            seen: verdict.seen.clone(),
            patience_s: verdict.patience_s,
            at: Instant::now(),
        };
        let before = watching.said.replace(said).map(|said| said.seen);
        let waited = before.as_ref().is_some_and(|seen| *seen != ReplicasSeen::Follow);
        let follow = verdict.seen == ReplicasSeen::Follow;
        let other = !before.is_some_and(|seen| seen.is_like(&verdict.seen));
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

/// What one look comes to.
#[derive(Debug, PartialEq, Eq)]
struct Verdict {
    seen: ReplicasSeen,
    /// How long the job goes on without another word.
    patience_s: u32,
    note: Option<LogNote>,
}

impl Verdict {
    fn bound(seen: ReplicasSeen, note: Option<LogNote>) -> Self {
        Self {
            seen,
            patience_s: PATIENCE_S,
            note,
        }
    }

    fn unbound(note: Option<LogNote>) -> Self {
        Self {
            seen: ReplicasSeen::Follow,
            patience_s: UNBOUND_S,
            note,
        }
    }
}

impl Watching {
    fn new(looked: watch::Receiver<Option<Sample>>, known: BTreeSet<String>) -> Self {
        Self {
            looked,
            known,
            unrecorded: Vec::new(),
            unwatched: BTreeSet::new(),
            deaf: false,
            said: None,
            worst: None,
        }
    }

    /// The first that does not replicate, else the one that is furthest behind. What a replica stays behind on purpose
    /// is no lag.
    fn judge(&mut self, sample: &[ReplicaMoment], limit_s: u32) -> Verdict {
        for one in sample.iter().filter(|one| one.state.is_ok()) {
            if self.known.insert(one.name.clone()) {
                self.unrecorded.push(one.name.clone());
            }
        }
        if limit_s == Tuning::NO_LAG_LIMIT {
            return Verdict::unbound(Some(LogNote::ReplicasNotAwaited));
        }
        if self.known.is_empty() {
            // Each that is listed and cannot be asked is told by itself.
            return Verdict::unbound(sample.is_empty().then_some(LogNote::NoReplicaListed));
        }
        if let Some((detail, note)) = self.known.iter().find_map(|name| trouble(name, sample)) {
            return Verdict::bound(ReplicasSeen::Stopped { detail }, Some(note));
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
                let detail = format!("{replica}: {lag_s} s");
                let note = LogNote::ReplicaBehind {
                    replica,
                    lag_s,
                    max_lag_s: limit_s,
                };
                Verdict::bound(ReplicasSeen::Behind { detail }, Some(note))
            }
            _ => Verdict::bound(ReplicasSeen::Follow, None),
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

    fn is_due(&self, verdict: &Verdict) -> bool {
        let Some(said) = &self.said else { return true };
        if said.patience_s != verdict.patience_s || !said.seen.is_like(&verdict.seen) {
            return true;
        }
        let pause = if said.seen == verdict.seen { AGAIN } else { FIGURE };
        said.at.elapsed() >= pause
    }
}

/// Why a known replica does not follow, for the job and for the log; nothing when it does.
fn trouble(name: &str, sample: &[ReplicaMoment]) -> Option<(String, LogNote)> {
    let replica = name.to_owned();
    let Some(listed) = sample.iter().find(|one| one.name == name) else {
        return Some((
            format!("{name}: not listed"),
            LogNote::ReplicaNotListed { replica },
        ));
    };
    let why = match &listed.state {
        Ok(state) => match (&state.stopped, state.lag_s) {
            (Some(thread), _) => thread.clone(),
            (None, None) => "Seconds_Behind: NULL".to_owned(),
            (None, Some(_)) => return None,
        },
        Err(why) => why.clone(),
    };
    Some((
        format!("{name}: {why}"),
        LogNote::ReplicaNotFollowing { replica, why },
    ))
}

#[cfg(test)]
#[path = "replicas_test.rs"]
mod tests;
