//! One ALTER by the server itself: the session that carries it, and what the server tells of it meanwhile.

use async_trait::async_trait;

/// What came of a statement that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DdlAnswer {
    /// The server said OK; its warnings by number and text.
    Done { warnings: Vec<(u16, String)> },
    /// The server's own error.
    Refused { number: u16, message: String },
    /// No answer arrived: whether the statement works, ended or never began is unknown.
    Lost { why: String },
}

/// A session of its own, prepared and idle, that carries one statement.
#[async_trait]
pub trait DdlSession: Send {
    /// As the server lists it.
    fn id(&self) -> u64;

    /// Sends the statement and waits for the answer without a limit. Dropping the future ends nothing on the server.
    async fn execute(self: Box<Self>) -> DdlAnswer;
}

/// A session that is at work on a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DdlWork {
    pub session: u64,
    /// In the server's words, for example `Waiting for table metadata lock`.
    pub state: String,
    pub waits_for_lock: bool,
    /// Work done and meant in the server's own units; `None` where it tells none.
    pub progress: Option<(u64, u64)>,
}
