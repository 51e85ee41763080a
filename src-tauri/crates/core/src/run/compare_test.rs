//! What of a forecast is held against what.

use super::super::fixture::{plan, wait, worked};
use super::*;
use mysqler_contract::ReplicaForecast;

fn told(plan: &Plan, view: &RunView, ms: i64) -> Vec<Compared> {
    compare(plan, view, Timestamp(view.created_at.0 + ms))
}

fn of(figures: &[Compared], figure: Figure) -> Option<(u64, Option<u64>, Option<Remark>)> {
    let found = figures.iter().find(|compared| compared.figure == figure)?;
    Some((found.forecast, found.fact, found.remark))
}

#[test]
fn a_copy_is_held_against_its_forecast_figure_by_figure() {
    let plan = plan(WorkKind::ChunkedCopy);
    let mut view = worked(&plan, 60_000);
    view.bytes_after = Some(500 << 20);
    view.measures.chunks = Some(90);
    view.measures.binlog_bytes = Some(600 << 20);
    let figures = told(&plan, &view, 60_000);
    assert_eq!(of(&figures, Figure::Duration), Some((41_000, Some(60_000), None)));
    assert_eq!(figures[0].percent, Some(146));
    assert_eq!(
        of(&figures, Figure::Rows),
        Some((2_000_000, Some(1_900_000), None))
    );
    assert_eq!(
        of(&figures, Figure::Chunks),
        Some((80, Some(90), Some(Remark::BySizesTold)))
    );
    assert_eq!(
        of(&figures, Figure::NewTable),
        Some((606 << 20, Some(500 << 20), Some(Remark::ByStatistics)))
    );
    assert_eq!(
        of(&figures, Figure::BinaryLog),
        Some((539 << 20, Some(600 << 20), Some(Remark::OthersToo)))
    );
    assert_eq!(of(&figures, Figure::ReplicaLag), None, "there are no replicas");
}

#[test]
fn what_a_person_held_up_is_no_fault_of_the_forecast() {
    let plan = plan(WorkKind::ChunkedCopy);
    let mut view = worked(&plan, 60_000);
    view.waits = vec![wait(WaitReason::Pause, 10_000), wait(WaitReason::Load, 5_000)];
    view.measures.held_ms = 9_000;
    let figures = told(&plan, &view, 60_000);
    assert_eq!(
        of(&figures, Figure::Duration),
        Some((41_000, Some(41_000), Some(Remark::WithoutPauses)))
    );
}

#[test]
fn nothing_is_made_up_where_nothing_was_seen() {
    let plan = plan(WorkKind::ChunkedCopy);
    let figures = told(&plan, &worked(&plan, 60_000), 60_000);
    for figure in [Figure::Chunks, Figure::NewTable, Figure::BinaryLog] {
        let (_, fact, remark) = of(&figures, figure).expect("it was foretold");
        assert_eq!((fact, remark), (None, None), "{figure:?}");
    }
    assert!(figures[2..].iter().all(|compared| compared.percent.is_none()));
}

#[test]
fn the_servers_own_work_counts_no_rows_and_indexes_alone_are_what_is_added() {
    let mut plan = plan(WorkKind::Indexes);
    plan.forecast.shadow_bytes = 67 << 20;
    let mut view = worked(&plan, 10_000);
    view.bytes_after = Some((606 << 20) + (70 << 20));
    let figures = told(&plan, &view, 10_000);
    let names: Vec<Figure> = figures.iter().map(|compared| compared.figure).collect();
    assert_eq!(names, [Figure::Duration, Figure::Growth]);
    assert_eq!(
        of(&figures, Figure::Growth),
        Some((67 << 20, Some(70 << 20), Some(Remark::ByStatistics)))
    );
    let rebuild = super::super::fixture::plan(WorkKind::Rebuild);
    let figures = told(&rebuild, &view, 10_000);
    assert_eq!(
        of(&figures, Figure::NewTable),
        Some((606 << 20, view.bytes_after, Some(Remark::ByStatistics)))
    );
    plan.forecast.work = None;
    assert_eq!(
        told(&plan, &view, 10_000).len(),
        1,
        "an instant change is over, and that is all"
    );
}

#[test]
fn lag_is_the_worst_that_was_seen_or_within_the_limit_or_not_watched() {
    let behind = |lag_ms| {
        let mut plan = plan(WorkKind::ChunkedCopy);
        plan.forecast.replicas = vec![ReplicaForecast {
            host: "db2:3306".into(),
            disk_bytes: 1,
            lag_ms,
        }];
        plan
    };
    let lag = |plan: &Plan, seen| {
        let mut view = worked(plan, 60_000);
        view.measures.worst_lag_ms = seen;
        of(&told(plan, &view, 60_000), Figure::ReplicaLag)
    };
    assert_eq!(lag(&behind(None), Some(4_000)), Some((1_000, Some(4_000), None)));
    assert_eq!(
        lag(&behind(None), None),
        Some((1_000, None, Some(Remark::WithinLimit)))
    );
    assert_eq!(
        lag(&behind(Some(40_000)), None),
        Some((40_000, None, Some(Remark::NotWatched)))
    );
    assert_eq!(lag(&behind(Some(0)), None), None);
}
