//! The run's record being written: events and lines are gathered, stored in one step, and only then told.

use mysqler_contract::{
    AppError, AppEvent, ErrorCode, LogKind, LogLine, LogNote, LogStream, Result, RunEvent, RunEventKind,
    RunId, RunState, RunView, Timestamp,
};

use super::fold::RunFold;
use super::state::{Input, next};
use crate::Core;
use crate::ports::{Lease, LogCursor, RunBatch, SpooledStep};

/// Writes one run's record under one lease.
pub(super) struct Recorder {
    core: Core,
    pub(super) lease: Lease,
    fold: RunFold,
    pending: RunBatch,
    cursor: LogCursor,
    last_line: u64,
    /// The store refused for want of room or rights: told once, tried again until it takes the record.
    trouble: bool,
    /// Steps wait in the spool, and have to be stored before what is pending.
    spooled: bool,
    tried_at: Timestamp,
}

/// How long a store in trouble is left alone before it is tried again, ms.
const RETRY_MS: i64 = 1_000;

impl Recorder {
    pub(super) fn new(core: Core, lease: Lease, view: RunView, cursor: LogCursor, last_line: u64) -> Self {
        let pending = RunBatch {
            cursor,
            ..RunBatch::default()
        };
        Self {
            core,
            lease,
            fold: RunFold::from_view(view),
            pending,
            cursor,
            last_line,
            trouble: false,
            spooled: false,
            tried_at: Timestamp(0),
        }
    }

    pub(super) fn id(&self) -> RunId {
        self.lease.run.clone()
    }

    pub(super) fn view(&self) -> &RunView {
        &self.fold.view
    }

    pub(super) fn state(&self) -> &RunState {
        &self.fold.view.state
    }

    pub(super) fn cursor(&self) -> LogCursor {
        self.cursor
    }

    pub(super) fn advance(&mut self, stream: LogStream) {
        self.cursor.advance(stream);
        self.pending.cursor = self.cursor;
    }

    pub(super) fn event(&mut self, kind: RunEventKind) {
        self.event_at(self.core.ports.clock.now(), kind);
    }

    pub(super) fn event_at(&mut self, at: Timestamp, kind: RunEventKind) {
        let event = RunEvent {
            seq: self.fold.view.last_seq + 1,
            at,
            kind,
        };
        self.fold.apply(&event);
        self.pending.events.push(event);
    }

    /// Moves the run. False when the state machine refuses, which for a line of output is no fault: the tool may say
    /// things that a run on its way out no longer heeds.
    pub(super) fn input(&mut self, input: &Input) -> bool {
        match next(self.state(), input) {
            Ok(state) if state == *self.state() => true,
            Ok(state) => {
                self.event(RunEventKind::StateChanged { state });
                true
            }
            Err(_) => {
                tracing::debug!(run = %self.lease.run, ?input, state = ?self.state(), "refused by the state machine");
                false
            }
        }
    }

    pub(super) fn line(&mut self, at: Timestamp, stream: LogStream, kind: LogKind, text: String) {
        self.last_line += 1;
        self.pending.lines.push(LogLine {
            seq: self.last_line,
            at,
            stream,
            kind,
            text,
        });
    }

    /// A line of the application's own.
    pub(super) fn note(&mut self, kind: LogKind, note: &LogNote) {
        let at = self.core.ports.clock.now();
        self.line(at, LogStream::App, kind, note.stored());
    }

    pub(super) fn definition_after(&mut self, definition: String) {
        self.pending.definition_after = Some(definition);
    }

    /// Stores what was gathered, then tells it. `LEASE_LOST` is the only error: on any other the record is put into the
    /// spool and tried again, since a full disk must not end a run.
    pub(super) async fn flush(&mut self) -> Result<()> {
        let now = self.core.ports.clock.now();
        // A clock that was set back must not put the next try off.
        let just_tried = self.trouble && (0..RETRY_MS).contains(&(now.0 - self.tried_at.0));
        if self.is_stored() || just_tried {
            return Ok(());
        }
        match self.store().await {
            Ok(()) => self.stored(),
            Err(error) if error.code == ErrorCode::LeaseLost => return Err(error),
            Err(error) => {
                self.in_trouble(error, now);
                self.put_aside().await;
            }
        }
        Ok(())
    }

    async fn store(&mut self) -> Result<()> {
        if self.spooled {
            self.core.play_spool_in(&self.lease).await?;
            self.spooled = false;
        }
        if self.is_stored() {
            return Ok(());
        }
        let runs = &self.core.ports.runs;
        runs.append(&self.lease, &self.pending, &self.fold.view).await
    }

    /// Puts what is pending on disk beside the store. Where that fails too it stays in memory.
    pub(super) async fn put_aside(&mut self) {
        if self.nothing_pending() {
            return;
        }
        let step = SpooledStep {
            token: self.lease.token,
            seq: self.fold.view.last_seq,
            line: self.last_line,
            batch: self.pending.clone(),
        };
        match self.core.ports.spool.put(&self.lease.run, &step).await {
            Ok(()) => {
                self.spooled = true;
                self.forget_pending();
            }
            Err(error) => tracing::warn!(run = %self.lease.run, %error, "the spool took nothing either"),
        }
    }

    pub(super) fn is_stored(&self) -> bool {
        !self.spooled && self.nothing_pending()
    }

    fn nothing_pending(&self) -> bool {
        self.pending.events.is_empty()
            && self.pending.lines.is_empty()
            && self.pending.definition_after.is_none()
    }

    fn forget_pending(&mut self) {
        self.pending = RunBatch {
            cursor: self.cursor,
            ..RunBatch::default()
        };
    }

    fn stored(&mut self) {
        self.forget_pending();
        if std::mem::take(&mut self.trouble) {
            self.core.tell(AppEvent::StoreRecovered);
        }
        self.core.tell(AppEvent::RunChanged {
            view: Box::new(self.fold.view.clone()),
        });
        // Nobody listening is no fault.
        let _ = self.core.memory.grown.send(self.id());
    }

    fn in_trouble(&mut self, error: AppError, now: Timestamp) {
        self.tried_at = now;
        if !std::mem::replace(&mut self.trouble, true) {
            tracing::error!(run = %self.lease.run, %error, "the run's record could not be stored");
            self.core.tell(AppEvent::StoreTrouble {
                run: Some(self.id()),
                error,
            });
        }
    }
}
