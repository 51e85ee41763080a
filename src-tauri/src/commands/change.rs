//! A change before it runs: what there is, what the clause says, and the plan.

use mysqler_contract::{
    ChangeRequest, ClauseDiagnosis, ConnectionId, DatabaseSummary, Plan, PrepareVerdict, Result,
    SessionVariable, SuggestedOptions, TableFacts, TableRef, TableSummary,
};

use super::Held;

#[tauri::command]
#[specta::specta]
pub async fn databases(shell: Held<'_>, connection: ConnectionId) -> Result<Vec<DatabaseSummary>> {
    shell.core()?.databases(&connection).await
}

#[tauri::command]
#[specta::specta]
pub async fn tables(
    shell: Held<'_>,
    connection: ConnectionId,
    database: String,
) -> Result<Vec<TableSummary>> {
    shell.core()?.tables(&connection, &database).await
}

#[tauri::command]
#[specta::specta]
pub async fn table_facts(shell: Held<'_>, connection: ConnectionId, table: TableRef) -> Result<TableFacts> {
    shell.core()?.table_facts(&connection, &table).await
}

#[tauri::command]
#[specta::specta]
pub async fn suggested_options(
    shell: Held<'_>,
    connection: ConnectionId,
    database: String,
) -> Result<SuggestedOptions> {
    shell.core()?.suggested_options(&connection, &database).await
}

#[tauri::command]
#[specta::specta]
pub async fn clause_diagnose(
    shell: Held<'_>,
    clause: String,
    set_vars: Vec<SessionVariable>,
    server_mode: Option<String>,
) -> Result<ClauseDiagnosis> {
    Ok(shell
        .core()?
        .clause_diagnose(&clause, &set_vars, server_mode.as_deref()))
}

#[tauri::command]
#[specta::specta]
pub async fn clause_prepare(
    shell: Held<'_>,
    connection: ConnectionId,
    table: TableRef,
    clause: String,
    set_vars: Vec<SessionVariable>,
) -> Result<PrepareVerdict> {
    shell
        .core()?
        .clause_prepare(&connection, &table, &clause, &set_vars)
        .await
}

#[tauri::command]
#[specta::specta]
pub async fn table_analyze(shell: Held<'_>, connection: ConnectionId, table: TableRef) -> Result<()> {
    shell.core()?.analyze_table(&connection, &table).await
}

#[tauri::command]
#[specta::specta]
pub async fn plan(shell: Held<'_>, request: ChangeRequest, ticket: Option<String>) -> Result<Plan> {
    shell.core()?.plan(request, ticket).await
}

#[tauri::command]
#[specta::specta]
pub async fn plan_cancel(shell: Held<'_>, ticket: String) -> Result<()> {
    shell.core()?.plan_cancel(&ticket).await;
    Ok(())
}
