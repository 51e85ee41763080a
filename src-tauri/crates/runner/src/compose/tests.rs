use std::collections::BTreeMap;
use std::time::Duration;

use mysqler_contract::{
    ChangeKind, ChangeOptions, ChangeRequest, ConnectionId, ContainerLimits, DockerHost, DockerKind,
    EngineChoice, ErrorCode, Flavour, ForeignKeysMethod, ImageRef, Launch, LimitsEnforced, LoadThreshold,
    LocalTool, LoopbackObstacle, LoopbackWay, NetworkChoice, RecursionMethod, ReplicationRole, Result,
    Secret, ServerVersion, SessionVariable, SshTunnel, TableRef, TlsMode,
};
use mysqler_core::ports::{LaunchInput, LaunchSite, ServerCertificate, ServerFacts};
use proptest::prelude::*;

use super::defaults::{option_file, quoted};

#[path = "continuing_test.rs"]
mod continuing;

pub(super) const PEM: &str = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";

/// Everything that decides a launch, with plain values.
pub(super) struct Given {
    pub request: ChangeRequest,
    pub history: Option<TableRef>,
    pub resumes: Option<u64>,
    pub server: ServerFacts,
    pub docker: DockerHost,
    pub host: String,
    pub user: String,
    pub tls: TlsMode,
    pub ca_pem: Option<String>,
    pub certificate: Option<ServerCertificate>,
    pub renames: Option<std::collections::BTreeMap<String, String>>,
    /// The workstation's own, where no container is meant.
    pub tool: Option<LocalTool>,
    pub tunnel: Option<SshTunnel>,
}

impl Default for Given {
    fn default() -> Self {
        Self {
            request: ChangeRequest {
                connection_id: ConnectionId("c".into()),
                table: TableRef {
                    database: "shop".into(),
                    table: "orders".into(),
                },
                kind: ChangeKind::Alter {
                    clause: "ADD COLUMN note2 VARCHAR(20) DEFAULT 'it''s'".into(),
                },
                options: ChangeOptions::default(),
                engine: EngineChoice::Auto,
                runner: None,
                dry_run: false,
                hold_cutover: false,
            },
            history: None,
            resumes: None,
            server: ServerFacts {
                server_uuid: None,
                flavour: Flavour::MySql,
                version: ServerVersion {
                    major: 9,
                    minor: 7,
                    patch: 4,
                },
                version_text: String::new(),
                role: ReplicationRole::Primary,
                replicas: Vec::new(),
                account: String::new(),
                global_privileges: Vec::new(),
                schema_privileges: Vec::new(),
                variables: BTreeMap::from([("explain_format".into(), "TREE".into())]),
                status: BTreeMap::new(),
                binlog_filters: Vec::new(),
                disks: None,
            },
            docker: DockerHost {
                endpoint: None,
                address: "unix:///var/run/docker.sock".into(),
                kind: DockerKind::Native,
                version: "20.10".into(),
                operating_system: "Debian".into(),
                architecture: "x86_64".into(),
                cpus: 2,
                memory_bytes: 1,
                rootless: false,
                limits: LimitsEnforced {
                    memory: true,
                    cpu: true,
                    pids: true,
                },
                loopback: LoopbackWay::HostNetwork,
                free_bytes: None,
            },
            host: "db.example.com".into(),
            user: "dba".into(),
            tls: TlsMode::Required,
            ca_pem: None,
            certificate: Some(ServerCertificate {
                sha1: "AB".repeat(20),
                sha256: "CD".repeat(32),
                verified_by_ca: true,
                names_host: false,
            }),
            renames: None,
            tool: None,
            tunnel: None,
        }
    }
}

/// One like any other, for tests of what is done with it.
pub(crate) fn launch() -> Launch {
    Given::default().launch().expect("a launch")
}

impl Given {
    pub fn launch(&self) -> Result<Launch> {
        let image = ImageRef {
            reference: "mysqler/pt-runner:3.7.1".into(),
            id: "sha256:1234".into(),
        };
        super::compose(&LaunchInput {
            request: &self.request,
            hold: self.request.hold_cutover,
            holds_dates: true,
            renames: self.renames.as_ref(),
            history: self.history.as_ref(),
            resumes: self.resumes,
            server: &self.server,
            host: &self.host,
            port: 3306,
            tunnel: self.tunnel.as_ref(),
            user: &self.user,
            charset: "utf8mb4",
            connect_timeout: Duration::from_secs(10),
            tls: self.tls,
            ca_pem: self.ca_pem.as_deref(),
            certificate: self.certificate.as_ref(),
            site: match &self.tool {
                Some(tool) => LaunchSite::Workstation(tool),
                None => LaunchSite::Container {
                    image: &image,
                    docker: &self.docker,
                },
            },
            limits: ContainerLimits::default(),
            log_bytes: 268_435_456,
        })
    }

    fn argv(&self) -> Vec<String> {
        self.launch().expect("a launch").argv
    }

    pub fn refused(&self) -> String {
        let error = self.launch().expect_err("a refusal");
        assert_eq!(error.code, ErrorCode::LaunchImpossible);
        error.params["what"].clone()
    }
}

pub(super) fn value<'a>(argv: &'a [String], option: &str) -> &'a str {
    let at = argv
        .iter()
        .position(|word| word == option)
        .unwrap_or_else(|| panic!("no {option} in {argv:?}"));
    &argv[at + 1]
}

fn threshold(variable: &str, value: u64) -> LoadThreshold {
    LoadThreshold {
        variable: variable.into(),
        value,
    }
}

fn variable(name: &str, value: &str) -> SessionVariable {
    SessionVariable {
        name: name.into(),
        value: value.into(),
    }
}

#[test]
fn launches_of_every_kind() {
    let mut full = Given {
        tls: TlsMode::VerifyIdentity,
        ca_pem: Some(PEM.into()),
        ..Given::default()
    };
    full.request.hold_cutover = true;
    full.request.table = TableRef {
        database: "a,b 库".into(),
        table: "x,`y` \"z\"".into(),
    };
    full.request.kind = ChangeKind::Alter {
        clause: "-- first\nADD COLUMN `q` INT COMMENT 'a''b \\' $x'".into(),
    };
    full.request.options = ChangeOptions {
        chunk_size: Some(2000),
        chunk_time_ms: Some(500),
        max_load: vec![
            threshold("Threads_running", 25),
            threshold("Threads_connected", 100),
        ],
        critical_load: vec![
            threshold("Threads_running", 50),
            threshold("Innodb_row_lock_current_waits", 9),
        ],
        charset: Some("gbk".into()),
        lock_wait_timeout_s: 5,
        max_lag_s: 10,
        recursion_method: RecursionMethod::Hosts,
        set_vars: vec![
            variable("sql_mode", "'STRICT_ALL_TABLES,NO_ZERO_DATE'"),
            variable("innodb_lock_wait_timeout", "3"),
        ],
        foreign_keys_method: Some(ForeignKeysMethod::RebuildConstraints),
        history: None,
        analyze_before_swap: false,
        others: Vec::new(),
    };
    let mut dry = Given {
        host: "127.0.0.1".into(),
        tls: TlsMode::Disabled,
        certificate: None,
        ..Given::default()
    };
    dry.request.dry_run = true;
    dry.request.hold_cutover = true;
    dry.request.kind = ChangeKind::Reclaim;
    dry.request.options.max_load.clear();
    dry.request.options.critical_load.clear();
    let mut maria = Given {
        host: "localhost".into(),
        tls: TlsMode::VerifyCa,
        ca_pem: Some(PEM.into()),
        ..Given::default()
    };
    maria.docker.loopback = LoopbackWay::DesktopGateway;
    maria.server.flavour = Flavour::MariaDb;
    maria.server.variables = BTreeMap::from([("version_comment".into(), "Debian 12".into())]);
    for (name, given) in [
        ("plain", Given::default()),
        ("full", full),
        ("dry_run", dry),
        ("mariadb_on_desktop", maria),
    ] {
        let launch = given.launch().expect("a launch");
        insta::assert_snapshot!(format!("launch_{name}"), crate::render::render(&launch));
    }
}

#[test]
fn the_clause_passes_byte_for_byte() {
    let mut given = Given::default();
    for clause in [
        "ADD x INT",
        "  spaces  ",
        "--execute",
        "a\tb\n\\",
        "COMMENT='🐬 ` \" $(rm)'",
    ] {
        given.request.kind = ChangeKind::Alter {
            clause: clause.into(),
        };
        assert_eq!(value(&given.argv(), "--alter"), clause);
    }
}

#[test]
fn nothing_that_can_lose_rows_is_ever_passed() {
    let given = Given::default();
    for word in given.argv() {
        for forbidden in [
            "--no-check",
            "--nocheck",
            "--no-drop",
            "--nodrop",
            "--force",
            "--where",
            "--password",
            "p=",
        ] {
            assert!(!word.starts_with(forbidden), "{word}");
        }
    }
}

#[test]
fn further_options_are_handed_on_in_one_spelling_and_in_their_order() {
    let mut given = Given::default();
    let set = |name, value: Option<&str>| mysqler_contract::OptionSetting::new(name, value);
    given.request.options.others = vec![
        set("chunk-index", Some("--execute")),
        set("nocheck-plan", None),
        set("check-replication-filters", None),
        set("skip-check-slave-lag", Some("h=r1,P=3307")),
        set("tries", Some("swap_tables:5:0.5,swap_tables:7:1")),
        set("recursion-method", Some("dsn=D=percona,t=dsns")),
    ];
    let argv = given.argv();
    assert_eq!(
        value(&argv, "--chunk-index"),
        "--execute",
        "a value stays a value"
    );
    assert!(argv.contains(&"--no-check-plan".to_owned()));
    assert!(
        !argv.iter().any(|word| word.contains("check-replication-filters")),
        "the default sense is said by nothing"
    );
    assert_eq!(value(&argv, "--skip-check-replica-lag"), "h=r1,P=3307");
    let tries = value(&argv, "--tries");
    assert!(
        tries.contains("swap_tables:7:1,") && tries.contains("copy_rows:300:0.5"),
        "{tries}"
    );
    assert_eq!(value(&argv, "--recursion-method"), "dsn=D=percona,t=dsns");
    for once in ["--tries", "--recursion-method"] {
        assert_eq!(argv.iter().filter(|word| *word == once).count(), 1, "{once}");
    }
}

#[test]
fn what_the_catalogue_does_not_open_never_reaches_the_arguments() {
    for (name, text) in [
        ("password", Some("hunter2")),
        ("p", Some("hunter2")),
        ("check-replica-lag", Some("h=a,p=hunter2")),
        ("alter", Some("DROP COLUMN a")),
        ("no-swap-tables", None),
        ("chunk-time", Some("1")),
        ("preserve-triggers", Some("hunter2")),
    ] {
        let mut given = Given::default();
        given.request.options.others = vec![mysqler_contract::OptionSetting::new(name, text)];
        assert!(!given.refused().contains("hunter2"), "--{name}");
    }
}

#[test]
fn the_explain_trap_is_closed_where_the_server_has_it_and_only_there() {
    let mut given = Given::default();
    assert_eq!(
        value(&given.argv(), "--set-vars"),
        "explain_format=TRADITIONAL,lock_wait_timeout=2"
    );
    given.server.variables.clear();
    assert_eq!(value(&given.argv(), "--set-vars"), "lock_wait_timeout=2");
    given.request.options.set_vars = vec![variable("Explain_Format", "TREE")];
    assert!(given.refused().contains("locking statement"));
}

#[test]
fn a_users_session_variable_replaces_ours() {
    let mut given = Given::default();
    given.request.options.set_vars = vec![variable("LOCK_WAIT_TIMEOUT", "9")];
    assert_eq!(
        value(&given.argv(), "--set-vars"),
        "explain_format=TRADITIONAL,LOCK_WAIT_TIMEOUT=9"
    );
    for (name, bad) in [
        ("a b", "1"),
        ("x", ""),
        ("x", "1 2"),
        ("x", "a,b"),
        ("x", "'a\\"),
        ("x;drop", "1"),
    ] {
        given.request.options.set_vars = vec![variable(name, bad)];
        given.refused();
    }
}

#[test]
fn dates_that_the_server_would_no_longer_take_are_copied_as_they_are() {
    let mut given = Given::default();
    let mode = "STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,TRADITIONAL,ONLY_FULL_GROUP_BY";
    given.server.variables.insert("sql_mode".into(), mode.into());
    let set =
        "sql_mode='STRICT_TRANS_TABLES\\,ONLY_FULL_GROUP_BY\\,ALLOW_INVALID_DATES\\,NO_AUTO_VALUE_ON_ZERO'";
    assert!(value(&given.argv(), "--set-vars").ends_with(set));
    // What a person sets for the run stands.
    given.request.options.set_vars = vec![SessionVariable {
        name: "SQL_MODE".into(),
        value: "'ANSI'".into(),
    }];
    let vars = value(&given.argv(), "--set-vars").to_owned();
    assert!(
        vars.ends_with("SQL_MODE='ANSI'") && !vars.contains("sql_mode"),
        "{vars}"
    );
}

#[test]
fn every_critical_threshold_is_really_compared() {
    let mut given = Given::default();
    given.request.options.max_load.clear();
    given.request.options.critical_load = vec![threshold("Threads_running", 40)];
    // The tool looks at critical values only of variables that it also waits for.
    assert_eq!(value(&given.argv(), "--max-load"), "Threads_running=40");
    assert_eq!(value(&given.argv(), "--critical-load"), "Threads_running=40");
    given.request.options.critical_load = vec![threshold("Threads_running", 0)];
    given.refused();
    given.request.options.critical_load = vec![threshold("Threads running", 5)];
    given.refused();
}

#[test]
fn replicas_are_looked_up_unless_that_must_fail() {
    let mut given = Given::default();
    assert_eq!(value(&given.argv(), "--recursion-method"), "hosts,processlist");
    given.tls = TlsMode::VerifyCa;
    given.ca_pem = Some(PEM.into());
    assert_eq!(
        value(&given.argv(), "--recursion-method"),
        "none",
        "one pinned certificate fits no replica"
    );
    given.tls = TlsMode::Required;
    given.server.flavour = Flavour::MariaDb;
    assert_eq!(
        value(&given.argv(), "--recursion-method"),
        "none",
        "the application watches replicas there"
    );
}

#[test]
fn a_tls_mode_is_carried_whole_or_refused() {
    let mut given = Given {
        certificate: None,
        ..Given::default()
    };
    for mode in [TlsMode::Required, TlsMode::VerifyCa, TlsMode::VerifyIdentity] {
        given.tls = mode;
        given.ca_pem = Some(PEM.into());
        assert!(given.refused().contains("offers no TLS"), "{mode:?}");
    }
    given = Given {
        tls: TlsMode::VerifyCa,
        ..Given::default()
    };
    assert!(given.refused().contains("no authorities"));
    given.ca_pem = Some(PEM.into());
    let genuine = given.certificate.clone().expect("a certificate");
    given.certificate = Some(ServerCertificate {
        verified_by_ca: false,
        ..genuine
    });
    assert!(given.refused().contains("does not lead to"));
}

#[test]
fn loopback_is_reached_by_the_network_that_leads_there() {
    let mut given = Given::default();
    for (host, seen) in [
        ("127.0.0.1", "127.0.0.1"),
        ("127.8.9.1", "127.8.9.1"),
        ("::1", "::1"),
        ("LocalHost", "127.0.0.1"),
    ] {
        given.host = host.into();
        given.docker.loopback = LoopbackWay::HostNetwork;
        let launch = given.launch().expect("a launch");
        assert_eq!(
            (launch.network, launch.host.as_str()),
            (NetworkChoice::Host, seen)
        );
        given.docker.loopback = LoopbackWay::DesktopGateway;
        let launch = given.launch().expect("a launch");
        assert_eq!(
            (launch.network, launch.host.as_str()),
            (NetworkChoice::DesktopGateway, "host.docker.internal")
        );
        let name = "host.containers.internal".to_owned();
        given.docker.loopback = LoopbackWay::VmGateway { name };
        let launch = given.launch().expect("a launch");
        assert_eq!(
            (launch.network, launch.host.as_str()),
            (NetworkChoice::VmGateway, "host.containers.internal")
        );
        let why = LoopbackObstacle::Remote;
        given.docker.loopback = LoopbackWay::Nowhere { why };
        let error = given.launch().expect_err("out of reach");
        assert_eq!(error.code, ErrorCode::LoopbackUnreachable, "{error:?}");
    }
    given.host = "2001:db8::7".into();
    let launch = given.launch().expect("a launch");
    assert_eq!(launch.network, NetworkChoice::Bridge);
    assert!(
        launch
            .argv
            .last()
            .is_some_and(|dsn| dsn.starts_with("h=[2001:db8::7],P=3306,"))
    );
    for bad in ["/run/mysqld/mysqld.sock", "", "a,b", "a b", "h;x"] {
        given.host = bad.into();
        given.refused();
    }
    let mut identity = Given {
        host: "127.0.0.1".into(),
        tls: TlsMode::VerifyIdentity,
        ca_pem: Some(PEM.into()),
        ..Given::default()
    };
    identity.docker.loopback = LoopbackWay::DesktopGateway;
    assert!(identity.refused().contains("another identity"));
}

/// The reader of the client library, as far as a quoted value goes.
fn unquoted(text: &str) -> String {
    let inner = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .expect("quotes");
    let mut out = String::new();
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => out.push(match characters.next().expect("an escape") {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                other => other,
            }),
            other => out.push(other),
        }
    }
    out
}

/// The tool's own reading of a DSN.
fn read_dsn(dsn: &str) -> BTreeMap<char, String> {
    let mut parts = vec![String::new()];
    let mut before = None;
    for character in dsn.chars() {
        if character == ',' && before != Some('\\') {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push(character);
        }
        before = Some(character);
    }
    let pairs = parts.iter().map(|part| part.replace("\\,", ","));
    pairs
        .map(|part| (part.chars().next().expect("a key"), part[2..].to_owned()))
        .collect()
}

proptest! {
    #[test]
    fn an_option_file_gives_every_password_back(password in "[^\0]{0,60}") {
        let launch = Given::default().launch().expect("a launch");
        let file = option_file(&launch, &Secret::new(password.as_str())).expect("a file");
        let last = file.lines().last().expect("a line");
        prop_assert_eq!(unquoted(last.strip_prefix("password=").expect("the password's line")), password.as_str());
        prop_assert_eq!(file.lines().count(), launch.defaults.len() + 2, "no value opens a line of its own");
    }

    #[test]
    fn a_user_name_cannot_add_a_line(user in "[^\0]{1,30}") {
        let launch = Given { user: user.clone(), ..Given::default() }.launch().expect("a launch");
        prop_assert_eq!(&launch.defaults[0], &format!("user={}", quoted(&user)));
        prop_assert!(launch.defaults.iter().all(|line| !line.contains('\n')));
    }

    #[test]
    fn a_dsn_that_is_composed_names_the_very_table(database in "\\PC{1,20}", table in "\\PC{1,20}") {
        let mut given = Given::default();
        given.request.table = TableRef { database: database.clone(), table: table.clone() };
        if let Ok(launch) = given.launch() {
            let dsn = read_dsn(launch.argv.last().expect("a DSN"));
            prop_assert_eq!(&dsn[&'D'], &database);
            prop_assert_eq!(&dsn[&'t'], &table);
            prop_assert_eq!(&dsn[&'F'], "/run/pt/my.cnf");
            prop_assert!(!dsn.contains_key(&'p'));
        }
    }
}

#[test]
fn only_a_plan_with_renames_turns_the_check_of_the_clause_off_and_says_which_they_are() {
    let mut given = Given::default();
    let launch = given.launch().expect("a launch");
    assert!(!launch.argv.contains(&"--no-check-alter".to_owned()));
    assert_eq!(launch.environment, ["PERL_UNICODE=A"]);
    given.renames = Some([("note".to_owned(), "remark".to_owned())].into());
    let launch = given.launch().expect("a launch");
    assert!(launch.argv.contains(&"--no-check-alter".to_owned()));
    assert_eq!(launch.environment[1], r#"MYSQLER_RENAMES={"note":"remark"}"#);
}

pub(super) fn local_tool(tls_by_file: bool) -> LocalTool {
    LocalTool {
        program: "/usr/bin/pt-online-schema-change".into(),
        version: "3.7.1".into(),
        sha256: "ab".repeat(32),
        perl: "/usr/bin/perl".into(),
        perl_lib: String::new(),
        tls_by_file,
    }
}

#[test]
fn a_process_of_the_workstation_gets_what_a_container_gets_but_for_its_place() {
    let container = Given::default().launch().expect("a launch");
    let local = Given {
        tool: Some(local_tool(false)),
        ..Given::default()
    };
    let local = local.launch().expect("a launch");
    assert_eq!((local.docker, local.image), (None, None));
    assert_eq!(local.local, Some(local_tool(false)));
    assert_eq!(local.defaults, container.defaults);
    let there: Vec<String> = (container.argv.iter())
        .map(|word| word.replace("F=/run/pt/my.cnf", "F=my.cnf"))
        .collect();
    assert_eq!(local.argv, there);
}

#[test]
fn the_workstations_own_loopback_is_reached_by_tcp_and_its_name_kept_for_the_certificate() {
    let host = |tls| {
        let given = Given {
            host: "localhost".into(),
            tls,
            ca_pem: Some(PEM.into()),
            tool: Some(local_tool(false)),
            ..Given::default()
        };
        given.launch().expect("a launch").host
    };
    assert_eq!(host(TlsMode::Required), "127.0.0.1");
    assert_eq!(host(TlsMode::VerifyIdentity), "Localhost");
}

#[test]
fn a_driver_that_cannot_insist_on_tls_leaves_that_to_the_option_file() {
    let launch = |tls| {
        let given = Given {
            tls,
            ca_pem: Some(PEM.into()),
            tool: Some(local_tool(true)),
            ..Given::default()
        };
        given.launch().expect("a launch")
    };
    for (tls, wanted) in [
        (
            TlsMode::Required,
            vec!["ssl-enforce=1", "ssl-verify-server-cert=0"],
        ),
        (
            TlsMode::VerifyIdentity,
            vec!["ssl-enforce=1", "ssl-verify-server-cert=1", "ssl-ca=ca.pem"],
        ),
        (TlsMode::Disabled, vec!["ssl=0"]),
    ] {
        let launch = launch(tls);
        let lines: Vec<&str> = launch.defaults.iter().map(String::as_str).collect();
        assert!(lines.ends_with(&wanted), "{tls:?}: {lines:?}");
        let dsn = launch.argv.last().expect("a DSN");
        assert!(!dsn.contains("s=1"), "{tls:?}: {dsn}");
    }
}
