//! The near end of a way: a socket that takes one connection of this process and carries it through the tunnel.

use std::sync::Arc;
use std::time::Duration;

use mysqler_contract::{AppError, Result};
use mysqler_core::ports::{Door, Way};
use russh::Channel;
use russh::client::Msg;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio_util::sync::CancellationToken;

use crate::line::Line;

/// Whoever asked for a way uses it at once, or never.
const UNUSED: Duration = Duration::from_secs(60);

pub(crate) struct OpenWay {
    door: Door,
    /// Ends the wait for a connection; one that was made goes on.
    waiting: CancellationToken,
}

impl Way for OpenWay {
    fn door(&self) -> Door {
        self.door.clone()
    }
}

impl Drop for OpenWay {
    fn drop(&mut self) {
        self.waiting.cancel();
    }
}

#[cfg(unix)]
#[derive(Default)]
pub(crate) struct Doors {
    /// Open to this user alone, made when it is needed first.
    place: std::sync::OnceLock<tempfile::TempDir>,
    number: std::sync::atomic::AtomicU64,
}

#[cfg(unix)]
impl Doors {
    pub(crate) async fn open(&self, line: Arc<Line>, channel: Channel<Msg>) -> Result<OpenWay> {
        let number = self.number.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let path = self.place()?.join(number.to_string());
        let listener = tokio::net::UnixListener::bind(&path).map_err(AppError::internal)?;
        let waiting = CancellationToken::new();
        let (door, ended) = (Door::Socket(path.clone()), waiting.clone());
        tokio::spawn(async move {
            let taken = first(async { listener.accept().await.ok() }, &ended).await;
            drop(listener);
            // Nobody else comes in this way.
            let _ = std::fs::remove_file(&path);
            if let Some((stream, _)) = taken {
                carry(stream, channel, line).await;
            }
        });
        Ok(OpenWay { door, waiting })
    }

    fn place(&self) -> Result<&std::path::Path> {
        if self.place.get().is_none() {
            // A socket's path is short, and a user's own directory for passing files may lie deep.
            let mut room = std::env::temp_dir();
            if room.as_os_str().len() > 60 {
                room = "/tmp".into();
            }
            let made = tempfile::Builder::new().prefix("mysqler-").tempdir_in(room);
            // Another task may have been faster; then this one is removed again.
            let _ = self.place.set(made.map_err(AppError::internal)?);
        }
        let place = self.place.get();
        place
            .map(tempfile::TempDir::path)
            .ok_or_else(|| AppError::internal("no place for a socket"))
    }
}

#[cfg(not(unix))]
#[derive(Default)]
pub(crate) struct Doors;

#[cfg(not(unix))]
impl Doors {
    pub(crate) async fn open(&self, line: Arc<Line>, channel: Channel<Msg>) -> Result<OpenWay> {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
            .await
            .map_err(AppError::internal)?;
        let port = listener.local_addr().map_err(AppError::internal)?.port();
        let waiting = CancellationToken::new();
        let ended = waiting.clone();
        tokio::spawn(async move {
            let taken = first(async { listener.accept().await.ok() }, &ended).await;
            drop(listener);
            if let Some((stream, _)) = taken {
                let _ = stream.set_nodelay(true);
                carry(stream, channel, line).await;
            }
        });
        Ok(OpenWay {
            door: Door::Port(port),
            waiting,
        })
    }
}

/// The first connection, unless nobody comes or the way was given up.
async fn first<T>(accepted: impl Future<Output = Option<T>>, ended: &CancellationToken) -> Option<T> {
    tokio::select! {
        biased;
        taken = accepted => taken,
        () = ended.cancelled() => None,
        () = tokio::time::sleep(UNUSED) => None,
    }
}

/// Until either end closes: a client of MySQL never goes on listening after it stopped talking.
async fn carry(near: impl AsyncRead + AsyncWrite + Unpin, channel: Channel<Msg>, line: Arc<Line>) {
    let (mut near_in, mut near_out) = tokio::io::split(near);
    let (mut far_in, mut far_out) = tokio::io::split(channel.into_stream());
    tokio::select! {
        _ = tokio::io::copy(&mut near_in, &mut far_out) => {}
        _ = tokio::io::copy(&mut far_in, &mut near_out) => {}
    }
    let _ = far_out.shutdown().await;
    let _ = near_out.shutdown().await;
    // The line outlives what goes through it.
    drop(line);
}
