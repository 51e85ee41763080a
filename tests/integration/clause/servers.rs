//! The corpus put to the servers' own PREPARE.

use std::collections::BTreeSet;

use mysqler_contract::{PrepareVerdict, TableRef};
use mysqler_core::clause::{SqlMode, diagnose_under};
use mysqler_core::ports::Servers;
use mysqler_mysql::MySqlServers;
use mysqler_tests::sandbox::{Account, Sandbox, Server};

use super::corpus::{Entry, Reading, entries};

/// Why a clause is refused here that a server would take. There is no other reason.
const REFUSED_BY_CHOICE: [&str; 20] = [
    "algorithm",
    "convert_partition",
    "dollar_quote",
    "empty",
    "exchange_partition",
    "executable_comment",
    "lock",
    "no_binlog",
    "optimizer_hint",
    "partition_maintenance",
    "placeholder",
    "qualified_column",
    "rename_table",
    "secondary_load",
    "tablespace",
    "trailing_comment",
    "trailing_semicolon",
    "unusual_character",
    "validation",
    "wait",
];

async fn accepts(servers: &MySqlServers, server: Server, entry: &Entry) -> (bool, String) {
    let target = Sandbox::from_env().target(server, Account::Mysqler);
    let table = TableRef::new("shop", "orders");
    let verdict = servers
        .prepare(&target, &table, &entry.clause, Some(entry.sql_mode))
        .await;
    match verdict {
        Ok(verdict) => (verdict == PrepareVerdict::Accepted, format!("{verdict:?}")),
        // The mode itself is one of the other server.
        Err(error)
            if error
                .detail
                .as_deref()
                .is_some_and(|detail| detail.contains("1231")) =>
        {
            (false, error.message)
        }
        Err(error) => panic!("{}: {error:?}", entry.place),
    }
}

async fn compare(server: Server, expected: impl Fn(&Entry) -> bool) {
    let servers = MySqlServers::new();
    let mut wrong = Vec::new();
    for entry in entries() {
        let (accepted, verdict) = accepts(&servers, server, &entry).await;
        let Entry { place, clause, .. } = &entry;
        if accepted != expected(&entry) {
            wrong.push(format!("{place}: {clause}: {verdict}"));
        }
        let problems = diagnose_under(&entry.clause, SqlMode::parse(entry.sql_mode)).problems;
        let reasons: Vec<_> = problems.iter().map(|problem| problem.reason.as_str()).collect();
        if accepted && !reasons.iter().all(|reason| REFUSED_BY_CHOICE.contains(reason)) {
            wrong.push(format!(
                "{place}: {clause}: accepted by the server, refused for {reasons:?}"
            ));
        }
        if accepted && reasons.contains(&"second_statement") {
            wrong.push(format!("{place}: {clause}: the server prepared two statements"));
        }
    }
    assert_eq!(wrong, Vec::<String>::new(), "{server:?}");
}

#[tokio::test]
async fn mysql_accepts_what_the_corpus_says_and_nothing_else() {
    compare(Server::Primary, |entry| entry.mysql).await;
}

#[tokio::test]
async fn mariadb_accepts_what_the_corpus_says_and_nothing_else() {
    compare(Server::MariaDb, |entry| entry.mariadb).await;
}

#[test]
fn each_refusal_by_choice_has_a_clause_that_a_server_takes() {
    let refused: BTreeSet<&str> = entries()
        .iter()
        .filter(|entry| entry.mysql || entry.mariadb)
        .filter_map(|entry| match entry.reading {
            Reading::Refused(reason) => Some(reason),
            _ => None,
        })
        .collect();
    assert_eq!(refused, BTreeSet::from(REFUSED_BY_CHOICE));
}
