//! Names pass byte for byte.

use mysqler_contract::{PrepareVerdict, TableRef};
use mysqler_core::ports::Servers;
use mysqler_mysql::MySqlServers;
use mysqler_tests::sandbox::{Account, Sandbox, Server, quoted};

#[tokio::test]
async fn odd_names_go_through_every_question() {
    let sandbox = Sandbox::from_env();
    for server in [Server::Primary, Server::MariaDb] {
        let schema = sandbox.fresh_schema(server, "names 订单.`x` \"y\" 'z'").await;
        let mut client = schema.client().await;
        // Names are limited to 64 characters, and by the server's file names: a Chinese character takes five bytes there.
        let (long, chinese) = ("x".repeat(64), "长".repeat(48));
        let names = [
            "with space",
            "q'uote\"s",
            "back`tick",
            "dot.ted",
            "订单表",
            "a\\b",
            "100%_sure",
            "x;y",
            &long,
            &chinese,
        ];
        let servers = MySqlServers::new();
        let target = sandbox.target(server, Account::Mysqler);
        for name in names {
            let table = TableRef::new(schema.name(), name);
            client
                .run(&format!(
                    "CREATE TABLE {t} (id INT PRIMARY KEY, {n} INT, KEY {n} ({n})); CREATE TRIGGER {n} BEFORE INSERT \
                     ON {t} FOR EACH ROW SET NEW.{n} = 1",
                    t = quoted(name),
                    n = quoted(name)
                ))
                .await;
            let facts = servers.table_facts(&target, &table).await.unwrap();
            assert_eq!(facts.summary.name, name);
            assert!(facts.columns.iter().any(|column| column.name == name), "{name}");
            assert!(facts.keys.iter().any(|key| key.name == name), "{name}");
            assert_eq!(facts.triggers[0].name, name);
            assert!(facts.definition.contains(&quoted(name)), "{name}");
            let clause = format!("ADD COLUMN {} INT", quoted("二`2"));
            let verdict = servers.prepare(&target, &table, &clause, None).await.unwrap();
            assert_eq!(verdict, PrepareVerdict::Accepted, "{name}");
            servers.analyze(&target, &table).await.unwrap();
            servers.drop_trigger(&target, schema.name(), name).await.unwrap();
        }
        let listed = servers.tables(&target, schema.name()).await.unwrap();
        for name in names {
            assert!(listed.iter().any(|table| table.name == name), "{name}");
            servers
                .drop_table(&target, &TableRef::new(schema.name(), name))
                .await
                .unwrap();
        }
        assert_eq!(servers.tables(&target, schema.name()).await.unwrap(), []);
    }
}

#[tokio::test]
async fn names_that_differ_in_case_only_are_two_tables() {
    let sandbox = Sandbox::from_env();
    for server in [Server::Primary, Server::MariaDb] {
        let schema = sandbox.fresh_schema(server, "case").await;
        let mut client = schema.client().await;
        client
            .run("CREATE TABLE Orders (id INT PRIMARY KEY); CREATE TABLE orders (id INT PRIMARY KEY, b INT)")
            .await;
        let target = sandbox.target(server, Account::Mysqler);
        for (name, columns) in [("Orders", 1), ("orders", 2)] {
            let facts = MySqlServers::new()
                .table_facts(&target, &TableRef::new(schema.name(), name))
                .await
                .unwrap();
            assert_eq!(
                (facts.summary.name.as_str(), facts.columns.len()),
                (name, columns),
                "{server:?}"
            );
        }
    }
}
