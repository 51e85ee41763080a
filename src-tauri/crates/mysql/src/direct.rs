//! A session that carries one ALTER, however long it takes, and what the server tells of such sessions.

use std::time::Duration;

use async_trait::async_trait;
use mysqler_contract::{DirectLaunch, ErrorCode, Result};
use mysqler_core::ports::{DdlAnswer, DdlSession, DdlWork, Target};
use sqlx::mysql::MySqlConnection;
use sqlx::{AssertSqlSafe, Connection};

use crate::error::{Place, server_error};
use crate::row::Row;
use crate::session::{STATEMENT_LIMIT, Session};

/// What reading the warnings and the goodbye may take once the ALTER is done.
const AFTERWARDS: Duration = Duration::from_secs(5);

pub(crate) struct Ddl {
    connection: MySqlConnection,
    id: u64,
    place: Place,
    statement: String,
}

impl Ddl {
    pub(crate) async fn open(target: &Target, launch: &DirectLaunch) -> Result<Self> {
        let mut session = Session::open(target, STATEMENT_LIMIT).await?;
        for statement in &launch.session {
            session.run(statement).await?;
        }
        let id = session.thread();
        if id == 0 {
            return Err(session
                .place()
                .lost("the server did not tell the session's number"));
        }
        Ok(Self {
            id,
            place: session.place().clone(),
            connection: session.into_connection()?,
            statement: launch.statement.clone(),
        })
    }

    fn failed(&self, error: &sqlx::Error) -> DdlAnswer {
        let Some((number, message)) = server_error(error) else {
            return DdlAnswer::Lost {
                why: self.place.running(error).to_string(),
            };
        };
        // A server that shuts down or closes the session says so, and not what became of the statement.
        match self.place.statement(number, message).code {
            ErrorCode::ServerLost => DdlAnswer::Lost {
                why: format!("{number}: {message}"),
            },
            _ => DdlAnswer::Refused {
                number,
                message: message.to_owned(),
            },
        }
    }

    /// Told beside the success, never instead of it.
    async fn warnings(&mut self) -> Vec<(u16, String)> {
        let asked = sqlx::raw_sql("SHOW WARNINGS").fetch_all(&mut self.connection);
        let Ok(Ok(rows)) = tokio::time::timeout(AFTERWARDS, asked).await else {
            return Vec::new();
        };
        let rows = Row::read_all(&rows).unwrap_or_default();
        rows.iter()
            .map(|row| (u16::try_from(row.number(1)).unwrap_or(0), row.text(2)))
            .collect()
    }
}

#[async_trait]
impl DdlSession for Ddl {
    fn id(&self) -> u64 {
        self.id
    }

    async fn execute(mut self: Box<Self>) -> DdlAnswer {
        // The clause as it was typed: the text protocol, no placeholders, nothing around it.
        let statement = sqlx::raw_sql(AssertSqlSafe(self.statement.clone()));
        let answer = match statement.execute(&mut self.connection).await {
            Ok(_) => DdlAnswer::Done {
                warnings: self.warnings().await,
            },
            Err(error) => self.failed(&error),
        };
        if !matches!(answer, DdlAnswer::Lost { .. }) {
            let Ddl { connection, .. } = *self;
            let _ = tokio::time::timeout(AFTERWARDS, connection.close()).await;
        }
        answer
    }
}

pub(crate) async fn work(session: &mut Session, user: &str, head: &str) -> Result<Vec<DdlWork>> {
    let rows = session.rows("SHOW FULL PROCESSLIST").await?;
    let mut work: Vec<DdlWork> = rows.iter().filter_map(|row| at_work(row, user, head)).collect();
    if !work.is_empty() && !session.identity().is_mariadb() {
        add_stages(session, &mut work).await;
    }
    Ok(work)
}

fn at_work(row: &Row, user: &str, head: &str) -> Option<DdlWork> {
    let statement = row.get("Info")?;
    if row.get("User") != Some(user) || !statement.starts_with(head) {
        return None;
    }
    let state = row.get("State").unwrap_or_default().to_owned();
    Some(DdlWork {
        session: row.get("Id")?.parse().ok()?,
        waits_for_lock: state.contains("metadata lock"),
        state,
        progress: row.get("Progress").and_then(percentage),
    })
}

/// MariaDB tells a percentage of the whole statement; nothing is told as 0.
fn percentage(text: &str) -> Option<(u64, u64)> {
    let percent: f64 = text.parse().ok()?;
    (percent > 0.0 && percent <= 100.0).then_some(((percent * 1000.0) as u64, 100_000))
}

/// Where the server keeps stages and lets this account read them.
async fn add_stages(session: &mut Session, work: &mut [DdlWork]) {
    let ids: Vec<String> = work.iter().map(|work| work.session.to_string()).collect();
    let statement = format!(
        "SELECT t.PROCESSLIST_ID, s.WORK_COMPLETED, s.WORK_ESTIMATED FROM performance_schema.events_stages_current s \
         JOIN performance_schema.threads t ON t.THREAD_ID = s.THREAD_ID \
         WHERE s.WORK_ESTIMATED > 0 AND t.PROCESSLIST_ID IN ({})",
        ids.join(", ")
    );
    let Ok(Ok(rows)) = session.answer(&statement).await else {
        return;
    };
    for row in &rows {
        let (done, meant) = (row.number(1), row.number(2));
        if let Some(work) = work.iter_mut().find(|work| work.session == row.number(0)) {
            work.progress = Some((done.min(meant), meant));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "ALTER TABLE `s`.`t` ALGORITHM=INPLACE, LOCK=NONE, ";

    fn row(user: &str, info: Option<&str>, state: &str, progress: Option<&str>) -> Row {
        Row::recorded(&[
            ("Id", Some("42")),
            ("User", Some(user)),
            ("State", Some(state)),
            ("Info", info),
            ("Progress", progress),
        ])
    }

    #[test]
    fn a_session_is_at_work_by_account_and_statement_together() {
        let statement = format!("{HEAD}ADD INDEX (a)");
        let ours = row(
            "dba",
            Some(&statement),
            "Waiting for table metadata lock",
            Some("0.000"),
        );
        assert_eq!(
            at_work(&ours, "dba", HEAD),
            Some(DdlWork {
                session: 42,
                state: "Waiting for table metadata lock".into(),
                waits_for_lock: true,
                progress: None,
            })
        );
        assert_eq!(at_work(&ours, "other", HEAD), None, "another account's");
        for info in [
            None,
            Some("ALTER TABLE `s`.`t2` ALGORITHM=INPLACE, LOCK=NONE, ADD INDEX (a)"),
        ] {
            assert_eq!(
                at_work(&row("dba", info, "", None), "dba", HEAD),
                None,
                "{info:?}"
            );
        }
    }

    #[test]
    fn mariadbs_percentage_is_kept_to_a_thousandth() {
        assert_eq!(percentage("33.300"), Some((33_300, 100_000)));
        assert_eq!(percentage("0.000"), None);
        assert_eq!(percentage(""), None);
    }
}
