use mysqler_contract::{ErrorCode, LogKind, LogLine, LogStream, Timestamp};
use mysqler_core::ports::{RunBatch, RunStore};

use crate::runs::start;
use crate::samples::{connection, line};
use crate::world::{fresh, refused};

fn batch(lines: Vec<LogLine>) -> RunBatch {
    RunBatch {
        lines,
        ..RunBatch::default()
    }
}

#[tokio::test]
async fn lines_read_back_the_same_with_the_size_of_the_whole_log() {
    let (_dir, store) = fresh().await;
    let (view, lease) = start(&store, &connection("a", "main"), "t").await;
    let lines: Vec<LogLine> = vec![
        line(1, "订单 🛒 'quoted' \t\u{7f}"),
        line(2, ""),
        LogLine {
            stream: LogStream::App,
            kind: LogKind::Sql,
            at: Timestamp(1),
            ..line(3, "x")
        },
    ];
    store.append(&lease, &batch(lines.clone()), &view).await.unwrap();
    let page = store.log(&view.id, 0, 100).await.unwrap();
    assert_eq!((page.lines, page.total), (lines.clone(), 3));
    let page = store.log(&view.id, 1, 1).await.unwrap();
    assert_eq!((page.lines.as_slice(), page.total), (&lines[1..2], 3));
    let page = store.log(&view.id, 3, 1).await.unwrap();
    assert_eq!((page.lines.len(), page.total), (0, 3));
}

#[tokio::test]
async fn a_hole_and_a_repetition_are_refused() {
    let (_dir, store) = fresh().await;
    let (view, lease) = start(&store, &connection("a", "main"), "t").await;
    store
        .append(&lease, &batch(vec![line(1, "one")]), &view)
        .await
        .unwrap();
    for wrong in [line(1, "again"), line(3, "three")] {
        refused(
            store.append(&lease, &batch(vec![wrong]), &view).await,
            ErrorCode::Internal,
        );
    }
    assert_eq!(store.log(&view.id, 0, 10).await.unwrap().total, 1);
    store
        .append(&lease, &batch(vec![line(2, "two")]), &view)
        .await
        .unwrap();
}

#[tokio::test]
async fn logs_of_two_runs_do_not_mix() {
    let (_dir, store) = fresh().await;
    let main = connection("a", "main");
    let (one, one_lease) = start(&store, &main, "t1").await;
    let (two, two_lease) = start(&store, &main, "t2").await;
    store
        .append(&one_lease, &batch(vec![line(1, "of one")]), &one)
        .await
        .unwrap();
    store
        .append(&two_lease, &batch(vec![line(1, "of two")]), &two)
        .await
        .unwrap();
    assert_eq!(
        store.log(&two.id, 0, 10).await.unwrap().lines,
        [line(1, "of two")]
    );
    refused(
        store
            .append(&one_lease, &batch(vec![line(2, "astray")]), &two)
            .await,
        ErrorCode::Internal,
    );
}
