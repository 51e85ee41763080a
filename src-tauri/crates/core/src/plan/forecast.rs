//! What a change will cost, with the basis of each number.

use mysqler_contract::{Algorithm, ChangeOptions, Forecast, ReplicaForecast, Work, WorkKind};

use crate::advice::{Price, Subject};
use crate::clause::OperationKind;

/// Rows per second assumed before this workstation has copied anything on that server: the low end of what a small
/// two-core server did with chunks of 0.1 s.
const COPY_IN_CHUNKS: u64 = 50_000;
/// The same for the server's own work: half of what that server did with two million rows.
const COPY_BY_SERVER: u64 = 90_000;
const REBUILD: u64 = 150_000;
const INDEX_ONLY: u64 = 600_000;

/// What every copy takes beside its chunks, ms: the container, the shadow, the triggers, the swap, the proof.
const COPY_FIXED_MS: u64 = 2_000;
/// What one ALTER takes beside its work, ms: a session, the metadata lock, the proof.
const ALTER_FIXED_MS: u64 = 300;
/// Ms that one chunk takes where nothing else was asked for.
const CHUNK_MS: u64 = 500;

/// What takes the time of `way`, which is the server's own; `None` is a copy by pt-osc. Nothing is told of what touches
/// no row, or touches rows in ways that one pace would not fit.
pub(super) fn work(subject: &Subject<'_>, way: Option<Price>) -> Option<Work> {
    let rows = subject.table.summary.rows;
    let of = |kind, passes: usize| {
        let rows = rows.saturating_mul(passes as u64);
        Some(Work { kind, rows })
    };
    match way.map(|price| price.algorithm) {
        None => of(WorkKind::ChunkedCopy, 1),
        Some(Algorithm::Copy) => of(WorkKind::ServerCopy, 1),
        Some(Algorithm::Instant) => None,
        Some(_) if rewrites_rows(subject, way) => of(WorkKind::Rebuild, 1),
        Some(_) => match subject.clause.added_indexes().count() {
            0 => None,
            indexes => of(WorkKind::Indexes, indexes),
        },
    }
}

/// `watched`: a copy would see how far replicas are behind, and wait for them. `learned` are rates of earlier completed runs of that kind on this server, newest first.
pub(super) fn forecast(
    subject: &Subject<'_>,
    options: &ChangeOptions,
    way: Option<Price>,
    work: Option<Work>,
    learned: &[u64],
    watched: bool,
) -> Forecast {
    let mut rates: Vec<u64> = learned.iter().copied().filter(|rate| *rate > 0).collect();
    rates.sort_unstable();
    let median = rates.get(rates.len() / 2).copied();
    let summary = &subject.table.summary;
    let rate = median.unwrap_or_else(|| assumed(subject, way)).max(1);
    let work_ms = match way.map(|price| price.algorithm) {
        Some(Algorithm::Instant) => 0,
        _ => work.map_or(summary.rows, |work| work.rows).saturating_mul(1000) / rate,
    };
    let shadow = second_table(subject, way);
    let fixed_ms = match way {
        None => COPY_FIXED_MS,
        Some(_) => ALTER_FIXED_MS,
    };
    let logged = subject.is_on("log_bin").then_some(match way {
        // Row images of the copy: the data once more. The server's own ALTER is one statement.
        None => summary.data_bytes,
        Some(_) => 0,
    });
    Forecast {
        rows: summary.rows,
        work,
        shadow_bytes: shadow,
        binlog_bytes: logged,
        duration_ms: fixed_ms + work_ms,
        rate_rows_s: rate,
        learned: median.is_some(),
        samples: u32::try_from(rates.len()).unwrap_or(u32::MAX),
        chunks: way.is_none().then(|| chunks(summary.rows, rate, options)),
        disk_bytes: shadow.saturating_add(logged.unwrap_or(0)),
        replicas: replicas(
            subject,
            way.is_none() && watched,
            shadow,
            logged.unwrap_or(0),
            work_ms,
        ),
    }
}

fn assumed(subject: &Subject<'_>, way: Option<Price>) -> u64 {
    match way.map(|price| price.algorithm) {
        None => COPY_IN_CHUNKS,
        Some(Algorithm::Copy) => COPY_BY_SERVER,
        Some(_) if rewrites_rows(subject, way) => REBUILD,
        Some(_) => INDEX_ONLY,
    }
}

/// Whether every row is written anew.
fn rewrites_rows(subject: &Subject<'_>, way: Option<Price>) -> bool {
    let remakes = |kind: &OperationKind| match kind {
        OperationKind::TableOption(option) => {
            ["ENGINE", "ROW_FORMAT", "KEY_BLOCK_SIZE"].contains(&option.name.as_str())
        }
        OperationKind::AddColumn(_)
        | OperationKind::AddList(_)
        | OperationKind::DropColumn(_)
        | OperationKind::Modify(_)
        | OperationKind::Change { .. }
        | OperationKind::DropPrimaryKey
        | OperationKind::Force => true,
        kind => kind.indexes().iter().any(|index| index.name() == Some("PRIMARY")),
    };
    match way.map(|price| price.algorithm) {
        None | Some(Algorithm::Copy) => true,
        Some(Algorithm::Instant | Algorithm::NoCopy) => false,
        Some(Algorithm::Inplace) => subject
            .clause
            .operations
            .iter()
            .any(|operation| remakes(&operation.kind)),
    }
}

/// Bytes that stand beside the present ones for a while.
fn second_table(subject: &Subject<'_>, way: Option<Price>) -> u64 {
    let summary = &subject.table.summary;
    match way.map(|price| price.algorithm) {
        Some(Algorithm::Instant) => 0,
        _ if rewrites_rows(subject, way) => summary.data_bytes.saturating_add(summary.index_bytes),
        _ => {
            let present = subject.table.keys.len().saturating_sub(1) as u64;
            // Without another index to go by, a tenth of the rows.
            let each = match present {
                0 => summary.data_bytes / 10,
                count => summary.index_bytes / count,
            };
            each.saturating_mul(subject.clause.added_indexes().count() as u64)
        }
    }
}

fn chunks(rows: u64, rate: u64, options: &ChangeOptions) -> u64 {
    let size = match options.chunk_size {
        Some(size) => u64::from(size),
        None => rate.saturating_mul(options.chunk_time_ms.map_or(CHUNK_MS, u64::from)) / 1000,
    };
    rows.div_ceil(size.max(1)).max(1)
}

/// A replica that nobody waits for repeats the work, or is handed it faster than it may keep up with.
fn replicas(
    subject: &Subject<'_>,
    waited_for: bool,
    shadow: u64,
    logged: u64,
    work_ms: u64,
) -> Vec<ReplicaForecast> {
    let hosts = subject.server.replicas.iter();
    hosts
        .map(|host| ReplicaForecast {
            host: host.clone(),
            // The same table once more, and what is received before it is applied.
            disk_bytes: shadow.saturating_add(logged),
            lag_ms: (!waited_for).then_some(work_ms),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::clause::analyze;
    use crate::preflight::fixture::World;

    fn told(clause: &str, way: Option<Price>, learned: &[u64], watched: bool) -> Forecast {
        let mut world = World::altering(clause);
        world.server.replicas = vec!["db2:3306".into()];
        let table = world.table.expect("the fixture has one");
        let clause = analyze(clause);
        let subject = Subject {
            clause: &clause,
            table: &table,
            server: &world.server,
        };
        let work = work(&subject, way);
        forecast(&subject, &world.request.options, way, work, learned, watched)
    }

    #[rstest]
    #[case("ADD COLUMN a INT", None, Some((WorkKind::ChunkedCopy, 2_000_000)))]
    #[case("ADD COLUMN a INT", Some(Price::INSTANT), None)]
    #[case("ADD COLUMN a INT", Some(Price::INPLACE), Some((WorkKind::Rebuild, 2_000_000)))]
    #[case("MODIFY amount BIGINT", Some(Price::COPY), Some((WorkKind::ServerCopy, 2_000_000)))]
    #[case("ADD INDEX (status)", Some(Price::INPLACE), Some((WorkKind::Indexes, 2_000_000)))]
    #[case("ADD INDEX (status), ADD INDEX (amount)", Some(Price::NOCOPY), Some((WorkKind::Indexes, 4_000_000)))]
    #[case("ADD INDEX (status), FORCE", Some(Price::INPLACE), Some((WorkKind::Rebuild, 2_000_000)))]
    #[case("DROP INDEX idx_status", Some(Price::INPLACE), None)]
    fn runs_learn_from_those_that_do_the_same_work(
        #[case] clause: &str,
        #[case] way: Option<Price>,
        #[case] work: Option<(WorkKind, u64)>,
    ) {
        let told = told(clause, way, &[], true).work;
        assert_eq!(told.map(|work| (work.kind, work.rows)), work, "{clause}");
    }

    #[test]
    fn the_time_stands_on_the_median_of_what_was_learned_and_else_on_what_is_assumed() {
        let assumed = told("FORCE", Some(Price::INPLACE), &[], true);
        assert_eq!((assumed.learned, assumed.samples), (false, 0));
        let learned = told("FORCE", Some(Price::INPLACE), &[1_000, 40_000, 0, 50_000], true);
        assert_eq!(
            (learned.learned, learned.samples, learned.rate_rows_s),
            (true, 3, 40_000)
        );
        assert_eq!(learned.duration_ms, 50_000 + ALTER_FIXED_MS);
        let both = told(
            "ADD INDEX (status), ADD INDEX (amount)",
            Some(Price::INPLACE),
            &[40_000],
            true,
        );
        assert_eq!(
            both.duration_ms,
            100_000 + ALTER_FIXED_MS,
            "each index goes through every row"
        );
    }

    #[test]
    fn a_replica_is_behind_by_the_work_unless_a_copy_waits_for_it() {
        let lag = |way, watched| told("FORCE", way, &[100_000], watched).replicas[0].lag_ms;
        assert_eq!(lag(None, true), None);
        assert_eq!(lag(None, false), Some(20_000));
        assert_eq!(
            lag(Some(Price::INPLACE), true),
            Some(20_000),
            "nobody waits in the middle of an ALTER"
        );
        assert_eq!(lag(Some(Price::INSTANT), true), Some(0));
    }
}
