//! What the server's words and the rules make of a clause.

use std::collections::BTreeMap;

use mysqler_contract::{
    Algorithm, Flavour, ForeignKeyFacts, KeyColumn, KeyFacts, ReplicationRole, ServerVersion, TableFacts,
    TableKind, TableRef, TableSummary,
};
use rstest::rstest;

use super::*;
use crate::clause::{analyze, parse_definition};
use crate::ports::CloneAnswer;

fn server(flavour: Flavour, (major, minor, patch): (u16, u16, u16)) -> ServerFacts {
    ServerFacts {
        server_uuid: None,
        flavour,
        version: ServerVersion { major, minor, patch },
        version_text: String::new(),
        role: ReplicationRole::Primary,
        replicas: Vec::new(),
        account: "'dba'@'%'".into(),
        global_privileges: vec!["ALL PRIVILEGES".into()],
        schema_privileges: Vec::new(),
        variables: BTreeMap::from([("sql_mode".into(), "STRICT_TRANS_TABLES".into())]),
        status: BTreeMap::new(),
        disks: None,
        binlog_filters: Vec::new(),
    }
}

fn column(name: &str, column_type: &str) -> mysqler_contract::ColumnFacts {
    let text = parse_definition(column_type).base.contains("char");
    mysqler_contract::ColumnFacts {
        name: name.into(),
        column_type: column_type.into(),
        nullable: true,
        default: None,
        charset: text.then(|| "utf8mb4".into()),
        collation: text.then(|| "utf8mb4_bin".into()),
        generated: false,
        auto_increment: false,
        comment: String::new(),
    }
}

fn table() -> TableFacts {
    let key = |name: &str, column: &str, unique| KeyFacts {
        name: name.into(),
        unique,
        index_type: "BTREE".into(),
        columns: vec![KeyColumn {
            name: Some(column.into()),
            prefix: None,
        }],
        not_null: unique,
    };
    TableFacts {
        table: TableRef::new("shop", "orders"),
        summary: TableSummary {
            name: "orders".into(),
            kind: TableKind::Base,
            engine: Some("InnoDB".into()),
            rows: 10,
            data_bytes: 0,
            index_bytes: 0,
            free_bytes: 0,
        },
        row_format: Some("Dynamic".into()),
        collation: Some("utf8mb4_bin".into()),
        comment: String::new(),
        auto_increment: None,
        partitioned: false,
        columns: vec![
            column("id", "int"),
            column("a", "int"),
            column("b", "varchar(50)"),
        ],
        keys: vec![key("PRIMARY", "id", true), key("ia", "a", false)],
        foreign_keys: Vec::new(),
        referenced_by: Vec::new(),
        triggers: Vec::new(),
        definition: "CREATE TABLE `orders` (\n  `id` int NOT NULL,\n  `a` int,\n  `b` varchar(50),\n  \
                     PRIMARY KEY (`id`),\n  KEY `ia` (`a`)\n) ENGINE=InnoDB"
            .into(),
        statistics_at: None,
        created_at: None,
    }
}

#[rstest]
#[case(Flavour::MySql, (5, 7, 44), "ADD COLUMN n INT", Price::INPLACE)]
#[case(Flavour::MySql, (8, 0, 12), "ADD COLUMN n INT", Price::INSTANT)]
#[case(Flavour::MySql, (8, 0, 28), "ADD COLUMN n INT FIRST", Price::INPLACE)]
#[case(Flavour::MySql, (8, 0, 29), "ADD COLUMN n INT FIRST", Price::INSTANT)]
#[case(Flavour::MySql, (8, 0, 28), "DROP COLUMN b", Price::INPLACE)]
#[case(Flavour::MySql, (8, 0, 29), "DROP COLUMN b", Price::INSTANT)]
#[case(Flavour::MySql, (8, 0, 27), "RENAME COLUMN b TO c", Price::INPLACE)]
#[case(Flavour::MySql, (8, 0, 28), "RENAME COLUMN b TO c", Price::INSTANT)]
#[case(Flavour::MySql, (5, 7, 44), "ALTER COLUMN a SET DEFAULT 1", Price::INPLACE)]
#[case(Flavour::MySql, (9, 7, 0), "MODIFY b VARCHAR(63) COLLATE utf8mb4_bin", Price::INPLACE)]
#[case(Flavour::MySql, (9, 7, 0), "MODIFY b VARCHAR(64) COLLATE utf8mb4_bin", Price::COPY)]
#[case(Flavour::MySql, (9, 7, 0), "ADD UNIQUE KEY u (a)", Price::INPLACE)]
#[case(Flavour::MySql, (9, 7, 0), "ADD FULLTEXT INDEX f (b)", Price::INPLACE_LOCKED)]
#[case(Flavour::MySql, (9, 7, 0), "DROP PRIMARY KEY", Price::COPY)]
#[case(Flavour::MySql, (9, 7, 0), "DROP PRIMARY KEY, ADD PRIMARY KEY (a)", Price::INPLACE)]
#[case(Flavour::MariaDb, (10, 3, 1), "ADD COLUMN n INT", Price::INPLACE)]
#[case(Flavour::MariaDb, (10, 3, 39), "ADD COLUMN n INT", Price::INSTANT)]
#[case(Flavour::MariaDb, (10, 3, 39), "ADD COLUMN n INT FIRST", Price::INPLACE)]
#[case(Flavour::MariaDb, (10, 4, 0), "DROP COLUMN b", Price::INSTANT)]
#[case(Flavour::MariaDb, (11, 4, 0), "ADD INDEX i (b)", Price::NOCOPY)]
#[case(Flavour::MariaDb, (11, 4, 0), "ADD COLUMN n INT, ADD INDEX i (n)", Price::INPLACE)]
#[case(Flavour::MariaDb, (10, 11, 0), "ENGINE=MyISAM", Price::COPY)]
fn each_version_has_its_cheapest_way(
    #[case] flavour: Flavour,
    #[case] version: (u16, u16, u16),
    #[case] clause: &str,
    #[case] price: Price,
) {
    let (server, table, clause) = (server(flavour, version), table(), analyze(clause));
    let subject = Subject {
        clause: &clause,
        table: &table,
        server: &server,
    };
    assert_eq!(rule(&subject), Some(price), "{}", clause.text);
}

#[rstest]
#[case("ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES other (id)", "clause")]
#[case("ADD COLUMN n INT REFERENCES other (id)", "clause")]
#[case("EXCHANGE PARTITION p WITH TABLE other", "clause")]
#[case("RENAME TO other", "clause")]
#[case("DISCARD TABLESPACE", "clause")]
#[case("FROBNICATE x", "clause")]
#[case("ADD COLUMN n INT; DROP TABLE other", "clause")]
#[case("UNION=(other)", "clause")]
#[case("DATA DIRECTORY='/tmp'", "clause")]
#[case("ADD COLUMN n INT DEFAULT NEXTVAL(s)", "clause")]
#[case("ENGINE=MyISAM", "clause")]
#[case("DROP CHECK positive", "constraint_names")]
#[case("TRUNCATE PARTITION p0", "assertion_ignored")]
fn what_may_never_run_on_a_clone_is_not_asked(#[case] clause: &str, #[case] why: &str) {
    let (server, table, clause) = (server(Flavour::MySql, (9, 7, 0)), table(), analyze(clause));
    let subject = Subject {
        clause: &clause,
        table: &table,
        server: &server,
    };
    assert_eq!(obstacle(&subject), Some(why), "{}", clause.text);
}

#[test]
fn mariadb_is_not_asked_where_it_ignores_what_is_asserted() {
    let (server, table) = (server(Flavour::MariaDb, (10, 11, 0)), table());
    for text in [
        "ENGINE=MyISAM",
        "ORDER BY a",
        "PARTITION BY HASH (id)",
        "REMOVE PARTITIONING",
    ] {
        let clause = analyze(text);
        let subject = Subject {
            clause: &clause,
            table: &table,
            server: &server,
        };
        assert_eq!(obstacle(&subject), Some("assertion_ignored"), "{text}");
        let asked = Asked::Not {
            why: "assertion_ignored",
            message: "-",
        };
        assert_eq!(
            judge(&subject, asked, None).algorithm,
            Some(Algorithm::Copy),
            "{text}"
        );
    }
}

#[test]
fn replicas_clusters_read_only_servers_and_weak_accounts_are_let_alone() {
    let (table, clause) = (table(), analyze("ADD COLUMN n INT"));
    let why = |change: fn(&mut ServerFacts)| {
        let mut server = server(Flavour::MySql, (9, 7, 0));
        change(&mut server);
        obstacle(&Subject {
            clause: &clause,
            table: &table,
            server: &server,
        })
    };
    assert_eq!(why(|_| {}), None, "the harmless twin");
    assert_eq!(
        why(|server| server.role = ReplicationRole::Replica),
        Some("replica")
    );
    assert_eq!(
        why(|server| server.role = ReplicationRole::NotVisible),
        Some("replica")
    );
    assert_eq!(
        why(|server| drop(server.variables.insert("read_only".into(), "ON".into()))),
        Some("read_only")
    );
    assert_eq!(
        why(|server| drop(server.variables.insert("wsrep_on".into(), "ON".into()))),
        Some("cluster")
    );
    assert_eq!(
        why(|server| server.global_privileges = vec!["PROCESS".into()]),
        Some("no_log_right")
    );
}

fn answered(subject: &Subject<'_>, answer: CloneAnswer) -> mysqler_contract::Advice {
    let attempts = attempts(subject, true);
    let question = question(subject, &attempts, "1a", None);
    let asked = Asked::Clone {
        question: &question,
        attempts: &attempts,
        answer: &answer,
    };
    judge(subject, asked, None)
}

#[test]
fn foreign_keys_that_the_clone_lacks_leave_the_answer_unproven_and_the_dearer_one_counts() {
    let server = server(Flavour::MySql, (9, 7, 0));
    let mut table = table();
    table.referenced_by = vec![ForeignKeyFacts {
        name: "f".into(),
        table: TableRef::new("shop", "lines"),
        columns: vec!["o".into()],
        referenced_table: table.table.clone(),
        referenced_columns: vec!["a".into()],
        on_delete: "RESTRICT".into(),
        on_update: "RESTRICT".into(),
    }];
    for (text, algorithm, verified) in [
        ("RENAME COLUMN a TO c", Algorithm::Inplace, false),
        ("RENAME COLUMN b TO c", Algorithm::Instant, true),
    ] {
        let clause = analyze(text);
        let subject = Subject {
            clause: &clause,
            table: &table,
            server: &server,
        };
        let answer = CloneAnswer {
            taken: Some(0),
            ..CloneAnswer::default()
        };
        let advice = answered(&subject, answer);
        assert_eq!(
            (advice.algorithm, advice.verified),
            (Some(algorithm), verified),
            "{text}"
        );
    }
}

#[test]
fn a_table_without_room_for_another_row_version_is_not_instant() {
    let (server, table, clause) = (
        server(Flavour::MySql, (8, 4, 0)),
        table(),
        analyze("ADD COLUMN n INT"),
    );
    let subject = Subject {
        clause: &clause,
        table: &table,
        server: &server,
    };
    assert_eq!(row_version_limit(&subject), Some(64));
    assert!(
        attempts(&subject, false)
            .iter()
            .all(|attempt| attempt.price != Price::INSTANT)
    );
    let asked = Asked::Not {
        why: "no_right",
        message: "-",
    };
    let advice = judge(&subject, asked, Some(64));
    assert_eq!(advice.algorithm, Some(Algorithm::Inplace));
    assert_eq!(advice.reasons[0].what, "row_versions_full");
}

#[test]
fn what_every_attempt_was_refused_for_is_the_clauses_fault_and_bad_syntax_of_the_assertion_is_not() {
    let (server, table, clause) = (
        server(Flavour::MySql, (9, 7, 0)),
        table(),
        analyze("ADD COLUMN a INT"),
    );
    let subject = Subject {
        clause: &clause,
        table: &table,
        server: &server,
    };
    let refused = |number| CloneAnswer {
        refusals: vec![(number, "no".into()); 4],
        ..CloneAnswer::default()
    };
    assert_eq!(
        answered(&subject, refused(1060)).refusal.as_deref(),
        Some("1060: no")
    );
    let unassertable = answered(&subject, refused(1064));
    assert_eq!((unassertable.refusal, unassertable.algorithm), (None, None));
}

#[test]
fn every_word_of_an_advice_has_its_text() {
    let source = concat!(include_str!("judge.rs"), include_str!("../plan/advise.rs"));
    let catalogue = mysqler_contract::messages::catalogue(mysqler_contract::messages::Locale::En);
    let keys: Vec<&str> = catalogue
        .keys()
        .filter_map(|key| key.strip_prefix("advice."))
        .collect();
    let obstacles = include_str!("permission.rs");
    let clone = ["clone_refused", "clone_failed", "no_right"];
    for key in keys {
        let known = match key.strip_prefix("not_tried_") {
            Some(why) => {
                let told = format!("\"{why}\"");
                obstacles.contains(&told)
                    || source.contains(&told)
                    || source.contains(key)
                    || clone.contains(&why)
            }
            None => source.contains(&format!("\"{key}\"")),
        };
        assert!(known, "nobody says advice.{key}");
    }
}
