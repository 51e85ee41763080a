//! No backup or global lock stops what the change does. Scope: the server now. `warn`: under a backup's lock no table is
//! made or renamed, under a global read lock nothing is written, and the run waits or gives up.

use mysqler_contract::{Finding, Severity};

use super::super::super::context::Context;
use super::about;
use crate::ports::ServerLockKind;

pub const CODES: &[&str] = &["BACKUP_RUNNING", "GLOBAL_READ_LOCK"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let locks = context
        .input
        .moment
        .and_then(|moment| moment.server_locks.as_ref());
    let mut found: Vec<Finding> = locks
        .into_iter()
        .flatten()
        .map(|lock| {
            let code = match lock.kind {
                ServerLockKind::Backup => "BACKUP_RUNNING",
                ServerLockKind::Reads => "GLOBAL_READ_LOCK",
            };
            about(context, code, Severity::Warn, &lock.session).with("lock", &lock.lock)
        })
        .collect();
    // One statement takes several locks.
    found.dedup_by(|a, b| a.code == b.code && a.params.get("id") == b.params.get("id"));
    found
}

#[cfg(test)]
mod tests {
    use crate::ports::{ServerLock, ServerLockKind};
    use crate::preflight::fixture::{World, server_session};

    fn lock(kind: ServerLockKind, lock: &str) -> ServerLock {
        ServerLock {
            session: server_session(5, 40),
            lock: lock.into(),
            kind,
        }
    }

    #[test]
    fn a_backup_and_a_read_lock_are_told_apart_and_each_once() {
        let world = |locks| World::calm().at_moment(|moment| moment.server_locks = Some(locks));
        let backup = world(vec![lock(ServerLockKind::Backup, "SHARED")]);
        assert_eq!(backup.codes(), ["BACKUP_RUNNING"]);
        let both = vec![
            lock(ServerLockKind::Reads, "SHARED"),
            lock(ServerLockKind::Reads, "SHARED"),
        ];
        assert_eq!(world(both).codes(), ["GLOBAL_READ_LOCK"]);
        assert_eq!(world(Vec::new()).codes(), Vec::<String>::new());
    }
}
