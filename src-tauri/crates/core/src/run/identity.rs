//! Whether what carries an ended run's names is what that run made: names are given out again, and whoever changes the
//! same table after its leftovers were removed by hand gets the same ones.

use mysqler_contract::{Difference, Params, Phase, Result, Timestamp};

use super::supervisor::Supervisor;
use crate::doctor::{at_work, shadow_of};
use crate::ports::{LeftoverScan, Target, ToolSessions};

/// Between two clocks that are read one after the other; the server tells whole seconds.
const SLACK_MS: i64 = 2_000;
/// What a job left that ended within this time is cleaned up as that job's, ms.
const FRESH_MS: u64 = 60_000;
/// The clock of the engine's machine may be another one.
const ENGINE_SLACK_MS: i64 = 600_000;

/// What the run's names tell of when they were given.
#[derive(Debug, PartialEq, Eq)]
enum Born {
    /// Not later than the run can have made them.
    InTime,
    /// Names of what came later.
    Later(Vec<String>),
    /// The server does not tell of all.
    Unknown,
}

impl Supervisor {
    /// Why what carries this run's names is to be left alone; `None` while nothing speaks for another change.
    pub(super) async fn another_change(&mut self, target: &Target) -> Result<Option<Difference>> {
        let Some(shadow) = self.rec.view().shadow.clone() else {
            return Ok(None);
        };
        let table = self.plan.request.table.clone();
        // Ids are given out again after a restart.
        let own = match self.is_server_the_same_since(target).await? {
            true => self.rec.view().sessions.clone(),
            false => Vec::new(),
        };
        let sessions = self.settled_sessions(target, &own).await?;
        let others =
            |ids: &mut dyn Iterator<Item = u64>| -> Vec<u64> { ids.filter(|id| !own.contains(id)).collect() };
        let copying = others(&mut at_work::copying(&sessions, &table, Some(&shadow)));
        if !copying.is_empty() {
            return Ok(Some(at_work_now(&table.to_string(), &copying)));
        }
        let building = others(&mut at_work::building(&sessions, &table.database));
        let end = match self.core.first_end(&self.rec.id()).await {
            Err(_) if !self.seen.cleanup_asked => None,
            end => end?,
        };
        // A cleaning that a crash broke off may be taken up days later.
        let long_ago = self.seen.cleanup_asked || end.is_some_and(|end| self.now().since(end) > FRESH_MS);
        // Without a stranger in sight, what a job left that ended a moment ago is its own.
        if !long_ago && building.is_empty() {
            return Ok(None);
        }
        if long_ago {
            let remade = self.remade(target).await?;
            if !remade.is_empty() {
                return Ok(Some(made_later(&remade)));
            }
        }
        let Some(limit) = self.made_until(end.filter(|_| long_ago)) else {
            return Ok(None);
        };
        let now = self.now();
        let (ask, database) = (target.clone(), table.database.clone());
        let named = [shadow.clone()];
        let scan = self.patiently(move |core| {
            let (target, database, named) = (ask.clone(), database.clone(), named.clone());
            async move {
                let servers = &core.ports.servers;
                servers.scan_leftovers(&target, Some(&database), &named).await
            }
        });
        let scan = scan.await?;
        let limit = Timestamp(limit.0.saturating_add(scan.now.0 - now.0));
        Ok(match born(&scan, &shadow, limit) {
            Born::Later(names) => Some(made_later(&names)),
            Born::Unknown if !building.is_empty() && long_ago => {
                Some(at_work_now(&table.to_string(), &building))
            }
            Born::InTime | Born::Unknown => None,
        })
    }

    /// A statement of the ended job over a connection that nobody heard of gets a moment to end.
    async fn settled_sessions(&mut self, target: &Target, own: &[u64]) -> Result<ToolSessions> {
        let (table, shadow) = (self.plan.request.table.clone(), self.rec.view().shadow.clone());
        let mut looks = 0;
        loop {
            let ask = target.clone();
            let sessions = self.patiently(move |core| {
                let target = ask.clone();
                async move { core.ports.servers.tool_sessions(&target).await }
            });
            let sessions = sessions.await?;
            looks += 1;
            let quiet = at_work::copying(&sessions, &table, shadow.as_ref()).all(|id| own.contains(&id));
            if quiet || self.seen.cleanup_asked || looks >= super::cleaning::SESSION_LOOKS {
                return Ok(sessions);
            }
            self.renew().await?;
            tokio::time::sleep(super::cleaning::SESSION_PAUSE).await;
        }
    }

    /// The last moment at which the run can have made something, with what clocks may differ by. `None` where the record
    /// does not tell.
    fn made_until(&self, end: Option<Timestamp>) -> Option<Timestamp> {
        let later = |at: Timestamp, ms: i64| Timestamp(at.0.saturating_add(ms));
        if let Some(end) = end {
            return Some(later(end, SLACK_MS));
        }
        // The tool makes nothing more once it copies.
        let mut phases = self.rec.view().phases.iter();
        let copy = phases.find(|time| time.phase == Phase::Copy)?;
        Some(later(copy.started, ENGINE_SLACK_MS))
    }
}

/// Of the shadow and the triggers that write to it, on whichever table they are.
fn born(scan: &LeftoverScan, shadow: &mysqler_contract::TableRef, limit: Timestamp) -> Born {
    let tables = scan.tables.iter().filter(|found| &found.table == shadow);
    let tables = tables.map(|found| (found.table.table.clone(), found.created_at));
    let triggers = scan.triggers.iter();
    let triggers = triggers.filter(|found| shadow_of(&found.trigger).as_ref() == Some(shadow));
    let triggers = triggers.map(|found| (found.trigger.name.clone(), found.created_at));
    let found: Vec<(String, Option<Timestamp>)> = tables.chain(triggers).collect();
    let is_later = |at: &Option<Timestamp>| at.is_some_and(|at| at > limit);
    let later: Vec<String> = found
        .iter()
        .filter(|(_, at)| is_later(at))
        .map(|(name, _)| name.clone())
        .collect();
    if !later.is_empty() {
        return Born::Later(later);
    }
    match scan.cut_off || found.iter().any(|(_, at)| at.is_none()) {
        true => Born::Unknown,
        false => Born::InTime,
    }
}

fn at_work_now(table: &str, sessions: &[u64]) -> Difference {
    let ids: Vec<String> = sessions.iter().map(u64::to_string).collect();
    let params = [("table", table.to_owned()), ("ids", ids.join(", "))];
    Difference {
        what: "another_change".to_owned(),
        params: Params::from(params.map(|(name, value)| (name.to_owned(), value))),
    }
}

fn made_later(names: &[String]) -> Difference {
    super::conclude::look_at("made_later", "names", names.join(", "))
}

#[cfg(test)]
mod tests {
    use mysqler_contract::{TableRef, TriggerFacts};

    use super::*;
    use crate::ports::{FoundTable, FoundTrigger};

    fn scan(shadow: Option<i64>, trigger: Option<i64>) -> LeftoverScan {
        let table = TableRef::new("s", "t");
        let body = "BEGIN DECLARE CONTINUE HANDLER FOR 1146 begin end; \
             DELETE IGNORE FROM `s`.`_t_new` WHERE `s`.`_t_new`.`id` <=> OLD.`id`; END";
        LeftoverScan {
            tables: vec![FoundTable {
                table: TableRef::new("s", "_t_new"),
                rows: 0,
                bytes: 0,
                created_at: shadow.map(Timestamp),
                comment: String::new(),
            }],
            triggers: vec![FoundTrigger {
                table,
                trigger: TriggerFacts {
                    name: "pt_osc_s_t_del".into(),
                    timing: "AFTER".into(),
                    event: "DELETE".into(),
                    body: body.into(),
                    definer: String::new(),
                    sql_mode: String::new(),
                    charset: String::new(),
                    collation: String::new(),
                },
                created_at: trigger.map(Timestamp),
            }],
            ..LeftoverScan::default()
        }
    }

    #[test]
    fn what_came_after_the_run_is_not_the_runs_whatever_its_name() {
        let born = |shadow, trigger| {
            born(
                &scan(shadow, trigger),
                &TableRef::new("s", "_t_new"),
                Timestamp(9_000),
            )
        };
        assert_eq!(born(Some(9_000), Some(8_000)), Born::InTime);
        assert_eq!(
            born(Some(8_000), Some(9_001)),
            Born::Later(vec!["pt_osc_s_t_del".into()]),
            "a shadow that stands may have got new triggers"
        );
        assert_eq!(born(Some(10_000), None), Born::Later(vec!["_t_new".into()]));
        assert_eq!(born(Some(8_000), None), Born::Unknown);
    }
}
