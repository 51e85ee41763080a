//! No transaction has been open for long. Scope: the server now. `warn`: while it holds a lock on the table neither
//! triggers nor the swap get theirs, and everything that comes after waits behind them; elsewhere it keeps old row
//! versions that the copy piles up.

use mysqler_contract::{Finding, ServerSession, Severity};

use super::super::super::context::Context;
use super::{about, longest};
use crate::ports::MomentFacts;

pub const CODES: &[&str] = &["LONG_TRANSACTION", "LONG_TRANSACTION_ON_TABLE", "MOMENT_UNSEEN"];

/// Seconds after which a transaction counts as long, on the server and with a lock on the table.
const LONG_S: u64 = 60;
const LONG_ON_TABLE_S: u64 = 5;

const QUERY: &str = "SELECT trx_mysql_thread_id, trx_started, trx_rows_modified, trx_query \
     FROM information_schema.INNODB_TRX ORDER BY trx_started";

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some((moment, open)) = context
        .input
        .moment
        .and_then(|moment| Some((moment, moment.transactions.as_ref()?)))
    else {
        let account = &context.input.server.account;
        return vec![
            Finding::new("MOMENT_UNSEEN", Severity::Info)
                .with("account", account)
                .query(QUERY)
                .not_proven(),
        ];
    };
    let (on_table, elsewhere): (Vec<_>, Vec<_>) =
        open.iter().partition(|session| is_on_table(session, moment));
    let on_table = on_table
        .into_iter()
        .filter(|session| session.busy_seconds() >= LONG_ON_TABLE_S);
    let elsewhere = elsewhere
        .into_iter()
        .filter(|session| session.busy_seconds() >= LONG_S);
    let mut found = told(context, "LONG_TRANSACTION_ON_TABLE", on_table);
    found.extend(
        told(context, "LONG_TRANSACTION", elsewhere)
            .into_iter()
            .map(|finding| {
                // Without the server's list of locks it may be on this very table.
                if moment.table_locks.is_some() {
                    finding
                } else {
                    finding.not_proven()
                }
            }),
    );
    found
}

pub(super) fn is_on_table(session: &ServerSession, moment: &MomentFacts) -> bool {
    let locks = moment.table_locks.iter().flatten();
    locks
        .into_iter()
        .any(|lock| lock.granted && lock.session.id == session.id)
}

/// Open for so long that its lock is [`CODES`]' business, not that of the check on locks.
pub(super) fn is_long_on_table(session: &ServerSession) -> bool {
    session.transaction.is_some() && session.busy_seconds() >= LONG_ON_TABLE_S
}

fn told<'s>(
    context: &Context<'_>,
    code: &str,
    sessions: impl Iterator<Item = &'s ServerSession>,
) -> Vec<Finding> {
    let sessions: Vec<&ServerSession> = sessions.collect();
    let named = longest(sessions.iter().copied());
    named
        .into_iter()
        .map(|session| {
            let modified = session.transaction.as_ref().map_or(0, |open| open.rows_modified);
            about(context, code, Severity::Warn, session)
                .with("rows_modified", modified)
                .with("count", sessions.len())
                .with("table", context.table_name())
                .query(QUERY)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::ports::TableLock;
    use crate::preflight::fixture::{World, server_session};
    use mysqler_contract::Fix;

    fn open(seconds: u64) -> World {
        World::calm().at_moment(|moment| moment.transactions = Some(vec![server_session(812, seconds)]))
    }

    #[test]
    fn a_transaction_is_told_once_it_is_old_with_the_offer_to_end_it() {
        assert_eq!(open(59).codes(), Vec::<String>::new());
        let findings = open(60).findings();
        assert_eq!(findings[0].code, "LONG_TRANSACTION");
        assert_eq!(findings[0].params["statement"], "SELECT * FROM orders");
        assert_eq!(findings[0].fixes, [Fix::KillSession { id: 812 }]);
        assert!(findings[0].proven);
    }

    #[test]
    fn one_that_holds_the_table_is_told_much_earlier() {
        let on_table = |seconds| {
            open(seconds).at_moment(|moment| {
                let lock = TableLock {
                    session: server_session(812, seconds),
                    lock: "SHARED_READ".into(),
                    granted: true,
                };
                moment.table_locks = Some(vec![lock]);
            })
        };
        assert_eq!(on_table(4).codes(), Vec::<String>::new(), "it passes by itself");
        assert_eq!(on_table(5).codes(), ["LONG_TRANSACTION_ON_TABLE"]);
    }

    #[test]
    fn ending_is_offered_only_to_an_account_that_may() {
        let mut world = open(900);
        world.server = World::weak_account(world.server);
        let finding = world.findings().remove(0);
        assert!(finding.fixes.is_empty());
        assert_eq!(
            finding.remedy.as_deref(),
            Some("KILL 812;"),
            "an administrator may run it"
        );
        world.connection.user = "app".into();
        assert_eq!(world.findings()[0].fixes.len(), 1, "a session of its own");
    }

    #[test]
    fn without_a_list_of_locks_or_of_transactions_nothing_is_proven() {
        let blind = open(900).at_moment(|moment| moment.table_locks = None);
        let findings = blind.findings();
        assert!(
            findings
                .iter()
                .any(|finding| finding.code == "LONG_TRANSACTION" && !finding.proven)
        );
        let unseen = World::calm().at_moment(|moment| moment.transactions = None);
        assert_eq!(unseen.codes(), ["MOMENT_UNSEEN"]);
        let unasked = World {
            moment: None,
            ..World::calm()
        };
        assert_eq!(unasked.codes(), ["MOMENT_UNSEEN"]);
    }
}
