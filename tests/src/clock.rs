//! A clock that stands until a test sets it, and shows UTC on the wall.
#![allow(clippy::unwrap_used, reason = "test support fails loudly")]

use std::sync::atomic::{AtomicI64, Ordering};

use mysqler_contract::Timestamp;
use mysqler_core::ports::{Clock, SystemClock};

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

pub struct HandClock(AtomicI64);

impl HandClock {
    /// Today at that time, to the second: `21:59:40`.
    pub fn at(time: &str) -> Self {
        let today = SystemClock.now().0.div_euclid(DAY_MS) * DAY_MS;
        let clock = Self(AtomicI64::new(today));
        clock.set(time);
        clock
    }

    /// Forward to the next moment at which it shows `time`.
    pub fn set(&self, time: &str) {
        let parts: Vec<i64> = time.split(':').map(|part| part.parse().unwrap()).collect();
        let within = (parts[0] * 60 + parts[1]) * MINUTE_MS + parts[2] * 1_000;
        let now = self.0.load(Ordering::SeqCst);
        let today = now.div_euclid(DAY_MS) * DAY_MS + within;
        let next = if today < now { today + DAY_MS } else { today };
        self.0.store(next, Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }

    fn local_day(&self, at: Timestamp) -> String {
        SystemClock.local_day(at)
    }

    fn local(&self, at: Timestamp) -> chrono::NaiveDateTime {
        chrono::DateTime::from_timestamp_millis(at.0).unwrap().naive_utc()
    }
}
