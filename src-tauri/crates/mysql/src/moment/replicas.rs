//! How the replicas of a server do, asked from each of them as pt-osc asks: with the same account, at the address that
//! the server lists.

use std::collections::BTreeMap;
use std::time::Duration;

use mysqler_contract::Result;
use mysqler_core::ports::{ReplicaMoment, ReplicaState, Target};

use super::{LIMIT, ask};
use crate::cache::SessionCache;
use crate::replication;
use crate::row::Row;
use crate::session::Session;

/// More are not asked; a tree of that size has its own monitoring.
const ASKED: usize = 8;

/// Connecting and asking together. A replica that only the server can reach must not hold up a plan.
pub(super) const AT_ONCE: Duration = Duration::from_millis(1500);
/// Of one that a run waits for, once it is silent for so long.
pub(super) const PATIENTLY: Duration = Duration::from_secs(5);

const FILTERS: [&str; 6] = [
    "Replicate_Do_DB",
    "Replicate_Ignore_DB",
    "Replicate_Do_Table",
    "Replicate_Ignore_Table",
    "Replicate_Wild_Do_Table",
    "Replicate_Wild_Ignore_Table",
];

pub(super) async fn states(
    session: &mut Session,
    cache: &SessionCache,
    target: &Target,
    limit: Duration,
) -> Result<Vec<ReplicaMoment>> {
    let own = ask(
        session,
        "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('port', 'server_id', 'server_uuid')",
    );
    let own: BTreeMap<String, String> = own
        .await
        .unwrap_or_default()
        .iter()
        .map(|row| (row.text(0).to_ascii_lowercase(), row.text(1)))
        .collect();
    let names = replication::replicas(session, &own).await?;
    let asked = names.into_iter().take(ASKED).map(|name| {
        let own = &own;
        async move {
            let state = match tokio::time::timeout(limit, state(cache, target, &name, own)).await {
                Ok(state) => state,
                Err(_) => Err(format!("no answer within {} ms", limit.as_millis())),
            };
            ReplicaMoment { name, state }
        }
    });
    Ok(futures::future::join_all(asked).await)
}

async fn state(
    cache: &SessionCache,
    target: &Target,
    name: &str,
    source: &BTreeMap<String, String>,
) -> std::result::Result<ReplicaState, String> {
    let (host, port) = name.rsplit_once(':').ok_or("no port")?;
    let target = Target {
        host: host.trim_matches(['[', ']']).to_owned(),
        port: port.parse().map_err(|_| "no port")?,
        database: None,
        ..target.clone()
    };
    let mut session = cache.lease(&target).await.map_err(|error| error.to_string())?;
    let statement = replication::status_statement(session.identity());
    match session.answer_within(statement, LIMIT).await {
        Ok(Ok(rows)) => Ok(read(&rows, source)),
        Ok(Err((number, message))) => Err(format!("{number}: {message}")),
        Err(error) => Err(error.to_string()),
    }
}

/// The worst of all channels from `source`; of all channels when none can be told to be its own.
fn read(rows: &[Row], source: &BTreeMap<String, String>) -> ReplicaState {
    let own: Vec<&Row> = rows.iter().filter(|row| comes_from(row, source)).collect();
    let rows = if own.is_empty() {
        rows.iter().collect()
    } else {
        own
    };
    let mut state = ReplicaState::default();
    let lag = |row: &&Row| number(row, &["Seconds_Behind_Source", "Seconds_Behind_Master"]);
    state.lag_s = rows.iter().filter_map(lag).max();
    state.delay_s = rows
        .iter()
        .filter_map(|row| number(row, &["SQL_Delay"]))
        .max()
        .unwrap_or(0);
    state.stopped = match rows.is_empty() {
        true => Some("no channel".to_owned()),
        false => rows.iter().find_map(|row| stopped(row)),
    };
    for row in rows {
        let set = FILTERS.iter().filter_map(|name| {
            let value = row.get(name).filter(|value| !value.is_empty())?;
            Some(format!("{}={value}", name.to_ascii_lowercase()))
        });
        state.filters.extend(set);
    }
    state.filters.sort();
    state.filters.dedup();
    state
}

fn comes_from(row: &Row, source: &BTreeMap<String, String>) -> bool {
    let same = |columns: &[&str], name: &str| {
        let theirs = columns
            .iter()
            .find_map(|column| row.get(column))
            .filter(|id| !id.is_empty());
        theirs.is_some() && theirs == source.get(name).map(String::as_str)
    };
    same(&["Source_UUID", "Master_UUID"], "server_uuid")
        || (row.get("Source_UUID").or(row.get("Master_UUID")).is_none()
            && same(&["Source_Server_Id", "Master_Server_Id"], "server_id"))
}

fn number(row: &Row, names: &[&str]) -> Option<u64> {
    names.iter().find_map(|name| row.get(name))?.parse().ok()
}

/// The thread that does not run, with what it said last.
fn stopped(row: &Row) -> Option<String> {
    let threads = [
        (["Replica_IO_Running", "Slave_IO_Running"], "IO", "Last_IO_Error"),
        (
            ["Replica_SQL_Running", "Slave_SQL_Running"],
            "SQL",
            "Last_SQL_Error",
        ),
    ];
    threads.iter().find_map(|(names, thread, error)| {
        let running = names.iter().find_map(|name| row.get(name))?;
        if running == "Yes" {
            return None;
        }
        let words = row
            .get(error)
            .filter(|words| !words.is_empty())
            .unwrap_or(running);
        Some(format!("{thread}: {words}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source() -> BTreeMap<String, String> {
        BTreeMap::from([
            ("server_uuid".into(), "u1".into()),
            ("server_id".into(), "1".into()),
        ])
    }

    fn channel(uuid: &str, sql: &str, lag: Option<&str>, filter: &str) -> Row {
        Row::recorded(&[
            ("Source_UUID", Some(uuid)),
            ("Replica_IO_Running", Some("Yes")),
            ("Replica_SQL_Running", Some(sql)),
            ("Seconds_Behind_Source", lag),
            ("SQL_Delay", Some("0")),
            ("Last_SQL_Error", Some("")),
            ("Replicate_Do_DB", Some(filter)),
        ])
    }

    #[test]
    fn only_the_channel_from_this_server_counts() {
        let rows = [
            channel("u9", "No", None, "other"),
            channel("u1", "Yes", Some("3"), ""),
        ];
        let state = read(&rows, &source());
        assert_eq!(
            (state.lag_s, state.stopped, state.filters.len()),
            (Some(3), None, 0)
        );
        let foreign = read(&rows[..1], &source());
        assert_eq!(
            foreign.stopped.as_deref(),
            Some("SQL: No"),
            "nothing better is known"
        );
    }

    #[test]
    fn a_stopped_thread_is_told_with_its_error_and_filters_by_name() {
        let mariadb = Row::recorded(&[
            ("Slave_IO_Running", Some("Yes")),
            ("Slave_SQL_Running", Some("No")),
            ("Seconds_Behind_Master", None),
            ("Master_Server_Id", Some("1")),
            ("Last_SQL_Error", Some("Duplicate entry")),
            ("SQL_Delay", Some("3600")),
            ("Replicate_Wild_Ignore_Table", Some("shop.%")),
        ]);
        let state = read(&[mariadb], &source());
        assert_eq!(state.stopped.as_deref(), Some("SQL: Duplicate entry"));
        assert_eq!((state.lag_s, state.delay_s), (None, 3600));
        assert_eq!(state.filters, ["replicate_wild_ignore_table=shop.%"]);
        assert_eq!(read(&[], &source()).stopped.as_deref(), Some("no channel"));
    }
}
