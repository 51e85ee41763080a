//! "Test connection" and the facts that preflight reads of the server.

use mysqler_contract::{Flavour, ReplicationRole, ServerVersion};
use mysqler_core::ports::Servers;
use mysqler_mysql::MySqlServers;
use mysqler_tests::sandbox::{Account, Sandbox, Server};

#[tokio::test]
async fn the_primary_tells_what_it_is() {
    let sandbox = Sandbox::from_env();
    let target = sandbox.target(Server::Primary, Account::Mysqler);
    let report = MySqlServers::new().test(&target, Some("shop")).await.unwrap();
    assert_eq!(report.flavour, Flavour::MySql);
    assert!(
        report.version
            >= ServerVersion {
                major: 9,
                minor: 7,
                patch: 0
            },
        "{:?}",
        report.version
    );
    assert_eq!(report.role, ReplicationRole::Primary);
    assert!(!report.read_only);
    assert_eq!(
        report.replicas,
        [format!("127.0.0.1:{}", sandbox.port(Server::Replica))]
    );
    assert_eq!(
        report.missing_privileges, [""; 0],
        "the account has what a run needs"
    );
    assert_eq!(report.account, "'mysqler'@'%'");
    assert!(report.server_uuid.is_some_and(|uuid| uuid.len() == 36));
    assert!(
        report
            .tls_version
            .is_some_and(|version| version.starts_with("TLSv1."))
    );
    assert!(report.latency_us > 0);
}

#[tokio::test]
async fn the_replica_tells_that_it_follows_and_is_read_only() {
    let sandbox = Sandbox::from_env();
    let target = sandbox.target(Server::Replica, Account::Mysqler);
    let report = MySqlServers::new().test(&target, None).await.unwrap();
    assert_eq!(report.role, ReplicationRole::Replica);
    assert!(report.read_only);
}

#[tokio::test]
async fn mariadb_is_recognised_by_what_it_says() {
    let sandbox = Sandbox::from_env();
    let report = MySqlServers::new()
        .test(&sandbox.target(Server::MariaDb, Account::Mysqler), Some("shop"))
        .await
        .unwrap();
    assert_eq!(report.flavour, Flavour::MariaDb);
    assert_eq!((report.version.major, report.version.minor), (10, 11));
    assert_eq!(report.role, ReplicationRole::Primary);
    assert_eq!(report.missing_privileges, [""; 0]);
    // Without SLAVE MONITOR the server does not let an account look.
    let blind = MySqlServers::new()
        .test(&sandbox.target(Server::MariaDb, Account::Limited), None)
        .await
        .unwrap();
    assert_eq!(blind.role, ReplicationRole::NotVisible);
}

#[tokio::test]
async fn a_limited_account_is_told_what_it_lacks_and_may_not_look_around() {
    let sandbox = Sandbox::from_env();
    let target = sandbox.target(Server::Primary, Account::Limited);
    let report = MySqlServers::new().test(&target, Some("shop")).await.unwrap();
    assert_eq!(report.role, ReplicationRole::NotVisible);
    assert!(report.replicas.is_empty());
    for privilege in ["TRIGGER", "CREATE", "ALTER", "PROCESS", "REPLICATION CLIENT"] {
        assert!(
            report
                .missing_privileges
                .iter()
                .any(|missing| missing == privilege),
            "{privilege}"
        );
    }
    assert!(
        !report
            .missing_privileges
            .iter()
            .any(|missing| missing == "SELECT"),
        "it may read shop"
    );
}

#[tokio::test]
async fn rights_that_come_by_a_role_count() {
    let sandbox = Sandbox::from_env();
    let mut root = sandbox.client(Server::Primary, Account::Root).await;
    let tidy = "DROP USER IF EXISTS 'mysqler_test_member'@'%'; DROP ROLE IF EXISTS 'mysqler_test_role'";
    root.run(tidy).await;
    root.run(
        "CREATE ROLE 'mysqler_test_role'; GRANT ALL PRIVILEGES ON shop.* TO 'mysqler_test_role'; \
         GRANT PROCESS, REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO 'mysqler_test_role'; \
         CREATE USER 'mysqler_test_member'@'%' IDENTIFIED BY 'member' DEFAULT ROLE 'mysqler_test_role'",
    )
    .await;
    let mut target = sandbox.target(Server::Primary, Account::Mysqler);
    target.user = "mysqler_test_member".into();
    target.password = mysqler_contract::Secret::new("member");
    let report = MySqlServers::new().test(&target, Some("shop")).await;
    root.run(tidy).await;
    assert_eq!(report.unwrap().missing_privileges, [""; 0]);
}

#[tokio::test]
async fn server_facts_hold_variables_status_and_rights() {
    let sandbox = Sandbox::from_env();
    for server in [Server::Primary, Server::MariaDb] {
        let target = sandbox.target(server, Account::Mysqler);
        let facts = MySqlServers::new().server_facts(&target, "shop").await.unwrap();
        for name in [
            "version",
            "sql_mode",
            "log_bin",
            "lock_wait_timeout",
            "max_connections",
            "character_set_server",
        ] {
            assert!(facts.variables.contains_key(name), "{server:?} has no {name}");
        }
        assert_eq!(
            facts.variables.contains_key("explain_format"),
            server == Server::Primary
        );
        assert!(facts.status["threads_running"] > 0 && facts.status["threads_connected"] > 0);
        assert!(facts.global_privileges.iter().any(|held| held == "PROCESS"));
        assert!(!facts.global_privileges.iter().any(|held| held == "TRIGGER"));
        assert!(facts.schema_privileges.iter().any(|held| held == "TRIGGER"));
        let elsewhere = MySqlServers::new().server_facts(&target, "mysql").await.unwrap();
        assert!(
            elsewhere.schema_privileges.is_empty(),
            "{:?}",
            elsewhere.schema_privileges
        );
    }
}
