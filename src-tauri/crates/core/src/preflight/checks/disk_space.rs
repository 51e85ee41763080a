//! The server's disk holds a second copy of the table. Scope: table and server. `danger` where the server tells that it
//! does not, since a full disk stops every writer; `warn` where little would stay free. Most servers do not tell: then the
//! need is told, `info`, not proven.

use mysqler_contract::{Algorithm, Finding, Severity, TableKind};

use super::super::context::Context;
use crate::ports::DiskFacts;

pub const CODES: &[&str] = &["DISK_SHORT", "DISK_TIGHT", "DISK_UNKNOWN"];

const MEGABYTE: u64 = 1024 * 1024;

/// A table below this is not worth a word.
const NOTEWORTHY_BYTES: u64 = 256 * MEGABYTE;

/// What should stay free, as a part of the disk.
const SPARE_PART: u64 = 10;

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    // Neither makes a second table.
    if matches!(
        context.input.algorithm,
        Some(Algorithm::Instant | Algorithm::NoCopy)
    ) {
        return Vec::new();
    }
    let Some(facts) = context
        .input
        .table
        .filter(|facts| facts.summary.kind == TableKind::Base)
    else {
        return Vec::new();
    };
    let shadow = facts.summary.data_bytes.saturating_add(facts.summary.index_bytes);
    let logged = if context.is_on("log_bin") {
        facts.summary.data_bytes
    } else {
        0
    };
    let need = shadow.saturating_add(logged);
    let finding = |code, severity| {
        Finding::new(code, severity)
            .with("need_mb", need / MEGABYTE)
            .with("table", context.table_name())
    };
    let Some(disk) = data_disk(context) else {
        let worth = need >= NOTEWORTHY_BYTES;
        return worth
            .then(|| finding("DISK_UNKNOWN", Severity::Info).not_proven())
            .into_iter()
            .collect();
    };
    let told = |code, severity| {
        let finding = finding(code, severity).with("path", &disk.path);
        vec![
            finding
                .with("free_mb", disk.available_bytes / MEGABYTE)
                .query("SELECT * FROM information_schema.DISKS"),
        ]
    };
    if disk.available_bytes < need {
        told("DISK_SHORT", Severity::Danger)
    } else if disk.available_bytes - need < disk.total_bytes / SPARE_PART && need >= NOTEWORTHY_BYTES {
        told("DISK_TIGHT", Severity::Warn)
    } else {
        Vec::new()
    }
}

/// The file system under the data directory: the one with the longest path above it.
fn data_disk<'a>(context: &'a Context<'_>) -> Option<&'a DiskFacts> {
    let directory = context.variable("datadir").unwrap_or("/");
    let above = |disk: &&DiskFacts| {
        let path = disk.path.trim_end_matches('/');
        directory
            .strip_prefix(path)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let disks = context.input.server.disks.as_ref()?;
    disks.iter().filter(above).max_by_key(|disk| disk.path.len())
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::World;
    use super::MEGABYTE;
    use crate::ports::DiskFacts;

    fn disk(path: &str, total_mb: u64, available_mb: u64) -> DiskFacts {
        DiskFacts {
            path: path.into(),
            total_bytes: total_mb * MEGABYTE,
            available_bytes: available_mb * MEGABYTE,
        }
    }

    fn world(disks: Option<Vec<DiskFacts>>) -> World {
        let mut world = World::calm().with_variable("datadir", "/var/lib/mysql/");
        world.server.disks = disks;
        world
    }

    #[test]
    fn the_disk_under_the_data_directory_decides() {
        let disks = |free| {
            Some(vec![
                disk("/", 100_000, 90_000),
                disk("/var/lib/mysql", 10_000, free),
                disk("/var/l", 1, 0),
            ])
        };
        assert_eq!(world(disks(605)).codes(), ["DISK_SHORT"], "606 MB are needed");
        assert_eq!(world(disks(1_605)).codes(), ["DISK_TIGHT"]);
        assert_eq!(world(disks(1_607)).codes(), Vec::<String>::new());
        assert_eq!(world(disks(605)).findings()[0].params["need_mb"], "606");
    }

    #[test]
    fn a_server_that_does_not_tell_is_told_the_need_of_a_big_table() {
        let unknown = world(None);
        assert_eq!(unknown.codes(), ["DISK_UNKNOWN"]);
        assert!(!unknown.findings()[0].proven);
        let small = world(None).with_table(|table| table.summary.data_bytes = 1);
        assert_eq!(small.codes(), Vec::<String>::new());
    }
}
