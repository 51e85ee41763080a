//! A clause while it is typed, for a server whose sql_mode changes the meaning of quotes.

use mysqler_contract::{
    Connection, ConnectionDraft, Environment, PrepareVerdict, QuoteRules, Secret, SecretInput,
    SessionVariable, TableRef,
};
use mysqler_tests::desk::Desk;
use mysqler_tests::sandbox::{Account, Server};
use mysqler_tests::spare::SpareServer;

/// Names and a backslash as this server reads them; elsewhere the text is not closed.
const ODD: &str = "ADD COLUMN \"b\" INT COMMENT 'a\\'";
/// One string where a backslash escapes, and a second statement where it does not.
const HIDDEN: &str = "COMMENT='\\'; DROP TABLE t -- '";

async fn connection(desk: &Desk, server: &SpareServer) -> Connection {
    let draft = ConnectionDraft {
        name: "spare".into(),
        port: server.port,
        user: SpareServer::USER.into(),
        password: SecretInput::Set {
            value: Secret::new(SpareServer::PASSWORD),
        },
        ..desk.draft(Server::MariaDb, Account::Root, Environment::Development)
    };
    desk.core.connection_test(&draft).await.expect("reached");
    desk.core.connection_save(&draft, false).await.expect("saved")
}

fn own(mode: &str) -> Vec<SessionVariable> {
    vec![SessionVariable {
        name: "sql_mode".into(),
        value: format!("'{mode}'"),
    }]
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_read_by_the_servers_own_mode_unless_the_options_set_another() {
    let desk = Desk::new().await;
    let options = ["--sql-mode=ANSI_QUOTES,NO_BACKSLASH_ESCAPES"];
    let server = SpareServer::start(&desk.sandbox, &options).await;
    let odd = connection(&desk, &server).await;
    let table = TableRef::new("mysql", "db");
    let core = &desk.core;

    let suggested = core.suggested_options(&odd.id, "mysql").await.expect("suggested");
    let mode = suggested.sql_mode.expect("every server has one");
    let diagnosis = core.clause_diagnose(ODD, &[], Some(&mode));
    let rules = QuoteRules {
        ansi_quotes: true,
        no_backslash_escapes: true,
        brackets: false,
    };
    assert_eq!(diagnosis.rules, rules, "{mode}");
    assert_eq!(diagnosis.problems, []);
    assert_eq!(diagnosis.operations[0].subject.as_deref(), Some("b"));
    let told: Vec<_> = core.clause_diagnose(HIDDEN, &[], Some(&mode)).problems;
    assert!(
        told.iter().any(|problem| problem.reason == "second_statement"),
        "{told:?}"
    );
    let ordinary = core.clause_diagnose(ODD, &own(""), Some(&mode));
    assert_eq!(ordinary.rules, QuoteRules::default());
    assert!(!ordinary.problems.is_empty(), "the text is not closed");

    let verdict = |clause: &'static str, set_vars: Vec<SessionVariable>| {
        let (core, id, table) = (core.clone(), odd.id.clone(), table.clone());
        async move {
            core.clause_prepare(&id, &table, clause, &set_vars)
                .await
                .expect("asked")
        }
    };
    assert_eq!(verdict(ODD, vec![]).await, PrepareVerdict::Accepted);
    let silent = PrepareVerdict::NotProven {
        message: String::new(),
    };
    assert_eq!(
        verdict(HIDDEN, vec![]).await,
        silent,
        "it must not reach the server"
    );
    assert_eq!(
        verdict(ODD, own("")).await,
        silent,
        "it is not closed by these rules"
    );
    desk.close().await;
}
