//! Removing what a run left on the server: triggers first, since without the shadow table they would fail the
//! application's writes; then the shadow; and nothing that is not proven to be this run's own.

use std::future::Future;
use std::time::Duration;

use mysqler_contract::{
    AppError, CleaningAfter, Difference, ErrorCode, Leftover, LogKind, LogNote, Result, RunEventKind,
    RunState, TableRef, quote_identifier,
};

use super::conclude::{look_at, look_for};
use super::standing::Standing;
use super::state::Input;
use super::supervisor::Supervisor;
use crate::Core;
use crate::ports::Target;

/// How often a server that does not answer is asked again, and how long between two questions.
const TRIES: u32 = 15;
const BETWEEN: Duration = Duration::from_secs(2);
/// How long sessions of an ended job may take to disappear.
pub(super) const SESSION_LOOKS: u32 = 40;
pub(super) const SESSION_PAUSE: Duration = Duration::from_millis(250);

impl Supervisor {
    /// From `cleaning` to a terminal state.
    pub(super) async fn clean(&mut self) -> Result<()> {
        match self.try_clean().await {
            Ok(()) => Ok(()),
            Err(error) if error.code == ErrorCode::LeaseLost => Err(error),
            Err(error) => {
                self.rec.note(
                    LogKind::Error,
                    &LogNote::CleaningStopped {
                        error: error.to_string(),
                    },
                );
                let leftovers = self.leftovers_now().await;
                let error = Some(self.told_cause(error));
                self.rec.input(&Input::LeaveBehind { leftovers, error });
                Ok(())
            }
        }
    }

    async fn try_clean(&mut self) -> Result<()> {
        let target = self.reach_server().await?;
        if let Some(other) = self.another_change(&target).await? {
            // Nothing is listed as left: a statement that removes it would be pasted against the other change.
            self.rec.input(&Input::LoseTrack(vec![other]));
            return Ok(());
        }
        let alive = self.end_sessions(&target).await?;
        if !alive.is_empty() {
            let ids: Vec<String> = alive.iter().map(u64::to_string).collect();
            return self
                .give_up_knowing(&target, look_at("sessions_alive", "ids", ids.join(", ")))
                .await;
        }
        match self.standing(&target).await? {
            Standing::Original if self.stays_to_be_continued(&target).await? => {
                self.rec.note(LogKind::Info, &LogNote::KeptToContinue);
                let left = self.ours_left(&target).await?;
                self.leave_behind(left);
            }
            Standing::Original => self.remove_shadow(&target).await?,
            Standing::Swapped { old } => match self.triggers_astray(&target).await? {
                Some(astray) => return self.give_up_knowing(&target, astray).await,
                None => self.finish_swapped(&target, &old).await?,
            },
            Standing::Neither => {
                let table = self.plan.request.table.to_string();
                return self
                    .give_up_knowing(&target, look_at("table_definition", "table", table))
                    .await;
            }
        }
        if self.is_over() {
            return Ok(());
        }
        let unrecorded = self.unrecorded(&target).await?;
        if !unrecorded.is_empty() {
            self.rec.input(&Input::LoseTrack(unrecorded));
            return Ok(());
        }
        let left = self.ours_left(&target).await?;
        if left.is_empty() {
            self.prune_history(&target).await;
            self.rec.input(&Input::Cleaned);
        } else {
            self.leave_behind(left);
        }
        Ok(())
    }

    /// What is ours stays where it is, and is told beside the reason.
    async fn give_up_knowing(&mut self, target: &Target, why: Difference) -> Result<()> {
        let astray = self.triggers_astray(target).await?;
        let mut check = vec![why];
        check.extend(astray.filter(|astray| !check.contains(astray)));
        check.extend(self.ours_left(target).await?.iter().map(look_for));
        self.rec.input(&Input::LoseTrack(check));
        Ok(())
    }

    fn leave_behind(&mut self, leftovers: Vec<Leftover>) {
        let error = match self.rec.state() {
            RunState::Cleaning {
                after: CleaningAfter::Failure { error },
            } => Some(error.clone()),
            _ => None,
        };
        self.rec.input(&Input::LeaveBehind { leftovers, error });
    }

    async fn remove_shadow(&mut self, target: &Target) -> Result<()> {
        let servers = self.core.ports.servers.clone();
        // Before anything goes: the table's own triggers would go with the shadow.
        self.restore_triggers(target).await?;
        let left = self.ours_left(target).await?;
        // The triggers stay with it: without them it would fall behind the table that the application writes to.
        if self.is_shadow_in_use(target).await? {
            self.leave_behind(left);
            return Ok(());
        }
        for shadow in left.iter().filter_map(as_table) {
            let edited = self.edited_triggers(target, shadow).await?;
            if !edited.is_empty() {
                let why = look_at("triggers_exist", "names", edited.join(", "));
                return self.give_up_knowing(target, why).await;
            }
        }
        for trigger in left
            .iter()
            .filter(|left| matches!(left, Leftover::Trigger { .. }))
        {
            if let Leftover::Trigger { database, name } = trigger {
                self.renew().await?;
                servers.drop_trigger(target, database, name).await?;
                self.removed(trigger, &format!("{database}.{name}"));
            }
        }
        for shadow in left.iter().filter(|left| matches!(left, Leftover::Table { .. })) {
            if let Leftover::Table { table } = shadow {
                let strangers = self.strangers_on(target, table).await?;
                if !strangers.is_empty() {
                    return self
                        .give_up_knowing(
                            target,
                            look_at("triggers_on_shadow", "names", strangers.join(", ")),
                        )
                        .await;
                }
                self.renew().await?;
                servers.drop_table(target, table).await?;
                self.removed(shadow, &table.to_string());
            }
        }
        Ok(())
    }

    /// The new table is in place; what remains is the old one, with the triggers on it. It holds the user's rows as
    /// they were, so it goes only when a person asked for the cleanup after seeing it named.
    async fn finish_swapped(&mut self, target: &Target, old: &[TableRef]) -> Result<()> {
        let error = AppError::new(ErrorCode::RunFailedAfterSwap).with("table", &self.plan.request.table);
        if self.finishes_itself() && self.keeps_old() {
            return self.finish_but_keep(error).await;
        }
        let left: Vec<Leftover> = old
            .iter()
            .map(|table| Leftover::Table { table: table.clone() })
            .collect();
        if left.is_empty() {
            self.rec.input(&Input::Fail(error));
            return Ok(());
        }
        if !left.iter().all(|left| self.seen.shown.contains(left)) {
            self.rec.input(&Input::LeaveBehind {
                leftovers: left,
                error: Some(error),
            });
            return Ok(());
        }
        for (leftover, table) in left.iter().zip(old) {
            self.renew().await?;
            self.core.ports.servers.drop_table(target, table).await?;
            self.removed(leftover, &table.to_string());
        }
        self.rec.input(&Input::Fail(error));
        Ok(())
    }

    /// Of a person who chose to keep the old table: the triggers on it go, and it stays.
    async fn finish_but_keep(&mut self, error: AppError) -> Result<()> {
        match self.drop_what_the_swap_left().await {
            Ok(()) => {
                self.rec.input(&Input::Fail(error));
                Ok(())
            }
            Err(lost) if lost.code == ErrorCode::LeaseLost => Err(lost),
            Err(held_up) => {
                let leftovers = self.left_by_swap().await;
                self.rec.input(&Input::LeaveBehind {
                    leftovers,
                    error: Some(error.detail(held_up)),
                });
                Ok(())
            }
        }
    }

    fn removed(&mut self, leftover: &Leftover, name: &str) {
        self.rec.event(RunEventKind::Cleaned {
            leftover: leftover.clone(),
        });
        self.rec.note(
            LogKind::Info,
            &LogNote::Dropped {
                name: name.to_owned(),
            },
        );
    }

    /// After the swap that is what matters, whatever held the cleaning up.
    fn told_cause(&self, held_up: AppError) -> AppError {
        match self.rec.state() {
            RunState::Cleaning {
                after: CleaningAfter::Failure { error },
            } if error.code == ErrorCode::RunFailedAfterSwap => error.clone().detail(held_up),
            _ => held_up,
        }
    }

    /// What is left as the server tells, else as a person was shown it or the record has it; with the sessions that keep
    /// it in use.
    async fn leftovers_now(&mut self) -> Vec<Leftover> {
        let seen = match self.target.clone() {
            Some(target) => self.objects_left(&target).await.ok(),
            None => None,
        };
        let shown = || -> Vec<Leftover> {
            let shown = self.seen.shown.iter();
            let objects = shown.filter(|left| !matches!(left, Leftover::Session { .. }));
            objects.cloned().collect()
        };
        let objects = match seen {
            Some(objects) if !objects.is_empty() => objects,
            seen => match (shown(), seen) {
                (shown, _) if !shown.is_empty() => shown,
                (_, Some(none)) => none,
                (_, None) => self.recorded_leftovers(),
            },
        };
        let sessions = self.seen.undying.iter().map(|id| Leftover::Session { id: *id });
        sessions.chain(objects).collect()
    }

    /// On either side of the swap.
    async fn objects_left(&self, target: &Target) -> Result<Vec<Leftover>> {
        let ours = self.ours_left(target).await?;
        if ours.iter().any(|left| as_table(left).is_some()) {
            return Ok(ours);
        }
        let old = self.old_tables(target).await?.into_iter();
        Ok(ours
            .into_iter()
            .chain(old.map(|table| Leftover::Table { table }))
            .collect())
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
    /// a session that is at work on our shadow or on the old table is killed; ids are given out again after a server's restart.
    ///
    /// A job whose end nobody saw may be at work under another engine: then its sessions have to be gone, idle ones too,
    /// and those that stay are given back.
    async fn end_sessions(&mut self, target: &Target) -> Result<Vec<u64>> {
        let ids = self.rec.view().sessions.clone();
        let Some(shadow) = self.rec.view().shadow.clone().filter(|_| !ids.is_empty()) else {
            return Ok(Vec::new());
        };
        let strict = self.rec.view().exit_code.is_none() && self.is_server_the_same_since(target).await?;
        // A drop of the original that waits for its lock would take away later what is told to be left.
        let dropping_old = format!("_{}_old`", self.plan.request.table.table.replace('`', "``"));
        let servers = self.core.ports.servers.clone();
        let (mut alive, mut ours) = (Vec::new(), Vec::new());
        for look in 0..SESSION_LOOKS {
            let ask = (target.clone(), ids.clone());
            let found = self.patiently(move |core| {
                let (target, ids) = ask.clone();
                async move { core.ports.servers.sessions(&target, &ids).await }
            });
            let found = found.await?;
            let at_work = |text: &String| {
                text.contains(&quote_identifier(&shadow.table)) || text.contains(&dropping_old)
            };
            ours = found
                .iter()
                .filter(|session| session.statement.as_ref().is_some_and(at_work))
                .map(|session| session.id)
                .collect();
            alive = found
                .iter()
                .filter(|session| session.user == target.user)
                .map(|session| session.id)
                .collect();
            if ours.is_empty() && (!strict || alive.is_empty()) {
                return Ok(Vec::new());
            }
            // A moment to end by itself, then by force.
            if look >= 4 {
                for session in &ours {
                    servers.kill(target, *session).await?;
                    let note = LogNote::SessionKilled { session: *session };
                    self.rec.note(LogKind::Info, &note);
                }
            }
            self.renew().await?;
            tokio::time::sleep(SESSION_PAUSE).await;
        }
        if ours.is_empty() {
            return Ok(alive);
        }
        self.seen.undying = ours;
        Err(AppError::new(ErrorCode::ServerRefused).detail("a session of the ended job does not go away"))
    }

    /// Session ids mean the same sessions only as long as the server was not restarted.
    pub(super) async fn is_server_the_same_since(&mut self, target: &Target) -> Result<bool> {
        let database = self.plan.request.table.database.clone();
        let ask = target.clone();
        let facts = self.patiently(move |core| {
            let (target, database) = (ask.clone(), database.clone());
            async move { core.ports.servers.server_facts(&target, &database).await }
        });
        let up_ms = facts.await?.status.get("uptime").copied().unwrap_or(0) * 1000;
        let started = self.rec.view().started_at.unwrap_or(self.rec.view().created_at);
        Ok(up_ms >= self.now().since(started))
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

fn as_table(left: &Leftover) -> Option<&TableRef> {
    match left {
        Leftover::Table { table } => Some(table),
        _ => None,
    }
}

fn out_of_reach(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::ServerUnreachable | ErrorCode::ServerTimeout | ErrorCode::ServerLost
    )
}
