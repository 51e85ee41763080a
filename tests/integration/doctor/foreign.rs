//! What another workstation's copy left: it is told from one at work, and goes only when a person picks it.

use std::time::{Duration, Instant};

use mysqler_contract::{
    Connection, Environment, LeftoverPick, LeftoverReport, LeftoverVerdict, RemovalOutcome, RunState,
};
use mysqler_tests::desk::{DEADLINE, Desk};
use mysqler_tests::sandbox::{Account, Schema, Server};
use mysqler_tests::table::{filled, remains};

use crate::writer::Writer;
use crate::{BOTH, kill_container, look, verdicts};

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_copy_is_found_and_removed_in_order_while_the_application_writes() {
    let ours = Desk::new().await;
    for server in BOTH {
        let schema = ours.sandbox.fresh_schema(server, "doctor_foreign").await;
        let table = filled(&schema, "orders", 4_000).await;
        let mut client = schema.client().await;
        // Named like an old table, and nobody's.
        client.run("CREATE TABLE _orders_old (mine INT)").await;
        // Another workstation starts it and goes away, and then its container does.
        let other = Desk::new().await;
        let there = other
            .connection(server, Account::Mysqler, Environment::Development)
            .await;
        let mut request = other.request(&there, &table, "ADD COLUMN extra INT");
        request.hold_cutover = true;
        request.engine = mysqler_contract::EngineChoice::PtOsc;
        let id = other.go(request).await;
        let view = other
            .until(&id, "the gate", |view| {
                matches!(view.state, RunState::AwaitingCutover { .. })
            })
            .await;
        other.close().await;
        kill_container(&view).await;

        let connection = ours
            .connection(server, Account::Mysqler, Environment::Development)
            .await;
        // The server takes a moment to see that the sessions are gone.
        let started = Instant::now();
        let report = loop {
            let report = look(&ours, &connection, &schema).await;
            if report
                .found
                .iter()
                .all(|found| found.verdict != LeftoverVerdict::Live)
            {
                break report;
            }
            assert!(started.elapsed() < DEADLINE, "{server:?}: {:#?}", report.found);
            tokio::time::sleep(Duration::from_millis(200)).await;
        };
        let foreign = |name: &str| (name.to_owned(), LeftoverVerdict::Foreign);
        assert_eq!(
            verdicts(&report, &schema),
            [
                foreign("S.pt_osc_S_orders_del"),
                foreign("S.pt_osc_S_orders_ins"),
                foreign("S.pt_osc_S_orders_upd"),
                foreign("S._orders_new"),
                ("S._orders_old".to_owned(), LeftoverVerdict::Unproven),
            ],
            "{server:?}: {:#?}",
            report.found
        );
        let shadow = &report.found[3];
        assert_eq!(shadow.after.len(), 3, "the triggers go first");
        assert!(shadow.bytes.is_some_and(|bytes| bytes > 0) && shadow.age_ms.is_some());

        let writer = Writer::start(&schema, &table).await;
        let remove = |ids: Vec<String>| {
            let pick = LeftoverPick::These { ids };
            let (core, id, name) = (ours.core.clone(), connection.id.clone(), schema.name().to_owned());
            async move {
                core.leftovers_remove(&id, Some(&name), &pick)
                    .await
                    .expect("removed")
            }
        };
        let nothing = remove(Vec::new()).await;
        assert_eq!(
            (nothing.removals.len(), nothing.left.found.len()),
            (0, 5),
            "nothing was picked"
        );
        let alone = remove(vec![shadow.id.clone()]).await;
        assert!(
            matches!(&alone.removals[0].outcome, RemovalOutcome::Refused { why } if why.what == "first"),
            "{server:?}: {:#?}",
            alone.removals
        );
        // A busy application may keep the locks from one try; a person then tries again.
        let mut left = report.clone();
        while left.removable().next().is_some() {
            let ids = left.removable().map(|found| found.id.clone()).collect();
            let cleanup = remove(ids).await;
            assert!(
                started.elapsed() < DEADLINE,
                "{server:?}: {:#?}",
                cleanup.removals
            );
            left = cleanup.left;
        }
        let (written, failures) = writer.end().await;
        assert!(written > 10, "{server:?}: the application wrote");
        assert_eq!(failures, Vec::<String>::new(), "{server:?}: no write failed");
        assert_eq!(
            remains(&mut client, schema.name()).await,
            ["_orders_old"],
            "{server:?}"
        );
    }
    ours.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paused_copy_of_another_workstation_is_told_as_such_and_left_alone() {
    let other = Desk::new().await;
    let schema = other.sandbox.fresh_schema(Server::Primary, "doctor_live").await;
    let table = filled(&schema, "orders", 20_000).await;
    let there = other.primary().await;
    let mut request = other.request(&there, &table, "ADD COLUMN extra INT");
    request.options.chunk_size = Some(20);
    request.options.chunk_time_ms = None;
    request.hold_cutover = true;
    let id = other.go(request).await;
    other.until(&id, "the copy", |view| view.rows_copied > 100).await;
    // Between two chunks, for as long as the look takes.
    other.core.run_pause(&id).await.expect("heard");
    other
        .until(&id, "the pause", |view| {
            matches!(
                view.state,
                RunState::Paused { .. } | RunState::AwaitingCutover { .. }
            )
        })
        .await;

    let ours = Desk::new().await;
    let connection = ours.primary().await;
    let report = look(&ours, &connection, &schema).await;
    assert_eq!(report.found.len(), 4, "{:#?}", report.found);
    for found in &report.found {
        assert_eq!(found.verdict, LeftoverVerdict::Live, "{found:#?}");
        assert_eq!(found.why[0].what, "session_building", "{found:#?}");
    }
    let ids = report.found.iter().map(|found| found.id.clone()).collect();
    let cleanup = ours
        .core
        .leftovers_remove(&connection.id, Some(schema.name()), &LeftoverPick::These { ids })
        .await
        .expect("looked through");
    assert!(!cleanup.is_complete() && cleanup.left.found.len() == 4);
    // On the workstation whose run it is, the record says so.
    let there = look(&other, &there, &schema).await;
    assert!(
        there
            .found
            .iter()
            .all(|found| found.verdict == LeftoverVerdict::Live && found.run.as_ref() == Some(&id)),
        "{:#?}",
        there.found
    );
    other.core.run_stop(&id).await.expect("heard");
    other.end(&id).await;
    ours.close().await;
    other.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_at_work_is_seen_by_an_account_with_no_more_rights_than_a_run_needs() {
    let other = Desk::new().await;
    let ours = Desk::new().await;
    for server in BOTH {
        let schema = other.sandbox.fresh_schema(server, "doctor_busy").await;
        let table = filled(&schema, "orders", 40_000).await;
        let there = other
            .connection(server, Account::Mysqler, Environment::Development)
            .await;
        let mut request = other.request(&there, &table, "ADD COLUMN extra INT");
        request.engine = mysqler_contract::EngineChoice::PtOsc;
        request.options.chunk_size = Some(10);
        request.options.chunk_time_ms = None;
        request.hold_cutover = true;
        let id = other.go(request).await;
        other.until(&id, "the copy", |view| view.rows_copied > 100).await;
        let connection = ours
            .connection(server, Account::Mysqler, Environment::Development)
            .await;
        // A look takes place between two moments; it is repeated while the copy lasts.
        loop {
            let report = look(&ours, &connection, &schema).await;
            if report
                .found
                .iter()
                .all(|found| found.verdict == LeftoverVerdict::Live)
            {
                break;
            }
            let view = other.core.run_view(&id).await.expect("stored");
            assert!(
                !matches!(view.state, RunState::AwaitingCutover { .. }),
                "{server:?}: the copy was over before it was seen: {:#?}",
                report.found
            );
        }
        other.core.run_stop(&id).await.expect("heard");
        other.end(&id).await;
    }
    ours.close().await;
    other.close().await;
}

/// An account with these rights on the server and all on the schema.
async fn account(desk: &Desk, schema: &Schema, user: &str, rights: &str) -> Connection {
    let mut root = desk.sandbox.client(Server::Primary, Account::Root).await;
    let name = schema.name();
    root.run(&format!(
        "DROP USER IF EXISTS {user}; CREATE USER {user} IDENTIFIED BY 'Blind-1-account'; \
         GRANT ALL ON `{name}`.* TO {user}; GRANT {rights} ON *.* TO {user}"
    ))
    .await;
    let mut draft = desk.draft(Server::Primary, Account::Mysqler, Environment::Development);
    draft.name = user.to_owned();
    draft.user = user.to_owned();
    draft.password = mysqler_contract::SecretInput::Set {
        value: mysqler_contract::Secret::new("Blind-1-account"),
    };
    desk.core.connection_save(&draft, true).await.expect("saved")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_account_cannot_see_is_told_and_never_taken_for_proof() {
    let desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "doctor_blind").await;
    let name = schema.name();
    let mut client = schema.client().await;
    client
        .run(&format!(
            "CREATE TABLE x (id INT PRIMARY KEY); CREATE TABLE _x_new LIKE x; \
             CREATE TRIGGER `pt_osc_{name}_x_ins` AFTER INSERT ON x FOR EACH ROW \
             REPLACE INTO `{name}`.`_x_new` (`id`) VALUES (NEW.`id`)"
        ))
        .await;
    let all = |report: &LeftoverReport, verdict| report.found.iter().all(|found| found.verdict == verdict);

    let blind = account(&desk, &schema, "mysqler_blind", "USAGE").await;
    let report = look(&desk, &blind, &schema).await;
    assert!(
        report.found.len() == 2 && all(&report, LeftoverVerdict::Unproven),
        "{:#?}",
        report.found
    );
    assert_eq!(report.unseen[0].what, "sessions_hidden");

    // It sees sessions at work and not what idle ones did: nothing goes wholesale.
    let short = account(&desk, &schema, "mysqler_short_sighted", "PROCESS").await;
    let report = look(&desk, &short, &schema).await;
    assert!(all(&report, LeftoverVerdict::Foreign), "{:#?}", report.found);
    assert_eq!(report.unseen[0].what, "idle_sessions");
    let remove = async |pick: LeftoverPick| {
        let outcome = desk.core.leftovers_remove(&short.id, Some(name), &pick).await;
        outcome.expect("looked through")
    };
    let wholesale = remove(LeftoverPick::All).await;
    assert!(!wholesale.is_complete() && wholesale.left.found.len() == 2);
    let ids = report.found.iter().map(|found| found.id.clone()).collect();
    let picked = remove(LeftoverPick::These { ids }).await;
    assert!(
        picked.is_complete() && picked.left.found.is_empty(),
        "{:#?}",
        picked.removals
    );

    let mut root = desk.sandbox.client(Server::Primary, Account::Root).await;
    root.run("DROP USER mysqler_blind, mysqler_short_sighted").await;
    desk.close().await;
}
