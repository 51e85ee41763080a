use std::collections::BTreeSet;

use mysqler_contract::messages::{Locale, catalogue, text};
use mysqler_contract::{
    ConfirmationNeed, EngineChoice, Environment, Finding, RunId, Scope, ServerSession, Severity, TableRef,
};

use super::fixture::{World, server_session, trigger};
use super::{codes, confirmation};
use crate::ports::{DiskFacts, ReplicaMoment, ReplicaState, ServerLock, ServerLockKind, TableLock};

#[test]
fn a_harmless_change_in_a_calm_world_has_no_finding() {
    assert_eq!(World::calm().findings(), []);
}

#[test]
fn every_code_has_its_texts_in_both_languages_and_no_two_checks_share_one() {
    let all: Vec<&str> = codes().collect();
    assert_eq!(
        all.iter().collect::<BTreeSet<_>>().len(),
        all.len(),
        "a code belongs to one check"
    );
    let parts = ["what", "evidence", "advice"];
    let keys: Vec<String> = all
        .iter()
        .flat_map(|code| parts.map(|part| format!("finding.{code}.{part}")))
        .collect();
    let absent = |locale| {
        keys.iter()
            .filter(move |key| !catalogue(locale).contains_key(*key))
            .collect::<Vec<_>>()
    };
    assert_eq!(absent(Locale::En), Vec::<&String>::new());
    assert_eq!(absent(Locale::ZhCn), Vec::<&String>::new());
    let unused: Vec<&String> = catalogue(Locale::En)
        .keys()
        .filter(|key| key.starts_with("finding.") && !keys.contains(key))
        .collect();
    assert_eq!(
        unused,
        Vec::<&String>::new(),
        "texts of codes that no check gives"
    );
}

/// Many worlds, each disturbed; what comes out must be known, filled in and in order.
#[test]
fn whatever_is_found_is_registered_rendered_in_full_and_ordered() {
    let registered: BTreeSet<&str> = codes().collect();
    for world in disturbed() {
        let findings = world.findings();
        assert!(
            !findings.is_empty(),
            "nothing was disturbed in {:?}",
            world.request.kind
        );
        assert!(
            findings.is_sorted_by_key(|finding| (std::cmp::Reverse(finding.severity), finding.code.clone()))
        );
        for finding in findings {
            assert!(
                registered.contains(finding.code.as_str()),
                "{} is not registered",
                finding.code
            );
            for part in ["what", "evidence", "advice"] {
                let template = text(
                    Locale::En,
                    &format!("finding.{}.{part}", finding.code),
                    &Default::default(),
                );
                for name in template
                    .split('{')
                    .skip(1)
                    .filter_map(|rest| rest.split_once('}'))
                    .map(|(name, _)| name)
                {
                    assert!(
                        finding.params.contains_key(name),
                        "{}.{part} wants {name}",
                        finding.code
                    );
                }
            }
        }
    }
}

fn disturbed() -> Vec<World> {
    let clauses = [
        "",
        "ADD a INT; DROP b",
        "ADD a INT;",
        "ADD a INT /*! , DROP b */",
        "ADD a INT DEFAULT ?",
        "RENAME TO x",
        "EXCHANGE PARTITION p WITH TABLE t",
        "CONVERT TABLE t TO PARTITION p",
        "DISCARD TABLESPACE",
        "ALGORITHM=COPY, FORCE",
        "LOCK=NONE, FORCE",
        "ALTER TABLE t FORCE",
        "ADD a INT COMMENT 'x",
        "ADD `a",
        "FORCE /*",
        "ADD (a INT",
        "FORCE)",
        "FORCE -- x",
        "FORCE\0",
        "FORCE,",
        "DROP COLUMN status",
        "DROP COLUMN nope",
        "ADD status INT",
        "DROP INDEX idx_status",
        "DROP INDEX nope",
        "DROP CHECK c",
        "ADD UNIQUE (status)",
        "DROP PRIMARY KEY",
        "RENAME COLUMN status TO x",
        "MODIFY status CHAR(1)",
        "MODIFY status INT",
        "MODIFY status VARCHAR(32) NOT NULL",
        "CONVERT TO CHARSET latin1",
        "DROP PARTITION p",
        "PARTITION BY RANGE (id) (PARTITION p VALUES LESS THAN (1))",
        "REMOVE PARTITIONING",
        "FROBNICATE",
        "ENGINE=MyISAM",
        "COMMENT='🛒'",
        "ADD a INT NOT NULL",
    ];
    let mut worlds: Vec<World> = clauses.into_iter().map(World::altering).collect();
    worlds.push(World {
        table: None,
        ..World::calm()
    });
    worlds.push(World {
        prepare: None,
        probe: None,
        ..World::calm()
    });
    worlds.push(World::calm().with_table(|table| table.keys.clear()));
    worlds.push(World::calm().with_table(|table| table.triggers = vec![trigger("x")]));
    worlds.push(World::calm().with_table(|table| table.summary.rows = 0));
    worlds.push(World::calm().with_table(|table| table.statistics_at = None));
    worlds.push(
        World::calm()
            .with_variable("read_only", "ON")
            .with_variable("explain_format", "TREE"),
    );
    let weak = World {
        server: World::weak_account(World::calm().server),
        ..World::calm()
    };
    worlds.push(
        weak.clone()
            .with_variable("read_only", "ON")
            .with_variable("log_bin", "ON"),
    );
    let mut bare = weak;
    bare.server.global_privileges.clear();
    bare.request.options.max_load[0].value = 1;
    bare.request.options.critical_load[0].value = 1;
    bare.connection.environment = Environment::Production;
    worlds.push(bare);
    worlds.extend(at_bad_moments());
    worlds.extend(with_special_tables());
    worlds.extend(badly_styled());
    worlds
}

fn at_bad_moments() -> Vec<World> {
    let session = server_session(7, 900);
    let idle = ServerSession {
        transaction: None,
        seconds: 900,
        ..session.clone()
    };
    let lock = |session: &ServerSession, granted| TableLock {
        session: session.clone(),
        lock: "SHARED_READ".into(),
        granted,
    };
    let server_lock = |kind| ServerLock {
        session: session.clone(),
        lock: "SHARED".into(),
        kind,
    };
    let replica = |state| ReplicaMoment {
        name: "db2:3306".into(),
        state,
    };
    let busy = World::calm().at_moment(|moment| {
        moment.transactions = Some(vec![session.clone(), server_session(8, 900)]);
        moment.table_locks = Some(vec![lock(&session, true), lock(&idle, true), lock(&idle, false)]);
        moment.server_locks = Some(vec![
            server_lock(ServerLockKind::Backup),
            server_lock(ServerLockKind::Reads),
        ]);
        moment.replicas = vec![
            replica(Err("refused".into())),
            replica(Ok(ReplicaState {
                stopped: Some("SQL: No".into()),
                filters: vec!["replicate_do_db=x".into()],
                ..ReplicaState::default()
            })),
            replica(Ok(ReplicaState {
                delay_s: 60,
                ..ReplicaState::default()
            })),
            replica(Ok(ReplicaState {
                lag_s: Some(90),
                ..ReplicaState::default()
            })),
        ];
    });
    let blind = World::calm().at_moment(|moment| {
        moment.transactions = None;
        moment.table_locks = None;
        moment.waiting = vec![idle];
    });
    let mut beside = World::calm();
    beside.runs_beside = vec![(RunId("20260115-001".into()), TableRef::new("shop", "items"))];
    vec![busy, blind, beside]
}

fn with_special_tables() -> Vec<World> {
    let mut server = World::calm()
        .with_variable("log_bin", "ON")
        .with_variable("binlog_format", "STATEMENT")
        .with_variable("wsrep_on", "ON")
        .with_variable("group_replication_group_name", "g")
        .with_variable("group_replication_single_primary_mode", "OFF")
        .with_variable("sql_mode", "");
    server.server.binlog_filters = vec!["binlog_do_db=x".into()];
    server.server.disks = None;
    let mut cluster = server.clone().with_variable("wsrep_osu_method", "TOI");
    let disk = |available_bytes| DiskFacts {
        path: "/".into(),
        total_bytes: 1 << 40,
        available_bytes,
    };
    cluster.server.disks = Some(vec![disk(0)]);
    let mut tight = World::altering("MODIFY status TEXT");
    tight.server.disks = Some(vec![disk(1 << 31)]);
    tight.request.engine = EngineChoice::Direct;
    tight = tight
        .with_variable("innodb_online_alter_log_max_size", "1048576")
        .with_table(|table| table.summary.data_bytes = 1 << 30);
    let table = World::altering("DROP CHECK positive, CONVERT TO CHARSET utf8mb4").with_table(|table| {
        table.definition = "CREATE TABLE `orders` (\n  CONSTRAINT `positive` CHECK ((`id` > 0))\n) /*!50100 TABLESPACE `x` */ \
             ENGINE=InnoDB ENCRYPTION='Y' WITH SYSTEM VERSIONING"
            .into();
        table.row_format = Some("Compressed".into());
        table.columns[0].generated = true;
        table.columns[0].column_type = "int".into();
        table.columns[1].column_type = "varchar(1000)".into();
        table.columns[1].charset = Some("utf8mb3".into());
        table.auto_increment = Some(2_147_483_000);
        for index_type in ["FULLTEXT", "SPATIAL"] {
            let mut key = table.keys[1].clone();
            key.index_type = index_type.into();
            table.keys.push(key);
        }
        table.foreign_keys = vec![super::fixture::foreign_key("fk", "orders")];
    });
    let pads = World::altering("MODIFY status VARCHAR(9)")
        .with_variable("sql_mode", "PAD_CHAR_TO_FULL_LENGTH")
        .with_table(|table| table.columns[1].column_type = "char(9)".into());
    vec![server, cluster, tight, table, pads]
}

fn badly_styled() -> Vec<World> {
    let clause = "ADD COLUMN `Order` DOUBLE ZEROFILL, ADD COLUMN price FLOAT, ADD COLUMN n INT(11), ADD COLUMN t TEXT, \
        ADD COLUMN v VARCHAR(9000) CHARACTER SET ascii, ADD COLUMN u VARCHAR(9) CHARACTER SET utf8, \
        ADD COLUMN at TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, ADD COLUMN kind ENUM('a'), ADD FOREIGN KEY (amount) REFERENCES x (y), \
        ADD INDEX again (status), ADD INDEX more (status, amount), ADD INDEX wide (v), ADD UNIQUE once (status), \
        MODIFY status ENUM('b','a') FIRST, ALTER COLUMN status SET DEFAULT 'b'";
    let mut world = World::altering(clause)
        .with_variable("explicit_defaults_for_timestamp", "OFF")
        .with_table(|table| {
            table.columns[0].column_type = "char(36)".into();
            table.columns[1].column_type = "enum('a','b')".into();
            table.columns[1].default = Some("a".into());
            let key = table.keys[1].clone();
            table.keys.extend(std::iter::repeat_n(key, 12));
        });
    world.settings.lints_off.clear();
    let mut small = World::altering("FORCE").with_table(|table| table.columns[0].column_type = "int".into());
    small.settings.lints_off.clear();
    let keyless = small.clone().with_table(|table| table.keys[0].name = "uk".into());
    vec![world, small, keyless]
}

/// The rules above are worth little if one of them never spoke here.
#[test]
fn every_rule_of_the_moment_and_on_style_speaks_somewhere() {
    let spoken: BTreeSet<String> = disturbed()
        .iter()
        .flat_map(World::findings)
        .map(|finding| finding.code)
        .collect();
    let groups = super::checks::all().filter(|rule| matches!(rule.scope, Scope::Moment | Scope::Lint));
    let silent: Vec<&str> = groups
        .flat_map(|rule| rule.codes.iter().copied())
        .filter(|code| !spoken.contains(*code))
        .collect();
    // Thresholds have their own worlds beside their rule.
    let elsewhere = ["CRITICAL_BELOW_MAX", "LOAD_VARIABLE_UNKNOWN"];
    assert!(silent.iter().all(|code| elsewhere.contains(code)), "{silent:?}");
}

#[test]
fn the_name_is_typed_on_production_or_under_any_danger_and_each_danger_is_accepted_once() {
    let table = TableRef::new("shop", "orders");
    let findings = [
        Finding::new("B", Severity::Danger).with("name", "x"),
        Finding::new("A", Severity::Danger),
        Finding::new("B", Severity::Danger).with("name", "y"),
        Finding::new("C", Severity::Warn),
    ];
    let typed = Some("shop.orders".to_owned());
    let need = confirmation(&findings, Environment::Test, &table);
    assert_eq!(
        need,
        ConfirmationNeed {
            typed: typed.clone(),
            accept: vec!["A".into(), "B".into()]
        }
    );
    assert_eq!(
        confirmation(&findings[3..], Environment::Test, &table),
        ConfirmationNeed::default()
    );
    assert_eq!(
        confirmation(&[], Environment::Production, &table),
        ConfirmationNeed {
            typed,
            accept: Vec::new()
        }
    );
}
