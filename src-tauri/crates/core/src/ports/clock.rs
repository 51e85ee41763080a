//! Time, as an argument.

use mysqler_contract::Timestamp;

pub trait Clock: Send + Sync {
    /// Wall clock.
    fn now(&self) -> Timestamp;

    /// The local calendar day of `at`, as `YYYYMMDD`; run ids begin with it.
    fn local_day(&self, at: Timestamp) -> String;

    /// What a clock on the workstation's wall shows at `at`.
    fn local(&self, at: Timestamp) -> chrono::NaiveDateTime {
        let utc = chrono::DateTime::from_timestamp_millis(at.0).unwrap_or_default();
        utc.with_timezone(&chrono::Local).naive_local()
    }
}

/// The workstation's clock and time zone.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp(chrono::Utc::now().timestamp_millis())
    }

    fn local_day(&self, at: Timestamp) -> String {
        chrono::DateTime::from_timestamp_millis(at.0)
            .unwrap_or_default()
            .with_timezone(&chrono::Local)
            .format("%Y%m%d")
            .to_string()
    }
}
