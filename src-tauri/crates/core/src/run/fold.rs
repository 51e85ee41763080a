//! The view of a run as a fold over its events: the one place where what is shown is derived from what is stored.

use std::collections::VecDeque;

use mysqler_contract::{
    ChecksumOutcome, Continuing, Engine, Measures, PauseSpan, Phase, PhaseTime, Plan, Retuning, RunAction,
    RunEvent, RunEventKind, RunId, RunState, RunView, Schedule, Timestamp, WaitReason, WaitTotal,
};

/// The recent rate stands on this much of the past, ms.
const WINDOW_MS: u64 = 10_000;

/// A view and what is needed to fold the next event into it.
#[derive(Debug, Clone)]
pub struct RunFold {
    pub view: RunView,
    /// Rows at moments of uninterrupted copying, newest last.
    samples: VecDeque<(Timestamp, u64)>,
}

impl RunFold {
    /// A run that has no events yet.
    pub fn new(plan: &Plan, created_at: Timestamp) -> Self {
        Self::from_view(RunView {
            id: RunId(String::new()),
            connection_id: plan.connection.id.clone(),
            connection_name: plan.connection.name.clone(),
            environment: plan.connection.environment,
            table: plan.request.table.clone(),
            clause: plan.request.kind.clause().to_owned(),
            reclaim: plan.request.kind == mysqler_contract::ChangeKind::Reclaim,
            engine: plan.engine,
            dry_run: plan.request.dry_run,
            hold_cutover: plan.request.hold_cutover,
            state: RunState::Queued,
            created_at,
            started_at: None,
            finished_at: None,
            phases: Vec::new(),
            rows_copied: 0,
            rows_estimated: None,
            estimate_source: None,
            rate_rows_s: None,
            left_ms: None,
            waits: Vec::new(),
            warnings: 0,
            shadow: None,
            triggers: Vec::new(),
            sessions: Vec::new(),
            shadow_definition: None,
            gate: None,
            counted_at: None,
            counting: None,
            checksum: None,
            differs: None,
            cut_over_at: None,
            cut_over_missed: None,
            retunings: Vec::new(),
            pauses: Vec::new(),
            warning_counts: Vec::new(),
            pending: None,
            pending_by: None,
            job: None,
            exit_code: None,
            last_seq: 0,
            bytes_after: None,
            measures: Measures {
                // What another run copied was not done in this one's time.
                work: plan.forecast.work.filter(|_| plan.continued.is_none()),
                ..Measures::default()
            },
            compared: Vec::new(),
            supervisor: None,
            schedule: Schedule::default(),
            schedule_overridden: false,
            waiting: None,
            batch: None,
            called_off_by: None,
            continuing: Continuing {
                prepared: plan.history.is_some(),
                continues: plan.continued.as_ref().map(|continued| continued.run.clone()),
                ..Continuing::default()
            },
        })
    }

    /// A stored view, to be folded on.
    pub fn from_view(view: RunView) -> Self {
        Self {
            view,
            samples: VecDeque::new(),
        }
    }

    pub fn apply(&mut self, event: &RunEvent) {
        let (view, at) = (&mut self.view, event.at);
        view.last_seq = event.seq;
        match &event.kind {
            RunEventKind::StateChanged { state } => self.enter(state, at),
            RunEventKind::JobStarted { job } => view.job = Some(job.clone()),
            RunEventKind::PhaseStarted { phase } => start_phase(view, *phase, at),
            RunEventKind::PhaseFinished { phase } => finish_phase(view, *phase, at),
            RunEventKind::Estimated { rows, source } => {
                view.rows_estimated = Some(*rows);
                view.estimate_source = Some(*source);
            }
            RunEventKind::Progress { rows, chunk_rows, .. } => {
                count_chunks(view, *rows, *chunk_rows);
                self.copied(*rows, at);
            }
            RunEventKind::WaitStarted { reason, detail } => self.wait(*reason, detail, at),
            RunEventKind::WaitEnded { reason } => self.go_on(*reason, at),
            RunEventKind::ShadowCreated { table } => view.shadow = Some(table.clone()),
            RunEventKind::ShadowAltered { definition } => view.shadow_definition = Some(definition.clone()),
            RunEventKind::TriggersCreated { names } => view.triggers = names.clone(),
            RunEventKind::TriggersMarked { marks } => view.continuing.trigger_marks = marks.clone(),
            RunEventKind::HistoryKept { row } => view.continuing.history = Some(row.clone()),
            RunEventKind::OldKept { table } => view.continuing.old_table = Some(table.clone()),
            RunEventKind::ContinuedBy { run } => view.continuing.continued_by = Some(run.clone()),
            RunEventKind::Sessions { ids } => view.sessions = ids.clone(),
            RunEventKind::Warned { .. } => view.warnings += 1,
            RunEventKind::JobExited { code, .. } => view.exit_code = Some(*code),
            RunEventKind::Measured {
                data_bytes,
                index_bytes,
            } => view.bytes_after = Some(data_bytes.saturating_add(*index_bytes)),
            RunEventKind::BinlogAt { place } => view.measures.binlog_from = Some(place.clone()),
            RunEventKind::BinlogGrew { bytes } => view.measures.binlog_bytes = Some(*bytes),
            RunEventKind::ReplicaLagged { ms, .. } => view.measures.worst_lag_ms = Some(*ms),
            RunEventKind::ReplicaAnswered { replica } => view.measures.replicas.push(replica.clone()),
            RunEventKind::Compared { figures } => view.compared = figures.clone(),
            // The time of an answer that nobody heard is not known.
            RunEventKind::ContactLost { .. } if view.engine == Engine::Direct => view.measures.work = None,
            RunEventKind::Requested { action, by } if action.moves_the_run() => {
                view.pending = Some(*action);
                view.pending_by = Some(by.clone());
                view.continuing.keeps |= *action == RunAction::StopKeep;
                // What fires at a set time fires once, and what a person does first leaves nothing for it to do.
                if *action == RunAction::CutOver {
                    view.cut_over_at = None;
                    view.counting = None;
                }
            }
            RunEventKind::Requested { .. } => {}
            RunEventKind::GateCounting => view.counting = Some(at),
            RunEventKind::Checksummed { checksum } => {
                match &checksum.outcome {
                    ChecksumOutcome::Different { keys } => view.differs = Some(keys.clone()),
                    ChecksumOutcome::Equal => view.differs = None,
                    _ => {}
                }
                view.checksum = Some(checksum.clone());
            }
            RunEventKind::CutoverPlanned { at } => {
                view.hold_cutover = true;
                view.cut_over_at = *at;
                view.cut_over_missed = None;
            }
            RunEventKind::CutoverMissed { at } => {
                view.cut_over_at = None;
                view.cut_over_missed = Some(*at);
            }
            RunEventKind::NotDelivered { action } => {
                if view.pending == Some(*action) {
                    view.pending = None;
                    view.pending_by = None;
                }
            }
            RunEventKind::Retuned { tuning, refused } => view.retunings.push(Retuning {
                at,
                tuning: tuning.clone(),
                refused: refused.clone(),
            }),
            RunEventKind::WarningsCounted { counts } => view.warning_counts = counts.clone(),
            RunEventKind::SupervisorChanged { host } => view.supervisor = Some(host.clone()),
            RunEventKind::Scheduled { schedule } => view.schedule = schedule.clone(),
            RunEventKind::Waits { waiting } => view.waiting = waiting.clone(),
            RunEventKind::ScheduleOverridden => {
                view.schedule_overridden = true;
                view.waiting = None;
                // The wish is done; what it waits for now is told on its own.
                view.pending = view.pending.filter(|action| *action != RunAction::StartNow);
            }
            RunEventKind::WindowOpened => {
                view.schedule_overridden = false;
                view.waiting = None;
            }
            RunEventKind::CalledOff { by } => view.called_off_by = Some(by.clone()),
            RunEventKind::GateCounted { count } => {
                view.counting = None;
                view.counted_at = Some(at);
                view.gate = Some(count.clone());
            }
            RunEventKind::Gap { .. }
            | RunEventKind::BridgeLost { .. }
            | RunEventKind::ContactLost { .. }
            | RunEventKind::ContactRegained
            | RunEventKind::Cleaned { .. }
            | RunEventKind::Verified { .. } => {}
        }
    }

    fn enter(&mut self, state: &RunState, at: Timestamp) {
        let view = &mut self.view;
        keep_pauses(view, state, at);
        view.pending = None;
        view.pending_by = None;
        if let RunState::AwaitingCutover { since } = &view.state
            && !matches!(
                state,
                RunState::AwaitingCutover { .. } | RunState::Interrupted { .. }
            )
        {
            view.measures.held_ms += at.since(*since);
        }
        if matches!(state, RunState::Preparing) && view.started_at.is_none() {
            view.started_at = Some(at);
        }
        if let RunState::Running { phase } = state
            && *phase == Phase::Verify
        {
            start_phase(view, *phase, at);
        }
        let ends = state.is_terminal();
        view.finished_at = ends.then_some(at);
        view.state = state.clone();
        if ends {
            view.waiting = None;
            view.cut_over_at = None;
            view.counting = None;
            end_open(view, at);
        }
    }

    fn copied(&mut self, rows: u64, at: Timestamp) {
        self.view.rows_copied = rows;
        self.samples.push_back((at, rows));
        while self
            .samples
            .front()
            .is_some_and(|(then, _)| at.since(*then) > WINDOW_MS)
        {
            self.samples.pop_front();
        }
        let recent = self
            .samples
            .front()
            .and_then(|(then, before)| rate(rows.saturating_sub(*before), at.since(*then)));
        if recent.is_some() {
            self.view.rate_rows_s = recent;
        }
        self.view.left_ms = self.left(at);
    }

    /// A range from the recent rate and the mean one; nothing honest can be said past the estimate.
    fn left(&self, at: Timestamp) -> Option<(u64, u64)> {
        let view = &self.view;
        let remaining = view.rows_estimated?.checked_sub(view.rows_copied)?;
        let worked = |time: &&PhaseTime| matches!(time.phase, Phase::Copy | Phase::Alter);
        let copy = view.phases.iter().find(worked)?;
        let waited: u64 = view.waits.iter().map(|wait| wait.ms).sum();
        let mean = rate(view.rows_copied, at.since(copy.started).saturating_sub(waited))?;
        let recent = view.rate_rows_s.unwrap_or(mean);
        let need = |rate: u64| remaining.saturating_mul(1000) / rate.max(1);
        let (one, other) = (need(mean), need(recent));
        Some((one.min(other), one.max(other)))
    }

    fn wait(&mut self, reason: WaitReason, detail: &str, at: Timestamp) {
        self.samples.clear();
        let entry = match self.view.waits.iter_mut().find(|wait| wait.reason == reason) {
            Some(entry) => entry,
            None => {
                self.view.waits.push(WaitTotal {
                    reason,
                    ms: 0,
                    since: None,
                    detail: String::new(),
                });
                let Some(entry) = self.view.waits.last_mut() else {
                    return;
                };
                entry
            }
        };
        entry.detail = detail.to_owned();
        entry.since.get_or_insert(at);
    }

    fn go_on(&mut self, reason: WaitReason, at: Timestamp) {
        self.samples.clear();
        if let Some(entry) = self.view.waits.iter_mut().find(|wait| wait.reason == reason)
            && let Some(since) = entry.since.take()
        {
            entry.ms += at.since(since);
        }
    }
}

/// A pause that contact was lost in goes on.
fn keep_pauses(view: &mut RunView, state: &RunState, at: Timestamp) {
    let asked = |view: &RunView, action| {
        let by = view.pending_by.clone();
        by.filter(|_| view.pending == Some(action))
    };
    let open = view.pauses.last().is_some_and(|pause| pause.to.is_none());
    match state {
        RunState::Paused { since, reason, .. } if !open => {
            let pause = PauseSpan {
                from: *since,
                to: None,
                reason: *reason,
                by: asked(view, RunAction::Pause),
                resumed_by: None,
            };
            view.pauses.push(pause);
        }
        RunState::Paused { .. } | RunState::Interrupted { .. } => {}
        _ => {
            let by = asked(view, RunAction::Resume);
            if let Some(pause) = view.pauses.last_mut().filter(|pause| pause.to.is_none()) {
                pause.to = Some(at);
                pause.resumed_by = by;
            }
        }
    }
}

/// Progress is told a few times a second and chunks may be shorter, so those between are taken to be as large as the one
/// that is told.
fn count_chunks(view: &mut RunView, rows: u64, chunk_rows: u64) {
    let more = rows.saturating_sub(view.rows_copied);
    if more > 0 && chunk_rows > 0 {
        let chunks = (more.saturating_add(chunk_rows / 2) / chunk_rows).max(1);
        let so_far = view.measures.chunks.unwrap_or(0);
        view.measures.chunks = Some(so_far.saturating_add(chunks));
    }
}

/// Rows per second; `None` for too short a time to say.
fn rate(rows: u64, ms: u64) -> Option<u64> {
    (ms >= 400).then(|| rows.saturating_mul(1000) / ms)
}

fn start_phase(view: &mut RunView, phase: Phase, at: Timestamp) {
    if let Some(open) = view.phases.last_mut()
        && open.finished.is_none()
    {
        open.finished = Some(at);
    }
    view.phases.push(PhaseTime {
        phase,
        started: at,
        finished: None,
    });
}

fn finish_phase(view: &mut RunView, phase: Phase, at: Timestamp) {
    if let Some(time) = view.phases.iter_mut().rev().find(|time| time.phase == phase) {
        time.finished.get_or_insert(at);
    }
}

fn end_open(view: &mut RunView, at: Timestamp) {
    // A phase that the end cut off stays unfinished: that is where the run broke.
    if view.state == RunState::Completed {
        for time in &mut view.phases {
            time.finished.get_or_insert(at);
        }
    }
    for wait in &mut view.waits {
        if let Some(since) = wait.since.take() {
            wait.ms += at.since(since);
        }
    }
    view.rate_rows_s = None;
    view.left_ms = None;
}

#[cfg(test)]
#[path = "fold_test.rs"]
mod tests;
