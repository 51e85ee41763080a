//! What a person may ask of a run, from whichever process, and how it reaches whoever drives the run.

use std::time::Duration;

use mysqler_contract::{
    AppError, Engine, ErrorCode, Phase, Plan, Result, RunAction, RunId, RunState, RunView, WishDetail,
};

use super::supervisors::Wish;
use crate::Core;

/// How long a supervisor may take to end after its run's last state was stored: it removes a container.
const SUPERVISOR_LOOKS: u32 = 300;
const SUPERVISOR_PAUSE: Duration = Duration::from_millis(50);

impl Core {
    /// Asks the copy to stand still within one chunk.
    pub async fn run_pause(&self, id: &RunId) -> Result<()> {
        self.ask(id, RunAction::Pause, None).await
    }

    pub async fn run_resume(&self, id: &RunId) -> Result<()> {
        self.ask(id, RunAction::Resume, None).await
    }

    /// Lets a held run swap. `ROWS_DIFFER` when comparing both tables found that they differ.
    pub async fn run_cutover(&self, id: &RunId) -> Result<()> {
        if let Some(view) = self.seen_view(id).await?
            && let Some(differ) = super::checksum::difference(&view)
        {
            return Err(differ);
        }
        self.ask(id, RunAction::CutOver, None).await
    }

    /// Ends the run and removes what it made. Returns when the wish is on its way; the run's state tells the rest.
    pub async fn run_stop(&self, id: &RunId) -> Result<()> {
        self.ask(id, RunAction::Stop, None).await
    }

    /// Ends the run and leaves what it copied, with the triggers that keep it up to date, to be continued.
    /// `CONTINUE_IMPOSSIBLE` for a run that was not started for that.
    pub async fn run_stop_keep(&self, id: &RunId) -> Result<()> {
        if let Some(view) = self.seen_view(id).await?
            && !view.continuing.prepared
        {
            return Err(super::continuing::impossible(id, "no_history"));
        }
        self.ask(id, RunAction::StopKeep, None).await
    }

    /// Removes what an ended run left. The leftovers were shown by the run's state before.
    pub async fn run_cleanup(&self, id: &RunId) -> Result<()> {
        let view = self.ports.runs.view(id).await?;
        refuse(&view, RunAction::Cleanup)?;
        // Its supervisor may still be putting things away, and would not hear of it.
        for _ in 0..SUPERVISOR_LOOKS {
            if !self.memory.supervisors.has(id) {
                break;
            }
            tokio::time::sleep(SUPERVISOR_PAUSE).await;
        }
        let plan = self.ports.runs.detail(id).await?.plan;
        if let Some(run) = self.other_run_on(id, &plan).await? {
            return Err(AppError::new(ErrorCode::TableBusy)
                .with("run", run)
                .with("table", &plan.request.table));
        }
        if !self.adopt(id, super::supervisor::Entry::Cleanup).await? {
            return Err(AppError::new(ErrorCode::RunSupervisorMissing).with("run", id));
        }
        Ok(())
    }

    /// A live run of another plan on the same table of the same server, whichever connection it goes by.
    pub(super) async fn other_run_on(&self, id: &RunId, plan: &Plan) -> Result<Option<RunId>> {
        let live = self.ports.runs.live().await?;
        for view in live {
            if &view.id == id || view.table != plan.request.table {
                continue;
            }
            let other = self.ports.runs.detail(&view.id).await?.plan;
            let by_identity =
                plan.server.server_uuid.is_some() && other.server.server_uuid == plan.server.server_uuid;
            let by_address = other.connection.address() == plan.connection.address();
            if by_address || by_identity || view.connection_id == plan.connection.id {
                return Ok(Some(view.id));
            }
        }
        Ok(None)
    }

    /// `None` for a run that is driven here and whose data file cannot be read: that must not stand between it and a
    /// person. What makes no sense its supervisor refuses itself.
    async fn seen_view(&self, id: &RunId) -> Result<Option<RunView>> {
        match self.ports.runs.view(id).await {
            Ok(view) => Ok(Some(view)),
            Err(_) if self.memory.supervisors.has(id) => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(super) async fn ask(&self, id: &RunId, action: RunAction, detail: Option<WishDetail>) -> Result<()> {
        if let Some(view) = self.seen_view(id).await? {
            refuse(&view, action)?;
        }
        let wish = Wish {
            action,
            detail: detail.clone(),
            by: self.host.0.clone(),
        };
        if self.memory.supervisors.tell(id, wish.clone()) {
            return Ok(());
        }
        let now = self.ports.clock.now();
        if self.ports.runs.lease_holder(id, now).await?.is_some() {
            return self
                .ports
                .runs
                .post(id, action, detail.as_ref(), &self.host.0, now)
                .await;
        }
        // Nobody drives it: whoever asks takes it up.
        self.adopt(id, super::supervisor::Entry::Recovered).await?;
        if self.memory.supervisors.tell(id, wish) {
            return Ok(());
        }
        self.ports
            .runs
            .post(id, action, detail.as_ref(), &self.host.0, now)
            .await
    }
}

pub(super) fn refuse(view: &RunView, action: RunAction) -> Result<()> {
    if allowed(view.engine, &view.state, action) {
        return Ok(());
    }
    Err(AppError::new(ErrorCode::RunStateForbids)
        .with("state", view.state.kind().as_str())
        .with(
            "action",
            serde_json::to_value(action)
                .ok()
                .and_then(|v| v.as_str().map(str::to_owned))
                .unwrap_or_default(),
        ))
}

/// Which wishes make sense in which state; the user interface offers no others.
pub(super) fn allowed(engine: Engine, state: &RunState, action: RunAction) -> bool {
    match action {
        RunAction::Start => false,
        RunAction::StartNow => *state == RunState::Queued,
        // A server's own ALTER cannot stand still, and leaves nothing that could be removed.
        RunAction::Pause | RunAction::StopKeep | RunAction::Cleanup if engine == Engine::Direct => false,
        RunAction::Pause => matches!(state, RunState::Running { .. }),
        RunAction::Resume => matches!(state, RunState::Paused { .. }),
        RunAction::CutOver => matches!(state, RunState::AwaitingCutover { .. }),
        RunAction::Stop => {
            !state.is_terminal() && !matches!(state, RunState::Stopping { .. } | RunState::Cleaning { .. })
        }
        // Nothing is copied before there is a job, and nothing is left to be continued after the gate.
        RunAction::StopKeep => match state {
            RunState::Running { phase } => *phase <= Phase::Gate,
            RunState::Paused { .. } | RunState::AwaitingCutover { .. } => true,
            _ => false,
        },
        RunAction::Cleanup => matches!(state, RunState::NeedsCleanup { .. } | RunState::Unknown { .. }),
        RunAction::Hold | RunAction::Tune => engine == Engine::PtOsc && copies(state),
        RunAction::Schedule => {
            matches!(
                state,
                RunState::Queued | RunState::Preparing | RunState::AwaitingCutover { .. }
            ) || (engine == Engine::PtOsc && copies(state))
        }
        RunAction::Count | RunAction::Compare | RunAction::EndCompare => {
            engine == Engine::PtOsc && matches!(state, RunState::AwaitingCutover { .. })
        }
    }
}

/// A job is there, and its rows are not all copied.
fn copies(state: &RunState) -> bool {
    match state {
        RunState::Running { phase } | RunState::Paused { phase, .. } => *phase <= Phase::Copy,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mysqler_contract::Timestamp;

    #[test]
    fn an_ended_run_can_only_be_cleaned_and_only_when_something_is_left() {
        let unknown = RunState::Unknown { check: vec![] };
        for action in [
            RunAction::Pause,
            RunAction::Resume,
            RunAction::CutOver,
            RunAction::Stop,
        ] {
            assert!(
                !allowed(Engine::PtOsc, &RunState::Completed, action)
                    && !allowed(Engine::PtOsc, &unknown, action),
                "{action:?}"
            );
        }
        assert!(
            allowed(Engine::PtOsc, &unknown, RunAction::Cleanup)
                && !allowed(Engine::PtOsc, &RunState::Completed, RunAction::Cleanup)
        );
    }

    #[test]
    fn what_a_person_changes_about_a_run_is_possible_where_it_takes_effect() {
        let at = |phase| RunState::Running { phase };
        let allows = |state: &RunState, action| allowed(Engine::PtOsc, state, action);
        for action in [RunAction::Tune, RunAction::Hold] {
            assert!(
                allows(&at(Phase::Copy), action) && !allows(&at(Phase::Swap), action),
                "{action:?}"
            );
            assert!(!allows(&RunState::Queued, action), "{action:?}");
        }
        let held = RunState::AwaitingCutover { since: Timestamp(0) };
        for action in [RunAction::Count, RunAction::Compare, RunAction::Schedule] {
            assert!(
                allows(&held, action) && !allows(&at(Phase::Swap), action),
                "{action:?}"
            );
        }
        assert!(allows(&RunState::Queued, RunAction::Schedule));
        assert!(!allowed(Engine::Direct, &held, RunAction::Compare));
        assert!(allowed(Engine::Direct, &held, RunAction::Schedule));
    }

    #[test]
    fn a_second_stop_is_refused() {
        assert!(allowed(
            Engine::PtOsc,
            &RunState::Running { phase: Phase::Copy },
            RunAction::Stop
        ));
        assert!(!allowed(
            Engine::PtOsc,
            &RunState::Stopping { since: Timestamp(0) },
            RunAction::Stop
        ));
    }

    #[test]
    fn a_direct_run_can_be_held_and_stopped_but_not_paused_or_cleaned() {
        let at = Timestamp(0);
        let allows = |state: &RunState, action| allowed(Engine::Direct, state, action);
        let running = RunState::Running { phase: Phase::Alter };
        assert!(allows(&running, RunAction::Stop) && !allows(&running, RunAction::Pause));
        let held = RunState::AwaitingCutover { since: at };
        assert!(allows(&held, RunAction::CutOver) && allows(&held, RunAction::Stop));
        assert!(!allows(&RunState::Unknown { check: vec![] }, RunAction::Cleanup));
    }
}
