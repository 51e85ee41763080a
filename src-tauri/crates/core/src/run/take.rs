//! What the job's output means to the run's record.

use mysqler_contract::{EstimateSource, PauseReason, Phase, RunEventKind, RunState, Tuning, WaitReason};

use super::figures::tuning_of;
use super::state::Input;
use super::supervisor::Supervisor;
use crate::ports::{FaultClass, ParsedLine, RawLine, Signal};

/// Statistics of a smaller table may be wrong by as much.
const BLIND_ROWS: u64 = 1_000;

impl Supervisor {
    /// Takes a line in for the first time.
    pub(super) fn take(&mut self, line: &RawLine, parsed: ParsedLine) {
        self.rec.advance(line.stream);
        if let Some((kind, text)) = parsed.show {
            self.rec.line(line.at, line.stream, kind, text);
        }
        for signal in parsed.signals {
            self.remember(&signal);
            self.signal(line, signal);
        }
    }

    /// A line that is in the record already: only what the process has to know again is kept.
    pub(super) fn recall(&mut self, parsed: &ParsedLine) {
        parsed.signals.iter().for_each(|signal| self.remember(signal));
    }

    fn remember(&mut self, signal: &Signal) {
        match signal {
            Signal::Success => self.seen.success = true,
            Signal::BridgeReady { .. } => self.seen.bridge = true,
            Signal::MoveGuarded => self.seen.move_guarded = true,
            Signal::RenamesConfirmed => self.seen.renames_confirmed = true,
            Signal::RenamesDiffer { read } => {
                self.seen.objection = Some(self.unconfirmed().detail(read));
            }
            Signal::Held => {
                self.minding.at_gate = true;
                self.reach_gate();
            }
            Signal::Released => {
                self.minding.at_gate = false;
                self.leave_gate();
            }
            Signal::Paused => self.minding.stands_still = true,
            Signal::Resumed => self.minding.stands_still = false,
            // The first complaint is the cause; what follows are its echoes. A broken tunnel is heard of by them first.
            Signal::Fault { class, text } => {
                let known = self.seen.fault.as_ref().map(|(class, _)| *class);
                let is_root = *class == FaultClass::Tunnel && known != Some(FaultClass::Tunnel);
                if known.is_none() || is_root {
                    self.seen.fault = Some((*class, text.clone()));
                }
            }
            Signal::Estimated { rows: 0 } if self.plan.facts.summary.rows >= BLIND_ROWS => {
                self.seen.blind_copy = true;
                let rows = self.plan.facts.summary.rows;
                let text = format!(
                    "The tool sees 0 rows in a table of about {rows}: it would copy them all in one locking statement."
                );
                self.seen.fault.get_or_insert((FaultClass::Other, text));
            }
            _ => {}
        }
    }

    fn signal(&mut self, line: &RawLine, signal: Signal) {
        let at = line.at;
        match signal {
            Signal::PhaseStarted(phase) => self.enter(line, phase),
            Signal::PhaseFinished(phase) => self.rec.event_at(at, RunEventKind::PhaseFinished { phase }),
            Signal::Sessions(ids) => self.rec.event_at(at, RunEventKind::Sessions { ids }),
            // What it took over is on record.
            Signal::ShadowCreated(_) | Signal::TriggersCreated(_) if self.plan.continued.is_some() => {}
            Signal::ShadowCreated(table) => self.rec.event_at(at, RunEventKind::ShadowCreated { table }),
            Signal::ShadowAltered { definition } => {
                self.rec.event_at(at, RunEventKind::ShadowAltered { definition })
            }
            Signal::TriggersCreated(names) => self.rec.event_at(at, RunEventKind::TriggersCreated { names }),
            Signal::TriggersMarked(marks) => self.marked(at, marks),
            Signal::HistoryJob { job } => self.keep_history(at, job),
            Signal::Estimated { rows } => {
                self.rec.event_at(
                    at,
                    RunEventKind::Estimated {
                        rows,
                        source: EstimateSource::Explain,
                    },
                );
            }
            Signal::Rows {
                rows,
                chunk_rows,
                chunk_ms,
            } => {
                let rows = rows.saturating_add(self.rows_before());
                self.rec.event_at(
                    at,
                    RunEventKind::Progress {
                        rows,
                        chunk_rows,
                        chunk_ms,
                    },
                );
            }
            Signal::Percent { percent } => self.percent(line, percent),
            Signal::Paused => {
                let reason = self.pause_reason();
                self.rec.input(&Input::Pause { at, reason });
                let reason = match reason {
                    PauseReason::User => WaitReason::Pause,
                    PauseReason::Window => WaitReason::Window,
                };
                let detail = String::new();
                self.rec
                    .event_at(at, RunEventKind::WaitStarted { reason, detail });
            }
            Signal::Resumed => {
                let reason = self.open_pause();
                self.rec.event_at(at, RunEventKind::WaitEnded { reason });
                self.rec.input(&Input::Resume);
                self.decide_again();
            }
            // Where rows are counted first, the count decides whether a person has to.
            Signal::Held if self.guards_gate() => {}
            // The clock decides whether it has to wait.
            Signal::Held if self.window_guards_gate() => {}
            Signal::Held => {
                self.rec.input(&Input::Hold { at });
            }
            Signal::Released => {
                self.rec.input(&Input::Release);
            }
            Signal::WaitStarted { reason, detail } => {
                self.seen.lock_awaited |= reason == WaitReason::Lock;
                self.rec
                    .event_at(at, RunEventKind::WaitStarted { reason, detail });
            }
            Signal::WaitEnded { reason } => self.rec.event_at(at, RunEventKind::WaitEnded { reason }),
            Signal::Retuned { tuning, refused } => self.retuned(line, tuning, refused),
            Signal::Warnings(counts) => self.rec.event_at(at, RunEventKind::WarningsCounted { counts }),
            Signal::ReplicaLagged { replica, ms } => {
                self.rec.event_at(at, RunEventKind::ReplicaLagged { replica, ms });
            }
            Signal::Gap { from, to } => self.rec.event_at(at, RunEventKind::Gap { from, to }),
            Signal::Warning { code, text } => self.rec.event_at(at, RunEventKind::Warned { code, text }),
            Signal::BridgeReady { .. }
            | Signal::MoveGuarded
            | Signal::RenamesConfirmed
            | Signal::RenamesDiffer { .. }
            | Signal::Fault { .. }
            | Signal::Success => {}
        }
    }

    /// What was refused holds as it did.
    fn retuned(&mut self, line: &RawLine, mut tuning: Tuning, refused: Vec<String>) {
        let before = tuning_of(self.rec.view(), &self.plan);
        let kept = |name: &str| refused.iter().any(|one| one == name);
        if kept("chunk_time_ms") || tuning.chunk_time_ms.is_none() {
            tuning.chunk_time_ms = before.chunk_time_ms;
        }
        if kept("max_lag_s") || tuning.max_lag_s.is_none() {
            tuning.max_lag_s = before.max_lag_s;
        }
        if kept("max_load") {
            tuning.max_load = before.max_load;
        }
        if kept("critical_load") {
            tuning.critical_load = before.critical_load;
        }
        self.rec
            .event_at(line.at, RunEventKind::Retuned { tuning, refused });
    }

    fn enter(&mut self, line: &RawLine, phase: Phase) {
        // Said by a tool that leaves them where they are: dropping them comes after the proof.
        if phase == Phase::DropTriggers && self.finishes_itself() {
            return;
        }
        if phase == Phase::Copy && !self.seen.bridge && !self.seen.bridge_missed && !self.plan.request.dry_run
        {
            self.seen.bridge_missed = true;
            let why = "the copy began without a word from the plugin".to_owned();
            self.rec.event_at(line.at, RunEventKind::BridgeLost { why });
        }
        self.rec.event_at(line.at, RunEventKind::PhaseStarted { phase });
        self.rec.input(&Input::Enter(phase));
    }

    /// Without the plugin the tool's own percentage of its own estimate is all there is.
    fn percent(&mut self, line: &RawLine, percent: u8) {
        let Some(estimate) = self.rec.view().rows_estimated else {
            return;
        };
        let rows = estimate.saturating_mul(u64::from(percent)) / 100;
        if matches!(self.rec.state(), RunState::Running { .. }) {
            self.rec.event_at(
                line.at,
                RunEventKind::Progress {
                    rows,
                    chunk_rows: 0,
                    chunk_ms: 0,
                },
            );
        }
    }
}
