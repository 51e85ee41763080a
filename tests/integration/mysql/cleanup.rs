//! Finding and dropping what a run left.

use std::time::{Duration, Instant};

use mysqler_contract::{ErrorCode, TableRef};
use mysqler_core::ports::Servers;
use mysqler_mysql::MySqlServers;
use mysqler_tests::sandbox::{Account, Sandbox, Server};

const BOTH: [Server; 2] = [Server::Primary, Server::MariaDb];

#[tokio::test]
async fn objects_with_pt_oscs_names_are_found_with_their_bodies() {
    let sandbox = Sandbox::from_env();
    for server in BOTH {
        let schema = sandbox.fresh_schema(server, "left").await;
        let mut client = schema.client().await;
        let name = schema.name();
        client
            .run(
                "CREATE TABLE t (id INT PRIMARY KEY); CREATE TABLE _t_new LIKE t; CREATE TABLE __t_new LIKE t; \
                 CREATE TABLE _t_old LIKE t; CREATE TABLE t_new LIKE t; CREATE TABLE _other_new LIKE t; \
                 CREATE TABLE K3Z0QX__________t_old LIKE t; CREATE TABLE K3Z0QX__________other_old LIKE t; \
                 CREATE VIEW ___t_new AS SELECT 1",
            )
            .await;
        for (suffix, event, body) in [
            (
                "ins",
                "INSERT",
                format!("REPLACE INTO `{name}`.`_t_new` (`id`) VALUES (NEW.`id`)"),
            ),
            (
                "del",
                "DELETE",
                format!("DELETE IGNORE FROM `{name}`.`_t_new` WHERE id <=> OLD.`id`"),
            ),
        ] {
            client
                .run(&format!(
                    "CREATE TRIGGER `pt_osc_{name}_t_{suffix}` AFTER {event} ON t FOR EACH ROW {body}"
                ))
                .await;
        }
        client
            .run("CREATE TRIGGER users_own AFTER UPDATE ON t FOR EACH ROW SET @x = 1")
            .await;
        let servers = MySqlServers::new();
        let target = sandbox.target(server, Account::Mysqler);
        let table = TableRef::new(name, "t");
        let left = servers.leftovers(&target, &table).await.unwrap();
        let mut tables: Vec<_> = left.tables.iter().map(|table| table.table.as_str()).collect();
        tables.sort_unstable();
        let expected = ["K3Z0QX__________t_old", "__t_new", "_t_new", "_t_old"];
        assert_eq!(tables, expected, "{server:?}");
        assert_eq!(
            left.triggers.len(),
            2,
            "the user's own trigger is not one of them: {:?}",
            left.triggers
        );
        assert!(
            left.triggers
                .iter()
                .all(|trigger| trigger.body.contains("`_t_new`") && trigger.timing == "AFTER")
        );
        for trigger in &left.triggers {
            servers.drop_trigger(&target, name, &trigger.name).await.unwrap();
            servers
                .drop_trigger(&target, name, &trigger.name)
                .await
                .expect("twice is once");
        }
        for table in &left.tables {
            servers.drop_table(&target, table).await.unwrap();
            servers.drop_table(&target, table).await.expect("twice is once");
        }
        let left = servers.leftovers(&target, &table).await.unwrap();
        assert!(left.tables.is_empty() && left.triggers.is_empty(), "{left:?}");
        let kept = servers.table_facts(&target, &table).await.unwrap();
        assert_eq!(kept.triggers.len(), 1, "the user's trigger stays");
    }
}

#[tokio::test]
async fn a_view_is_never_dropped() {
    let sandbox = Sandbox::from_env();
    for server in BOTH {
        let schema = sandbox.fresh_schema(server, "view").await;
        schema
            .client()
            .await
            .run("CREATE VIEW _t_new AS SELECT 1 AS one")
            .await;
        let servers = MySqlServers::new();
        let target = sandbox.target(server, Account::Mysqler);
        let view = TableRef::new(schema.name(), "_t_new");
        let error = servers
            .drop_table(&target, &view)
            .await
            .expect_err("a view is not a shadow table");
        assert_eq!(error.code, ErrorCode::ServerRefused);
        assert!(servers.definition(&target, &view).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn a_metadata_lock_ends_the_wait_soon_and_names_its_holder() {
    let sandbox = Sandbox::from_env();
    for server in BOTH {
        let schema = sandbox.fresh_schema(server, "locked").await;
        let mut holder = schema.client().await;
        holder
            .run(
                "CREATE TABLE t (id INT PRIMARY KEY); \
                 CREATE TRIGGER pt_osc_x_ins AFTER INSERT ON t FOR EACH ROW SET @x = 1; BEGIN; SELECT * FROM t",
            )
            .await;
        let holder_id = holder.id().await;
        let servers = MySqlServers::new();
        let target = sandbox.target(server, Account::Mysqler);
        let table = TableRef::new(schema.name(), "t");
        let begun = Instant::now();
        let (dropped, unhooked) = tokio::join!(
            servers.drop_table(&target, &table),
            servers.drop_trigger(&target, schema.name(), "pt_osc_x_ins")
        );
        assert!(
            begun.elapsed() < Duration::from_secs(90),
            "took {:?}",
            begun.elapsed()
        );
        for error in [
            dropped.expect_err("the table is locked"),
            unhooked.expect_err("the table is locked"),
        ] {
            assert_eq!(error.code, ErrorCode::ServerRefused, "{error:?}");
            let words = error.detail.unwrap();
            assert!(words.contains("metadata lock"), "{words}");
            if server == Server::Primary {
                assert!(
                    words.contains(&format!("session {holder_id} ")),
                    "{words} does not name {holder_id}"
                );
            }
        }
        holder.run("COMMIT").await;
        servers
            .drop_trigger(&target, schema.name(), "pt_osc_x_ins")
            .await
            .unwrap();
        servers.drop_table(&target, &table).await.unwrap();
        assert_eq!(servers.definition(&target, &table).await.unwrap(), None);
    }
}

#[tokio::test]
async fn what_is_gone_with_its_database_is_gone() {
    let sandbox = Sandbox::from_env();
    for server in BOTH {
        let servers = MySqlServers::new();
        let target = sandbox.target(server, Account::Mysqler);
        servers
            .drop_trigger(&target, "mysqler_test_absent", "pt_osc_a_b_ins")
            .await
            .unwrap();
        servers
            .drop_table(&target, &TableRef::new("mysqler_test_absent", "_t_new"))
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn an_account_without_the_right_to_drop_is_told_so() {
    let sandbox = Sandbox::from_env();
    let target = sandbox.target(Server::Primary, Account::App);
    let error = MySqlServers::new()
        .drop_table(&target, &TableRef::new("shop", "customers"))
        .await;
    assert_eq!(
        error.expect_err("app may not drop").code,
        ErrorCode::ServerPrivilege
    );
}

#[tokio::test]
async fn sessions_are_found_and_killed() {
    let sandbox = Sandbox::from_env();
    for server in BOTH {
        let mut victim = sandbox.client(server, Account::Mysqler).await;
        let id = victim.id().await;
        let servers = MySqlServers::new();
        let target = sandbox.target(server, Account::Mysqler);
        let found = servers
            .sessions(&target, &[id, u64::from(u32::MAX) - 1])
            .await
            .unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].id, found[0].user.as_str()), (id, "mysqler"));
        servers.kill(&target, id).await.unwrap();
        servers
            .kill(&target, id)
            .await
            .expect("a session that is gone is success");
        victim
            .try_run("SELECT 1")
            .await
            .expect_err("the session was killed");
        let deadline = Instant::now() + Duration::from_secs(60);
        while !servers.sessions(&target, &[id]).await.unwrap().is_empty() {
            assert!(Instant::now() < deadline, "the session stays");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let app = sandbox.target(server, Account::App);
        let mut other = sandbox.client(server, Account::Mysqler).await;
        let error = servers
            .kill(&app, other.id().await)
            .await
            .expect_err("not its own session");
        assert_eq!(error.code, ErrorCode::ServerPrivilege, "{error:?}");
    }
}
