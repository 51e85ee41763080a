//! Reading runs: live ones, past ones, their events and logs.

use futures::stream::{BoxStream, StreamExt};
use mysqler_contract::{
    AppError, ErrorCode, HistoryFilter, HistoryPage, LogBatch, LogPage, Page, Result, RunDetail, RunEvent,
    RunId, RunView,
};
use std::time::Duration;

use crate::Core;

/// Lines in one batch of a followed log.
const BATCH: u32 = 500;
/// How long a batch gathers; a batch a line would stall the window.
const GATHER: Duration = Duration::from_millis(40);
/// A run that another process supervises tells nothing here: its record is looked at this often.
const LOOK_AGAIN: Duration = Duration::from_millis(300);

impl Core {
    pub async fn run_view(&self, id: &RunId) -> Result<RunView> {
        self.ports.runs.view(id).await
    }

    pub async fn run_detail(&self, id: &RunId) -> Result<RunDetail> {
        self.ports.runs.detail(id).await
    }

    pub async fn runs_live(&self) -> Result<Vec<RunView>> {
        self.ports.runs.live().await
    }

    pub async fn run_events(&self, id: &RunId, after: u64) -> Result<Vec<RunEvent>> {
        self.ports.runs.events(id, after, 10_000).await
    }

    pub async fn run_log(&self, id: &RunId, after: u64, limit: u32) -> Result<LogPage> {
        self.ports.runs.log(id, after, limit.clamp(1, 10_000)).await
    }

    pub async fn history(&self, filter: &HistoryFilter, page: Page) -> Result<HistoryPage> {
        if page.size == 0 || page.size > 500 {
            return Err(AppError::new(ErrorCode::InvalidInput)
                .with("field", "page")
                .with("reason", "page_size"));
        }
        self.ports.runs.history(filter, page).await
    }

    /// The log from after line `after`: what is stored, then what comes, and `End` in the same stream when the run is
    /// over and every line was given. Reads only what is stored, so nothing is shown that a crash could take back.
    pub fn follow_log(&self, id: RunId, after: u64) -> BoxStream<'static, Result<LogBatch>> {
        let state = LogFollower {
            core: self.clone(),
            grown: self.memory.grown.subscribe(),
            id,
            after,
            ended: false,
        };
        futures::stream::unfold(state, |mut state| async move {
            if state.ended {
                return None;
            }
            let item = state.next().await;
            state.ended = !matches!(item, Ok(LogBatch::Lines { .. }));
            Some((item, state))
        })
        .boxed()
    }
}

struct LogFollower {
    core: Core,
    grown: tokio::sync::broadcast::Receiver<RunId>,
    id: RunId,
    after: u64,
    ended: bool,
}

impl LogFollower {
    async fn next(&mut self) -> Result<LogBatch> {
        loop {
            // The state is read before the lines: a run that is over by now cannot grow a line after this look.
            let over = self.core.run_view(&self.id).await?.state.is_terminal();
            let page = self.core.ports.runs.log(&self.id, self.after, BATCH).await?;
            if let Some(last) = page.lines.last() {
                self.after = last.seq;
                return Ok(LogBatch::Lines { lines: page.lines });
            }
            if over {
                return Ok(LogBatch::End);
            }
            self.wait().await;
        }
    }

    async fn wait(&mut self) {
        let grown = async {
            while let Ok(id) = self.grown.recv().await {
                if id == self.id {
                    tokio::time::sleep(GATHER).await;
                    return;
                }
            }
        };
        // Either is a reason to look; a lagged receiver simply looks.
        let _ = tokio::time::timeout(LOOK_AGAIN, grown).await;
    }
}
