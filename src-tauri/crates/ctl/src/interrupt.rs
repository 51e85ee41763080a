//! Ctrl-C as an event that a command can wait for, so that it ends its work instead of being ended.

use tokio::sync::mpsc;

/// Requests to stop: Ctrl-C, and on Unix the signal that service managers send.
pub struct Interrupts(mpsc::Receiver<()>);

impl Interrupts {
    /// From here on such a request no longer ends the process by itself. Call inside a runtime.
    pub fn listen() -> Self {
        let (sender, receiver) = mpsc::channel(4);
        match Signals::register() {
            // The task ends with the runtime. A full channel means that nobody has looked yet, which loses nothing.
            Ok(mut signals) => drop(tokio::spawn(async move {
                while signals.next().await {
                    let _ = sender.try_send(());
                }
            })),
            Err(error) => tracing::warn!(%error, "Ctrl-C will end the process at once"),
        }
        Self(receiver)
    }

    /// Returns at the next request to stop.
    pub async fn next(&mut self) {
        if self.0.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn register() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) -> bool {
        tokio::select! {
            received = self.interrupt.recv() => received.is_some(),
            received = self.terminate.recv() => received.is_some(),
        }
    }
}

#[cfg(windows)]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Signals {
    fn register() -> std::io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    async fn next(&mut self) -> bool {
        self.0.recv().await.is_some()
    }
}
