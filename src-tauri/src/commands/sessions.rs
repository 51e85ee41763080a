//! Sessions of a server that stand in a change's way.

use mysqler_contract::{ConnectionId, Result, ServerSession, SessionEnd};

use super::Held;

#[tauri::command]
#[specta::specta]
pub async fn session_show(shell: Held<'_>, connection: ConnectionId, session: u64) -> Result<ServerSession> {
    shell.core()?.session(&connection, session).await
}

#[tauri::command]
#[specta::specta]
pub async fn session_kill(
    shell: Held<'_>,
    connection: ConnectionId,
    shown: ServerSession,
) -> Result<SessionEnd> {
    shell.core()?.session_kill(&connection, &shown).await
}
