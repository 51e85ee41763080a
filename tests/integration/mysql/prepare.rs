//! The server's opinion of a clause.

use mysqler_contract::{ErrorCode, PrepareVerdict, TableRef};
use mysqler_core::ports::Servers;
use mysqler_mysql::MySqlServers;
use mysqler_tests::sandbox::{Account, Sandbox, Server};

const BOTH: [Server; 2] = [Server::Primary, Server::MariaDb];

async fn verdict(server: Server, clause: &str, sql_mode: Option<&str>) -> PrepareVerdict {
    let target = Sandbox::from_env().target(server, Account::Mysqler);
    MySqlServers::new()
        .prepare(&target, &TableRef::new("shop", "orders"), clause, sql_mode)
        .await
        .unwrap()
}

#[tokio::test]
async fn good_clauses_are_accepted_verbatim() {
    for server in BOTH {
        for clause in [
            "ENGINE=InnoDB",
            "ADD COLUMN b VARCHAR(64) NOT NULL DEFAULT 'it''s \\' 订单 🎁' COMMENT 'x\\\\'",
            "ADD INDEX count (amount)",
            "ADD COLUMN c INT GENERATED ALWAYS AS (customer_id || 2) VIRTUAL",
            "  ADD COLUMN d INT -- a comment to the end",
            "ADD COLUMN e INT,\n  DROP COLUMN note",
        ] {
            assert_eq!(
                verdict(server, clause, None).await,
                PrepareVerdict::Accepted,
                "{server:?} {clause}"
            );
        }
    }
}

#[tokio::test]
async fn a_syntax_error_is_located() {
    let long = format!(
        "ADD COLUMN b INT, DROPP COLUMN note, COMMENT='{}'",
        "长订单".repeat(60)
    );
    for server in BOTH {
        // MariaDB's parser may read one word further before it gives up.
        for (clause, mysql, mariadb) in [
            ("ADD COLUMN b INT) NULL", 16, 16),
            ("ADD COLUMN `b` INT,\n DROPP note", 21, 27),
            ("ADD COLUMN b", 12, 12),
            (long.as_str(), 18, 24),
        ] {
            let PrepareVerdict::Refused { code, at, message } = verdict(server, clause, None).await else {
                panic!("{server:?} accepted {clause}");
            };
            assert_eq!(code, 1064, "{message}");
            let expected = if server == Server::MariaDb { mariadb } else { mysql };
            assert_eq!(at, Some(expected), "{server:?} {clause}: {message}");
        }
    }
}

#[tokio::test]
async fn a_second_statement_is_refused_and_does_not_run() {
    let sandbox = Sandbox::from_env();
    for server in BOTH {
        let schema = sandbox.fresh_schema(server, "second").await;
        let mut client = schema.client().await;
        client
            .run("CREATE TABLE t (id INT PRIMARY KEY); CREATE TABLE victim (id INT PRIMARY KEY)")
            .await;
        let target = sandbox.target(server, Account::Mysqler);
        let table = TableRef::new(schema.name(), "t");
        let clause = format!("ADD COLUMN b INT; DROP TABLE `{}`.victim", schema.name());
        let verdict = MySqlServers::new()
            .prepare(&target, &table, &clause, None)
            .await
            .unwrap();
        assert!(
            matches!(verdict, PrepareVerdict::Refused { code: 1064, .. }),
            "{verdict:?}"
        );
        assert_eq!(client.rows("SHOW TABLES LIKE 'victim'").await.len(), 1);
        let accepted = MySqlServers::new()
            .prepare(&target, &table, "ADD COLUMN b INT", None)
            .await
            .unwrap();
        assert_eq!(accepted, PrepareVerdict::Accepted);
        assert_eq!(
            client.rows("SHOW COLUMNS FROM t").await.len(),
            1,
            "a prepared clause must change nothing"
        );
    }
}

#[tokio::test]
async fn the_requested_mode_decides_what_quotes_mean() {
    for server in BOTH {
        let clause = "ADD COLUMN \"b\" INT";
        assert!(matches!(
            verdict(server, clause, Some("")).await,
            PrepareVerdict::Refused { code: 1064, .. }
        ));
        assert_eq!(
            verdict(server, clause, Some("ANSI_QUOTES")).await,
            PrepareVerdict::Accepted
        );
        let backslash = "COMMENT='a\\'";
        assert_eq!(
            verdict(server, backslash, Some("NO_BACKSLASH_ESCAPES")).await,
            PrepareVerdict::Accepted
        );
        assert!(matches!(
            verdict(server, backslash, Some("")).await,
            PrepareVerdict::Refused { code: 1064, .. }
        ));
    }
}

#[tokio::test]
async fn a_mode_leaves_no_trace_in_the_next_question() {
    let sandbox = Sandbox::from_env();
    let servers = MySqlServers::new();
    let target = sandbox.target(Server::Primary, Account::Mysqler);
    let orders = TableRef::new("shop", "orders");
    servers
        .prepare(
            &target,
            &orders,
            "ENGINE=InnoDB",
            Some("ANSI_QUOTES,NO_BACKSLASH_ESCAPES"),
        )
        .await
        .unwrap();
    let definition = servers.definition(&target, &orders).await.unwrap().unwrap();
    assert!(definition.starts_with("CREATE TABLE `orders`"), "{definition}");
    let error = servers
        .prepare(&target, &orders, "ENGINE=InnoDB", Some("NO_SUCH_MODE"))
        .await;
    assert_eq!(error.expect_err("no such mode").code, ErrorCode::ServerRefused);
    assert!(
        servers
            .definition(&target, &orders)
            .await
            .unwrap()
            .unwrap()
            .starts_with("CREATE TABLE `orders`")
    );
}
