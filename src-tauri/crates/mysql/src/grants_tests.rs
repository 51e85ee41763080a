use super::*;

fn read(lines: &str) -> Grants {
    Grants::read(lines.lines().map(str::trim).filter(|line| !line.is_empty()))
}

fn has(held: &BTreeSet<String>, names: &[&str]) -> bool {
    names.iter().all(|name| held.contains(*name))
}

#[test]
fn mysql_5_7_prints_all_privileges_and_single_quotes() {
    let grants = read(
        "GRANT ALL PRIVILEGES ON *.* TO 'root'@'localhost' WITH GRANT OPTION
         GRANT PROXY ON ''@'' TO 'root'@'localhost' WITH GRANT OPTION",
    );
    let held = grants.on_server(Some("shop"));
    assert!(has(
        &held,
        &[
            "ALL PRIVILEGES",
            "PROCESS",
            "REPLICATION SLAVE",
            "REPLICATION CLIENT",
            "SUPER",
            "TRIGGER"
        ]
    ));
}

#[test]
fn mysql_8_0_prints_static_and_dynamic_privileges_in_two_lines() {
    let grants = read(
        "GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, RELOAD, PROCESS, REFERENCES, INDEX, ALTER, SUPER, REPLICATION SLAVE, REPLICATION CLIENT, TRIGGER ON *.* TO `dba`@`%` WITH GRANT OPTION
         GRANT BACKUP_ADMIN,BINLOG_ADMIN,SET_USER_ID,SYSTEM_VARIABLES_ADMIN ON *.* TO `dba`@`%` WITH GRANT OPTION",
    );
    let held = grants.on_server(None);
    assert!(has(
        &held,
        &["REPLICATION CLIENT", "SUPER", "SET_USER_ID", "BINLOG_ADMIN"]
    ));
    assert!(!held.contains("ALL PRIVILEGES") && !held.contains("WITH GRANT OPTION"));
}

#[test]
fn mysql_9_7_as_the_sandbox_answers() {
    let grants = read(
        r"GRANT PROCESS, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO `mysqler`@`%`
          GRANT ALL PRIVILEGES ON `shop`.* TO `mysqler`@`%`
          GRANT ALL PRIVILEGES ON `mysqler\_test%`.* TO `mysqler`@`%`
          GRANT SELECT ON `performance_schema`.* TO `mysqler`@`%`",
    );
    assert!(has(
        &grants.on_schema("shop", false),
        &["TRIGGER", "ALTER", "LOCK TABLES"]
    ));
    assert!(has(&grants.on_schema("mysqler_test_a", false), &["TRIGGER"]));
    assert!(
        grants.on_schema("mysqlerXtest_a", false).is_empty(),
        "an escaped underscore is no wildcard"
    );
    assert!(grants.on_schema("shop2", false).is_empty());
    assert!(!grants.on_server(None).contains("SELECT"));
}

#[test]
fn mariadb_prints_the_password_hash_after_the_grantee() {
    let grants = read(
        "GRANT PROCESS, REPLICATION SLAVE, BINLOG MONITOR ON *.* TO `mysqler`@`%` IDENTIFIED BY PASSWORD '*94BDCEBE19083CE2A1F959FD02F964C7AF4CFC29'
         GRANT ALL PRIVILEGES ON `shop`.* TO `mysqler`@`%`",
    );
    assert!(has(&grants.on_server(None), &["PROCESS", "BINLOG MONITOR"]));
    assert!(grants.on_schema("shop", false).contains("TRIGGER"));
    assert!(
        !format!("{grants:?}").contains("94BDCEBE"),
        "a hash must not be kept"
    );
}

#[test]
fn mariadb_11_adds_the_lines_of_the_role_and_of_public() {
    let grants = read(
        "GRANT `migrator` TO `mysqler`@`%`
         GRANT USAGE ON *.* TO `mysqler`@`%` IDENTIFIED VIA ed25519 USING 'ZIgUREUg5PVgQ6LskhXmO+eZLS0nC8be6HPjYWR4YJY'
         GRANT PROCESS, BINLOG MONITOR, SLAVE MONITOR ON *.* TO `migrator`
         GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, TRIGGER ON `shop`.* TO `migrator`
         SET DEFAULT ROLE `migrator` FOR `mysqler`@`%`
         GRANT SELECT ON `shop`.* TO PUBLIC",
    );
    assert!(has(&grants.on_server(None), &["PROCESS", "SLAVE MONITOR"]));
    assert!(has(&grants.on_schema("shop", false), &["TRIGGER", "SELECT"]));
}

#[test]
fn rds_and_aurora_grant_without_super_and_by_role() {
    let grants = read(
        "GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, RELOAD, PROCESS, REFERENCES, INDEX, ALTER, SHOW DATABASES, CREATE TEMPORARY TABLES, LOCK TABLES, EXECUTE, REPLICATION SLAVE, REPLICATION CLIENT, CREATE VIEW, SHOW VIEW, CREATE ROUTINE, ALTER ROUTINE, CREATE USER, EVENT, TRIGGER ON *.* TO `admin`@`%` WITH GRANT OPTION
         GRANT APPLICATION_PASSWORD_ADMIN,ROLE_ADMIN,SET_USER_ID,XA_RECOVER_ADMIN ON *.* TO `admin`@`%` WITH GRANT OPTION
         GRANT `rds_superuser_role`@`%` TO `admin`@`%`
         REVOKE INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, TRIGGER ON `mysql`.* FROM `admin`@`%`",
    );
    let held = grants.on_server(Some("shop"));
    assert!(has(&held, &["TRIGGER", "PROCESS", "REPLICATION CLIENT"]) && !held.contains("SUPER"));
    let there = grants.on_server(Some("mysql"));
    assert!(
        !there.contains("TRIGGER") && there.contains("SELECT"),
        "a partial revoke takes only what it names"
    );
}

#[test]
fn percona_and_8_4_table_column_and_routine_grants_are_not_schema_grants() {
    let grants = read(
        "GRANT USAGE ON *.* TO `app`@`10.0.%`
         GRANT SELECT (`id`, `odd ON name`), INSERT ON `shop`.`orders` TO `app`@`10.0.%`
         GRANT EXECUTE ON PROCEDURE `shop`.`p` TO `app`@`10.0.%`
         GRANT SELECT (`id`), UPDATE ON `shop`.* TO `app`@`10.0.%`
         GRANT FLUSH_PRIVILEGES,OPTIMIZE_LOCAL_TABLE ON *.* TO `app`@`10.0.%`",
    );
    let held = grants.on_schema("shop", false);
    assert_eq!(held.into_iter().collect::<Vec<_>>(), ["UPDATE"]);
    assert!(grants.on_server(None).contains("FLUSH_PRIVILEGES"));
}

#[test]
fn names_with_quotes_dots_and_keywords_are_read() {
    let grants = read("GRANT ALL PRIVILEGES ON `a``b ON c.d TO e`.* TO `x TO y`@`%`");
    assert!(grants.on_schema("a`b ON c.d TO e", false).contains("ALTER"));
}

#[test]
fn the_most_specific_pattern_decides() {
    let grants = read(
        "GRANT ALL PRIVILEGES ON `sh%`.* TO `u`@`%`
         GRANT SELECT ON `shop`.* TO `u`@`%`",
    );
    let held = grants.on_schema("shop", false);
    assert!(
        held.contains("SELECT") && !held.contains("TRIGGER"),
        "the server stops at the exact name"
    );
    assert!(grants.on_schema("shed", false).contains("TRIGGER"));
    assert!(grants.on_any_schema("TRIGGER"));
}

#[test]
fn with_partial_revokes_wildcards_are_plain_characters() {
    let grants = read(r"GRANT ALL PRIVILEGES ON `a_b`.* TO `u`@`%`");
    assert!(grants.on_schema("axb", false).contains("DROP"));
    assert!(grants.on_schema("axb", true).is_empty());
    assert!(grants.on_schema("a_b", true).contains("DROP"));
}
