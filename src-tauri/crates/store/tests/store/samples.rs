//! Connections, plans, views and events with every field filled.

use mysqler_contract::*;

use crate::world::NOW;

pub fn connection(id: &str, name: &str) -> Connection {
    Connection {
        id: ConnectionId(id.to_owned()),
        name: name.to_owned(),
        environment: Environment::Test,
        host: "DB1.example".to_owned(),
        port: 3307,
        user: "数据库管理员".to_owned(),
        password: SecretPresence::Missing,
        database: Some("shop".to_owned()),
        description: "the 'main' one".to_owned(),
        connect_timeout_s: 7,
        charset: "utf8mb4".to_owned(),
        tls: TlsMode::VerifyCa,
        ca_file: Some("/etc/ca.pem".to_owned()),
        docker_host: Some(DockerHostId("build machine".to_owned())),
        tunnel: Some(SshTunnel {
            host: "bastion".to_owned(),
            port: 2222,
            user: "hop".to_owned(),
            method: SshMethod::Key {
                path: "/home/dba/.ssh/id_ed25519".to_owned(),
            },
            secret: SecretPresence::Empty,
            host_key: Some(SshHostKey {
                fingerprint: "SHA256:abc".to_owned(),
                key: "ssh-ed25519 AAAA".to_owned(),
            }),
        }),
        tested: Some(TestedConnection {
            at: NOW,
            report: report(),
        }),
        created_at: NOW,
        updated_at: Timestamp(NOW.0 + 1),
        last_used_at: None,
    }
}

fn report() -> ServerReport {
    ServerReport {
        flavour: Flavour::MySql,
        version: ServerVersion {
            major: 9,
            minor: 7,
            patch: 4,
        },
        version_text: "9.7.4".to_owned(),
        server_uuid: Some("uuid".to_owned()),
        tls_cipher: Some("TLS_AES_256_GCM_SHA384".to_owned()),
        tls_version: None,
        latency_us: 900,
        role: ReplicationRole::Primary,
        read_only: false,
        replicas: vec!["db2:3306".to_owned()],
        missing_privileges: vec!["SUPER".to_owned()],
        account: "'dba'@'%'".to_owned(),
    }
}

pub fn table(name: &str) -> TableRef {
    TableRef::new("shop", name)
}

pub fn plan(connection: &Connection, table: &TableRef) -> Plan {
    let summary = TableSummary {
        name: table.table.clone(),
        kind: TableKind::Base,
        engine: Some("InnoDB".to_owned()),
        rows: 2_000_000,
        data_bytes: 1 << 29,
        index_bytes: 1 << 26,
        free_bytes: 0,
    };
    let facts = TableFacts {
        table: table.clone(),
        summary,
        row_format: None,
        collation: Some("utf8mb4_0900_ai_ci".to_owned()),
        comment: String::new(),
        auto_increment: Some(u64::MAX),
        partitioned: false,
        columns: Vec::new(),
        keys: Vec::new(),
        foreign_keys: Vec::new(),
        referenced_by: Vec::new(),
        triggers: Vec::new(),
        definition: "CREATE TABLE …".to_owned(),
        statistics_at: Some(NOW),
        created_at: None,
    };
    let request = ChangeRequest {
        connection_id: connection.id.clone(),
        table: table.clone(),
        kind: ChangeKind::Alter {
            clause: "ADD COLUMN x INT".to_owned(),
        },
        options: ChangeOptions::default(),
        engine: EngineChoice::Auto,
        runner: None,
        dry_run: false,
        hold_cutover: false,
    };
    Plan {
        id: PlanId("plan".to_owned()),
        request,
        connection: connection.clone(),
        engine: Engine::PtOsc,
        operations: Vec::new(),
        facts,
        server: ServerIdentity {
            server_uuid: None,
            flavour: Flavour::MySql,
            version: ServerVersion {
                major: 9,
                minor: 7,
                patch: 4,
            },
        },
        definition_sha256: "00".to_owned(),
        findings: vec![Finding::new("STATISTICS_STALE", Severity::Warn).with("days", 3)],
        asked: Vec::new(),
        forecast: Forecast {
            rows: 2_000_000,
            work: Some(Work {
                kind: WorkKind::ChunkedCopy,
                rows: 2_000_000,
            }),
            shadow_bytes: 1 << 29,
            binlog_bytes: None,
            duration_ms: 60_000,
            rate_rows_s: 30_000,
            learned: false,
            samples: 0,
            chunks: None,
            disk_bytes: 1 << 29,
            replicas: Vec::new(),
        },
        confirmation: ConfirmationNeed::default(),
        advice: None,
        launch: None,
        direct: None,
        counts_at_gate: false,
        compares_at_gate: false,
        history: None,
        continued: None,
        renames: None,
        command: Some("pt-online-schema-change …".to_owned()),
        made_at: NOW,
    }
}

/// A queued run of `plan`, without an id yet.
pub fn view(plan: &Plan) -> RunView {
    RunView {
        id: RunId(String::new()),
        connection_id: plan.connection.id.clone(),
        connection_name: plan.connection.name.clone(),
        environment: plan.connection.environment,
        table: plan.request.table.clone(),
        clause: plan.request.kind.clause().to_owned(),
        reclaim: false,
        engine: Engine::PtOsc,
        dry_run: false,
        hold_cutover: false,
        state: RunState::Queued,
        created_at: NOW,
        started_at: None,
        finished_at: None,
        phases: Vec::new(),
        rows_copied: 0,
        rows_estimated: Some(2_000_000),
        estimate_source: Some(EstimateSource::Statistics),
        rate_rows_s: None,
        left_ms: Some((1, 2)),
        waits: Vec::new(),
        warnings: 0,
        shadow: None,
        triggers: Vec::new(),
        sessions: Vec::new(),
        shadow_definition: None,
        gate: None,
        counted_at: None,
        counting: None,
        checksum: None,
        differs: None,
        cut_over_at: None,
        cut_over_missed: None,
        retunings: Vec::new(),
        pauses: Vec::new(),
        warning_counts: Vec::new(),
        pending: None,
        pending_by: None,
        job: None,
        exit_code: None,
        last_seq: 1,
        bytes_after: None,
        measures: Measures {
            work: plan.forecast.work,
            ..Measures::default()
        },
        compared: Vec::new(),
        supervisor: Some("window:1".to_owned()),
        schedule: Default::default(),
        schedule_overridden: false,
        waiting: None,
        batch: None,
        called_off_by: None,
        continuing: Default::default(),
    }
}

pub fn event(seq: u64, kind: RunEventKind) -> RunEvent {
    RunEvent {
        seq,
        at: Timestamp(NOW.0 + i64::try_from(seq).unwrap()),
        kind,
    }
}

pub fn queued() -> Vec<RunEvent> {
    vec![event(
        1,
        RunEventKind::StateChanged {
            state: RunState::Queued,
        },
    )]
}

pub fn progress(seq: u64) -> RunEvent {
    event(
        seq,
        RunEventKind::Progress {
            rows: seq * 1000,
            chunk_rows: 1000,
            chunk_ms: 100,
        },
    )
}

pub fn line(seq: u64, text: &str) -> LogLine {
    LogLine {
        seq,
        at: NOW,
        stream: LogStream::Stderr,
        kind: LogKind::Warning,
        text: text.to_owned(),
    }
}

/// The view after the run ended well: `rows` copied in `copy_ms`, and that long in all.
pub fn completed(view: &RunView, rows: u64, copy_ms: i64) -> RunView {
    let mut done = view.clone();
    let start = view.created_at;
    let end = Timestamp(start.0 + copy_ms);
    done.state = RunState::Completed;
    (done.started_at, done.finished_at) = (Some(start), Some(end));
    done.phases = vec![PhaseTime {
        phase: Phase::Copy,
        started: start,
        finished: Some(end),
    }];
    done.rows_copied = rows;
    done
}
