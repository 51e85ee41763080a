//! Whether a server is a replica, and which replicas it knows.

use mysqler_contract::{ReplicationRole, Result};

use crate::identity::Identity;
use crate::row::Row;
use crate::server::Variables;
use crate::session::Session;

pub(crate) async fn role(session: &mut Session, variables: &Variables) -> Result<ReplicationRole> {
    // Aurora's readers share the writer's storage and show no replication.
    if variables.contains_key("aurora_version")
        && variables.get("innodb_read_only").is_some_and(|v| v == "ON")
    {
        return Ok(ReplicationRole::Replica);
    }
    let statement = status_statement(session.identity());
    Ok(match session.answer(statement).await? {
        Ok(rows) if rows.is_empty() => ReplicationRole::Primary,
        Ok(_) => ReplicationRole::Replica,
        Err(_) => ReplicationRole::NotVisible,
    })
}

/// One row a channel.
pub(crate) fn status_statement(identity: &Identity) -> &'static str {
    if identity.is_mariadb() {
        // Named connections are missing from the plain form.
        "SHOW ALL SLAVES STATUS"
    } else if identity.mysql_since(8, 0, 22) {
        "SHOW REPLICA STATUS"
    } else {
        "SHOW SLAVE STATUS"
    }
}

/// As `host:port`. Replicas that do not report a host are found by their dump threads; those are taken to listen on the
/// primary's port, as pt-osc does.
pub(crate) async fn replicas(session: &mut Session, variables: &Variables) -> Result<Vec<String>> {
    let statement = match session.identity().mysql_since(8, 0, 22) {
        true => "SHOW REPLICAS",
        false => "SHOW SLAVE HOSTS",
    };
    let listed = session
        .answer(statement)
        .await?
        .map(|rows| reported(&rows))
        .unwrap_or_default();
    if !listed.is_empty() {
        return Ok(listed);
    }
    let threads = session.answer("SHOW FULL PROCESSLIST").await?.unwrap_or_default();
    let port = variables.get("port").map_or("3306", String::as_str);
    Ok(dumping(&threads, port))
}

fn reported(rows: &[Row]) -> Vec<String> {
    let mut hosts: Vec<String> = rows
        .iter()
        .filter_map(|row| {
            let host = row.get("Host").filter(|host| !host.is_empty())?;
            Some(join(host, row.get("Port").unwrap_or("3306")))
        })
        .collect();
    hosts.sort();
    hosts.dedup();
    hosts
}

fn dumping(rows: &[Row], port: &str) -> Vec<String> {
    let mut hosts: Vec<String> = rows
        .iter()
        .filter(|row| {
            row.get("Command")
                .is_some_and(|command| command.starts_with("Binlog Dump"))
        })
        .filter_map(|row| row.get("Host").and_then(|host| host.rsplit_once(':')))
        .map(|(host, _)| join(host, port))
        .collect();
    hosts.sort();
    hosts.dedup();
    hosts
}

fn join(host: &str, port: &str) -> String {
    match host.contains(':') && !host.starts_with('[') {
        true => format!("[{host}]:{port}"),
        false => format!("{host}:{port}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replicas_are_read_from_either_generation_of_the_statement() {
        let new = Row::recorded(&[
            ("Server_Id", Some("2")),
            ("Host", Some("127.0.0.1")),
            ("Port", Some("33962")),
            ("Source_Id", Some("1")),
            ("Replica_UUID", Some("794c4abe-e58f-11f1-b6b6-0242ac120003")),
        ]);
        let old = Row::recorded(&[
            ("Server_id", Some("3")),
            ("Host", Some("")),
            ("Port", Some("3306")),
            ("Master_id", Some("1")),
        ]);
        let six = Row::recorded(&[("Host", Some("fe80::1")), ("Port", Some("3306"))]);
        assert_eq!(reported(&[new, old, six]), ["127.0.0.1:33962", "[fe80::1]:3306"]);
    }

    #[test]
    fn dump_threads_stand_for_replicas_that_report_no_host() {
        let thread = |command, host| {
            Row::recorded(&[
                ("Id", Some("9")),
                ("Host", Some(host)),
                ("Command", Some(command)),
            ])
        };
        let rows = [
            thread("Binlog Dump GTID", "10.0.0.2:51234"),
            thread("Binlog Dump", "10.0.0.3:40000"),
            thread("Query", "10.0.0.4:40000"),
            thread("Binlog Dump", "10.0.0.3:40001"),
        ];
        assert_eq!(dumping(&rows, "3307"), ["10.0.0.2:3307", "10.0.0.3:3307"]);
    }
}
