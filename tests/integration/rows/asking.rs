//! How questions end: by themselves, by the limit, by a person, by the server; never without the server's own end.

use std::time::Duration;

use mysqler_contract::{AppEvent, Reads, Severity, TableRef};
use mysqler_core::ports::{RowAnswer, RowQuestion, Servers};
use mysqler_mysql::MySqlServers;
use mysqler_tests::sandbox::{Account, Client, Sandbox, Server};
use tokio_util::sync::CancellationToken;

use crate::found::{connected, desk};

const LIMIT: Duration = Duration::from_secs(60);

fn question(sql: &str) -> RowQuestion {
    RowQuestion {
        code: "X".into(),
        sql: sql.into(),
        count: None,
        sql_mode: None,
        reads_rows: true,
    }
}

/// Ten thousand million rows of nothing, under a name that the list of sessions shows.
fn endless(name: &str) -> RowQuestion {
    let ten = "(SELECT 0 UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 \
               UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9)";
    let tables: Vec<String> = (0..10).map(|at| format!("{ten} AS t{at}")).collect();
    question(&format!(
        "SELECT COUNT(*) AS {name} FROM {} HAVING COUNT(*) < 0",
        tables.join(", ")
    ))
}

/// Sessions that execute something of this account's asking.
async fn working(client: &mut Client, name: &str) -> usize {
    let rows = client.rows("SHOW FULL PROCESSLIST").await;
    rows.iter()
        .filter(|row| {
            row.iter()
                .any(|value| value.contains(name) && !value.contains("SHOW"))
        })
        .count()
}

async fn ends(server: Server) {
    let sandbox = Sandbox::from_env();
    let servers = MySqlServers::new();
    let target = sandbox.target(server, Account::Mysqler);
    let mut client = sandbox.client(server, Account::Root).await;
    let never = CancellationToken::new();
    let ask = |sql: &str| {
        let (servers, target, question, never) = (&servers, &target, question(sql), &never);
        async move {
            servers
                .ask_rows(target, &question, LIMIT, never, &|_| {})
                .await
                .expect("answered")
        }
    };
    assert_eq!(ask("SELECT 1 FROM DUAL WHERE FALSE").await, RowAnswer::None);
    let RowAnswer::Found { examples, .. } =
        ask("SELECT CAST(NULL AS CHAR) AS a, REPEAT('x', 500) AS b").await
    else {
        panic!("{server:?}: a row is an offence");
    };
    assert_eq!(examples[0][0], ("a".to_owned(), None));
    assert_eq!(
        examples[0][1].1.as_deref().map(|value| value.chars().count()),
        Some(121),
        "cut and marked"
    );
    for refused in [
        "SELECT 1; SELECT 2",
        "SELECT nothing FROM nowhere.at_all",
        "CREATE TABLE mysqler_test_x.t (a INT)",
    ] {
        let answer = ask(refused).await;
        assert!(
            matches!(answer, RowAnswer::Refused { .. }),
            "{server:?}: {refused}: {answer:?}"
        );
    }
    let slow = endless("rows_limit");
    let answer = servers
        .ask_rows(&target, &slow, Duration::from_millis(400), &never, &|_| {})
        .await
        .expect("answered");
    assert!(
        matches!(answer, RowAnswer::TimedOut { .. }),
        "{server:?}: {answer:?}"
    );
    assert_eq!(
        working(&mut client, "rows_limit").await,
        0,
        "{server:?}: ended on the server"
    );
    let cancel = CancellationToken::new();
    let asked = tokio::spawn({
        let (servers, target, cancel) = (MySqlServers::new(), target.clone(), cancel.clone());
        async move {
            servers
                .ask_rows(&target, &endless("rows_cancel"), LIMIT, &cancel, &|_| {})
                .await
        }
    });
    while working(&mut client, "rows_cancel").await == 0 {
        assert!(!asked.is_finished(), "{server:?}: ended before it was seen");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    cancel.cancel();
    let answer = asked.await.expect("no panic").expect("answered");
    assert_eq!(answer, RowAnswer::Cancelled, "{server:?}");
    assert_eq!(
        working(&mut client, "rows_cancel").await,
        0,
        "{server:?}: ended on the server"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_to_mysql_ends_on_the_server_too() {
    ends(Server::Primary).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_to_mariadb_ends_on_the_server_too() {
    ends(Server::MariaDb).await;
}

/// A zero date is what the row holds, not NULL.
#[tokio::test(flavor = "multi_thread")]
async fn values_arrive_as_the_server_prints_them() {
    let sandbox = Sandbox::from_env();
    let schema = sandbox.fresh_schema(Server::Primary, "rows_text").await;
    let mut client = schema.client().await;
    client.run("SET SESSION sql_mode = ''").await;
    client.run("CREATE TABLE t (d DATE, n DECIMAL(5,2))").await;
    client.run("INSERT INTO t VALUES ('0000-00-00', 1.50)").await;
    let asked = question(&format!("SELECT d, n FROM `{}`.t", schema.name()));
    let target = sandbox.target(Server::Primary, Account::Mysqler);
    let answer = MySqlServers::new()
        .ask_rows(&target, &asked, LIMIT, &CancellationToken::new(), &|_| {})
        .await;
    let Ok(RowAnswer::Found { examples, .. }) = answer else {
        panic!("{answer:?}");
    };
    assert_eq!(examples[0][0].1.as_deref(), Some("0000-00-00"));
    assert_eq!(examples[0][1].1.as_deref(), Some("1.50"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_tells_how_far_it_is_and_what_a_cancelled_question_left_open() {
    let dir = tempfile::tempdir().unwrap();
    let desk = desk(dir.path()).await;
    let connection = connected(&desk, Server::Primary).await;
    let table = TableRef::new("shop", "orders");
    // Two million texts without an index: long enough to be cancelled.
    let request = desk.request(&connection, &table, "ADD UNIQUE KEY u (note)");
    let planning = tokio::spawn({
        let core = desk.core.clone();
        async move { core.plan(request, Some("t1".into())).await }
    });
    let told = || {
        let events = desk.told.all().into_iter();
        events.filter_map(|event| match event {
            AppEvent::PlanProgress { progress } => Some(progress),
            _ => None,
        })
    };
    while told().next().is_none() {
        assert!(!planning.is_finished(), "{:?}", planning.await);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    while told().all(|progress| progress.reading.is_none()) {
        assert!(!planning.is_finished(), "{:?}", planning.await);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    desk.core.plan_cancel("t1").await;
    let plan = planning.await.unwrap().expect("a plan is made all the same");
    let finding = plan
        .findings
        .iter()
        .find(|finding| finding.code == "DUPLICATES_UNDER_UNIQUE")
        .expect("not proven");
    assert_eq!((finding.severity, finding.proven), (Severity::Danger, false));
    assert_eq!(finding.params["why"], "cancelled");
    let first = told().next().unwrap();
    assert_eq!(
        (first.ticket.as_str(), first.step.as_str(), first.done),
        ("t1", "DUPLICATES_UNDER_UNIQUE", 0)
    );
    let read = told().find_map(|progress| progress.reading).unwrap();
    assert_eq!(
        (read.how, read.index),
        (Reads::Table, None),
        "said while it was asked"
    );
    assert!(read.rows > 1_000_000, "{}", read.rows);
    let last = told().next_back().unwrap();
    assert_eq!(last.done, last.total);
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_limit_of_all_questions_is_kept_and_told() {
    let dir = tempfile::tempdir().unwrap();
    let desk = desk(dir.path()).await;
    let connection = connected(&desk, Server::Primary).await;
    let mut settings = desk.core.settings().await.unwrap();
    settings.data_check_limit_s = 0;
    desk.core.settings_save(&settings).await.unwrap();
    let request = desk.request(
        &connection,
        &TableRef::new("shop", "orders"),
        "MODIFY note VARCHAR(3) NOT NULL",
    );
    let plan = desk.core.plan(request, None).await.unwrap();
    let open: Vec<_> = plan
        .findings
        .iter()
        .filter(|finding| finding.params.get("why").is_some_and(|why| why == "timed_out"))
        .collect();
    assert!(!open.is_empty(), "{:?}", plan.findings);
    assert!(
        open.iter()
            .all(|finding| !finding.proven && finding.params["seconds"] == "0")
    );
    desk.close().await;
}
