//! What happens around a table right now: open transactions, locks, and how the replicas do. Every question has a limit
//! of its own, and what the server does not tell stays unknown.

mod locks;
mod replicas;
mod sessions;

use std::time::Duration;

use mysqler_contract::{Result, ServerSession, TableRef};
use mysqler_core::ports::{MomentFacts, ReplicaMoment, ServerLock, TableLock, Target};

use crate::cache::SessionCache;
use crate::row::Row;
use crate::session::Session;
use locks::Lock;

pub(crate) use sessions::one;

/// These answers are at hand on a healthy server; on an ill one a plan does not wait for them.
const LIMIT: Duration = Duration::from_millis(1500);

/// `cache` lends the sessions on replicas.
pub(crate) async fn facts(
    session: &mut Session,
    cache: &SessionCache,
    target: &Target,
    table: &TableRef,
) -> Result<MomentFacts> {
    let own = session.thread();
    let locks = locks::seen(session, table).await;
    let transactions = sessions::transactions(session).await;
    let mut present = sessions::all(session).await.unwrap_or_default();
    present.retain(|other| other.id != own);
    if let Some(transactions) = &transactions {
        for other in &mut present {
            other.transaction = transactions.get(&other.id).cloned();
        }
    }
    let named: Vec<u64> = locks.iter().flatten().map(|lock| lock.session).collect();
    sessions::remember_statements(session, &mut present, &named).await;
    let open = transactions.map(|transactions| {
        let orphan = transactions.get(&0).map(sessions::orphan);
        let mut open: Vec<ServerSession> = present
            .iter()
            .filter(|other| other.transaction.is_some())
            .cloned()
            .chain(orphan)
            .collect();
        open.sort_by_key(|other| other.transaction.as_ref().map(|open| open.started_at));
        open
    });
    let holder = |lock: &Lock| {
        let known = present.iter().find(|other| other.id == lock.session);
        known.cloned().unwrap_or_else(|| sessions::unknown(lock.session))
    };
    let others = locks.map(|locks| {
        locks
            .into_iter()
            .filter(|lock| lock.session != own)
            .collect::<Vec<_>>()
    });
    let table_locks = others.as_ref().map(|locks| {
        let on_table = locks.iter().filter(|lock| lock.server.is_none());
        on_table
            .map(|lock| TableLock {
                session: holder(lock),
                lock: lock.kind.clone(),
                granted: lock.granted,
            })
            .collect()
    });
    let server_locks = others.as_ref().map(|locks| {
        let wide = locks.iter().filter_map(|lock| Some((lock, lock.server?)));
        wide.map(|(lock, kind)| ServerLock {
            session: holder(lock),
            lock: lock.kind.clone(),
            kind,
        })
        .collect()
    });
    let waiting = present.iter().filter(|other| sessions::waits_for_lock(other));
    Ok(MomentFacts {
        table_locks,
        transactions: open,
        server_locks,
        waiting: waiting.cloned().collect(),
        replicas: replicas::states(session, cache, target, replicas::AT_ONCE)
            .await
            .unwrap_or_default(),
    })
}

/// An error means that the server did not list them; each that it lists answers for itself.
pub(crate) async fn replicas(
    session: &mut Session,
    cache: &SessionCache,
    target: &Target,
) -> Result<Vec<ReplicaMoment>> {
    replicas::states(session, cache, target, replicas::PATIENTLY).await
}

/// Rows, or `None` when the server refuses or is too slow.
async fn ask(session: &mut Session, sql: &str) -> Option<Vec<Row>> {
    session.answer_within(sql, LIMIT).await.ok()?.ok()
}
