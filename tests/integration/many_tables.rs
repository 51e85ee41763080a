//! A server with very many tables, in a program of its own: what makes and drops them slows everything beside it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Instant;

use mysqler_core::ports::Servers;
use mysqler_mysql::MySqlServers;
use mysqler_tests::sandbox::{Account, Sandbox, Server};

/// Printed, not asserted: a machine under load is no defect.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_tables_are_listed() {
    const TABLES: usize = 10_000;
    let sandbox = Sandbox::from_env();
    for server in [Server::Primary, Server::MariaDb] {
        let schema = sandbox.fresh_schema(server, "ten_thousand").await;
        mysqler_tests::table::many(&sandbox, server, &schema, TABLES).await;
        let servers = MySqlServers::new();
        let target = sandbox.target(server, Account::Mysqler);
        let begun = Instant::now();
        let tables = servers.tables(&target, schema.name()).await.unwrap();
        let first = begun.elapsed();
        let begun = Instant::now();
        servers.tables(&target, schema.name()).await.unwrap();
        let again = begun.elapsed();
        let begun = Instant::now();
        servers.databases(&target).await.unwrap();
        let databases = begun.elapsed();
        let begun = Instant::now();
        let table = mysqler_contract::TableRef::new("shop", "invoices");
        servers.table_facts(&target, &table).await.unwrap();
        let facts = begun.elapsed();
        println!(
            "{server:?}: {TABLES} tables {first:?}, again {again:?}, databases {databases:?}, facts {facts:?}"
        );
        assert_eq!(tables.len(), TABLES);
        assert_eq!(tables[TABLES - 1].name, "t09999");
    }
}
