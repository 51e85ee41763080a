//! Everything about one table.

use mysqler_contract::{ErrorCode, TableFacts, TableKind, TableRef};
use mysqler_core::ports::Servers;
use mysqler_mysql::MySqlServers;
use mysqler_tests::sandbox::{Account, Sandbox, Server};

const BOTH: [Server; 2] = [Server::Primary, Server::MariaDb];

async fn shop(server: Server, table: &str) -> TableFacts {
    let target = Sandbox::from_env().target(server, Account::Mysqler);
    MySqlServers::new()
        .table_facts(&target, &TableRef::new("shop", table))
        .await
        .unwrap()
}

#[tokio::test]
async fn orders_is_described_alike_by_both_families() {
    for server in BOTH {
        let facts = shop(server, "orders").await;
        assert_eq!(facts.summary.kind, TableKind::Base);
        assert_eq!(facts.comment, "订单");
        assert!(facts.auto_increment.is_some_and(|next| next > 1000));
        assert!(facts.created_at.is_some() && !facts.partitioned);
        assert!(
            facts.definition.starts_with("CREATE TABLE `orders`"),
            "{}",
            facts.definition
        );
        let primary = &facts.keys[0];
        assert!(primary.name == "PRIMARY" && primary.unique && primary.not_null);
        let column = |name: &str| facts.columns.iter().find(|column| column.name == name).unwrap();
        assert!(column("id").auto_increment && !column("id").nullable);
        assert_eq!(column("status").default.as_deref(), Some("new"), "{server:?}");
        assert_eq!(column("note").default, None, "{server:?}");
        assert!(column("note").nullable && column("note").comment == "备注");
        assert!(
            !column("updated_at").generated,
            "a default expression generates nothing"
        );
        assert_eq!(column("note").charset.as_deref(), Some("utf8mb4"));
    }
}

#[tokio::test]
async fn foreign_keys_are_seen_from_both_sides() {
    for server in BOTH {
        let (parent, child) = (
            shop(server, "invoices").await,
            shop(server, "invoice_lines").await,
        );
        assert!(parent.foreign_keys.is_empty() && child.referenced_by.is_empty());
        assert_eq!(parent.referenced_by, child.foreign_keys);
        let key = &child.foreign_keys[0];
        assert_eq!(key.name, "fk_invoice_lines_invoice");
        assert_eq!(key.table, TableRef::new("shop", "invoice_lines"));
        assert_eq!(key.referenced_table, TableRef::new("shop", "invoices"));
        assert_eq!(
            (key.columns[0].as_str(), key.referenced_columns[0].as_str()),
            ("invoice_id", "id")
        );
        assert!(
            ["NO ACTION", "RESTRICT"].contains(&key.on_delete.as_str()),
            "{key:?}"
        );
    }
}

#[tokio::test]
async fn children_that_the_account_may_not_see_are_seen() {
    let sandbox = Sandbox::from_env();
    for server in BOTH {
        let schema = sandbox.fresh_schema(server, "parent 订-1").await;
        schema
            .client()
            .await
            .run("CREATE TABLE `p.1` (id INT PRIMARY KEY, b INT, UNIQUE KEY (b, id))")
            .await;
        let mut root = sandbox.client(server, Account::Root).await;
        root.run("DROP DATABASE IF EXISTS `hidden mysqler_test`; CREATE DATABASE `hidden mysqler_test`")
            .await;
        root.run(&format!(
            "CREATE TABLE `hidden mysqler_test`.`c-2` (id INT PRIMARY KEY, p INT, q INT, CONSTRAINT `f k` FOREIGN KEY \
             (p, q) REFERENCES `{}`.`p.1` (b, id) ON DELETE CASCADE ON UPDATE SET NULL)",
            schema.name()
        ))
        .await;
        let table = TableRef::new(schema.name(), "p.1");
        let target = sandbox.target(server, Account::Mysqler);
        let facts = MySqlServers::new().table_facts(&target, &table).await;
        let full = MySqlServers::new()
            .table_facts(&sandbox.target(server, Account::Root), &table)
            .await;
        root.run("DROP DATABASE `hidden mysqler_test`").await;
        let facts = facts.unwrap();
        assert_eq!(
            facts.referenced_by.len(),
            1,
            "{server:?} {:?}",
            facts.referenced_by
        );
        let key = &facts.referenced_by[0];
        assert_eq!(key.name, "f k");
        assert_eq!(key.table, TableRef::new("hidden mysqler_test", "c-2"));
        assert_eq!(key.referenced_table, table);
        assert_eq!(
            (key.columns.as_slice(), key.referenced_columns.as_slice()),
            (
                ["p".to_owned(), "q".to_owned()].as_slice(),
                ["b".to_owned(), "id".to_owned()].as_slice()
            )
        );
        assert_eq!(
            (key.on_delete.as_str(), key.on_update.as_str()),
            ("CASCADE", "SET NULL")
        );
        assert_eq!(
            facts.referenced_by,
            full.unwrap().referenced_by,
            "both ways of looking agree"
        );
    }
}

#[tokio::test]
async fn triggers_keyless_tables_other_engines_and_views_are_told_apart() {
    for server in BOTH {
        let stock = shop(server, "stock").await;
        let trigger = &stock.triggers[0];
        assert_eq!(trigger.name, "stock_count_changes");
        assert_eq!(
            (trigger.timing.as_str(), trigger.event.as_str()),
            ("BEFORE", "UPDATE")
        );
        assert!(trigger.body.contains("NEW.`changes`"), "{}", trigger.body);
        assert!(shop(server, "event_raw").await.keys.is_empty());
        assert_eq!(
            shop(server, "legacy_log").await.summary.engine.as_deref(),
            Some("MyISAM")
        );
        let view = shop(server, "v_orders").await;
        assert_eq!(view.summary.kind, TableKind::View);
        assert!(view.definition.contains("VIEW") && view.columns.len() == 5);
    }
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let sandbox = Sandbox::from_env();
    for server in BOTH {
        let servers = MySqlServers::new();
        let target = sandbox.target(server, Account::Mysqler);
        let table = TableRef::new("shop", "no_such_table");
        let error = servers
            .table_facts(&target, &table)
            .await
            .expect_err("no such table");
        assert_eq!(error.code, ErrorCode::TableMissing, "{error:?}");
        assert_eq!(error.params["table"], "shop.no_such_table");
        let nowhere = TableRef::new("mysqler_test_absent", "t");
        let error = servers
            .table_facts(&target, &nowhere)
            .await
            .expect_err("no such database");
        assert_eq!(error.code, ErrorCode::DatabaseMissing, "{error:?}");
        assert_eq!(servers.definition(&target, &table).await.unwrap(), None);
        assert_eq!(servers.definition(&target, &nowhere).await.unwrap(), None);
        let forbidden = TableRef::new("mysql", "user");
        let error = servers
            .table_facts(&target, &forbidden)
            .await
            .expect_err("not for this account");
        assert_eq!(error.code, ErrorCode::ServerPrivilege, "{error:?}");
    }
}

#[tokio::test]
async fn numbers_are_fresh_and_keys_are_complete() {
    let sandbox = Sandbox::from_env();
    for server in BOTH {
        let schema = sandbox.fresh_schema(server, "fresh").await;
        let mut client = schema.client().await;
        let functional = match server {
            Server::MariaDb => "",
            _ => ", KEY fn ((a + 1)), KEY mixed (b(4), a)",
        };
        client
            .run(&format!(
                "CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, a INT, b VARCHAR(40) NOT NULL, \
                 c INT GENERATED ALWAYS AS (a + 1) STORED, KEY part (b(10)), KEY loose (a){functional}) \
                 ROW_FORMAT=COMPRESSED PARTITION BY HASH (id) PARTITIONS 2"
            ))
            .await;
        let servers = MySqlServers::new();
        let target = sandbox.target(server, Account::Mysqler);
        let table = TableRef::new(schema.name(), "t");
        let before = servers.table_facts(&target, &table).await.unwrap();
        assert!(before.partitioned);
        assert_eq!(before.row_format.as_deref(), Some("Compressed"));
        let key = |name: &str| before.keys.iter().find(|key| key.name == name).unwrap();
        assert_eq!(key("part").columns[0].prefix, Some(10));
        assert!(!key("loose").not_null);
        assert!(
            before
                .columns
                .iter()
                .any(|column| column.name == "c" && column.generated)
        );
        if server == Server::Primary {
            assert_eq!(key("fn").columns[0].name, None);
            assert_eq!(key("mixed").columns.len(), 2);
        }
        client
            .run("INSERT INTO t (a, b) VALUES (1,'x'),(2,'y'),(3,'z'),(4,'w')")
            .await;
        servers.analyze(&target, &table).await.unwrap();
        let after = servers.table_facts(&target, &table).await.unwrap();
        assert_eq!(after.summary.rows, 4, "{server:?} answered from a cache");
        assert_eq!(after.auto_increment, Some(5), "{server:?} answered from a cache");
    }
}

#[tokio::test]
async fn the_age_of_statistics_is_told_to_those_who_may_read_it() {
    let sandbox = Sandbox::from_env();
    for server in BOTH {
        let orders = TableRef::new("shop", "orders");
        let root = sandbox.target(server, Account::Root);
        let facts = MySqlServers::new().table_facts(&root, &orders).await.unwrap();
        assert!(
            facts.statistics_at.is_some_and(|at| at.0 > 1_600_000_000_000),
            "{server:?}"
        );
        assert_eq!(
            shop(server, "orders").await.statistics_at,
            None,
            "mysqler may not read mysql.*"
        );
    }
}

#[tokio::test]
async fn analysing_what_is_not_there_is_an_error() {
    let sandbox = Sandbox::from_env();
    for server in BOTH {
        let target = sandbox.target(server, Account::Mysqler);
        let error = MySqlServers::new()
            .analyze(&target, &TableRef::new("shop", "nothing"))
            .await;
        assert_eq!(error.expect_err("no such table").code, ErrorCode::TableMissing);
    }
}
