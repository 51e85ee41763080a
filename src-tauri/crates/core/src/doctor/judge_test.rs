use mysqler_contract::TriggerFacts;
use mysqler_contract::messages::{Locale, catalogue};

use super::*;
use crate::ports::ToolSessions;

const NOW: Timestamp = Timestamp(10_000_000);

fn table(name: &str) -> TableRef {
    TableRef::new("shop", name)
}

fn found_table(name: &str) -> FoundTable {
    FoundTable {
        table: table(name),
        rows: 10,
        bytes: 4096,
        created_at: Some(Timestamp(NOW.0 - 3_600_000)),
        comment: String::new(),
    }
}

fn found_trigger(on: &str, name: &str, body: &str) -> FoundTrigger {
    FoundTrigger {
        table: table(on),
        trigger: TriggerFacts {
            name: name.into(),
            timing: "AFTER".into(),
            event: "INSERT".into(),
            body: body.into(),
            definer: "dba@%".into(),
            sql_mode: String::new(),
            charset: "utf8mb4".into(),
            collation: "utf8mb4_bin".into(),
        },
        created_at: Some(Timestamp(NOW.0 - 3_500_000)),
    }
}

fn writing_to(shadow: &str) -> String {
    format!("REPLACE INTO `shop`.`{shadow}` (`id`) VALUES (NEW.`id`)")
}

/// What a killed copy of `shop.orders` leaves.
fn abandoned() -> LeftoverScan {
    LeftoverScan {
        triggers: vec![found_trigger(
            "orders",
            "pt_osc_shop_orders_ins",
            &writing_to("_orders_new"),
        )],
        tables: vec![found_table("_orders_new")],
        originals: vec![table("orders")],
        now: NOW,
        ..LeftoverScan::default()
    }
}

fn run(is_live: bool) -> KnownRun {
    KnownRun {
        id: RunId("20260115-001".into()),
        is_live,
        state: match is_live {
            true => RunStateKind::Running,
            false => RunStateKind::NeedsCleanup,
        },
        table: table("orders"),
        shadow: Some(table("_orders_new")),
        leftovers: Vec::new(),
    }
}

fn judged(scan: &LeftoverScan, runs: &[KnownRun]) -> Vec<FoundLeftover> {
    let found = Judge {
        scan,
        runs,
        sees_sessions: true,
    }
    .all();
    for reason in found.iter().flat_map(|found| &found.why) {
        let key = format!("leftover.why.{}", reason.what);
        assert!(catalogue(Locale::En).contains_key(&key), "{key} has no text");
    }
    found
}

fn verdicts(found: &[FoundLeftover]) -> Vec<(String, LeftoverVerdict, &str)> {
    found
        .iter()
        .map(|found| {
            (
                found.object.to_string(),
                found.verdict,
                found.why[0].what.as_str(),
            )
        })
        .collect()
}

fn shown(
    object: &str,
    verdict: LeftoverVerdict,
    why: &'static str,
) -> (String, LeftoverVerdict, &'static str) {
    (object.to_owned(), verdict, why)
}

#[test]
fn what_another_hand_left_is_for_a_person_to_pick_and_triggers_come_first() {
    let found = judged(&abandoned(), &[]);
    assert_eq!(
        verdicts(&found),
        [
            shown(
                "shop.pt_osc_shop_orders_ins",
                LeftoverVerdict::Foreign,
                "trigger_exact"
            ),
            shown(
                "shop._orders_new",
                LeftoverVerdict::Foreign,
                "triggers_write_to_it"
            ),
        ]
    );
    assert_eq!(found[1].after, [found[0].id.clone()]);
    assert_eq!(
        found[0].sql,
        "DROP TRIGGER IF EXISTS `shop`.`pt_osc_shop_orders_ins`"
    );
    assert_eq!(found[1].age_ms, Some(3_600_000));
    assert!(found.iter().all(|found| found.table == Some(table("orders"))));
}

#[test]
fn a_record_of_an_ended_run_makes_it_ours_and_of_a_live_one_live() {
    let ours = judged(&abandoned(), &[run(false)]);
    assert!(
        ours.iter()
            .all(|found| found.verdict == LeftoverVerdict::Ours && found.why[0].what == "recorded")
    );
    let live = judged(&abandoned(), &[run(true)]);
    assert!(
        live.iter()
            .all(|found| found.verdict == LeftoverVerdict::Live && found.why[0].what == "run_live")
    );
}

#[test]
fn a_session_that_copies_makes_it_live() {
    let statement =
        "INSERT LOW_PRIORITY IGNORE INTO `shop`.`_orders_new` (`id`) SELECT `id` FROM `shop`.`orders`";
    let mut scan = abandoned();
    scan.sessions = ToolSessions {
        copying: vec![(7, statement.into())],
        ..ToolSessions::default()
    };
    let found = judged(&scan, &[]);
    assert!(
        found.iter().all(|found| found.verdict == LeftoverVerdict::Live),
        "{found:#?}"
    );
    // One that stands still is known by what it did, and by its database.
    scan.sessions = ToolSessions {
        building: vec![(7, "shop".into())],
        ..ToolSessions::default()
    };
    assert_eq!(judged(&scan, &[])[0].why[0].what, "session_building");
    scan.sessions.building[0].1 = "other".into();
    assert_eq!(judged(&scan, &[])[0].verdict, LeftoverVerdict::Foreign);
    // Of another table.
    scan.sessions.copying = vec![(7, statement.replace("orders", "other"))];
    assert_eq!(judged(&scan, &[])[0].verdict, LeftoverVerdict::Foreign);
}

#[test]
fn without_sight_of_other_sessions_nothing_of_another_hand_is_taken_for_abandoned() {
    let scan = abandoned();
    let judge = |runs: &[KnownRun]| {
        Judge {
            scan: &scan,
            runs,
            sees_sessions: false,
        }
        .all()
    };
    assert!(
        judge(&[])
            .iter()
            .all(|found| found.verdict == LeftoverVerdict::Unproven)
    );
    assert!(
        judge(&[run(false)])
            .iter()
            .all(|found| found.verdict == LeftoverVerdict::Ours),
        "a record needs no session"
    );
}

#[test]
fn a_name_alone_proves_nothing() {
    let scan = LeftoverScan {
        triggers: vec![
            found_trigger("orders", "pt_osc_shop_orders_ins", "SET @x = 1"),
            found_trigger("orders", "pt_osc_audit", &writing_to("_orders_new")),
            // The form and the name are right, and what it writes to is nobody's shadow.
            found_trigger("items", "pt_osc_shop_items_ins", &writing_to("archive")),
        ],
        tables: vec![
            found_table("_orders_new"),
            found_table("_orders_old"),
            found_table("_ghost_new"),
        ],
        originals: vec![table("orders")],
        now: NOW,
        ..LeftoverScan::default()
    };
    let found = judged(&scan, &[]);
    assert_eq!(
        verdicts(&found),
        [
            shown("shop._ghost_new", LeftoverVerdict::Unproven, "no_original"),
            shown(
                "shop.pt_osc_shop_items_ins",
                LeftoverVerdict::Unproven,
                "trigger_name"
            ),
            shown("shop.pt_osc_audit", LeftoverVerdict::Unproven, "trigger_name"),
            shown(
                "shop.pt_osc_shop_orders_ins",
                LeftoverVerdict::Unproven,
                "trigger_body"
            ),
            shown("shop._orders_new", LeftoverVerdict::Unproven, "name_alone"),
            shown("shop._orders_old", LeftoverVerdict::Unproven, "name_alone"),
        ]
    );
}

#[test]
fn an_old_table_is_known_by_the_triggers_that_went_along_with_it_or_by_our_record() {
    for name in ["_orders_old", "K3Z0QX__________orders_old"] {
        is_known_as_old(name);
    }
}

fn is_known_as_old(name: &str) {
    let scan = LeftoverScan {
        triggers: vec![found_trigger(
            name,
            "pt_osc_shop_orders_ins",
            &writing_to("_orders_new"),
        )],
        tables: vec![found_table(name)],
        originals: vec![table("orders")],
        now: NOW,
        ..LeftoverScan::default()
    };
    let found = judged(&scan, &[]);
    assert_eq!(found[1].object, LeftoverObject::Old { table: table(name) });
    assert_eq!(
        (found[1].verdict, found[1].why[0].what.as_str()),
        (LeftoverVerdict::Foreign, "triggers_on_it")
    );
    let listed = KnownRun {
        leftovers: vec![Leftover::Table { table: table(name) }],
        ..run(false)
    };
    let bare = LeftoverScan {
        triggers: Vec::new(),
        ..scan
    };
    assert_eq!(judged(&bare, &[listed])[0].verdict, LeftoverVerdict::Ours);
}

#[test]
fn a_history_row_is_a_mark_and_goes_after_the_table_that_it_is_about() {
    let job = HistoryJob {
        history: TableRef::new("percona", "pt_osc_history"),
        job: 7,
        table: table("orders"),
        shadow: Some("_orders_new".into()),
        clause: "ADD COLUMN c INT".into(),
        has_bounds: true,
        done: false,
        touched_at: Timestamp(NOW.0 - 3_000_000),
    };
    let scan = LeftoverScan {
        triggers: Vec::new(),
        jobs: vec![job.clone()],
        ..abandoned()
    };
    let found = judged(&scan, &[]);
    assert_eq!(
        verdicts(&found),
        [
            shown("shop._orders_new", LeftoverVerdict::Foreign, "history_row"),
            shown(
                "percona.pt_osc_history #7",
                LeftoverVerdict::Foreign,
                "history_of_shadow"
            ),
        ]
    );
    assert_eq!(found[1].after, [found[0].id.clone()]);
    assert_eq!(
        found[1].sql,
        "DELETE FROM `percona`.`pt_osc_history` WHERE job_id = 7"
    );
    let busy = LeftoverScan {
        jobs: vec![HistoryJob {
            touched_at: Timestamp(NOW.0 - 1_000),
            ..job
        }],
        ..scan
    };
    assert!(
        judged(&busy, &[])
            .iter()
            .all(|found| found.verdict == LeftoverVerdict::Live)
    );
}

#[test]
fn a_clone_is_ours_by_its_comment_and_in_use_while_it_is_young() {
    let mut clone = found_table("_mysqler_x_clone");
    let scan = |clone: &FoundTable| LeftoverScan {
        tables: vec![clone.clone()],
        now: NOW,
        ..LeftoverScan::default()
    };
    assert_eq!(judged(&scan(&clone), &[]), []);
    clone.comment = format!("{CLONE_MARK} to try a clause on");
    assert_eq!(judged(&scan(&clone), &[])[0].verdict, LeftoverVerdict::Foreign);
    clone.created_at = Some(Timestamp(NOW.0 - 5_000));
    assert_eq!(judged(&scan(&clone), &[])[0].verdict, LeftoverVerdict::Live);
}

#[test]
fn another_object_under_the_same_name_has_another_id() {
    let before = judged(&abandoned(), &[]);
    let mut scan = abandoned();
    scan.tables[0].created_at = Some(NOW);
    scan.triggers[0].trigger.body.push(';');
    let after = judged(&scan, &[]);
    assert!(
        before
            .iter()
            .zip(&after)
            .all(|(before, after)| before.id != after.id)
    );
    assert!(before.iter().all(|found| found.id.len() == 8));
}
