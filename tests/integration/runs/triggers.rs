//! The table's own triggers, taken along by a run: they fire for every write and for nothing else, whatever ends the run.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use mysqler_contract::{
    ChangeRequest, EngineChoice, Environment, ErrorCode, KEEPS_TRIGGERS, OptionSetting, Plan, RunId,
    RunState, RunView, Severity, WaitReason,
};
use mysqler_tests::desk::Desk;
use mysqler_tests::sandbox::{Account, Client, Schema, Server, quoted};
use mysqler_tests::table::{filled, remains};

/// Triggers of one moment that were not made in the order in which they fire; one of another account; one that changes
/// the row; text beyond ASCII.
const TRIGGERS: [&str; 6] = [
    "CREATE TRIGGER z AFTER INSERT ON orders FOR EACH ROW INSERT INTO ledger (event, id) VALUES ('ai z', NEW.id)",
    "CREATE DEFINER='app'@'%' TRIGGER a AFTER INSERT ON orders FOR EACH ROW FOLLOWS z INSERT INTO ledger (event, id) VALUES ('ai a', NEW.id)",
    "CREATE TRIGGER m AFTER INSERT ON orders FOR EACH ROW PRECEDES z INSERT INTO ledger (event, id) VALUES ('ai m', NEW.id)",
    "CREATE TRIGGER before_update BEFORE UPDATE ON orders FOR EACH ROW SET NEW.note = '改过'",
    "CREATE TRIGGER after_update AFTER UPDATE ON orders FOR EACH ROW BEGIN INSERT INTO ledger (event, id) VALUES ('au', NEW.id); END",
    "CREATE TRIGGER after_delete AFTER DELETE ON orders FOR EACH ROW INSERT INTO ledger (event, id) VALUES ('ad', OLD.id)",
];
const ROWS: u64 = 3_000;

struct Bench {
    desk: Desk,
    schema: Schema,
    client: Client,
    request: ChangeRequest,
    /// The triggers as they were before.
    before: Vec<Vec<String>>,
}

async fn bench(name: &str) -> Bench {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, name).await;
    let table = filled(&schema, "orders", ROWS).await;
    // Only an account like this one makes triggers in another's name, as the tool has to.
    let mut client = desk.sandbox.client(Server::Primary, Account::Root).await;
    client.run(&format!("USE {}", quoted(schema.name()))).await;
    client
        .run("CREATE TABLE ledger (n INT AUTO_INCREMENT PRIMARY KEY, event VARCHAR(20), id BIGINT)")
        .await;
    for trigger in TRIGGERS {
        client.run(trigger).await;
    }
    let connection = desk
        .connection(Server::Primary, Account::Root, Environment::Development)
        .await;
    let mut request = desk.request(&connection, &table, "ADD COLUMN extra INT");
    request.engine = EngineChoice::PtOsc;
    request.options.others = vec![OptionSetting::new(KEEPS_TRIGGERS, None)];
    let before = triggers(&mut client).await;
    assert_eq!(before.len(), TRIGGERS.len());
    Bench {
        desk,
        schema,
        client,
        request,
        before,
    }
}

/// All that a trigger is, and on which table it is.
async fn triggers(client: &mut Client) -> Vec<Vec<String>> {
    client
        .rows(
            "SELECT EVENT_OBJECT_TABLE, EVENT_MANIPULATION, ACTION_TIMING, CAST(ACTION_ORDER AS CHAR), TRIGGER_NAME, \
             ACTION_STATEMENT, DEFINER, SQL_MODE, CHARACTER_SET_CLIENT, COLLATION_CONNECTION \
             FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE() AND TRIGGER_NAME NOT LIKE 'pt\\_osc%' \
             ORDER BY 1, 2, 3, 4",
        )
        .await
}

async fn held(bench: &Bench) -> (RunId, RunView) {
    let mut request = bench.request.clone();
    request.hold_cutover = true;
    let id = bench.desk.go(request).await;
    let view = bench
        .desk
        .until(&id, "the gate", |view| {
            matches!(view.state, RunState::AwaitingCutover { .. })
        })
        .await;
    (id, view)
}

impl Bench {
    async fn plan(&self) -> Plan {
        self.desk.plan(self.request.clone()).await
    }

    /// Everything is as if there had been no run, and the triggers fire.
    async fn nothing_happened(mut self) {
        assert_eq!(triggers(&mut self.client).await, self.before);
        assert_eq!(
            remains(&mut self.client, self.schema.name()).await,
            Vec::<String>::new()
        );
        self.client.run("DELETE FROM ledger").await;
        self.client
            .run("UPDATE orders SET touched = touched + 1 WHERE id = 1")
            .await;
        assert_eq!(
            self.client.rows("SELECT event, id FROM ledger").await,
            [["au", "1"]]
        );
        self.desk.close().await;
    }
}

async fn kill_container(view: &RunView) {
    let docker = bollard::Docker::connect_with_local_defaults().expect("the engine answers");
    let job = view.job.as_deref().expect("started");
    docker
        .kill_container(job, None::<bollard::query_parameters::KillContainerOptions>)
        .await
        .expect("killed");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_write_fires_its_triggers_once_and_they_are_on_the_new_table_as_they_were() {
    let mut bench = bench("triggers_kept").await;
    let plan = bench.plan().await;
    let told = plan
        .findings
        .iter()
        .find(|finding| finding.code == "TRIGGERS_KEPT");
    assert_eq!(told.map(|finding| finding.severity), Some(Severity::Danger));
    // The definer of one has rights on the original alone: fired on the shadow, it would fail the writes.
    for table in ["orders", "ledger"] {
        let grant = format!("GRANT TRIGGER, SELECT, INSERT ON {table} TO 'app'@'%'");
        bench.client.run(&grant).await;
    }
    let enough = Arc::new(AtomicBool::new(false));
    let writer = {
        let (mut client, enough) = (bench.schema.client().await, enough.clone());
        tokio::spawn(async move {
            let (mut updates, mut others) = (0_u64, 0_u64);
            while !enough.load(Ordering::SeqCst) {
                let id = 1 + updates % 500;
                client
                    .transact(&[format!("UPDATE orders SET touched = touched + 1 WHERE id = {id}")])
                    .await;
                updates += 1;
                if updates % 20 == 0 {
                    client
                        .transact(&["INSERT INTO orders (amount, note) VALUES (9.5, 'new')".to_owned()])
                        .await;
                    client
                        .transact(&[format!("DELETE FROM orders WHERE id = {}", 1000 + updates / 20)])
                        .await;
                    others += 1;
                }
            }
            (updates, others)
        })
    };
    let id = bench.desk.start(&plan).await.id;
    bench.desk.completed(&id).await;
    enough.store(true, Ordering::SeqCst);
    let (updates, others) = writer.await.expect("the writer wrote");
    assert!(updates > 0 && others > 0, "{updates} {others}");
    for table in ["orders", "ledger"] {
        let revoke = format!("REVOKE TRIGGER, SELECT, INSERT ON {table} FROM 'app'@'%'");
        bench.client.run(&revoke).await;
    }

    // Not every id exists; those that are updated are never deleted.
    let touched = bench
        .client
        .value("SELECT CAST(SUM(touched) AS CHAR) FROM orders")
        .await;
    let fired = bench
        .client
        .rows("SELECT event, CAST(COUNT(*) AS CHAR) FROM ledger GROUP BY event ORDER BY event")
        .await;
    let deleted = 3_000 + i64::try_from(others).expect("small")
        - bench
            .client
            .value("SELECT CAST(COUNT(*) AS CHAR) FROM orders")
            .await
            .parse::<i64>()
            .expect("a number");
    let mut expected = vec![
        ["ad".to_owned(), deleted.to_string()],
        ["ai a".to_owned(), others.to_string()],
        ["ai m".to_owned(), others.to_string()],
        ["ai z".to_owned(), others.to_string()],
        ["au".to_owned(), touched],
    ];
    // On a slow machine none of the few ids that were to go was there.
    expected.retain(|[_, count]| count != "0");
    assert_eq!(fired, expected);
    assert_eq!(
        bench
            .client
            .value("SELECT COUNT(*) FROM orders WHERE touched > 0 AND note <> '改过'")
            .await,
        "0"
    );
    assert_eq!(triggers(&mut bench.client).await, bench.before);
    assert_eq!(
        remains(&mut bench.client, bench.schema.name()).await,
        Vec::<String>::new()
    );
    bench.desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transaction_in_the_way_is_waited_for() {
    let mut bench = bench("triggers_lock").await;
    let (id, _) = held(&bench).await;
    let mut blocker = bench.schema.client().await;
    blocker.run("BEGIN").await;
    blocker.run("SELECT COUNT(*) FROM orders").await;
    bench.desk.core.run_cutover(&id).await.expect("heard");
    bench
        .desk
        .until(&id, "a first try that failed", |view| {
            view.waits
                .iter()
                .any(|wait| wait.reason == WaitReason::Lock && wait.since.is_some())
        })
        .await;
    assert_eq!(
        triggers(&mut bench.client).await,
        bench.before,
        "none is moved before the lock is had"
    );
    blocker.run("COMMIT").await;
    bench.desk.completed(&id).await;
    assert_eq!(triggers(&mut bench.client).await, bench.before);
    bench.desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_before_the_swap_leaves_them_where_they_were() {
    let bench = bench("triggers_stop").await;
    let (id, _) = held(&bench).await;
    bench.desk.core.run_stop(&id).await.expect("heard");
    assert_eq!(bench.desk.end(&id).await.state, RunState::Cancelled);
    bench.nothing_happened().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_that_fails_halfway_is_undone() {
    let mut bench = bench("triggers_halfway").await;
    let (id, view) = held(&bench).await;
    // The trigger that sets this column cannot be made on the shadow any more, and is gone from the original by then.
    let shadow = view.shadow.expect("created").table;
    bench
        .client
        .run(&format!("ALTER TABLE `{shadow}` DROP COLUMN note"))
        .await;
    bench.desk.core.run_cutover(&id).await.expect("heard");
    let view = bench.desk.end(&id).await;
    assert!(matches!(view.state, RunState::Failed { .. }), "{:?}", view.state);
    let log = bench.desk.log_text(&id).await;
    assert!(log.contains("triggers_restored"), "{log}");
    bench.nothing_happened().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tool_that_is_killed_with_triggers_on_the_shadow_takes_none_away() {
    let mut bench = bench("triggers_killed").await;
    let (id, view) = held(&bench).await;
    let shadow = view.shadow.clone().expect("created").table;
    // As far as the tool gets within its lock.
    bench.client.run("DROP TRIGGER m").await;
    bench
        .client
        .run(
            &TRIGGERS[2]
                .replace("ON orders", &format!("ON `{shadow}`"))
                .replace("PRECEDES z ", ""),
        )
        .await;
    kill_container(&view).await;
    let view = bench.desk.end(&id).await;
    assert!(matches!(view.state, RunState::Failed { .. }), "{:?}", view.state);
    bench.nothing_happened().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trigger_that_came_meanwhile_ends_the_run_and_stays() {
    let mut bench = bench("triggers_came").await;
    let (id, _) = held(&bench).await;
    bench
        .client
        .run("CREATE TRIGGER late BEFORE INSERT ON orders FOR EACH ROW SET NEW.touched = 7")
        .await;
    bench.before = triggers(&mut bench.client).await;
    bench.desk.core.run_cutover(&id).await.expect("heard");
    let view = bench.desk.end(&id).await;
    let RunState::Failed { error } = &view.state else {
        panic!("{:?}", view.state)
    };
    assert_eq!(error.code, ErrorCode::TriggersChanged);
    assert_eq!(error.params["names"], "late");
    bench.nothing_happened().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_saw_other_triggers_goes_to_review() {
    let mut bench = bench("triggers_review").await;
    let plan = bench.plan().await;
    bench.client.run("DROP TRIGGER after_delete").await;
    let id = bench.desk.start(&plan).await.id;
    let view = bench.desk.end(&id).await;
    let RunState::NeedsReview { differences } = &view.state else {
        panic!("{:?}", view.state)
    };
    assert_eq!(differences[0].what, "triggers_changed");
    bench.desk.close().await;
}
