//! The engine stops answering in the middle of a run and comes back.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use mysqler_contract::{RunEventKind, RunState};
use mysqler_runner::DockerRunner;
use mysqler_tests::desk::Desk;
use mysqler_tests::sandbox::Server;
use mysqler_tests::table::{filled, remains};
use tokio::net::{UnixListener, UnixStream};
use tokio_util::sync::CancellationToken;

/// A socket that passes everything on to the engine until it is cut.
struct Wire {
    path: PathBuf,
    cut: Arc<AtomicBool>,
    open: std::sync::Mutex<CancellationToken>,
}

impl Wire {
    fn new(dir: &Path) -> Arc<Self> {
        let path = dir.join("engine.sock");
        let listener = UnixListener::bind(&path).expect("a socket can be bound");
        let open = std::sync::Mutex::new(CancellationToken::new());
        let wire = Arc::new(Self {
            path,
            cut: Arc::default(),
            open,
        });
        let serving = wire.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if serving.cut.load(Ordering::SeqCst) {
                    continue;
                }
                let token = serving.open.lock().unwrap().clone();
                tokio::spawn(async move { pass(client, token).await });
            }
        });
        wire
    }

    fn cut(&self) {
        self.cut.store(true, Ordering::SeqCst);
        std::mem::replace(&mut *self.open.lock().unwrap(), CancellationToken::new()).cancel();
    }

    fn mend(&self) {
        self.cut.store(false, Ordering::SeqCst);
    }
}

async fn pass(mut client: UnixStream, token: CancellationToken) {
    let Ok(mut engine) = UnixStream::connect("/var/run/docker.sock").await else {
        return;
    };
    tokio::select! {
        _ = tokio::io::copy_bidirectional(&mut client, &mut engine) => {}
        () = token.cancelled() => {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_found_again_after_the_engine_was_out_of_reach() {
    let dir = tempfile::tempdir().expect("a scratch directory");
    let wire = Wire::new(dir.path());
    let data = tempfile::tempdir().expect("a scratch directory");
    let runner = DockerRunner::at(&format!("unix://{}", wire.path.display()));
    let desk = Desk::at(data.path(), "test:1", runner).await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "contact").await;
    let table = filled(&schema, "orders", 40_000).await;
    let connection = desk.primary().await;
    let mut request = desk.request(&connection, &table, "ADD COLUMN extra INT");
    request.options.chunk_size = Some(100);
    request.options.chunk_time_ms = None;
    let id = desk.go(request).await;
    desk.until(&id, "the copy", |view| view.rows_copied > 500).await;

    wire.cut();
    desk.until(&id, "the loss", |view| {
        matches!(view.state, RunState::Interrupted { .. })
    })
    .await;
    wire.mend();
    desk.until(&id, "contact", |view| {
        !matches!(view.state, RunState::Interrupted { .. })
    })
    .await;
    desk.completed(&id).await;
    let events = desk.events(&id).await;
    assert!(
        events
            .iter()
            .any(|event| matches!(event.kind, RunEventKind::ContactLost { .. }))
    );
    assert!(
        events
            .iter()
            .any(|event| matches!(event.kind, RunEventKind::ContactRegained))
    );
    let mut client = schema.client().await;
    assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());
    desk.close().await;
}
