//! Lists of databases and tables.

use std::time::{Duration, Instant};

use mysqler_contract::{DatabaseSummary, ErrorCode, TableKind};
use mysqler_core::ports::{Servers, Target};
use mysqler_mysql::MySqlServers;
use mysqler_tests::sandbox::{Account, Sandbox, Server};

const PATIENCE: Duration = Duration::from_secs(120);

#[tokio::test]
async fn the_shop_is_listed_and_the_servers_own_schemas_are_not() {
    let sandbox = Sandbox::from_env();
    for server in [Server::Primary, Server::MariaDb] {
        let databases = sized(&sandbox.target(server, Account::Root)).await;
        let shop = shop_of(&databases);
        assert!(shop.tables >= 8 && shop.bytes > 1_000_000, "{shop:?}");
        for system in ["mysql", "sys", "information_schema", "performance_schema"] {
            assert!(
                !databases.iter().any(|database| database.name == system),
                "{system} is no place for changes"
            );
        }
    }
}

#[tokio::test]
async fn tables_come_with_kind_engine_and_sizes() {
    let sandbox = Sandbox::from_env();
    for server in [Server::Primary, Server::MariaDb] {
        let tables = MySqlServers::new()
            .tables(&sandbox.target(server, Account::Mysqler), "shop")
            .await
            .unwrap();
        let find = |name: &str| {
            tables
                .iter()
                .find(|table| table.name == name)
                .expect("a table of the shop")
        };
        assert_eq!(find("v_orders").kind, TableKind::View);
        assert_eq!(find("legacy_log").engine.as_deref(), Some("MyISAM"));
        let orders = find("orders");
        assert_eq!(
            (orders.kind, orders.engine.as_deref()),
            (TableKind::Base, Some("InnoDB"))
        );
        assert!(orders.rows > 1000 && orders.data_bytes > 100_000, "{orders:?}");
    }
}

#[tokio::test]
async fn an_empty_database_has_no_tables_and_an_absent_one_is_missing() {
    let sandbox = Sandbox::from_env();
    let schema = sandbox.fresh_schema(Server::Primary, "empty").await;
    let servers = MySqlServers::new();
    let target = sandbox.target(Server::Primary, Account::Mysqler);
    assert_eq!(servers.tables(&target, schema.name()).await.unwrap(), []);
    let listed = servers.databases(&target).await.unwrap();
    assert!(
        listed
            .iter()
            .any(|database| database.name == schema.name() && database.tables == 0)
    );
    let error = servers
        .tables(&target, "mysqler_test_absent")
        .await
        .expect_err("no such database");
    assert_eq!(error.code, ErrorCode::DatabaseMissing);
    assert_eq!(error.params["database"], "mysqler_test_absent");
}

fn shop_of(databases: &[DatabaseSummary]) -> &DatabaseSummary {
    databases
        .iter()
        .find(|database| database.name == "shop")
        .expect("the sample shop")
}

/// Sizes are left out while they take too long, as on a busy machine.
async fn sized(target: &Target) -> Vec<DatabaseSummary> {
    let begun = Instant::now();
    loop {
        let databases = MySqlServers::new().databases(target).await.unwrap();
        if shop_of(&databases).bytes > 0 || begun.elapsed() > PATIENCE {
            return databases;
        }
    }
}
