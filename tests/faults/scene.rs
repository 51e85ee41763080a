//! One table, the application that writes to it, and a workstation of its own.

use std::net::SocketAddr;
use std::path::Path;

use mysqler_contract::{
    ChangeKind, ChangeRequest, Connection, EngineChoice, Environment, LoadThreshold, RunId, SecretInput,
    Settings, TableRef,
};
use mysqler_core::ports::Runner;
use mysqler_runner::DockerRunner;
use mysqler_tests::desk::{Desk, MASTER};
use mysqler_tests::ledger::Writer;
use mysqler_tests::place::Place;
use mysqler_tests::sandbox::{Account, Sandbox, Schema, Server};
use mysqler_tests::spare::SpareServer;
use mysqler_tests::table;
use tempfile::TempDir;

use crate::eye::Eye;

pub const TABLE: &str = "orders";
pub const CONNECTION: &str = "Server";
pub const CLAUSE: &str = "ADD COLUMN extra INT NOT NULL DEFAULT 7";

pub struct Scene {
    pub name: String,
    /// The server as the application and the test reach it, whatever happens to the workstation's way there.
    pub place: Place,
    pub table: TableRef,
    pub writer: Writer,
    pub connection: Connection,
    dir: TempDir,
    _schema: Option<Schema>,
}

/// How a scene is set.
pub struct Stage<'a> {
    pub name: &'a str,
    pub rows: u64,
    pub seed: u64,
    /// Another address for the workstation's connection.
    pub via: Option<SocketAddr>,
    pub spare: Option<&'a SpareServer>,
    pub image: Option<&'a str>,
}

impl<'a> Stage<'a> {
    pub fn new(name: &'a str) -> Self {
        Self {
            name,
            rows: 2_000,
            seed: 1,
            via: None,
            spare: None,
            image: None,
        }
    }

    pub async fn set(self) -> Scene {
        let sandbox = Sandbox::from_env();
        let (place, schema) = match self.spare {
            Some(spare) => (spare.place(), None),
            None => (
                sandbox.place(Server::Primary, Account::Mysqler),
                Some(sandbox.fresh_schema(Server::Primary, self.name).await),
            ),
        };
        let database = match &schema {
            Some(schema) => schema.name().to_owned(),
            None => {
                let name = format!("mysqler_test_{}", self.name);
                let mut client = place.client().await;
                client
                    .run(&format!("CREATE DATABASE {name} DEFAULT CHARACTER SET utf8mb4"))
                    .await;
                name
            }
        };
        let mut client = place.client().await;
        client.run(&format!("USE {database}")).await;
        table::fill(&mut client, TABLE, self.rows).await;
        let writer = Writer::start(&place, &database, TABLE, self.seed).await;
        let dir = tempfile::tempdir().expect("a scratch directory");
        std::fs::write(dir.path().join("master"), MASTER).expect("the passphrase file");
        let connection = self.furnish(&dir.path().join("data"), &place).await;
        Scene {
            name: self.name.to_owned(),
            place,
            table: TableRef::new(&database, TABLE),
            writer,
            connection,
            dir,
            _schema: schema,
        }
    }

    /// A workstation that knows the server.
    async fn furnish(&self, data: &Path, place: &Place) -> Connection {
        let desk = Desk::at(data, "test:setup", DockerRunner::new()).await;
        let mut draft = desk.draft(Server::Primary, Account::Mysqler, Environment::Development);
        draft.name = CONNECTION.to_owned();
        draft.host = place.host.clone();
        draft.port = self.via.map_or(place.port, |via| via.port());
        draft.user = place.user.clone();
        // What is slow here is the machine.
        draft.connect_timeout_s = 60;
        draft.password = SecretInput::Set {
            value: mysqler_contract::Secret::new(&place.password),
        };
        let connection = desk.core.connection_save(&draft, true).await.expect("saved");
        if let Some(image) = self.image {
            let settings = Settings {
                image: image.to_owned(),
                ..desk.core.settings().await.expect("stored")
            };
            desk.core.settings_save(&settings).await.expect("saved");
        }
        desk.close().await;
        connection
    }
}

impl Scene {
    pub fn data(&self) -> std::path::PathBuf {
        self.dir.path().join("data")
    }

    pub fn master(&self) -> std::path::PathBuf {
        self.dir.path().join("master")
    }

    pub fn file(&self, name: &str) -> std::path::PathBuf {
        self.dir.path().join(name)
    }

    /// A host on this workstation, in the test's own process.
    pub async fn desk(&self, name: &str) -> Desk {
        self.desk_with(name, DockerRunner::new()).await
    }

    pub async fn desk_with(&self, name: &str, runner: impl Runner + 'static) -> Desk {
        Desk::at(&self.data(), name, runner).await
    }

    /// Only looks.
    pub async fn eye(&self) -> Eye {
        Eye::at(&self.data()).await
    }

    pub fn request(&self, desk: &Desk, chunk: u32, hold: bool) -> ChangeRequest {
        let mut request = desk.request(&self.connection, &self.table, CLAUSE);
        request.kind = ChangeKind::Alter {
            clause: CLAUSE.to_owned(),
        };
        request.engine = EngineChoice::PtOsc;
        request.hold_cutover = hold;
        let options = &mut request.options;
        options.chunk_size = Some(chunk);
        options.chunk_time_ms = None;
        options.lock_wait_timeout_s = LOCK_WAIT_S;
        options.max_lag_s = 3_600;
        let limit = |value| {
            vec![LoadThreshold {
                variable: "Threads_running".to_owned(),
                value,
            }]
        };
        (options.max_load, options.critical_load) = (limit(MAX_LOAD), limit(2 * MAX_LOAD));
        request
    }

    pub async fn go(&self, desk: &Desk, chunk: u32, hold: bool) -> RunId {
        desk.go(self.request(desk, chunk, hold)).await
    }

    /// A session in the table's schema.
    pub async fn client(&self) -> mysqler_tests::sandbox::Client {
        let mut client = self.place.client().await;
        client.run(&format!("USE {}", self.table.database)).await;
        client
    }
}

/// Other tests work on the same server.
pub const MAX_LOAD: u64 = 400;
/// Seconds; locks are held by the test for less.
pub const LOCK_WAIT_S: u32 = 120;
