//! Sessions of a server that stand in a change's way: shown, then ended by a person who has seen them.

use std::time::Duration;

use mysqler_contract::{AppError, ConnectionId, ErrorCode, Result, ServerSession, SessionEnd};

use crate::Core;

/// A session without work to undo is gone in a moment; a rollback may take hours and is not waited for.
const LOOKS: u32 = 15;
const BETWEEN: Duration = Duration::from_millis(200);

impl Core {
    /// One session as it is now; `SESSION_CHANGED` when it is gone.
    pub async fn session(&self, id: &ConnectionId, session: u64) -> Result<ServerSession> {
        let target = self.target(id).await?;
        let found = self.ports.servers.session(&target, session).await?;
        found.ok_or_else(|| changed(session))
    }

    /// Ends the session that was shown, and no other: `SESSION_CHANGED` when it went on to other work since.
    pub async fn session_kill(&self, id: &ConnectionId, shown: &ServerSession) -> Result<SessionEnd> {
        if is_protected(shown) {
            return Err(AppError::new(ErrorCode::SessionProtected).with("id", shown.id));
        }
        let target = self.target(id).await?;
        let servers = &self.ports.servers;
        // A server may answer from a list of transactions that is a tenth of a second old.
        tokio::time::sleep(BETWEEN).await;
        match servers.session(&target, shown.id).await? {
            None => return Ok(SessionEnd::Gone),
            Some(now) if !shown.is_still(&now) => return Err(changed(shown.id)),
            Some(_) => {}
        }
        servers.kill(&target, shown.id).await?;
        tracing::info!(session = shown.id, user = %shown.user, "a session was ended on a person's word");
        for _ in 0..LOOKS {
            if servers.sessions(&target, &[shown.id]).await?.is_empty() {
                return Ok(SessionEnd::Gone);
            }
            tokio::time::sleep(BETWEEN).await;
        }
        Ok(SessionEnd::Ending)
    }
}

fn changed(session: u64) -> AppError {
    AppError::new(ErrorCode::SessionChanged).with("id", session)
}

/// The server's own threads, replication in both directions, and what no KILL reaches.
pub(crate) fn is_protected(session: &ServerSession) -> bool {
    session.id == 0
        || matches!(session.user.as_str(), "system user" | "event_scheduler" | "")
        || session.command.starts_with("Binlog Dump")
        || matches!(
            session.command.as_str(),
            "Daemon" | "Slave_worker" | "Slave_IO" | "Slave_SQL"
        )
}

#[cfg(test)]
mod tests {
    use super::is_protected;
    use crate::preflight::fixture::server_session;
    use mysqler_contract::ServerSession;

    #[test]
    fn what_belongs_to_the_server_or_to_replication_is_never_ended() {
        let session = server_session(812, 900);
        assert!(!is_protected(&session));
        let others = [
            ServerSession {
                user: "system user".into(),
                ..session.clone()
            },
            ServerSession {
                command: "Binlog Dump GTID".into(),
                ..session.clone()
            },
            ServerSession {
                command: "Daemon".into(),
                ..session.clone()
            },
            ServerSession {
                id: 0,
                ..session.clone()
            },
        ];
        assert!(others.iter().all(is_protected));
    }
}
