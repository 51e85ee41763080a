use std::collections::BTreeSet;

use mysqler_contract::messages::{Locale, catalogue, text};
use mysqler_contract::{ConfirmationNeed, Environment, Finding, Severity, TableRef};

use super::fixture::{World, trigger};
use super::{codes, confirmation};

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
    worlds
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
