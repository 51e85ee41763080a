use mysqler_contract::{
    AppError, ErrorCode, EstimateSource, Leftover, Phase, RunAction, RunEvent, RunEventKind as Kind,
    RunState, WaitReason,
};
use mysqler_core::ports::{RunBatch, RunStore};

use crate::runs::start;
use crate::samples::{connection, event, progress, queued, table};
use crate::world::{NOW, fresh, refused};

fn batch(events: Vec<RunEvent>) -> RunBatch {
    RunBatch {
        events,
        ..RunBatch::default()
    }
}

#[tokio::test]
async fn events_of_every_kind_read_back_the_same() {
    let (_dir, store) = fresh().await;
    let (view, lease) = start(&store, &connection("a", "main"), "t").await;
    let failed = RunState::Failed {
        error: AppError::new(ErrorCode::RunFailed)
            .with("class", "lock_wait")
            .detail("1205"),
    };
    let before = Box::new(RunState::Running { phase: Phase::Copy });
    let kinds = [
        Kind::StateChanged { state: failed },
        Kind::StateChanged {
            state: RunState::Interrupted { since: NOW, before },
        },
        Kind::JobStarted {
            job: "c0ffee".to_owned(),
        },
        Kind::PhaseStarted {
            phase: Phase::CreateShadow,
        },
        Kind::Estimated {
            rows: 10,
            source: EstimateSource::Explain,
        },
        Kind::Progress {
            rows: 1,
            chunk_rows: 2,
            chunk_ms: 3,
        },
        Kind::WaitStarted {
            reason: WaitReason::ReplicaStopped,
            detail: "é\n\"'".to_owned(),
        },
        Kind::ShadowCreated {
            table: table("_t_new"),
        },
        Kind::TriggersCreated {
            names: vec!["a".to_owned()],
        },
        Kind::Sessions { ids: vec![7] },
        Kind::Warned {
            code: None,
            text: "w".to_owned(),
        },
        Kind::Gap { from: 1, to: 2 },
        Kind::JobExited {
            code: 255,
            success_line: false,
        },
        Kind::ContactRegained,
        Kind::Cleaned {
            leftover: Leftover::Session { id: 9 },
        },
        Kind::Requested {
            action: RunAction::CutOver,
            by: "window".to_owned(),
        },
    ];
    let events: Vec<RunEvent> = kinds
        .into_iter()
        .zip(2..)
        .map(|(kind, seq)| event(seq, kind))
        .collect();
    store.append(&lease, &batch(events.clone()), &view).await.unwrap();
    assert_eq!(store.events(&view.id, 1, 100).await.unwrap(), events);
}

#[tokio::test]
async fn events_are_read_in_stretches() {
    let (_dir, store) = fresh().await;
    let (view, lease) = start(&store, &connection("a", "main"), "t").await;
    store
        .append(&lease, &batch((2..=5).map(progress).collect()), &view)
        .await
        .unwrap();
    store
        .append(&lease, &batch((6..=9).map(progress).collect()), &view)
        .await
        .unwrap();
    let seqs = async |after, limit| {
        let events = store.events(&view.id, after, limit).await.unwrap();
        events.iter().map(|event| event.seq).collect::<Vec<_>>()
    };
    assert_eq!(seqs(0, 3).await, [1, 2, 3]);
    assert_eq!(seqs(3, 100).await, [4, 5, 6, 7, 8, 9]);
    assert!(seqs(9, 100).await.is_empty());
}

#[tokio::test]
async fn a_hole_a_repetition_and_a_step_back_are_refused() {
    let (_dir, store) = fresh().await;
    let (view, lease) = start(&store, &connection("a", "main"), "t").await;
    for wrong in [
        vec![progress(3)],
        vec![progress(1)],
        vec![progress(2), progress(2)],
        vec![progress(0)],
    ] {
        refused(
            store.append(&lease, &batch(wrong), &view).await,
            ErrorCode::Internal,
        );
    }
    assert_eq!(store.events(&view.id, 0, 10).await.unwrap(), queued());
    store
        .append(&lease, &batch(vec![progress(2)]), &view)
        .await
        .unwrap();
}
