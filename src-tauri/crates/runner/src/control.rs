//! What a control says to the plugin, whichever way its files are made.

use std::time::Duration;

use mysqler_contract::{LoadThreshold, Tuning};
use mysqler_core::ports::ReplicasSeen;

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

/// The lines of the file `replicas`; a server's words may have any number of lines, and the file has one for them.
pub(crate) fn replicas(seen: &ReplicasSeen, patience: Duration) -> Vec<String> {
    let (reason, detail) = match seen {
        ReplicasSeen::Follow => ("none", ""),
        ReplicasSeen::Behind { detail } => ("lag", detail.as_str()),
        ReplicasSeen::Stopped { detail } => ("stopped", detail.as_str()),
    };
    let detail = detail.replace(char::is_control, " ");
    vec![
        format!("patience={}", patience.as_secs()),
        format!("reason={reason}"),
        format!("detail={detail}"),
    ]
}
