//! The clone itself: it leaves no trace on the server and none in the binary log, and without the right for that it is
//! never made.

use std::time::{Duration, Instant};

use mysqler_contract::{Algorithm, Engine, EngineChoice, Environment, TableRef};
use mysqler_core::ports::{CloneOutcome, CloneQuestion, Servers};
use mysqler_mysql::MySqlServers;
use mysqler_tests::desk::Desk;
use mysqler_tests::sandbox::{Account, Client, Sandbox, Server};
use mysqler_tests::table;

const BOTH: [Server; 2] = [Server::Primary, Server::MariaDb];

fn question(table: &TableRef, id: &str) -> CloneQuestion {
    let clone = TableRef::new(&table.database, format!("_mysqler_{id}_clone"));
    CloneQuestion {
        table: table.clone(),
        mark: "a mark".to_owned(),
        comment: Some(String::new()),
        sql_mode: None,
        attempts: vec![format!(
            "ALTER TABLE {} ALGORITHM=INSTANT, ADD COLUMN n INT",
            clone.quoted()
        )],
        clone,
    }
}

/// Names that the binary log tells since a position.
async fn told_since(client: &mut Client, place: &[String], name: &str) -> bool {
    let events = client
        .rows(&format!("SHOW BINLOG EVENTS IN '{}' FROM {}", place[0], place[1]))
        .await;
    events
        .iter()
        .any(|event| event.iter().any(|value| value.contains(name)))
}

#[tokio::test]
async fn nothing_of_a_clone_reaches_the_binary_log_or_the_replica() {
    let sandbox = Sandbox::from_env();
    let schema = sandbox.fresh_schema(Server::Primary, "unlogged").await;
    let table = table::filled(&schema, "t", 8).await;
    let mut root = sandbox.client(Server::Primary, Account::Root).await;
    let place = root.rows("SHOW BINARY LOG STATUS").await.remove(0);
    let target = sandbox.target(Server::Primary, Account::Root);
    let asked = question(&table, "0123abcd");
    let outcome = MySqlServers::new().try_on_clone(&target, &asked).await.unwrap();
    let CloneOutcome::Tried(answer) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(
        (answer.taken, answer.left),
        (Some(0), None),
        "{:?}",
        answer.refusals
    );
    assert!(!told_since(&mut root, &place, &asked.clone.table).await);
    // The search finds what is there to be found.
    root.run(&format!(
        "CREATE TABLE {} LIKE {}",
        asked.clone.quoted(),
        table.quoted()
    ))
    .await;
    root.run(&format!("DROP TABLE {}", asked.clone.quoted())).await;
    assert!(told_since(&mut root, &place, &asked.clone.table).await);
}

#[tokio::test]
async fn a_caller_that_gives_up_leaves_no_clone_behind() {
    let sandbox = Sandbox::from_env();
    for server in BOTH {
        let schema = sandbox.fresh_schema(server, "given_up").await;
        let table = table::filled(&schema, "t", 8).await;
        let target = sandbox.target(server, Account::Root);
        let mut client = schema.client().await;
        let servers = MySqlServers::new();
        for (at, patience) in [5, 20, 40, 60, 80, 120].into_iter().enumerate() {
            let asked = question(&table, &format!("{at}"));
            let asking = servers.try_on_clone(&target, &asked);
            let _ = tokio::time::timeout(Duration::from_millis(patience), asking).await;
        }
        let begun = Instant::now();
        loop {
            let left = client.rows("SHOW TABLES LIKE '\\_mysqler\\_%'").await;
            if left.is_empty() && begun.elapsed() > Duration::from_secs(2) {
                break;
            }
            assert!(
                begun.elapsed() < Duration::from_secs(90),
                "{server:?}: {left:?} stay"
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

#[tokio::test]
async fn a_table_held_by_another_session_is_let_alone_soon() {
    let sandbox = Sandbox::from_env();
    let schema = sandbox.fresh_schema(Server::Primary, "held").await;
    let table = table::filled(&schema, "t", 8).await;
    let mut holder = schema.client().await;
    holder.run("LOCK TABLES t WRITE").await;
    let target = sandbox.target(Server::Primary, Account::Root);
    let begun = Instant::now();
    let outcome = MySqlServers::new()
        .try_on_clone(&target, &question(&table, "held"))
        .await
        .unwrap();
    assert!(
        matches!(
            outcome,
            CloneOutcome::NotTried {
                why: "clone_refused",
                ..
            }
        ),
        "{outcome:?}"
    );
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn without_the_right_to_leave_the_log_out_the_rules_answer_and_nothing_is_made() {
    for server in BOTH {
        let desk = Desk::new().await;
        let schema = desk.sandbox.fresh_schema(server, "no_right").await;
        let table = table::filled(&schema, "t", 8).await;
        let connection = desk
            .connection(server, Account::Mysqler, Environment::Development)
            .await;
        let mut request = desk.request(&connection, &table, "ADD COLUMN n INT");
        let plan = desk.core.plan(request.clone(), None).await.unwrap();
        let advice = plan.advice.unwrap();
        assert_eq!(
            (advice.algorithm, advice.verified),
            (Some(Algorithm::Instant), false)
        );
        assert_eq!(
            plan.engine,
            Engine::PtOsc,
            "what was not proven is not chosen silently"
        );
        assert_eq!(advice.reasons[0].what, "not_tried_no_log_right");
        request.engine = EngineChoice::Direct;
        let plan = desk.core.plan(request, None).await.unwrap();
        let unproven = plan
            .findings
            .iter()
            .any(|finding| finding.code == "DIRECT_NOT_VERIFIED" && !finding.proven);
        assert!(unproven && plan.direct.is_some(), "{:?}", plan.findings);
        let outcome = MySqlServers::new()
            .try_on_clone(
                &desk.sandbox.target(server, Account::Mysqler),
                &question(&table, "none"),
            )
            .await
            .unwrap();
        assert!(
            matches!(outcome, CloneOutcome::NotTried { why: "no_right", .. }),
            "{outcome:?}"
        );
    }
}

#[tokio::test]
async fn the_engine_follows_what_was_proven() {
    for server in BOTH {
        let desk = Desk::new().await;
        let schema = desk.sandbox.fresh_schema(server, "engine").await;
        let table = table::filled(&schema, "t", 8).await;
        let connection = desk
            .connection(server, Account::Root, Environment::Development)
            .await;
        for (clause, engine, asserted) in [
            (
                "ADD COLUMN n INT",
                Engine::Direct,
                "ALGORITHM=INSTANT, ADD COLUMN n INT",
            ),
            (
                "ADD UNIQUE KEY u (id, amount)",
                Engine::Direct,
                "LOCK=NONE, ADD UNIQUE",
            ),
            ("ADD INDEX i (amount)", Engine::PtOsc, "mysqler/pt-runner"),
            ("MODIFY amount DECIMAL(40,2)", Engine::PtOsc, "mysqler/pt-runner"),
        ] {
            let mut request = desk.request(&connection, &table, clause);
            request.engine = EngineChoice::Auto;
            let plan = desk.core.plan(request, None).await.unwrap();
            assert_eq!(plan.engine, engine, "{server:?} {clause}");
            assert_eq!(plan.launch.is_some(), engine == Engine::PtOsc, "{clause}");
            assert_eq!(plan.direct.is_some(), engine == Engine::Direct, "{clause}");
            let command = plan.command.unwrap_or_default();
            assert!(command.contains(asserted), "{server:?} {clause}: {command}");
            let offers = plan.advice.unwrap().offers;
            assert_eq!(offers[0].engine, engine, "the recommended way stands first");
        }
    }
}
