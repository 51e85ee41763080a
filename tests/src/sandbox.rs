//! The real servers that tests run against, as `make sandbox` brought them up.
//!
//! Everything here panics with what to do when something is missing: a test that cannot run must not pass.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "test support fails loudly"
)]

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::Duration;

use mysqler_contract::{Secret, TlsMode};
use mysqler_core::ports::Target;
use sqlx::mysql::{MySqlConnectOptions, MySqlConnection, MySqlDatabaseError};
use sqlx::{AssertSqlSafe, ConnectOptions, Row};

use crate::place::Place;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Server {
    /// MySQL with the binary log on.
    Primary,
    /// Follows the primary by GTID, read-only.
    Replica,
    MariaDb,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Account {
    /// What a run needs and no more: all on `shop` and on `mysqler_test…`.
    Mysqler,
    Root,
    /// Reads and writes rows.
    App,
    /// Reads `shop` and lacks the rest.
    Limited,
    /// Like `Mysqler`, with a password of every awkward character.
    Tricky,
}

/// Where the servers are and how to log in.
#[derive(Debug, Clone)]
pub struct Sandbox {
    values: BTreeMap<String, String>,
}

impl Sandbox {
    /// From the environment variables `MYSQLER_SANDBOX_*`, else from the file that the sandbox wrote.
    pub fn from_env() -> Self {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/sandbox/env");
        let text = std::fs::read_to_string(&file).unwrap_or_default();
        let mut values: BTreeMap<String, String> = text
            .lines()
            .filter_map(|line| line.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        values.extend(std::env::vars().filter(|(name, _)| name.starts_with("MYSQLER_SANDBOX_")));
        assert!(
            !values.is_empty(),
            "the sandbox was never started: run make sandbox"
        );
        let sandbox = Self { values };
        let address = sandbox.address(Server::Primary);
        if let Err(error) = TcpStream::connect_timeout(&address, Duration::from_secs(5)) {
            panic!("the sandbox does not answer on {address} ({error}): run make sandbox");
        }
        sandbox
    }

    /// The value of `MYSQLER_SANDBOX_<name>`.
    pub fn value(&self, name: &str) -> &str {
        match self.values.get(&format!("MYSQLER_SANDBOX_{name}")) {
            Some(value) => value,
            None => panic!("the sandbox is older than its tests and lacks {name}: run make sandbox"),
        }
    }

    pub fn host(&self, server: Server) -> &str {
        self.value(&format!("{}_HOST", server.key()))
    }

    pub fn port(&self, server: Server) -> u16 {
        self.value(&format!("{}_PORT", server.key()))
            .parse()
            .expect("a port of the sandbox is a number")
    }

    pub fn container(&self, server: Server) -> &str {
        self.value(&format!("{}_CONTAINER", server.key()))
    }

    pub fn address(&self, server: Server) -> SocketAddr {
        let ip = self
            .host(server)
            .parse()
            .expect("the sandbox listens on an address of loopback");
        SocketAddr::new(ip, self.port(server))
    }

    pub fn user(&self, account: Account) -> &str {
        self.value(&format!("{}USER", account.key()))
    }

    pub fn password(&self, account: Account) -> &str {
        self.value(&format!("{}PASSWORD", account.key()))
    }

    /// The authority that issued the servers' certificates.
    pub fn ca_pem(&self) -> String {
        std::fs::read_to_string(self.value("CA_FILE"))
            .expect("the sandbox's CA file is there: run make sandbox")
    }

    /// An authority that issued nothing.
    pub fn other_ca_pem(&self) -> String {
        std::fs::read_to_string(self.value("OTHER_CA_FILE"))
            .expect("the other CA file is there: run make sandbox")
    }

    /// Encrypted, unverified, no default database.
    pub fn target(&self, server: Server, account: Account) -> Target {
        Target {
            host: self.host(server).to_owned(),
            port: self.port(server),
            user: self.user(account).to_owned(),
            password: Secret::new(self.password(account)),
            database: None,
            connect_timeout: Duration::from_secs(10),
            charset: "utf8mb4".to_owned(),
            tls: TlsMode::Required,
            ca_pem: None,
            tunnel: None,
        }
    }

    pub fn place(&self, server: Server, account: Account) -> Place {
        Place {
            host: self.host(server).to_owned(),
            port: self.port(server),
            user: self.user(account).to_owned(),
            password: self.password(account).to_owned(),
        }
    }

    /// A session of its own for the test, beside what is tested.
    pub async fn client(&self, server: Server, account: Account) -> Client {
        match self.place(server, account).try_client().await {
            Ok(client) => client,
            Err(error) => panic!("the sandbox's {server:?} refuses {account:?} ({error}): run make sandbox"),
        }
    }

    /// Waits until the replica has all that the primary has committed by now: pt-osc asks the replicas about a table,
    /// too, and gives up where one does not know it yet.
    pub async fn replicated(&self) {
        const SECONDS: u32 = 120;
        let mut primary = self.client(Server::Primary, Account::Root).await;
        let committed = primary.value("SELECT @@GLOBAL.gtid_executed").await;
        let mut replica = self.client(Server::Replica, Account::Root).await;
        let wait = format!("SELECT WAIT_FOR_EXECUTED_GTID_SET('{committed}', {SECONDS})");
        let timed_out = replica.value(&wait).await;
        assert_eq!(timed_out, "0", "the replica is more than {SECONDS} s behind");
    }

    /// An empty schema `mysqler_test_<name>`, dropped when the value goes.
    pub async fn fresh_schema(&self, server: Server, name: &str) -> Schema {
        let name = format!("mysqler_test_{name}");
        let mut client = self.client(server, Account::Mysqler).await;
        client
            .run(&format!("DROP DATABASE IF EXISTS {}", quoted(&name)))
            .await;
        client
            .run(&format!(
                "CREATE DATABASE {} DEFAULT CHARACTER SET utf8mb4",
                quoted(&name)
            ))
            .await;
        Schema {
            sandbox: self.clone(),
            server,
            name,
        }
    }
}

impl Server {
    fn key(self) -> &'static str {
        match self {
            Server::Primary => "PRIMARY",
            Server::Replica => "REPLICA",
            Server::MariaDb => "MARIADB",
        }
    }
}

impl Account {
    fn key(self) -> &'static str {
        match self {
            Account::Mysqler => "",
            Account::Root => "ROOT_",
            Account::App => "APP_",
            Account::Limited => "LIMITED_",
            Account::Tricky => "TRICKY_",
        }
    }
}

/// One value; `None` is NULL.
pub type Cell = Option<Vec<u8>>;

/// A plain session; what it refuses fails the test.
#[derive(Debug)]
pub struct Client {
    connection: MySqlConnection,
}

impl Client {
    pub async fn open(options: &MySqlConnectOptions) -> Result<Self, sqlx::Error> {
        let connection = options.connect().await?;
        Ok(Self { connection })
    }

    pub async fn run(&mut self, sql: &str) {
        if let Err(error) = self.try_run(sql).await {
            panic!("{sql}: {error}");
        }
    }

    pub async fn try_run(&mut self, sql: &str) -> Result<(), sqlx::Error> {
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
            .execute(&mut self.connection)
            .await
            .map(drop)
    }

    /// Like an application: a transaction that lost a deadlock, or waited too long for a lock, is done again. Anything
    /// else that the server says fails the test.
    pub async fn transact(&mut self, statements: &[String]) {
        while !self.try_transact(statements).await {
            self.run("ROLLBACK").await;
        }
    }

    async fn try_transact(&mut self, statements: &[String]) -> bool {
        self.run("BEGIN").await;
        for sql in statements {
            match self.try_run(sql).await {
                Ok(()) => {}
                Err(error) if is_lock_conflict(&error) => return false,
                Err(error) => panic!("{sql}: {error}"),
            }
        }
        self.run("COMMIT").await;
        true
    }

    /// Every value as the bytes that the server sends for it.
    pub async fn cells(&mut self, sql: &str) -> Result<Vec<Vec<Cell>>, sqlx::Error> {
        let rows = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
            .fetch_all(&mut self.connection)
            .await?;
        let cells = rows
            .iter()
            .map(|row| (0..row.len()).map(|at| row.try_get_unchecked(at)).collect());
        cells.collect()
    }

    /// Every value as its text; NULL is empty.
    pub async fn rows(&mut self, sql: &str) -> Vec<Vec<String>> {
        let rows = self.cells(sql).await;
        let rows = rows.unwrap_or_else(|error| panic!("{sql}: {error}"));
        let text = |cell: Cell| String::from_utf8_lossy(&cell.unwrap_or_default()).into_owned();
        rows.into_iter()
            .map(|row| row.into_iter().map(text).collect())
            .collect()
    }

    /// The first value of the first row.
    pub async fn value(&mut self, sql: &str) -> String {
        let rows = self.rows(sql).await;
        rows.first()
            .and_then(|row| row.first().cloned())
            .unwrap_or_else(|| panic!("{sql}: no row"))
    }

    pub async fn id(&mut self) -> u64 {
        self.value("SELECT CONNECTION_ID()")
            .await
            .parse()
            .expect("an id is a number")
    }
}

/// What an application has to expect of a server that others write to: a lost deadlock, or a wait for a lock given up.
pub fn is_lock_conflict(error: &sqlx::Error) -> bool {
    let number = error
        .as_database_error()
        .and_then(|error| error.try_downcast_ref::<MySqlDatabaseError>())
        .map(MySqlDatabaseError::number);
    matches!(number, Some(1205 | 1213))
}

/// A schema that lives as long as this value.
#[derive(Debug)]
pub struct Schema {
    sandbox: Sandbox,
    server: Server,
    name: String,
}

impl Schema {
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Waits until the server's replica, if it has one, knows all that was done in here.
    pub async fn replicated(&self) {
        if self.server == Server::Primary {
            self.sandbox.replicated().await;
        }
    }

    /// A session in this schema.
    pub async fn client(&self) -> Client {
        let mut client = self.sandbox.client(self.server, Account::Mysqler).await;
        client.run(&format!("USE {}", quoted(&self.name))).await;
        client
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        let (sandbox, server, name) = (self.sandbox.clone(), self.server, self.name.clone());
        // A runtime of its own: this one may be going down with a failed test.
        let work = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let mut client = sandbox.client(server, Account::Mysqler).await;
                // A session that a failed test left open may hold a lock: the next run drops the schema then.
                let statement = format!(
                    "SET SESSION lock_wait_timeout = 5; DROP DATABASE IF EXISTS {}",
                    quoted(&name)
                );
                let _ = client.try_run(&statement).await;
            });
        });
        let _ = work.join();
    }
}

pub use mysqler_contract::quote_identifier as quoted;
