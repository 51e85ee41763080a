//! Sessions of a server, as they are shown to a person who may decide to end one.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::Timestamp;

/// One session at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct ServerSession {
    /// As KILL takes it; zero for a prepared transaction that no session holds any more.
    pub id: u64,
    pub user: String,
    /// With the client's port, which tells two sessions of one host apart.
    pub host: String,
    pub database: Option<String>,
    /// For example `Query` or `Sleep`.
    pub command: String,
    pub state: Option<String>,
    /// Seconds in the present command.
    pub seconds: u64,
    /// What it runs, or what it ran last where the server remembers that.
    pub statement: Option<String>,
    pub transaction: Option<SessionTransaction>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct SessionTransaction {
    pub started_at: Timestamp,
    /// Seconds since it began.
    pub seconds: u64,
    /// Rows that a rollback has to put back.
    pub rows_modified: u64,
}

impl ServerSession {
    /// Whether `now` is what was shown: the same client, in the same transaction or, outside one, in the same statement.
    /// A pooled session lives on with other work, which nobody asked to end.
    pub fn is_still(&self, now: &ServerSession) -> bool {
        let client = self.id == now.id && self.user == now.user && self.host == now.host;
        let begun = |session: &ServerSession| session.transaction.as_ref().map(|open| open.started_at);
        let work = match (begun(self), begun(now)) {
            (None, None) => self.command == now.command && self.statement == now.statement,
            (shown, present) => shown == present,
        };
        client && work
    }

    /// The longer of the present command and the open transaction, seconds.
    pub fn busy_seconds(&self) -> u64 {
        let open = self.transaction.as_ref().map_or(0, |open| open.seconds);
        if self.command == "Sleep" && open > 0 {
            open
        } else {
            open.max(self.seconds)
        }
    }
}

/// What came of ending a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum SessionEnd {
    /// The server does not list it any more.
    Gone,
    /// It is marked and still puts rows back, or has not noticed yet.
    Ending,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session() -> ServerSession {
        ServerSession {
            id: 7,
            user: "app".into(),
            host: "10.0.0.5:40112".into(),
            database: Some("shop".into()),
            command: "Sleep".into(),
            state: None,
            seconds: 20,
            statement: Some("SELECT 1".into()),
            transaction: Some(SessionTransaction {
                started_at: Timestamp(1_000),
                seconds: 900,
                rows_modified: 0,
            }),
        }
    }

    #[test]
    fn a_session_that_went_on_to_other_work_is_another_one() {
        let shown = session();
        let mut now = session();
        now.statement = Some("UPDATE t SET a = 1".into());
        now.seconds = 0;
        assert!(shown.is_still(&now), "the same transaction goes on");
        now.transaction = None;
        assert!(!shown.is_still(&now), "it committed in the meantime");
        now = session();
        now.transaction = now.transaction.map(|open| SessionTransaction {
            started_at: Timestamp(2_000),
            ..open
        });
        assert!(!shown.is_still(&now), "a later transaction");
        now = session();
        now.host = "10.0.0.5:40113".into();
        assert!(!shown.is_still(&now), "another client under the same id");
    }

    #[test]
    fn outside_a_transaction_the_statement_decides() {
        let idle = ServerSession {
            transaction: None,
            command: "Query".into(),
            ..session()
        };
        assert!(idle.is_still(&idle.clone()));
        let other = ServerSession {
            statement: Some("SELECT 2".into()),
            ..idle.clone()
        };
        assert!(!idle.is_still(&other));
    }
}
