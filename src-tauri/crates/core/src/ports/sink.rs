//! Where the core tells what happened; the desktop turns it into window events, tests collect it.

use mysqler_contract::AppEvent;

pub trait EventSink: Send + Sync {
    /// Must not block: a slow listener never delays a run.
    fn tell(&self, event: AppEvent);
}
