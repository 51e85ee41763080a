//! Following a job to its end: its output, a person's wishes, and contact that may be lost and found.

use std::time::Duration;

use futures::StreamExt;
use mysqler_contract::{
    AppError, ForeignKeysMethod, LogKind, LogNote, LogStream, Phase, Result, RunAction, RunEventKind,
    WishDetail,
};
use tokio::sync::oneshot;

use super::figures::lock_holders;
use super::state::Input;
use super::supervisor::Supervisor;
use super::supervisors::Wish;
use crate::ports::{Control, JobStatus, LogCursor, OutputParser, RawLine, Runner};

/// Time that the tool gets to end after a signal before it is killed.
const GRACE: Duration = Duration::from_secs(8);
const DROP_SWAP_GRACE: Duration = Duration::from_secs(24 * 60 * 60);
/// Pause between two attempts to reach the engine again.
const AGAIN: Duration = Duration::from_secs(1);

/// The reading side of a job; lines of the record's past are only parsed.
struct Reader {
    parser: Box<dyn OutputParser>,
    /// Lines handed to the parser so far.
    read: LogCursor,
    /// Lines that the record holds already.
    recorded: LogCursor,
}

impl Reader {
    /// Nothing that is read from here on is in the record already.
    fn is_caught_up(&self) -> bool {
        self.read.stdout >= self.recorded.stdout && self.read.stderr >= self.recorded.stderr
    }
}

enum Stretch {
    /// The job ended and its last line is in.
    Ended,
    /// The engine does not answer.
    Lost(AppError),
}

impl Supervisor {
    /// Returns when the job has ended or is gone.
    pub(super) async fn follow(&mut self) -> Result<()> {
        let Some(job) = self.rec.view().job.clone() else {
            return Ok(());
        };
        let runner = self.core.ports.runner.clone();
        let mut reader = Reader {
            parser: runner.parser(&self.plan.request.table, self.plan.request.dry_run),
            read: LogCursor::default(),
            recorded: self.rec.cursor(),
        };
        if self.stopping() {
            self.terminate(&job);
        }
        self.owe_hold_again();
        self.watch_replicas();
        loop {
            self.deliver_hold(&job).await;
            match self.stretch(&job, &mut reader).await? {
                Stretch::Ended => return self.rec.flush().await,
                Stretch::Lost(error) => self.wait_for_contact(&job, error).await?,
            }
        }
    }

    async fn stretch(&mut self, job: &str, reader: &mut Reader) -> Result<Stretch> {
        let mut lines = match self.core.ports.runner.follow(job, reader.read).await {
            Ok(lines) => lines,
            Err(error) if self.is_gone(job).await => {
                tracing::warn!(%error, "the job is gone");
                return Ok(Stretch::Ended);
            }
            Err(error) => return Ok(Stretch::Lost(error)),
        };
        loop {
            tokio::select! {
                line = lines.next() => match line {
                    Some(Ok(line)) => {
                        self.read(reader, &line);
                        self.end_blind_copy(job);
                        self.end_unwatched_copy(job);
                        if reader.is_caught_up() {
                            self.attend_gate(job).await?;
                            self.mind_window(job).await?;
                            self.look_for_holders();
                            self.obey_early(job).await?;
                        }
                    }
                    Some(Err(_)) if self.is_gone(job).await => return Ok(Stretch::Ended),
                    Some(Err(error)) => return Ok(Stretch::Lost(error)),
                    None => return Ok(Stretch::Ended),
                },
                counts = Self::count_ended(&mut self.gate) => {
                    self.counted(counts).await?;
                    self.act_on_count(job).await?;
                }
                heard = Self::comparison_heard(&mut self.comparing) => {
                    self.compared(heard);
                    self.act_on_comparison(job).await?;
                }
                found = Self::holders_found(&mut self.holders) => self.tell_holders(found),
                sample = Self::replicas_looked_at(&mut self.replicas) => self.mind_replicas(job, sample).await?,
                Some(wish) = self.wishes.recv() => {
                    self.obey_when_known(job, reader.is_caught_up(), wish).await?;
                }
                _ = self.ticks.flush.tick() => self.rec.flush().await?,
                _ = self.ticks.renew.tick() => self.renew().await?,
                _ = self.ticks.mailbox.tick() => {
                    self.deliver_hold(job).await;
                    for wish in self.read_mailbox().await? {
                        self.obey_when_known(job, reader.is_caught_up(), wish).await?;
                    }
                    if reader.is_caught_up() {
                        self.mind_window(job).await?;
                        self.obey_early(job).await?;
                        self.keep_schedule(job).await?;
                    }
                }
            }
        }
    }

    /// While the run waits for a lock the tool only counts its tries; who holds it is read over a session of our own.
    fn look_for_holders(&mut self) {
        if self.holders.is_some() || !std::mem::take(&mut self.seen.lock_awaited) {
            return;
        }
        let (tell, told) = oneshot::channel();
        let (core, table) = (self.core.clone(), self.plan.request.table.clone());
        let (plan, own) = (self.plan.clone(), self.rec.view().sessions.clone());
        self.core.memory.supervisors.tasks.spawn(async move {
            let found = match core.target_of_unnoticed(&plan).await {
                Ok(target) => lock_holders(&core, &target, &table, &own, 0).await,
                Err(_) => None,
            };
            let _ = tell.send(found);
        });
        self.holders = Some(told);
    }

    async fn holders_found(holders: &mut Option<oneshot::Receiver<Option<String>>>) -> Option<String> {
        match holders {
            Some(told) => told.await.ok().flatten(),
            None => std::future::pending().await,
        }
    }

    fn tell_holders(&mut self, found: Option<String>) {
        self.holders = None;
        if let Some(holders) = found {
            self.rec.note(LogKind::Wait, &LogNote::LockHeld { holders });
        }
    }

    fn read(&mut self, reader: &mut Reader, line: &RawLine) {
        let parsed = reader.parser.feed(line);
        let known = match line.stream {
            LogStream::Stdout => reader.read.stdout < reader.recorded.stdout,
            LogStream::Stderr => reader.read.stderr < reader.recorded.stderr,
            LogStream::App => false,
        };
        reader.read.advance(line.stream);
        if known {
            self.recall(&parsed)
        } else {
            self.take(line, parsed)
        }
    }

    /// A server that explains in another format makes the tool lock and copy the whole table at once.
    fn end_blind_copy(&mut self, job: &str) {
        if std::mem::take(&mut self.seen.blind_copy) && !self.stopping() {
            let rows = self.plan.facts.summary.rows;
            self.rec.note(LogKind::Error, &LogNote::BlindCopy { rows });
            self.terminate(job);
        }
    }

    async fn is_gone(&self, job: &str) -> bool {
        matches!(self.core.ports.runner.status(job).await, Ok(JobStatus::Gone))
    }

    /// The engine went away: the container may live on, so nothing is concluded until it answers again.
    pub(super) async fn wait_for_contact(&mut self, job: &str, error: AppError) -> Result<()> {
        let lost = self.rec.input(&Input::LoseContact { at: self.now() });
        if lost {
            self.rec.event(RunEventKind::ContactLost {
                why: error.to_string(),
            });
            self.rec.note(
                LogKind::Warning,
                &LogNote::ContactLost {
                    error: error.to_string(),
                },
            );
        }
        loop {
            self.rec.flush().await?;
            self.renew().await?;
            if self.core.ports.runner.status(job).await.is_ok() {
                break;
            }
            for wish in self.read_mailbox().await? {
                self.note_wish(&wish);
            }
            let pause = tokio::time::sleep(AGAIN);
            tokio::select! {
                () = pause => {}
                Some(wish) = self.wishes.recv() => self.note_wish(&wish),
            }
        }
        if lost {
            self.rec.event(RunEventKind::ContactRegained);
            self.rec.note(LogKind::Info, &LogNote::ContactRegained);
            self.rec.input(&Input::RegainContact);
        }
        if self.stopping() {
            self.terminate(job);
        }
        self.rec.flush().await
    }

    /// Without contact only a stop can be kept in mind.
    fn note_wish(&mut self, wish: &Wish) {
        if matches!(wish.action, RunAction::Stop | RunAction::StopKeep) && !self.stopping() {
            self.heed(wish);
            self.seen.stop_asked = true;
            self.rec.input(&Input::Stop { at: self.now() });
        }
    }

    /// Whether the tool may swap is known by what it said; after a takeover that has to be read again first.
    async fn obey_when_known(&mut self, job: &str, caught_up: bool, wish: Wish) -> Result<()> {
        if wish.action == RunAction::CutOver && !caught_up {
            self.early.push(wish);
            return Ok(());
        }
        self.obey(job, &wish).await
    }

    async fn obey_early(&mut self, job: &str) -> Result<()> {
        for wish in std::mem::take(&mut self.early) {
            self.obey(job, &wish).await?;
        }
        Ok(())
    }

    async fn obey(&mut self, job: &str, wish: &Wish) -> Result<()> {
        if !self.allows(wish.action) {
            self.rec
                .note(LogKind::Info, &LogNote::NotPossibleNow { action: wish.action });
            return Ok(());
        }
        self.heed(wish);
        if matches!(wish.action, RunAction::Stop | RunAction::StopKeep) {
            self.seen.stop_asked = true;
            self.rec.input(&Input::Stop { at: self.now() });
        }
        if wish.action == RunAction::Resume {
            self.override_window();
        }
        // On record before it is done, and never done under a lease that another process has by now.
        self.rec.flush().await?;
        self.renew().await?;
        let done = match wish.action {
            RunAction::Pause => self.control(job, Control::Pause).await,
            RunAction::Resume => self.control(job, Control::Resume).await,
            RunAction::CutOver => self.cut_over_unless_rows_differ(job).await,
            RunAction::Stop | RunAction::StopKeep => {
                self.terminate(job);
                Ok(())
            }
            RunAction::Hold => {
                self.hold_for(job, None).await;
                Ok(())
            }
            RunAction::Schedule => {
                if let Some(WishDetail::CutOverAt { at }) = wish.detail {
                    self.hold_for(job, at).await;
                }
                Ok(())
            }
            RunAction::Tune => self.tune(job, wish).await,
            RunAction::Count => {
                self.begin_count().await?;
                Ok(())
            }
            RunAction::Compare => {
                self.begin_comparison().await?;
                Ok(())
            }
            RunAction::EndCompare => {
                self.end_comparison();
                Ok(())
            }
            RunAction::Start | RunAction::Cleanup | RunAction::StartNow => Ok(()),
        };
        if let Err(error) = done {
            self.not_delivered(wish.action, &error);
        }
        Ok(())
    }

    fn not_delivered(&mut self, action: RunAction, error: &AppError) {
        let note = LogNote::NotDelivered {
            action,
            error: error.to_string(),
        };
        self.rec.note(LogKind::Error, &note);
        self.rec.event(RunEventKind::NotDelivered { action });
    }

    async fn tune(&self, job: &str, wish: &Wish) -> Result<()> {
        match &wish.detail {
            Some(WishDetail::Tuning { tuning }) => self.control(job, Control::Tune(tuning.clone())).await,
            _ => Ok(()),
        }
    }

    /// A wish may have been on its way while the comparison ended. The run stays held: a person looks at the rows first.
    async fn cut_over_unless_rows_differ(&mut self, job: &str) -> Result<()> {
        if let Some(differ) = super::checksum::difference(self.rec.view()) {
            return Err(differ);
        }
        // What is counted or compared from here on would be other tables.
        self.end_comparison();
        self.give_count_up();
        self.cut_over(job).await
    }

    /// The application's own word, on record like a person's. False when it did not reach the job: the run is held.
    pub(super) async fn open_gate(&mut self, job: &str, wish: &Wish) -> Result<bool> {
        self.heed(wish);
        self.rec.flush().await?;
        self.renew().await?;
        if let Err(error) = self.cut_over(job).await {
            self.not_delivered(wish.action, &error);
            let at = self.now();
            self.rec.input(&Input::Hold { at });
            return Ok(false);
        }
        Ok(true)
    }

    /// The last look before the tool touches the original.
    async fn cut_over(&mut self, job: &str) -> Result<()> {
        if let Some(differ) = super::checksum::difference(self.rec.view()) {
            return Err(differ);
        }
        match self.objection().await? {
            Some(error) => {
                self.object(job, error);
                Ok(())
            }
            None => {
                if self.minding.stands_still {
                    // Paused by its window on the way to the gate: it would stand there still.
                    self.control(job, Control::Resume).await?;
                }
                self.control(job, Control::CutOver).await
            }
        }
    }

    async fn control(&self, job: &str, control: Control) -> Result<()> {
        self.core.ports.runner.control(job, control).await
    }

    /// In a task of its own: the last lines have to be read while the job ends.
    pub(super) fn terminate(&mut self, job: &str) {
        self.end_comparison();
        self.give_count_up();
        if std::mem::replace(&mut self.seen.ending, true) {
            return;
        }
        let (core, job, grace) = (self.core.clone(), job.to_owned(), self.grace());
        let leaving = core.memory.supervisors.leaving.clone();
        let tasks = core.memory.supervisors.tasks.clone();
        // Whoever takes the run up next finds it stopping, and ends the job.
        tasks.spawn(async move {
            tokio::select! {
                () = end_job(core.ports.runner.as_ref(), &job, grace) => {}
                () = leaving.cancelled() => {}
            }
        });
    }

    /// Between its drop of the original and its rename of the shadow there is no table: a tool that is there is never
    /// killed, and ends by itself at a safe place.
    fn grace(&self) -> Duration {
        let method = self.plan.request.options.foreign_keys_method;
        // From the end of the copy on, since the word of the next phase may be on its way.
        let near =
            self.rec.view().phases.iter().any(|time| {
                time.phase > Phase::Copy || (time.phase == Phase::Copy && time.finished.is_some())
            });
        if method == Some(ForeignKeysMethod::DropSwap) && near {
            DROP_SWAP_GRACE
        } else {
            GRACE
        }
    }
}

/// A stop that got lost would let the job go on to its swap: it is repeated until the job has ended.
async fn end_job(runner: &dyn Runner, job: &str, grace: Duration) {
    while let Err(error) = runner.terminate(job, grace).await {
        tracing::warn!(%error, "the job could not be ended; it is tried again");
        if matches!(
            runner.status(job).await,
            Ok(JobStatus::Gone | JobStatus::Exited { .. })
        ) {
            return;
        }
        tokio::time::sleep(AGAIN).await;
    }
}
