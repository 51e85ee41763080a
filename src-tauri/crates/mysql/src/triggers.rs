//! Putting triggers back onto their table, after a run that had taken them along did not end well.

use std::time::Duration;

use mysqler_contract::{ErrorCode, Result, TableRef, TriggerFacts, quote_identifier};

use crate::session::Session;
use crate::sql;

/// Seconds that one try waits for the locks: whatever writes to the table waits behind it.
const LOCK_WAIT_SECONDS: u32 = 2;
/// After which the server takes the locks from a session that it hears nothing of.
const IDLE_SECONDS: u32 = 20;
const TRIES: u32 = 30;
/// In which the writes behind a try get through.
const PAUSE: Duration = Duration::from_secs(1);
const LOCK_WAIT_TIMEOUT: u16 = 1205;
const DEADLOCK: u16 = 1213;

pub(crate) async fn restore(
    session: &mut Session,
    table: &TableRef,
    beside: Option<&TableRef>,
    triggers: &[TriggerFacts],
) -> Result<()> {
    session.spoil();
    session
        .run(&format!(
            "SET SESSION lock_wait_timeout = {LOCK_WAIT_SECONDS}, SESSION wait_timeout = {IDLE_SECONDS}"
        ))
        .await?;
    lock(session, table, beside).await?;
    let restored = put_back(session, table, triggers).await;
    let unlocked = session.run("UNLOCK TABLES").await;
    restored.and(unlocked)
}

async fn lock(session: &mut Session, table: &TableRef, beside: Option<&TableRef>) -> Result<()> {
    let tables = [Some(table), beside].into_iter().flatten();
    let locks: Vec<String> = tables.map(|table| format!("{} WRITE", table.quoted())).collect();
    let statement = format!("LOCK TABLES {}", locks.join(", "));
    for _ in 0..TRIES {
        match session.answer(&statement).await? {
            Ok(_) => return Ok(()),
            Err((LOCK_WAIT_TIMEOUT | DEADLOCK, _)) => tokio::time::sleep(PAUSE).await,
            Err((number, message)) => return Err(session.place().statement(number, &message)),
        }
    }
    let words = format!("{LOCK_WAIT_TIMEOUT}: gave up after {TRIES} × {LOCK_WAIT_SECONDS} s");
    let error = session.place().error(ErrorCode::ServerRefused);
    Err(error.with("table", table).detail(words))
}

/// Each at the end of those of its moment, so that the order given is the order in which they fire. One that is refused
/// keeps none of the others away.
async fn put_back(session: &mut Session, table: &TableRef, triggers: &[TriggerFacts]) -> Result<()> {
    for trigger in triggers {
        session
            .run(&format!("DROP TRIGGER IF EXISTS {}", name(table, trigger)))
            .await?;
    }
    let mut outcome = Ok(());
    for trigger in triggers {
        let made = match session.run(&settings(trigger)).await {
            Ok(()) => session.run(&statement(table, trigger)).await,
            refused => refused,
        };
        outcome = outcome.and(made);
    }
    outcome
}

fn name(table: &TableRef, trigger: &TriggerFacts) -> String {
    TableRef::new(&table.database, &trigger.name).quoted()
}

/// A trigger keeps the mode and the character sets of the session that made it.
fn settings(trigger: &TriggerFacts) -> String {
    let mut parts = vec![format!("sql_mode = {}", sql::text(&trigger.sql_mode))];
    let sets = [
        ("character_set_client", &trigger.charset),
        ("collation_connection", &trigger.collation),
    ];
    let known = sets.iter().filter(|(_, value)| !value.is_empty());
    parts.extend(known.map(|(name, value)| format!("{name} = {}", sql::text(value))));
    format!("SET SESSION {}", parts.join(", "))
}

fn statement(table: &TableRef, trigger: &TriggerFacts) -> String {
    let definer = match trigger.definer.rsplit_once('@') {
        Some((user, host)) => format!("DEFINER={}@{} ", quote_identifier(user), quote_identifier(host)),
        None => String::new(),
    };
    format!(
        "CREATE {definer}TRIGGER {} {} {} ON {} FOR EACH ROW {}",
        name(table, trigger),
        trigger.timing,
        trigger.event,
        table.quoted(),
        trigger.body
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trigger_is_made_as_it_was() {
        let trigger = TriggerFacts {
            name: "au`dit".into(),
            timing: "AFTER".into(),
            event: "INSERT".into(),
            body: "SET @a = 'x'".into(),
            definer: "a@b@%".into(),
            sql_mode: "ANSI_QUOTES,STRICT_TRANS_TABLES".into(),
            charset: "utf8mb4".into(),
            collation: "utf8mb4_0900_ai_ci".into(),
        };
        assert_eq!(
            statement(&TableRef::new("shop", "orders"), &trigger),
            "CREATE DEFINER=`a@b`@`%` TRIGGER `shop`.`au``dit` AFTER INSERT ON `shop`.`orders` FOR EACH ROW SET @a = 'x'"
        );
        assert_eq!(
            settings(&trigger),
            "SET SESSION sql_mode = 'ANSI_QUOTES,STRICT_TRANS_TABLES', character_set_client = 'utf8mb4', \
             collation_connection = 'utf8mb4_0900_ai_ci'"
        );
    }
}
