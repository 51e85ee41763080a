//! Nobody holds the table's definition. Scope: the table now. `warn` for a lock that is not of a passing statement, and
//! for one that is waited for already: the change's own lock would stand in that queue, and all queries behind it.
//! `info`, not proven, where the server keeps no list of such locks.

use mysqler_contract::{Finding, Flavour, Severity};

use super::super::super::context::Context;
use super::transactions::is_long_on_table;
use super::{about, longest};
use crate::ports::MomentFacts;

pub const CODES: &[&str] = &[
    "METADATA_LOCK_HELD",
    "METADATA_LOCK_AWAITED",
    "METADATA_LOCKS_UNSEEN",
    "LOCK_WAITS",
];

/// Seconds; a shorter statement passes by itself.
const PASSING_S: u64 = 2;

/// Locks that stop readers or writers, held for however short a time.
const STRONG: [&str; 4] = [
    "EXCLUSIVE",
    "SHARED_NO_READ_WRITE",
    "SHARED_NO_WRITE",
    "SHARED_READ_ONLY",
];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some(moment) = context.input.moment else {
        return Vec::new();
    };
    let Some(locks) = &moment.table_locks else {
        let mut found = vec![unseen(context)];
        found.extend(waits(context, moment));
        return found;
    };
    let told = |code, granted: bool| {
        let worth = |lock: &&crate::ports::TableLock| {
            let strong = STRONG.contains(&lock.lock.as_str());
            // Inside a transaction its age decides, which has a check of its own.
            let outside = lock.session.transaction.is_none() || !granted;
            let lasting = outside && lock.session.busy_seconds() >= PASSING_S;
            lock.granted == granted && (lasting || (granted && strong))
        };
        let mut locks: Vec<_> = locks.iter().filter(worth).collect();
        // A long transaction is told by the check on transactions.
        locks.retain(|lock| !(granted && is_long_on_table(&lock.session)));
        locks.dedup_by_key(|lock| lock.session.id);
        let named = longest(locks.iter().map(|lock| &lock.session));
        let count = locks.len();
        let kind = |id| {
            locks
                .iter()
                .find(|lock| lock.session.id == id)
                .map_or("-", |lock| lock.lock.as_str())
        };
        named
            .into_iter()
            .map(|session| {
                about(context, code, Severity::Warn, session)
                    .with("lock", kind(session.id))
                    .with("count", count)
                    .with("table", context.table_name())
                    .query(query(context))
            })
            .collect::<Vec<_>>()
    };
    let mut found = told("METADATA_LOCK_HELD", true);
    found.extend(told("METADATA_LOCK_AWAITED", false));
    found
}

fn query(context: &Context<'_>) -> String {
    let table = &context.input.request.table;
    let text = |name: &str| name.replace('\\', "\\\\").replace('\'', "''");
    format!(
        "SELECT t.PROCESSLIST_ID, l.LOCK_TYPE, l.LOCK_STATUS, t.PROCESSLIST_INFO\n\
         FROM performance_schema.metadata_locks l\n\
         JOIN performance_schema.threads t ON t.THREAD_ID = l.OWNER_THREAD_ID\n\
         WHERE l.OBJECT_TYPE = 'TABLE' AND l.OBJECT_SCHEMA = '{}' AND l.OBJECT_NAME = '{}'",
        text(&table.database),
        text(&table.table)
    )
}

fn unseen(context: &Context<'_>) -> Finding {
    let finding = Finding::new("METADATA_LOCKS_UNSEEN", Severity::Info)
        .with("table", context.table_name())
        .not_proven();
    let records = context.is_on("performance_schema");
    match context.input.server.flavour {
        Flavour::MariaDb if !records => finding.remedy("INSTALL SONAME 'metadata_lock_info';"),
        _ if records => finding.remedy(
            "UPDATE performance_schema.setup_instruments SET ENABLED = 'YES' WHERE NAME = 'wait/lock/metadata/sql/mdl';",
        ),
        _ => finding,
    }
}

/// The process list tells who waits, of whatever table, and not for whom.
fn waits(context: &Context<'_>, moment: &MomentFacts) -> Option<Finding> {
    let longest = longest(&moment.waiting).into_iter().next()?;
    let finding = Finding::new("LOCK_WAITS", Severity::Warn)
        .with("count", moment.waiting.len())
        .with("state", longest.state.as_deref().unwrap_or("-"))
        .with("seconds", longest.seconds)
        .with("statement", longest.statement.as_deref().unwrap_or("-"));
    Some(
        finding
            .with("table", context.table_name())
            .query("SHOW FULL PROCESSLIST")
            .not_proven(),
    )
}

#[cfg(test)]
mod tests {
    use crate::ports::TableLock;
    use crate::preflight::fixture::{World, server_session};
    use mysqler_contract::{Flavour, ServerSession};

    fn locked(lock: &str, granted: bool, seconds: u64) -> World {
        World::calm().at_moment(|moment| {
            let session = ServerSession {
                transaction: None,
                command: "Query".into(),
                seconds,
                ..server_session(812, seconds)
            };
            moment.table_locks = Some(vec![TableLock {
                session,
                lock: lock.into(),
                granted,
            }]);
        })
    }

    #[test]
    fn a_lasting_lock_is_told_and_one_of_a_passing_statement_is_not() {
        assert_eq!(locked("SHARED_READ", true, 1).codes(), Vec::<String>::new());
        assert_eq!(locked("SHARED_READ", true, 2).codes(), ["METADATA_LOCK_HELD"]);
        assert_eq!(
            locked("SHARED_NO_READ_WRITE", true, 0).codes(),
            ["METADATA_LOCK_HELD"]
        );
        let finding = locked("SHARED_READ", true, 30).findings().remove(0);
        assert_eq!(
            (
                finding.params["seconds"].as_str(),
                finding.params["lock"].as_str()
            ),
            ("30", "SHARED_READ")
        );
    }

    #[test]
    fn a_queue_at_the_table_is_told() {
        assert_eq!(locked("EXCLUSIVE", false, 3).codes(), ["METADATA_LOCK_AWAITED"]);
        assert_eq!(locked("EXCLUSIVE", false, 1).codes(), Vec::<String>::new());
    }

    #[test]
    fn a_server_without_a_list_of_locks_is_told_how_to_keep_one() {
        let blind = |flavour, variable: &str| {
            let mut world = World::calm().with_variable("performance_schema", variable);
            world.server.flavour = flavour;
            world.at_moment(|moment| moment.table_locks = None).findings()
        };
        let remedy = |findings: Vec<mysqler_contract::Finding>| {
            let unseen = findings
                .into_iter()
                .find(|finding| finding.code == "METADATA_LOCKS_UNSEEN")
                .unwrap();
            assert!(!unseen.proven);
            unseen.remedy.unwrap()
        };
        assert!(remedy(blind(Flavour::MariaDb, "OFF")).contains("metadata_lock_info"));
        assert!(remedy(blind(Flavour::MySql, "ON")).contains("setup_instruments"));
        let mut waiting = World::calm().at_moment(|moment| {
            moment.table_locks = None;
            moment.waiting = vec![server_session(9, 4)];
        });
        assert_eq!(waiting.codes(), ["LOCK_WAITS", "METADATA_LOCKS_UNSEEN"]);
        waiting = waiting.at_moment(|moment| moment.table_locks = Some(Vec::new()));
        assert_eq!(
            waiting.codes(),
            Vec::<String>::new(),
            "the list says that this table is free"
        );
    }
}
