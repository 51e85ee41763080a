//! What happens around the table at this moment, one question a file. Everything here costs time or load: a change that
//! waits loses nothing.

mod backup;
mod load;
mod replicas;
mod runs_beside;
mod table_locks;
mod transactions;

pub use load::{is_below, is_reached};
use mysqler_contract::{Finding, Fix, Scope, ServerSession, Severity};

use super::super::context::Context;
use super::Rule;
use crate::session::is_protected;

pub const RULES: &[Rule] = rules![
    Moment backup,
    Moment load for PtOsc,
    Moment replicas,
    Moment runs_beside,
    Moment table_locks,
    Moment transactions,
];

/// Sessions that one check names; the rest is counted.
const NAMED: usize = 5;

/// Enough of a statement to know it by, in characters.
const STATEMENT_LENGTH: usize = 200;

/// A finding about one session, with the offer to end it where that can help and the account may.
fn about(context: &Context<'_>, code: &str, severity: Severity, session: &ServerSession) -> Finding {
    let statement: String = session
        .statement
        .as_deref()
        .unwrap_or("-")
        .chars()
        .take(STATEMENT_LENGTH)
        .collect();
    let finding = Finding::new(code, severity)
        .with("id", session.id)
        .with("user", &session.user)
        .with("host", &session.host)
        .with("seconds", session.busy_seconds())
        .with("command", &session.command)
        .with("statement", statement);
    if is_protected(session) {
        return finding;
    }
    let finding = finding.remedy(format!("KILL {};", session.id));
    match may_kill(context, session) {
        true => finding.fix(Fix::KillSession { id: session.id }),
        false => finding,
    }
}

fn may_kill(context: &Context<'_>, session: &ServerSession) -> bool {
    // MySQL, MariaDB and older servers in turn.
    let any = ["CONNECTION_ADMIN", "CONNECTION ADMIN", "SUPER"];
    session.user == context.input.connection.user || any.iter().any(|name| context.holds_globally(name))
}

/// The longest first, at most [`NAMED`].
fn longest<'s>(sessions: impl IntoIterator<Item = &'s ServerSession>) -> Vec<&'s ServerSession> {
    let mut sessions: Vec<&ServerSession> = sessions.into_iter().collect();
    sessions.sort_by_key(|session| std::cmp::Reverse(session.busy_seconds()));
    sessions.truncate(NAMED);
    sessions
}
