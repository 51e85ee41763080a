//! Runs: start, control, watch, look back.

use futures::StreamExt;
use mysqler_contract::{
    BatchId, BatchPlan, BatchTerms, ChangeRequest, Confirmation, HistoryFilter, HistoryPage, LogBatch,
    LogPage, Page, Plan, PlanId, QueueMove, Result, RunDetail, RunEvent, RunId, RunView, Schedule,
};
use tauri::ipc::Channel;

use super::Held;

#[tauri::command]
#[specta::specta]
pub async fn run_start(
    shell: Held<'_>,
    plan: PlanId,
    confirmation: Confirmation,
    schedule: Schedule,
) -> Result<RunView> {
    shell.core()?.run_start_at(&plan, &confirmation, schedule).await
}

#[tauri::command]
#[specta::specta]
pub async fn run_start_now(shell: Held<'_>, id: RunId) -> Result<()> {
    shell.core()?.run_start_now(&id).await
}

#[tauri::command]
#[specta::specta]
pub async fn run_move(shell: Held<'_>, id: RunId, to: QueueMove) -> Result<Vec<RunView>> {
    shell.core()?.run_move(&id, &to).await
}

#[tauri::command]
#[specta::specta]
pub async fn batch_plan(
    shell: Held<'_>,
    requests: Vec<ChangeRequest>,
    ticket: Option<String>,
) -> Result<BatchPlan> {
    shell.core()?.batch_plan(requests, ticket).await
}

#[tauri::command]
#[specta::specta]
pub async fn batch_start(
    shell: Held<'_>,
    id: BatchId,
    confirmation: Confirmation,
    terms: BatchTerms,
) -> Result<Vec<RunView>> {
    shell.core()?.batch_start(&id, &confirmation, &terms).await
}

#[tauri::command]
#[specta::specta]
pub async fn batch_runs(shell: Held<'_>, id: BatchId) -> Result<Vec<RunView>> {
    shell.core()?.batch_runs(&id).await
}

#[tauri::command]
#[specta::specta]
pub async fn run_pause(shell: Held<'_>, id: RunId) -> Result<()> {
    shell.core()?.run_pause(&id).await
}

#[tauri::command]
#[specta::specta]
pub async fn run_resume(shell: Held<'_>, id: RunId) -> Result<()> {
    shell.core()?.run_resume(&id).await
}

#[tauri::command]
#[specta::specta]
pub async fn run_cutover(shell: Held<'_>, id: RunId) -> Result<()> {
    shell.core()?.run_cutover(&id).await
}

#[tauri::command]
#[specta::specta]
pub async fn run_stop(shell: Held<'_>, id: RunId) -> Result<()> {
    shell.core()?.run_stop(&id).await
}

#[tauri::command]
#[specta::specta]
pub async fn run_stop_keep(shell: Held<'_>, id: RunId) -> Result<()> {
    shell.core()?.run_stop_keep(&id).await
}

#[tauri::command]
#[specta::specta]
pub async fn run_continuable(shell: Held<'_>, id: RunId) -> Result<()> {
    shell.core()?.run_continuable(&id).await
}

#[tauri::command]
#[specta::specta]
pub async fn continue_plan(
    shell: Held<'_>,
    id: RunId,
    skips_comparison: bool,
    ticket: Option<String>,
) -> Result<Plan> {
    shell.core()?.continue_plan(&id, skips_comparison, ticket).await
}

#[tauri::command]
#[specta::specta]
pub async fn run_cleanup(shell: Held<'_>, id: RunId) -> Result<()> {
    shell.core()?.run_cleanup(&id).await
}

#[tauri::command]
#[specta::specta]
pub async fn run_detail(shell: Held<'_>, id: RunId) -> Result<RunDetail> {
    shell.core()?.run_detail(&id).await
}

#[tauri::command]
#[specta::specta]
pub async fn run_events(shell: Held<'_>, id: RunId, after: u64) -> Result<Vec<RunEvent>> {
    shell.core()?.run_events(&id, after).await
}

#[tauri::command]
#[specta::specta]
pub async fn runs_live(shell: Held<'_>) -> Result<Vec<RunView>> {
    shell.core()?.runs_live().await
}

#[tauri::command]
#[specta::specta]
pub async fn run_log(shell: Held<'_>, id: RunId, after: u64, limit: u32) -> Result<LogPage> {
    shell.core()?.run_log(&id, after, limit).await
}

/// Returns when the log has ended or the window has stopped listening.
#[tauri::command]
#[specta::specta]
pub async fn run_log_follow(
    shell: Held<'_>,
    id: RunId,
    after: u64,
    channel: Channel<LogBatch>,
) -> Result<()> {
    let mut batches = shell.core()?.follow_log(id, after);
    while let Some(batch) = batches.next().await {
        if channel.send(batch?).is_err() {
            break;
        }
    }
    Ok(())
}

#[tauri::command]
#[specta::specta]
pub async fn history(shell: Held<'_>, filter: HistoryFilter, page: Page) -> Result<HistoryPage> {
    shell.core()?.history(&filter, page).await
}
