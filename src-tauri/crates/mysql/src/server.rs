//! The server as a whole: identity, variables, status, role, rights.

use std::collections::BTreeMap;
use std::time::Instant;

use mysqler_contract::{ErrorCode, Flavour, Result, ServerReport, quote_identifier};
use mysqler_core::ports::{ServerFacts, Target};

use crate::grants::Grants;
use crate::row::Row;
use crate::session::Session;
use crate::{privileges, replication, room, sql};

/// Global variables, lower-case names.
pub(crate) type Variables = BTreeMap<String, String>;

pub(crate) fn is_on(variables: &Variables, name: &str) -> bool {
    variables
        .get(name)
        .is_some_and(|value| value == "ON" || value == "1")
}

pub(crate) async fn report(
    session: &mut Session,
    target: &Target,
    for_schema: Option<&str>,
) -> Result<ServerReport> {
    check_settings(session, target).await?;
    let latency_us = latency_us(session).await?;
    let tls = session.rows("SHOW SESSION STATUS LIKE 'Ssl_%'").await?;
    let variables = variables(session).await?;
    let grants = grants(session).await?;
    let identity = session.identity().clone();
    Ok(ServerReport {
        flavour: identity.flavour,
        version: identity.version,
        version_text: identity.text.clone(),
        server_uuid: server_uuid(&variables),
        tls_cipher: named(&tls, "Ssl_cipher"),
        tls_version: named(&tls, "Ssl_version"),
        latency_us,
        role: replication::role(session, &variables).await?,
        read_only: read_only(&variables),
        replicas: replication::replicas(session, &variables).await?,
        missing_privileges: match identity.flavour {
            Flavour::Other => Vec::new(),
            _ => privileges::missing(&grants, &identity, &variables, for_schema),
        },
        account: account(session).await?,
    })
}

pub(crate) async fn facts(session: &mut Session, database: &str) -> Result<ServerFacts> {
    let variables = variables(session).await?;
    let grants = grants(session).await?;
    let literal = is_on(&variables, "partial_revokes");
    let identity = session.identity().clone();
    Ok(ServerFacts {
        server_uuid: server_uuid(&variables),
        flavour: identity.flavour,
        version: identity.version,
        version_text: identity.text,
        role: replication::role(session, &variables).await?,
        replicas: replication::replicas(session, &variables).await?,
        account: account(session).await?,
        global_privileges: grants.on_server(Some(database)).into_iter().collect(),
        schema_privileges: grants.on_schema(database, literal).into_iter().collect(),
        status: status(session).await?,
        binlog_filters: room::binlog_filters(session).await?,
        disks: room::disks(session).await?,
        variables,
    })
}

/// The default database and the character set are the connection's own: a wrong one is told when it is tested.
async fn check_settings(session: &mut Session, target: &Target) -> Result<()> {
    let place = session.place().clone();
    if let Err((number, message)) = session
        .answer(&format!(
            "SET NAMES {}; SET NAMES utf8mb4",
            sql::text(&target.charset)
        ))
        .await?
    {
        return Err(place.statement(number, &message).with("charset", &target.charset));
    }
    let Some(database) = target.database.as_deref().filter(|name| !name.is_empty()) else {
        return Ok(());
    };
    match session
        .answer(&format!("USE {}", quote_identifier(database)))
        .await?
    {
        Ok(_) => Ok(()),
        Err((number, message)) => {
            let error = place.refused(number, &message).with("database", database);
            Err(error)
        }
    }
}

/// Median of three round trips.
async fn latency_us(session: &mut Session) -> Result<u64> {
    let mut samples = [0_u64; 3];
    for sample in &mut samples {
        let begun = Instant::now();
        session.run("SELECT 1").await?;
        *sample = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
    }
    samples.sort_unstable();
    Ok(samples[1])
}

/// What new sessions begin with.
pub(crate) async fn sql_mode(session: &mut Session) -> Result<String> {
    let rows = session.rows("SELECT @@GLOBAL.sql_mode").await?;
    Ok(rows.first().map(|row| row.text(0)).unwrap_or_default())
}

async fn variables(session: &mut Session) -> Result<Variables> {
    Ok(session
        .rows("SHOW GLOBAL VARIABLES")
        .await?
        .iter()
        .map(pair)
        .collect())
}

async fn status(session: &mut Session) -> Result<BTreeMap<String, u64>> {
    let rows = session.rows("SHOW GLOBAL STATUS").await?;
    Ok(rows
        .iter()
        .map(pair)
        .filter_map(|(name, value)| Some((name, value.parse().ok()?)))
        .collect())
}

/// Counters of these names, as they are given.
pub(crate) async fn load(session: &mut Session, variables: &[String]) -> Result<BTreeMap<String, u64>> {
    if variables.is_empty() {
        return Ok(BTreeMap::new());
    }
    let names: Vec<String> = variables.iter().map(|name| sql::text(name)).collect();
    let statement = format!("SHOW GLOBAL STATUS WHERE Variable_name IN ({})", names.join(", "));
    let rows = session.rows(&statement).await?;
    let found: BTreeMap<String, String> = rows.iter().map(pair).collect();
    let value = |name: &String| found.get(&name.to_ascii_lowercase())?.parse().ok();
    Ok(variables
        .iter()
        .filter_map(|name| Some((name.clone(), value(name)?)))
        .collect())
}

fn pair(row: &Row) -> (String, String) {
    (row.text(0).to_ascii_lowercase(), row.text(1))
}

fn named(rows: &[Row], name: &str) -> Option<String> {
    rows.iter()
        .find(|row| row.at(0).is_some_and(|known| known.eq_ignore_ascii_case(name)))
        .and_then(|row| row.optional(1))
        .filter(|value| !value.is_empty())
}

/// MariaDB has no `server_uuid`; its newer versions have a `server_uid` that serves as one.
fn server_uuid(variables: &Variables) -> Option<String> {
    ["server_uuid", "server_uid"]
        .iter()
        .find_map(|name| variables.get(*name))
        .filter(|id| !id.is_empty())
        .cloned()
}

fn read_only(variables: &Variables) -> bool {
    // MariaDB 12 has further values than ON, all of which refuse some writes.
    ["read_only", "super_read_only", "innodb_read_only"]
        .iter()
        .filter_map(|name| variables.get(*name))
        .any(|value| !matches!(value.as_str(), "OFF" | "0" | "NO"))
}

async fn account(session: &mut Session) -> Result<String> {
    let rows = session.rows("SELECT CURRENT_USER()").await?;
    Ok(rows
        .first()
        .map(|row| quote_account(&row.text(0)))
        .unwrap_or_default())
}

/// `dba@%` as `'dba'@'%'`: a user name may hold an `@`, a host cannot.
fn quote_account(account: &str) -> String {
    match account.rsplit_once('@') {
        Some((user, host)) => format!("{}@{}", sql::text(user), sql::text(host)),
        None => sql::text(account),
    }
}

async fn grants(session: &mut Session) -> Result<Grants> {
    let mut lines = match session.answer("SHOW GRANTS").await? {
        Ok(rows) => texts(&rows),
        Err((number, message)) => {
            let error = session.place().statement(number, &message);
            return match error.code {
                ErrorCode::ServerPrivilege | ErrorCode::ServerRefused => Ok(Grants::default()),
                _ => Err(error),
            };
        }
    };
    if session.identity().mysql_since(8, 0, 0) {
        let roles = session.answer("SELECT CURRENT_ROLE()").await?.unwrap_or_default();
        let active = roles
            .first()
            .and_then(|row| row.at(0))
            .filter(|roles| *roles != "NONE" && !roles.is_empty());
        if let Some(roles) = active {
            // The function's answer is quoted as the statement wants it.
            let resolved = session
                .answer(&format!("SHOW GRANTS FOR CURRENT_USER() USING {roles}"))
                .await?;
            lines.extend(resolved.map(|rows| texts(&rows)).unwrap_or_default());
        }
    }
    Ok(Grants::read(lines.iter().map(String::as_str)))
}

fn texts(rows: &[Row]) -> Vec<String> {
    rows.iter().map(|row| row.text(0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: &str, value: &str) -> Variables {
        Variables::from([(name.to_owned(), value.to_owned())])
    }

    #[test]
    fn any_kind_of_read_only_counts() {
        assert!(read_only(&with("super_read_only", "ON")));
        assert!(read_only(&with("innodb_read_only", "ON")), "an Aurora reader");
        assert!(read_only(&with("read_only", "NO_LOCK_NO_ADMIN")), "MariaDB 12");
        assert!(!read_only(&with("read_only", "OFF")));
        assert!(!read_only(&Variables::new()));
    }

    #[test]
    fn an_account_is_quoted_around_its_last_at_sign() {
        assert_eq!(quote_account("dba@%"), "'dba'@'%'");
        assert_eq!(quote_account("a@b@10.0.0.1"), "'a@b'@'10.0.0.1'");
        assert_eq!(quote_account("@localhost"), "''@'localhost'");
    }

    #[test]
    fn mariadb_is_identified_by_its_own_id() {
        assert_eq!(server_uuid(&with("server_uid", "abc=")).as_deref(), Some("abc="));
        assert_eq!(server_uuid(&with("server_uuid", "")), None);
    }
}
