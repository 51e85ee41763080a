//! Waiting in the queue: each waiting run looks at the queue by itself, tells why it waits, and is let in by the store in
//! one step that no other process can be in the middle of.

use std::time::Duration;

use mysqler_contract::{
    AppError, ErrorCode, LogKind, LogNote, Plan, QueueMove, Result, RunAction, RunEventKind, RunId, RunView,
    Waiting, WaitsFor,
};
use tokio::time::Instant;

use super::admission::{Rules, Turn, position, turn};
use super::hours::{Moment, next_start};
use super::state::Input;
use super::supervisor::Supervisor;
use super::supervisors::Wish;
use crate::Core;

/// Between two looks of a waiting run at the queue.
const LOOK: Duration = Duration::from_millis(500);

/// It copies or rebuilds a table, so that it takes one of its server's places; what goes through no rows does not.
pub fn is_heavy(plan: &Plan) -> bool {
    !plan.request.dry_run && (plan.launch.is_some() || plan.forecast.work.is_some())
}

impl Core {
    /// Lets a waiting run begin without waiting for its time; a place in the queue it still waits for.
    pub async fn run_start_now(&self, id: &RunId) -> Result<()> {
        self.ask(id, RunAction::StartNow, None).await
    }

    /// Those that wait, in their new order. `RUN_STATE_FORBIDS` unless the run waits.
    pub async fn run_move(&self, id: &RunId, to: &QueueMove) -> Result<Vec<RunView>> {
        // For a run that does not exist.
        self.run_view(id).await?;
        let order = self.ports.runs.move_in_queue(id, to).await?;
        let mut live = self.ports.runs.live().await?;
        let mut waiting = Vec::with_capacity(order.len());
        for (place, id) in (1..).zip(&order) {
            let Some(at) = live.iter().position(|view| view.id == *id) else {
                continue;
            };
            let mut view = live.swap_remove(at);
            // Its own record says so at its next look.
            if let Some(waiting) = &mut view.waiting {
                waiting.position = Some(place);
            }
            waiting.push(view);
        }
        Ok(waiting)
    }
}

impl Supervisor {
    /// Holds the run in the queue until it may begin. `None` when it ended there.
    pub(super) async fn wait_for_turn(&mut self) -> Result<Option<()>> {
        let mut look_at = Instant::now();
        loop {
            if self.asked_to_stop() {
                self.rec.input(&Input::Stop { at: self.now() });
                return Ok(None);
            }
            if Instant::now() >= look_at {
                match self.look_at_queue().await? {
                    Turn::Now => return Ok(Some(())),
                    Turn::CalledOff { by } => {
                        self.call_off(by);
                        return Ok(None);
                    }
                    _ => {}
                }
                look_at = Instant::now() + LOOK;
            }
            self.rec.flush().await?;
            tokio::select! {
                Some(wish) = self.wishes.recv() => {
                    self.hear_waiting(&wish);
                    look_at = Instant::now();
                }
                _ = self.ticks.mailbox.tick() => {
                    for wish in self.read_mailbox().await? {
                        self.hear_waiting(&wish);
                        look_at = Instant::now();
                    }
                }
                _ = self.ticks.renew.tick() => self.renew().await?,
            }
        }
    }

    /// What the queue says; the run's record says why it waits.
    async fn look_at_queue(&mut self) -> Result<Turn> {
        let (id, now) = (self.rec.id(), self.moment());
        // A run that waits on a store in trouble is tried again at the next look.
        let read = async {
            let settings = self.core.settings().await?;
            let all = self.core.ports.runs.queue(&id, now.at).await?;
            Ok::<_, AppError>((Rules::of(&settings), all))
        };
        let (rules, all) = match read.await {
            Ok(read) => read,
            Err(error) => {
                tracing::warn!(run = %id, %error, "the queue could not be read");
                return Ok(Turn::NotDue);
            }
        };
        let mut verdict = turn(&all, &id, rules, now);
        if verdict == Turn::Now {
            verdict = match self.core.ports.runs.admit(&self.rec.lease, rules, now).await {
                Ok(verdict) => verdict,
                Err(error) if error.code == ErrorCode::LeaseLost => return Err(error),
                Err(error) => {
                    tracing::warn!(run = %id, %error, "the run could not be let in");
                    Turn::NotDue
                }
            };
        }
        let reason = match &verdict {
            Turn::Waits(reason) => Some(reason.clone()),
            Turn::NotDue => next_start(&self.rec.view().schedule, self.core.ports.clock.as_ref(), now.at)
                .map(|at| WaitsFor::Time { at }),
            Turn::Now | Turn::CalledOff { .. } | Turn::Gone => None,
        };
        let position = position(&all, &id);
        self.tell_waiting(reason.map(|reason| Waiting { position, reason }));
        Ok(verdict)
    }

    pub(super) fn tell_waiting(&mut self, waiting: Option<Waiting>) {
        if self.rec.view().waiting != waiting {
            self.rec.event(RunEventKind::Waits { waiting });
        }
    }

    fn call_off(&mut self, by: RunId) {
        self.rec
            .note(LogKind::Warning, &LogNote::CalledOff { by: by.clone() });
        self.rec.event(RunEventKind::CalledOff { by });
        self.rec.input(&Input::Stop { at: self.now() });
    }

    /// Before the job exists few wishes mean anything.
    pub(super) fn hear_waiting(&mut self, wish: &Wish) {
        self.heed(wish);
        match wish.action {
            RunAction::Stop | RunAction::StopKeep => self.seen.stop_asked = true,
            RunAction::StartNow => self.rec.event(RunEventKind::ScheduleOverridden),
            RunAction::Schedule => self.plan_cutover(wish),
            _ => {}
        }
    }

    pub(super) fn asked_to_stop(&mut self) -> bool {
        while let Ok(wish) = self.wishes.try_recv() {
            self.hear_waiting(&wish);
        }
        self.seen.stop_asked
    }

    pub(super) fn moment(&self) -> Moment {
        Moment::of(self.core.ports.clock.as_ref())
    }
}
