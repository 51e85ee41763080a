//! What happens around a table at one moment.

use super::SessionFacts;

/// Facts that change from second to second; each is `None` when the server could not say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MomentFacts {
    /// Sessions that hold or wait for a metadata lock on the table.
    pub lock_holders: Option<Vec<SessionFacts>>,
}
