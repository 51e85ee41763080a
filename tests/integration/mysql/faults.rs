//! Servers that break off, fall silent, or come back.

use std::time::{Duration, Instant};

use mysqler_contract::{ErrorCode, TableRef};
use mysqler_core::ports::{Servers, Target};
use mysqler_mysql::MySqlServers;
use mysqler_tests::sandbox::{Account, Client, Sandbox, Server};

use mysqler_tests::proxy::{Mood, Proxy};

/// The id of the session that runs a statement like this, once there is one.
async fn running(root: &mut Client, pattern: &str) -> u64 {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        if let Some(id) = find(root, pattern).await {
            return id;
        }
        assert!(Instant::now() < deadline, "no session runs {pattern}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn find(root: &mut Client, pattern: &str) -> Option<u64> {
    let rows = root.rows("SHOW FULL PROCESSLIST").await;
    rows.iter()
        .find(|row| row[7].starts_with(pattern))
        .map(|row| row[0].parse().unwrap())
}

/// The statements of these tests wait for a lock and give up by themselves after five seconds: one that was killed is
/// gone well before.
async fn gone(root: &mut Client, pattern: &str) {
    let deadline = Instant::now() + Duration::from_secs(3);
    while find(root, pattern).await.is_some() {
        assert!(Instant::now() < deadline, "{pattern} runs on");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_session_that_is_killed_mid_statement_is_lost() {
    let sandbox = Sandbox::from_env();
    for server in [Server::Primary, Server::MariaDb] {
        let schema = sandbox.fresh_schema(server, "killed").await;
        let mut holder = schema.client().await;
        holder
            .run("CREATE TABLE t (id INT PRIMARY KEY); LOCK TABLES t WRITE")
            .await;
        let target = sandbox.target(server, Account::Mysqler);
        let table = TableRef::new(schema.name(), "t");
        let mut root = sandbox.client(server, Account::Root).await;
        let servers = MySqlServers::new();
        let analyse = format!("ANALYZE TABLE `{}`", schema.name());
        let (outcome, ()) = tokio::join!(servers.analyze(&target, &table), async {
            let id = running(&mut root, &analyse).await;
            root.run(&format!("KILL {id}")).await;
        });
        let error = outcome.expect_err("its session was killed");
        assert_eq!(error.code, ErrorCode::ServerLost, "{server:?} {error:?}");
        holder.run("UNLOCK TABLES").await;
        servers
            .analyze(&target, &table)
            .await
            .expect("the next call opens a session of its own");
    }
}

#[tokio::test]
async fn a_caller_that_gives_up_leaves_no_statement_running() {
    let sandbox = Sandbox::from_env();
    for server in [Server::Primary, Server::MariaDb] {
        let schema = sandbox.fresh_schema(server, "given_up").await;
        let mut holder = schema.client().await;
        holder
            .run("CREATE TABLE t (id INT PRIMARY KEY); LOCK TABLES t WRITE")
            .await;
        let target = sandbox.target(server, Account::Mysqler);
        let table = TableRef::new(schema.name(), "t");
        let mut root = sandbox.client(server, Account::Root).await;
        let analyse = format!("ANALYZE TABLE `{}`", schema.name());
        let caller = tokio::spawn(async move { MySqlServers::new().analyze(&target, &table).await });
        running(&mut root, &analyse).await;
        caller.abort();
        assert!(caller.await.is_err_and(|error| error.is_cancelled()));
        gone(&mut root, &analyse).await;
    }
}

#[tokio::test]
async fn a_connection_that_is_cut_is_replaced_unseen() {
    let sandbox = Sandbox::from_env();
    let proxy = Proxy::to(sandbox.address(Server::Primary)).await;
    let target = Target {
        port: proxy.address.port(),
        ..sandbox.target(Server::Primary, Account::Mysqler)
    };
    let servers = MySqlServers::new();
    servers.sessions(&target, &[1]).await.unwrap();
    proxy.set(Mood::Cut);
    let error = servers
        .sessions(&target, &[1])
        .await
        .expect_err("every connection is cut");
    let told = [ErrorCode::ServerUnreachable, ErrorCode::ServerLost];
    assert!(told.contains(&error.code), "{error:?}");
    proxy.set(Mood::Relays);
    servers
        .sessions(&target, &[1])
        .await
        .expect("the dead session was replaced");
}

#[tokio::test]
async fn a_server_that_falls_silent_is_bounded_by_the_limits() {
    let sandbox = Sandbox::from_env();
    let proxy = Proxy::to(sandbox.address(Server::Primary)).await;
    let target = Target {
        port: proxy.address.port(),
        connect_timeout: Duration::from_secs(1),
        ..sandbox.target(Server::Primary, Account::Mysqler)
    };
    let servers = MySqlServers::with_statement_limit(Duration::from_secs(1));
    servers.sessions(&target, &[1]).await.unwrap();
    proxy.set(Mood::Silent);
    let begun = Instant::now();
    let error = servers
        .sessions(&target, &[1])
        .await
        .expect_err("nothing comes back");
    assert_eq!(error.code, ErrorCode::ServerTimeout, "{error:?}");
    assert_eq!(error.params["seconds"], "1");
    assert!(
        begun.elapsed() < Duration::from_secs(30),
        "took {:?}",
        begun.elapsed()
    );
}

#[tokio::test]
async fn a_statement_beyond_its_limit_is_killed_on_the_server() {
    let sandbox = Sandbox::from_env();
    for server in [Server::Primary, Server::MariaDb] {
        let schema = sandbox.fresh_schema(server, "slow").await;
        let mut maker = schema.client().await;
        let making =
            tokio::spawn(async move { maker.try_run("CREATE TABLE t AS SELECT SLEEP(10) AS s").await });
        let mut root = sandbox.client(server, Account::Root).await;
        // Holds its table exclusively for as long as it selects.
        let maker_id = running(&mut root, "CREATE TABLE t AS").await;
        let target = sandbox.target(server, Account::Mysqler);
        let table = TableRef::new(schema.name(), "t");
        let servers = MySqlServers::with_statement_limit(Duration::from_millis(500));
        let error = servers
            .definition(&target, &table)
            .await
            .expect_err("the table is held");
        assert_eq!(error.code, ErrorCode::ServerTimeout, "{server:?} {error:?}");
        assert_eq!(error.params["seconds"], "0.5");
        let shows = format!("SHOW CREATE TABLE `{}`", schema.name());
        // The server is told before the answer comes, and takes a moment to do it.
        gone(&mut root, &shows).await;
        assert!(
            find(&mut root, "CREATE TABLE t AS").await.is_some(),
            "the holder was to be left alone"
        );
        root.run(&format!("KILL {maker_id}")).await;
        making.await.unwrap().expect_err("it was killed");
    }
}

#[tokio::test]
async fn consecutive_calls_share_a_session_and_other_passwords_do_not() {
    let sandbox = Sandbox::from_env();
    let servers = MySqlServers::new();
    let target = sandbox.target(Server::Primary, Account::Tricky);
    servers.sessions(&target, &[1]).await.unwrap();
    let mut root = sandbox.client(Server::Primary, Account::Root).await;
    let mut sessions = async || -> Vec<u64> {
        let rows = root.rows("SHOW FULL PROCESSLIST").await;
        rows.iter()
            .filter(|row| row[1] == "tricky")
            .map(|row| row[0].parse().unwrap())
            .collect()
    };
    let before = sessions().await;
    for _ in 0..20 {
        servers.sessions(&target, &[1]).await.unwrap();
    }
    let after = sessions().await;
    assert!(
        before.iter().any(|id| after.contains(id)),
        "the session was not kept: {before:?} {after:?}"
    );
    let wrong = Target {
        password: mysqler_contract::Secret::new("wrong"),
        ..target
    };
    let error = servers
        .sessions(&wrong, &[1])
        .await
        .expect_err("the idle session must not be lent to another password");
    assert_eq!(error.code, ErrorCode::ServerAccessDenied);
}
