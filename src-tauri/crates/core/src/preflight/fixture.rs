//! A world in which a harmless change has no finding at all; each test disturbs one thing.

use std::collections::BTreeMap;

use mysqler_contract::*;

use super::{HistoryFacts, Place, PreflightInput, check, questions};
use crate::ports::{DiskFacts, LeftoverFacts, MomentFacts, RowAnswer, RowAnswers, RowQuestion, ServerFacts};

pub const NOW: Timestamp = Timestamp(1_800_000_000_000);

#[derive(Debug, Clone)]
pub struct World {
    pub request: ChangeRequest,
    pub engine: Engine,
    pub algorithm: Option<Algorithm>,
    pub connection: Connection,
    pub server: ServerFacts,
    pub table: Option<TableFacts>,
    pub leftovers: LeftoverFacts,
    pub prepare: Option<PrepareVerdict>,
    pub image: Result<ImageStatus, AppError>,
    /// Where no container is meant.
    pub tool: Option<LocalStatus>,
    pub launch: Option<Result<Launch, AppError>>,
    pub probe: Option<Result<ProbeReport, AppError>>,
    pub answers: RowAnswers,
    pub moment: Option<MomentFacts>,
    pub advice: Option<Advice>,
    pub forecast: Option<Forecast>,
    pub settings: Settings,
    pub history: Option<HistoryFacts>,
    pub busy_run: Option<RunId>,
    pub runs_beside: Vec<(RunId, TableRef)>,
}

impl World {
    pub fn calm() -> Self {
        Self::altering("ADD COLUMN note VARCHAR(64)")
    }

    pub fn altering(clause: &str) -> Self {
        Self::of(TableRef::new("shop", "orders"), clause)
    }

    pub fn named(database: &str, table: &str) -> Self {
        Self::of(TableRef::new(database, table), "ADD COLUMN note VARCHAR(64)")
    }

    fn of(table: TableRef, clause: &str) -> Self {
        let image = ImageRef {
            reference: "mysqler/pt-runner:3.7.1".into(),
            id: "sha256:1".into(),
        };
        Self {
            request: ChangeRequest {
                connection_id: ConnectionId("c1".into()),
                table: table.clone(),
                kind: ChangeKind::Alter {
                    clause: clause.into(),
                },
                options: ChangeOptions::default(),
                engine: EngineChoice::Auto,
                runner: None,
                dry_run: false,
                hold_cutover: false,
            },
            engine: Engine::PtOsc,
            algorithm: None,
            connection: connection(),
            server: server(),
            table: Some(facts(table)),
            leftovers: LeftoverFacts::default(),
            prepare: Some(PrepareVerdict::Accepted),
            image: Ok(ImageStatus::Ready {
                image: image.clone(),
                ptosc_version: "3.7.1".into(),
                bridge_version: "1".into(),
                size_bytes: 1,
            }),
            tool: None,
            launch: Some(Ok(launch(image))),
            probe: Some(Ok(ProbeReport::Connected {
                tls_cipher: Some("TLS_AES_256_GCM_SHA384".into()),
                account: "'dba'@'%'".into(),
                server_uuid: Some("uuid-1".into()),
                took_ms: 40,
            })),
            answers: RowAnswers::new(),
            moment: Some(calm_moment()),
            advice: None,
            forecast: None,
            settings: Settings {
                lints_off: super::lint_rules().into_iter().map(|rule| rule.code).collect(),
                ..Settings::default()
            },
            history: None,
            busy_run: None,
            runs_beside: Vec::new(),
        }
    }

    /// The same, as the server's own ALTER.
    pub fn by_server(mut self, algorithm: Algorithm) -> Self {
        self.engine = Engine::Direct;
        self.algorithm = Some(algorithm);
        self
    }

    pub fn with_table(mut self, change: impl FnOnce(&mut TableFacts)) -> Self {
        if let Some(table) = &mut self.table {
            change(table);
        }
        self
    }

    pub fn at_moment(mut self, change: impl FnOnce(&mut MomentFacts)) -> Self {
        if let Some(moment) = &mut self.moment {
            change(moment);
        }
        self
    }

    pub fn with_variable(mut self, name: &str, value: &str) -> Self {
        self.server.variables.insert(name.into(), value.into());
        self
    }

    /// Everything that a run needs, and nothing that stands above the server's own guards.
    pub fn weak_account(mut server: ServerFacts) -> ServerFacts {
        server.global_privileges = ["PROCESS", "REPLICATION SLAVE", "REPLICATION CLIENT"]
            .map(String::from)
            .to_vec();
        server.schema_privileges = vec!["ALL PRIVILEGES".into()];
        server
    }

    /// A table whose rows are as they should be.
    pub fn clean(self) -> Self {
        self.answered(|_| RowAnswer::None)
    }

    /// A table in which the questions of `code` find something, and no others do.
    pub fn offending(self, code: &str) -> Self {
        self.answered(|question| match question.code == code {
            true => RowAnswer::Found {
                examples: vec![vec![("id".into(), Some("7".into()))]],
                count: Some(3),
            },
            false => RowAnswer::None,
        })
    }

    fn answered(mut self, answer: impl Fn(&RowQuestion) -> RowAnswer) -> Self {
        let questions = self.questions();
        self.answers = questions
            .iter()
            .map(|question| (question.sql.clone(), answer(question)))
            .collect();
        self
    }

    pub fn questions(&self) -> Vec<RowQuestion> {
        questions(&self.input())
    }

    pub fn findings(&self) -> Vec<Finding> {
        check(&self.input())
    }

    fn input(&self) -> PreflightInput<'_> {
        PreflightInput {
            request: &self.request,
            engine: self.engine,
            algorithm: self.algorithm,
            connection: &self.connection,
            server: &self.server,
            table: self.table.as_ref(),
            leftovers: &self.leftovers,
            prepare: self.prepare.as_ref(),
            place: match &self.tool {
                Some(tool) => Place::Workstation(tool),
                None => Place::Container(self.image.as_ref()),
            },
            launch: self.launch.as_ref().map(Result::as_ref),
            probe: self.probe.as_ref().map(Result::as_ref),
            answers: &self.answers,
            moment: self.moment.as_ref(),
            advice: self.advice.as_ref(),
            forecast: self.forecast.as_ref(),
            settings: &self.settings,
            history: self.history.as_ref(),
            busy_run: self.busy_run.as_ref(),
            runs_beside: &self.runs_beside,
            now: NOW,
        }
    }

    /// What the rules on style and design say, all of them switched on.
    pub fn linted(&self) -> Vec<Finding> {
        let mut world = self.clone();
        world.settings.lints_off.clear();
        let mut findings = world.findings();
        findings.retain(|finding| finding.scope == Scope::Lint);
        findings
    }

    /// Their codes, without the one on comments: few clauses of these tests have any.
    pub fn lints(&self) -> Vec<String> {
        let codes = self.linted().into_iter().map(|finding| finding.code);
        codes.filter(|code| code != "LINT_COMMENT_MISSING").collect()
    }

    pub fn codes(&self) -> Vec<String> {
        self.findings().into_iter().map(|finding| finding.code).collect()
    }
}

/// Everything could be seen, and nothing happens.
fn calm_moment() -> MomentFacts {
    MomentFacts {
        table_locks: Some(Vec::new()),
        transactions: Some(Vec::new()),
        server_locks: Some(Vec::new()),
        ..MomentFacts::default()
    }
}

/// An idle session of the application in a transaction that began `seconds` ago.
pub fn server_session(id: u64, seconds: u64) -> ServerSession {
    ServerSession {
        id,
        user: "app".into(),
        host: "10.0.0.5:40112".into(),
        database: Some("shop".into()),
        command: "Sleep".into(),
        state: None,
        seconds: 0,
        statement: Some("SELECT * FROM orders".into()),
        transaction: Some(SessionTransaction {
            started_at: Timestamp(NOW.0 - seconds.cast_signed() * 1000),
            seconds,
            rows_modified: 0,
        }),
    }
}

fn connection() -> Connection {
    Connection {
        id: ConnectionId("c1".into()),
        name: "shop test".into(),
        environment: Environment::Test,
        host: "db1".into(),
        port: 3306,
        user: "dba".into(),
        password: SecretPresence::Stored,
        database: None,
        description: String::new(),
        connect_timeout_s: 5,
        charset: "utf8mb4".into(),
        tls: TlsMode::Required,
        ca_file: None,
        docker_host: None,
        tunnel: None,
        tested: None,
        created_at: NOW,
        updated_at: NOW,
        last_used_at: None,
    }
}

fn server() -> ServerFacts {
    ServerFacts {
        server_uuid: Some("uuid-1".into()),
        flavour: Flavour::MySql,
        version: ServerVersion {
            major: 9,
            minor: 7,
            patch: 4,
        },
        version_text: "9.7.4 (Debian)".into(),
        role: ReplicationRole::Primary,
        replicas: Vec::new(),
        account: "'dba'@'%'".into(),
        global_privileges: vec!["ALL PRIVILEGES".into()],
        schema_privileges: Vec::new(),
        variables: BTreeMap::new(),
        binlog_filters: Vec::new(),
        disks: Some(vec![roomy_disk()]),
        status: BTreeMap::from([("threads_running".into(), 3), ("threads_connected".into(), 12)]),
    }
}

fn roomy_disk() -> DiskFacts {
    DiskFacts {
        path: "/".into(),
        total_bytes: 1 << 40,
        available_bytes: 1 << 39,
    }
}

fn launch(image: ImageRef) -> Launch {
    Launch {
        docker: None,
        local: None,
        image: Some(image),
        argv: Vec::new(),
        defaults: vec!["user=dba".into()],
        ca_pem: None,
        environment: Vec::new(),
        network: NetworkChoice::Bridge,
        host: "db1".into(),
        port: 3306,
        limits: ContainerLimits::default(),
        log_bytes: 256 * 1024 * 1024,
        hold_cutover: false,
        replicas_patience_s: None,
        tunnel: None,
    }
}

fn facts(table: TableRef) -> TableFacts {
    TableFacts {
        summary: TableSummary {
            name: table.table.clone(),
            kind: TableKind::Base,
            engine: Some("InnoDB".into()),
            rows: 2_000_000,
            data_bytes: 539 << 20,
            index_bytes: 67 << 20,
            free_bytes: 4 << 20,
        },
        table,
        row_format: Some("Dynamic".into()),
        collation: Some("utf8mb4_0900_ai_ci".into()),
        comment: String::new(),
        auto_increment: Some(2_000_001),
        partitioned: false,
        columns: vec![id(), column("status", "varchar(32)"), amount()],
        keys: vec![key("PRIMARY", true, "id"), key("idx_status", false, "status")],
        foreign_keys: Vec::new(),
        referenced_by: Vec::new(),
        triggers: Vec::new(),
        definition: String::new(),
        statistics_at: Some(Timestamp(NOW.0 - 3_600_000)),
        created_at: None,
    }
}

fn id() -> ColumnFacts {
    ColumnFacts {
        nullable: false,
        auto_increment: true,
        ..column("id", "bigint unsigned")
    }
}

fn amount() -> ColumnFacts {
    ColumnFacts {
        nullable: false,
        ..column("amount", "decimal(12,2)")
    }
}

/// A nullable column; text types carry the table's character set.
pub fn column(name: &str, column_type: &str) -> ColumnFacts {
    let text = ["char", "text", "enum"]
        .iter()
        .any(|part| column_type.contains(part));
    ColumnFacts {
        name: name.into(),
        column_type: column_type.into(),
        nullable: true,
        default: None,
        charset: text.then(|| "utf8mb4".into()),
        collation: text.then(|| "utf8mb4_0900_ai_ci".into()),
        generated: false,
        auto_increment: false,
        comment: String::new(),
    }
}

fn key(name: &str, unique: bool, column: &str) -> KeyFacts {
    KeyFacts {
        name: name.into(),
        unique,
        index_type: "BTREE".into(),
        columns: vec![KeyColumn {
            name: Some(column.into()),
            prefix: None,
        }],
        not_null: unique,
    }
}

pub fn trigger(name: &str) -> TriggerFacts {
    TriggerFacts {
        name: name.into(),
        timing: "AFTER".into(),
        event: "INSERT".into(),
        body: "SET @a = 1".into(),
        definer: "dba@%".into(),
        sql_mode: String::new(),
        charset: "utf8mb4".into(),
        collation: "utf8mb4_0900_ai_ci".into(),
    }
}

/// A key from `table` to `shop.orders`.
pub fn foreign_key(name: &str, table: &str) -> ForeignKeyFacts {
    ForeignKeyFacts {
        name: name.into(),
        table: TableRef::new("shop", table),
        columns: vec!["order_id".into()],
        referenced_table: TableRef::new("shop", "orders"),
        referenced_columns: vec!["id".into()],
        on_delete: "RESTRICT".into(),
        on_update: "RESTRICT".into(),
    }
}

/// A proven answer of the server.
pub fn advice(algorithm: Option<Algorithm>) -> Advice {
    Advice {
        algorithm,
        blocks_writers: false,
        verified: true,
        reasons: Vec::new(),
        offers: Vec::new(),
        expected: None,
        refusal: None,
        left: None,
    }
}
