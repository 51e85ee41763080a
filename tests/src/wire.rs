//! A socket that passes everything on to the machine's container engine until it is told otherwise.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "test support fails loudly"
)]

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio_util::sync::CancellationToken;

pub struct Wire {
    path: PathBuf,
    cut: AtomicBool,
    open: Mutex<CancellationToken>,
    trap: Mutex<Vec<String>>,
    /// The last words of the trap were said.
    sprung: CancellationToken,
    /// Whoever was caught is gone, and others may pass.
    freed: AtomicBool,
    passes_last: bool,
}

impl Wire {
    pub fn new(dir: &Path) -> Arc<Self> {
        Self::with(dir, &[], true)
    }

    /// Falls silent for good when requests with these words were made one after another. The last one is passed on, and
    /// only its answer never comes, or it is not.
    pub fn trapped(dir: &Path, words: &[&str], passes_last: bool) -> Arc<Self> {
        Self::with(dir, words, passes_last)
    }

    fn with(dir: &Path, words: &[&str], passes_last: bool) -> Arc<Self> {
        let path = dir.join("engine.sock");
        let listener = UnixListener::bind(&path).expect("a socket can be bound");
        let wire = Arc::new(Self {
            path,
            cut: AtomicBool::new(false),
            open: Mutex::default(),
            trap: Mutex::new(words.iter().rev().map(|word| (*word).to_owned()).collect()),
            sprung: CancellationToken::new(),
            freed: AtomicBool::new(false),
            passes_last,
        });
        let serving = wire.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if serving.cut.load(Ordering::SeqCst) {
                    continue;
                }
                let (wire, token) = (serving.clone(), serving.open.lock().unwrap().clone());
                tokio::spawn(async move {
                    tokio::select! {
                        () = wire.pass(client) => {}
                        () = token.cancelled() => {}
                    }
                });
            }
        });
        wire
    }

    /// As in `DOCKER_HOST`.
    pub fn address(&self) -> String {
        format!("unix://{}", self.path.display())
    }

    pub fn cut(&self) {
        self.cut.store(true, Ordering::SeqCst);
        std::mem::take(&mut *self.open.lock().unwrap()).cancel();
    }

    /// Passes on again, after a cut and after a trap.
    pub fn mend(&self) {
        self.cut.store(false, Ordering::SeqCst);
        self.freed.store(true, Ordering::SeqCst);
    }

    /// Returns when the trap has caught its request.
    pub async fn sprung(&self) {
        self.sprung.cancelled().await;
    }

    async fn pass(&self, client: UnixStream) {
        let Ok(engine) = UnixStream::connect("/var/run/docker.sock").await else {
            return;
        };
        let (mut from_client, mut to_client) = client.into_split();
        let (mut from_engine, mut to_engine) = engine.into_split();
        let there = async {
            let mut buffer = vec![0; 64 * 1024];
            while let Ok(length @ 1..) = from_client.read(&mut buffer).await {
                let caught = self.catches(&buffer[..length]);
                if (!self.holds() || (caught && self.passes_last))
                    && to_engine.write_all(&buffer[..length]).await.is_err()
                {
                    return;
                }
            }
            let _ = to_engine.shutdown().await;
        };
        let back = async {
            let mut buffer = vec![0; 64 * 1024];
            while let Ok(length @ 1..) = from_engine.read(&mut buffer).await {
                if !self.holds() && to_client.write_all(&buffer[..length]).await.is_err() {
                    return;
                }
            }
            if !self.holds() {
                let _ = to_client.shutdown().await;
            } else {
                std::future::pending::<()>().await;
            }
        };
        tokio::join!(there, back);
    }

    fn holds(&self) -> bool {
        self.sprung.is_cancelled() && !self.freed.load(Ordering::SeqCst)
    }

    /// Whether these bytes are the request that springs the trap.
    fn catches(&self, bytes: &[u8]) -> bool {
        let mut trap = self.trap.lock().unwrap();
        let Some(word) = trap.last() else {
            return false;
        };
        if !bytes.windows(word.len()).any(|found| found == word.as_bytes()) {
            return false;
        }
        trap.pop();
        if !trap.is_empty() {
            return false;
        }
        self.sprung.cancel();
        true
    }
}
