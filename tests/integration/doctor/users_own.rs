//! Whatever is the user's stays, however much its name looks like the tool's.

use mysqler_contract::{Environment, LeftoverPick, LeftoverVerdict, RemovalOutcome};
use mysqler_tests::desk::Desk;
use mysqler_tests::sandbox::Account;

use crate::{BOTH, look, verdicts};

#[tokio::test(flavor = "multi_thread")]
async fn a_users_own_trigger_and_tables_with_the_tools_names_are_only_shown_and_survive() {
    let desk = Desk::new().await;
    for server in BOTH {
        let schema = desk.sandbox.fresh_schema(server, "doctor_own").await;
        let name = schema.name();
        let mut client = schema.client().await;
        client
            .run(&format!(
                "CREATE TABLE x (id INT PRIMARY KEY); CREATE TABLE _x_new LIKE x; CREATE TABLE _x_old LIKE x; \
                 CREATE TABLE audit (id INT); INSERT INTO _x_new VALUES (1); INSERT INTO _x_old VALUES (2); \
                 CREATE TRIGGER `pt_osc_{name}_x_ins` AFTER INSERT ON x FOR EACH ROW INSERT INTO audit VALUES (NEW.id); \
                 CREATE TRIGGER `pt_osc_{name}_x_del` AFTER DELETE ON x FOR EACH ROW BEGIN \
                 DELETE IGNORE FROM `{name}`.`_x_new` WHERE `{name}`.`_x_new`.`id` <=> OLD.`id`; SET @gone = OLD.id; END; \
                 CREATE TRIGGER pt_osc_mine AFTER UPDATE ON x FOR EACH ROW REPLACE INTO `{name}`.`_x_new` (`id`) VALUES (NEW.`id`)"
            ))
            .await;
        let connection = desk
            .connection(server, Account::Mysqler, Environment::Development)
            .await;
        let report = look(&desk, &connection, &schema).await;
        let expected = [
            "S.pt_osc_S_x_del",
            "S.pt_osc_S_x_ins",
            "S.pt_osc_mine",
            "S._x_new",
            "S._x_old",
        ];
        let found = verdicts(&report, &schema);
        let mut names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        let mut sorted = expected;
        sorted.sort_unstable();
        assert_eq!(names, sorted, "{server:?}");
        assert!(
            found
                .iter()
                .all(|(_, verdict)| *verdict == LeftoverVerdict::Unproven),
            "{server:?}: {:#?}",
            report.found
        );

        // Neither all that may be removed, nor what is named outright.
        let ids = report.found.iter().map(|found| found.id.clone()).collect();
        for pick in [LeftoverPick::All, LeftoverPick::These { ids }] {
            let cleanup = desk
                .core
                .leftovers_remove(&connection.id, Some(name), &pick)
                .await
                .expect("the server is looked through");
            let refused = cleanup
                .removals
                .iter()
                .all(|removal| matches!(removal.outcome, RemovalOutcome::Refused { .. }));
            assert!(refused, "{server:?}: {:#?}", cleanup.removals);
            assert_eq!(cleanup.left.found.len(), expected.len());
        }
        client.run("INSERT INTO x VALUES (7)").await;
        assert_eq!(
            client.value("SELECT id FROM audit").await,
            "7",
            "the trigger still works"
        );
        let kept = client
            .rows("SELECT id FROM _x_new UNION ALL SELECT id FROM _x_old ORDER BY id")
            .await;
        assert_eq!(kept.concat(), ["1", "2"]);
    }
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shadow_that_carries_or_is_referred_to_by_something_of_the_users_is_only_shown() {
    let desk = Desk::new().await;
    for server in BOTH {
        let schema = desk.sandbox.fresh_schema(server, "doctor_in_use").await;
        let name = schema.name();
        let mut client = schema.client().await;
        for table in ["a", "b"] {
            client
                .run(&format!(
                    "CREATE TABLE {table} (id INT PRIMARY KEY); CREATE TABLE _{table}_new LIKE {table}; \
                     CREATE TRIGGER `pt_osc_{name}_{table}_ins` AFTER INSERT ON {table} FOR EACH ROW \
                     REPLACE INTO `{name}`.`_{table}_new` (`id`) VALUES (NEW.`id`)"
                ))
                .await;
        }
        client
            .run(
                "CREATE TABLE child (id INT PRIMARY KEY, CONSTRAINT child_a FOREIGN KEY (id) REFERENCES _a_new (id)); \
                 CREATE TRIGGER keep_me AFTER DELETE ON _b_new FOR EACH ROW SET @x = 1",
            )
            .await;
        let connection = desk
            .connection(server, Account::Mysqler, Environment::Development)
            .await;
        let report = look(&desk, &connection, &schema).await;
        for (table, why) in [("_a_new", "referenced"), ("_b_new", "other_triggers")] {
            let object = format!("{name}.{table}");
            let found = report
                .found
                .iter()
                .find(|found| found.object.to_string() == object);
            let found = found.expect("it is shown");
            assert_eq!(found.verdict, LeftoverVerdict::Unproven, "{server:?}: {found:#?}");
            assert!(found.why.iter().any(|reason| reason.what == why), "{found:#?}");
        }
    }
    desk.close().await;
}
