//! What a control says to the plugin, whichever way its files are made.

use mysqler_contract::{LoadThreshold, Tuning};

/// One `name=value` a line of the file `tune`.
pub(crate) fn tuning(tuning: &Tuning) -> Vec<String> {
    let list = |all: &[LoadThreshold]| {
        let each = all.iter().map(|one| format!("{}={}", one.variable, one.value));
        each.collect::<Vec<_>>().join(",")
    };
    let mut lines = Vec::new();
    lines.extend(tuning.chunk_time_ms.map(|ms| format!("chunk_time_ms={ms}")));
    lines.extend(tuning.max_lag_s.map(|seconds| format!("max_lag_s={seconds}")));
    lines.push(format!("max_load={}", list(&tuning.max_load)));
    lines.push(format!("critical_load={}", list(&tuning.critical_load)));
    lines
}
