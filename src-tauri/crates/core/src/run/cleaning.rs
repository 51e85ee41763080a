//! Removing what a run left on the server: triggers first, since without the shadow table they would fail the
//! application's writes; then the shadow; and nothing that is not proven to be this run's own.

use std::future::Future;
use std::time::Duration;

use mysqler_contract::{AppError, ErrorCode, Leftover, LogKind, Phase, Result, RunEventKind, TableRef};

use super::conclude::look_at;
use super::state::Input;
use super::supervisor::Supervisor;
use crate::Core;
use crate::plan::{fingerprint, same_definition};
use crate::ports::Target;

/// How often a server that does not answer is asked again, and how long between two questions.
const TRIES: u32 = 15;
const BETWEEN: Duration = Duration::from_secs(2);
/// How long sessions of an ended job may take to disappear.
const SESSION_LOOKS: u32 = 40;
const SESSION_PAUSE: Duration = Duration::from_millis(250);

/// Which of the two tables carries the table's name now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// The original, as the plan saw it.
    Original,
    /// The shadow took its place.
    Swapped,
    /// Neither can be proven.
    Neither,
}

impl Supervisor {
    /// From `cleaning` to a terminal state.
    pub(super) async fn clean(&mut self) -> Result<()> {
        match self.try_clean().await {
            Ok(()) => Ok(()),
            Err(error) if error.code == ErrorCode::LeaseLost => Err(error),
            Err(error) => {
                self.rec
                    .note(LogKind::Error, format!("Cleaning stopped: {error}"));
                let leftovers = self.recorded_leftovers();
                self.rec.input(&Input::LeaveBehind {
                    leftovers,
                    error: Some(error),
                });
                Ok(())
            }
        }
    }

    async fn try_clean(&mut self) -> Result<()> {
        let target = self.reach_server().await?;
        self.end_sessions(&target).await?;
        match self.standing(&target).await? {
            Standing::Original => self.remove_shadow(&target).await?,
            Standing::Swapped => self.finish_swapped(&target).await?,
            Standing::Neither => {
                let table = self.plan.request.table.to_string();
                self.rec.input(&Input::LoseTrack(vec![look_at(
                    "table_definition",
                    "table",
                    table,
                )]));
                return Ok(());
            }
        }
        if self.is_over() {
            return Ok(());
        }
        let left = self.ours_left(&target).await?;
        if left.is_empty() {
            self.rec.input(&Input::Cleaned);
        } else {
            self.rec.input(&Input::LeaveBehind {
                leftovers: left,
                error: None,
            });
        }
        Ok(())
    }

    async fn standing(&mut self, target: &Target) -> Result<Standing> {
        let table = self.plan.request.table.clone();
        let ask = table.clone();
        let target = target.clone();
        let now = self.patiently(move |core| {
            let (target, table) = (target.clone(), ask.clone());
            async move { core.ports.servers.definition(&target, &table).await }
        });
        let Some(now) = now.await? else {
            return Ok(Standing::Neither);
        };
        let view = self.rec.view();
        let swap_began = view
            .phases
            .iter()
            .any(|time| time.phase >= Phase::Swap && time.phase != Phase::Verify);
        let looks_swapped = match (&view.shadow_definition, &view.shadow) {
            (Some(shadow), Some(name)) => same_definition(shadow, name, &now, &table),
            _ => false,
        };
        let looks_original = fingerprint(&now) == self.plan.definition_sha256;
        // A rebuild looks the same on both sides of the swap: then the shadow's existence decides below.
        if swap_began && looks_swapped && !self.shadow_exists().await? {
            return Ok(Standing::Swapped);
        }
        Ok(if looks_original {
            Standing::Original
        } else {
            Standing::Neither
        })
    }

    async fn shadow_exists(&mut self) -> Result<bool> {
        let Some(shadow) = self.rec.view().shadow.clone() else {
            return Ok(false);
        };
        let target = self.reach_server().await?;
        Ok(self
            .core
            .ports
            .servers
            .definition(&target, &shadow)
            .await?
            .is_some())
    }

    async fn remove_shadow(&mut self, target: &Target) -> Result<()> {
        let servers = self.core.ports.servers.clone();
        let left = self.ours_left(target).await?;
        for trigger in left
            .iter()
            .filter(|left| matches!(left, Leftover::Trigger { .. }))
        {
            if let Leftover::Trigger { database, name } = trigger {
                servers.drop_trigger(target, database, name).await?;
                self.removed(trigger, &format!("{database}.{name}"));
            }
        }
        // Once child tables were pointed at it, or the original was dropped for it, the shadow is the user's data.
        if self
            .rec
            .view()
            .phases
            .iter()
            .any(|time| time.phase == Phase::UpdateForeignKeys)
        {
            return Ok(());
        }
        for shadow in left.iter().filter(|left| matches!(left, Leftover::Table { .. })) {
            if let Leftover::Table { table } = shadow {
                servers.drop_table(target, table).await?;
                self.removed(shadow, &table.to_string());
            }
        }
        Ok(())
    }

    /// The new table is in place and proven; what remains is the old one, with the triggers on it. It holds the user's
    /// rows as they were, so it goes only when a person asked for the cleanup after seeing it named.
    async fn finish_swapped(&mut self, target: &Target) -> Result<()> {
        let table = self.plan.request.table.clone();
        let facts = self.core.ports.servers.leftovers(target, &table).await?;
        let old: Vec<TableRef> = facts
            .tables
            .into_iter()
            .filter(|table| table.table.ends_with("_old"))
            .collect();
        let left: Vec<Leftover> = old
            .iter()
            .map(|table| Leftover::Table { table: table.clone() })
            .collect();
        let error = AppError::new(ErrorCode::RunFailedAfterSwap).with("table", &table);
        if !left.is_empty() && self.seen.cleanup_asked {
            for (leftover, table) in left.iter().zip(&old) {
                self.core.ports.servers.drop_table(target, table).await?;
                self.removed(leftover, &table.to_string());
            }
            return Ok(());
        }
        self.rec.input(&Input::LeaveBehind {
            leftovers: left,
            error: Some(error),
        });
        Ok(())
    }

    fn removed(&mut self, leftover: &Leftover, name: &str) {
        self.rec.event(RunEventKind::Cleaned {
            leftover: leftover.clone(),
        });
        self.rec.note(LogKind::Info, format!("Dropped {name}"));
    }

    /// Objects on the server that carry this run's marks: its shadow table by recorded name, and triggers of pt-osc's
    /// name pattern whose body writes to that very table.
    pub(super) async fn ours_left(&mut self, target: &Target) -> Result<Vec<Leftover>> {
        let Some(shadow) = self.rec.view().shadow.clone() else {
            return Ok(Vec::new());
        };
        let table = self.plan.request.table.clone();
        let facts = self.core.ports.servers.leftovers(target, &table).await?;
        let written = format!("{}.{}", quoted(&shadow.database), quoted(&shadow.table));
        let triggers = facts
            .triggers
            .iter()
            .filter(|trigger| trigger.body.contains(&written));
        let mut left: Vec<Leftover> = triggers
            .map(|trigger| Leftover::Trigger {
                database: table.database.clone(),
                name: trigger.name.clone(),
            })
            .collect();
        if self
            .core
            .ports
            .servers
            .definition(target, &shadow)
            .await?
            .is_some()
        {
            left.push(Leftover::Table { table: shadow });
        }
        Ok(left)
    }

    /// What the record says might be left, for when the server cannot be asked.
    fn recorded_leftovers(&self) -> Vec<Leftover> {
        let view = self.rec.view();
        let database = &self.plan.request.table.database;
        let triggers = view.triggers.iter().map(|name| Leftover::Trigger {
            database: database.clone(),
            name: name.clone(),
        });
        let shadow = view
            .shadow
            .iter()
            .map(|table| Leftover::Table { table: table.clone() });
        triggers.chain(shadow).collect()
    }

    /// An ended job's sessions vanish by themselves, but a statement under way goes on: it would hold the shadow. Only
    /// a session that is at work on our shadow is killed; ids are given out again after a server's restart.
    async fn end_sessions(&mut self, target: &Target) -> Result<()> {
        let ids = self.rec.view().sessions.clone();
        let Some(shadow) = self.rec.view().shadow.clone().filter(|_| !ids.is_empty()) else {
            return Ok(());
        };
        let servers = self.core.ports.servers.clone();
        for look in 0..SESSION_LOOKS {
            let ask = (target.clone(), ids.clone());
            let alive = self.patiently(move |core| {
                let (target, ids) = ask.clone();
                async move { core.ports.servers.sessions(&target, &ids).await }
            });
            let ours: Vec<_> = alive
                .await?
                .into_iter()
                .filter(|session| {
                    session
                        .statement
                        .as_ref()
                        .is_some_and(|text| text.contains(&quoted(&shadow.table)))
                })
                .collect();
            if ours.is_empty() {
                return Ok(());
            }
            // A moment to end by itself, then by force.
            if look >= 4 {
                for session in &ours {
                    servers.kill(target, session.id).await?;
                    self.rec.note(
                        LogKind::Info,
                        format!("Killed session {} of the ended job", session.id),
                    );
                }
            }
            self.renew().await?;
            tokio::time::sleep(SESSION_PAUSE).await;
        }
        Err(AppError::new(ErrorCode::ServerRefused).detail("a session of the ended job does not go away"))
    }

    /// Asks again while the server cannot be reached: it may be restarting.
    pub(super) async fn patiently<T, F, Fut>(&mut self, ask: F) -> Result<T>
    where
        F: Fn(Core) -> Fut,
        Fut: Future<Output = Result<T>>,
    {
        let mut tries = 0;
        loop {
            match ask(self.core.clone()).await {
                Err(error) if out_of_reach(error.code) && tries < TRIES => {
                    tries += 1;
                    self.rec.flush().await?;
                    self.renew().await?;
                    tokio::time::sleep(BETWEEN).await;
                }
                other => return other,
            }
        }
    }
}

fn out_of_reach(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::ServerUnreachable | ErrorCode::ServerTimeout | ErrorCode::ServerLost
    )
}

fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}
