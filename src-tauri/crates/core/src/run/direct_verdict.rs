//! What became of an ALTER: the server's answer where there is one, and in every case the definition as the server has
//! it now.

use mysqler_contract::{
    AppError, ChangeKind, CleaningAfter, Difference, DirectLaunch, ErrorCode, ExpectedDefinition, LogKind,
    LogNote, Params, Phase, PrepareVerdict, Result, RunEventKind, RunState,
};

use super::conclude::look_at;
use super::state::Input;
use super::supervisor::Supervisor;
use crate::plan::{as_expected, fingerprint, for_preparing};
use crate::ports::Target;

/// How the table's definition stands to the two that it may have.
enum Reading {
    /// As the change was to make it.
    New(String),
    /// As the plan saw it.
    Old(String),
    /// The change leaves the definition as it was, so that the definition does not tell.
    Either(String),
    /// Neither, or there is no such table.
    Neither,
}

impl Supervisor {
    /// The server said OK: its own definition is the rest of the proof.
    pub(super) async fn carried_out(&mut self, warnings: Vec<(u16, String)>) -> Result<()> {
        self.lock_is_had();
        for (number, text) in warnings {
            self.say(LogKind::Warning, format!("{number}: {text}"));
            let code = Some(number);
            self.rec.event(RunEventKind::Warned { code, text });
        }
        self.rec
            .event(RunEventKind::PhaseFinished { phase: Phase::Alter });
        if !self.stopping() {
            self.rec.input(&Input::Enter(Phase::Verify));
        }
        self.rec.flush().await?;
        let reading = match self.reach_server().await {
            Ok(target) => self.read_back(&target).await,
            Err(error) => Err(error),
        };
        match reading {
            Ok(Reading::New(now) | Reading::Either(now)) => self.complete(now).await,
            // Nothing was foretold, and the server carried the clause out: it says what the table had already, as
            // FORCE and a comment that stays do.
            Ok(Reading::Old(now)) if self.expected().is_none() => self.complete(now).await,
            Ok(Reading::Old(_) | Reading::Neither) => self.lose_track(),
            Err(error) => return self.give_up(&error).await,
        }
        self.rec.flush().await
    }

    /// The server said no.
    pub(super) async fn refused(&mut self, number: u16, message: &str) -> Result<()> {
        self.lock_is_had();
        let words = format!("{number}: {message}");
        self.say(LogKind::Error, words.clone());
        let code = refusal(number);
        let mut error = self.fault(code).with("code", number).detail(words);
        if let Some(launch) = &self.plan.direct {
            error = error.with("algorithm", launch.algorithm.keyword());
        }
        self.end_unchanged(CleaningAfter::Failure { error }).await
    }

    /// Without an answer only the definition tells, and only when it tells the two outcomes apart.
    pub(super) async fn judge(&mut self, target: &Target) -> Result<()> {
        self.lock_is_had();
        match self.read_back(target).await {
            // Without a stand-in's definition a change shows, and not whose it is.
            Ok(Reading::New(_)) if self.expected().is_none() => self.lose_track(),
            Ok(Reading::New(now)) => {
                self.rec
                    .event(RunEventKind::PhaseFinished { phase: Phase::Alter });
                if !self.stopping() {
                    self.rec.input(&Input::Enter(Phase::Verify));
                }
                self.complete(now).await;
            }
            Ok(Reading::Old(_)) => {
                let error = self.fault(ErrorCode::AlterEnded);
                return self.end_unchanged(CleaningAfter::Failure { error }).await;
            }
            Ok(Reading::Either(_)) => {
                let table = self.plan.request.table.to_string();
                let check = vec![look_at("alter_outcome", "table", table)];
                self.rec.input(&Input::LoseTrack(check));
            }
            Ok(Reading::Neither) => self.lose_track(),
            Err(error) => return self.give_up(&error).await,
        }
        self.rec.flush().await
    }

    /// No success: what remains is to see that the table is as it was. A person's stop is told as that.
    pub(super) async fn end_unchanged(&mut self, after: CleaningAfter) -> Result<()> {
        let after = if self.stopping() {
            CleaningAfter::Stop
        } else {
            after
        };
        self.rec.input(&Input::Clean(after));
        self.rec.flush().await?;
        self.settle().await
    }

    /// From `cleaning` to a terminal state.
    pub(super) async fn settle(&mut self) -> Result<()> {
        // What was never sent, or refused for want of the lock, changed nothing; another hand may have.
        if self.rec.view().sessions.is_empty() {
            self.rec.input(&Input::Cleaned);
            return self.rec.flush().await;
        }
        let reading = match self.reach_server().await {
            Ok(target) => self.read_back(&target).await,
            Err(error) => Err(error),
        };
        match reading {
            Ok(Reading::Old(now) | Reading::Either(now)) => {
                self.rec.definition_after(now);
                self.rec.input(&Input::Cleaned);
            }
            Ok(Reading::New(_) | Reading::Neither) => self.lose_track(),
            Err(error) => return self.give_up(&error).await,
        }
        self.rec.flush().await
    }

    /// Every step up to the statement, and the server's own parser in place of the statement.
    pub(super) async fn try_out(&mut self, launch: &DirectLaunch) -> Result<()> {
        let table = self.plan.request.table.clone();
        let rest = launch
            .statement
            .strip_prefix(&format!("ALTER TABLE {} ", table.quoted()));
        let rest = rest.unwrap_or_default().to_owned();
        let answer = match self.reach_server().await {
            Ok(target) => {
                let mode = for_preparing(self.plan.request.options.sql_mode());
                self.core
                    .ports
                    .servers
                    .prepare(&target, &table, &rest, mode)
                    .await
            }
            Err(error) => Err(error),
        };
        let error = match answer {
            Ok(PrepareVerdict::Accepted) => {
                self.rec.note(LogKind::Info, &LogNote::StatementAccepted);
                return self.unchanged().await;
            }
            Ok(PrepareVerdict::Refused { code, message, .. }) => {
                let error = self.fault(refusal(code)).with("code", code);
                error.detail(format!("{code}: {message}"))
            }
            Ok(PrepareVerdict::NotProven { message }) => self.fault(ErrorCode::AlterRefused).detail(message),
            Err(error) => error,
        };
        self.end_unchanged(CleaningAfter::Failure { error }).await
    }

    async fn unchanged(&mut self) -> Result<()> {
        self.rec.input(&Input::Enter(Phase::Verify));
        let target = self.reach_server().await?;
        match self.read_back(&target).await {
            Ok(Reading::Old(now) | Reading::Either(now)) => self.complete(now).await,
            Ok(Reading::New(_) | Reading::Neither) => self.lose_track(),
            Err(error) => return self.give_up(&error).await,
        }
        self.rec.flush().await
    }

    async fn read_back(&mut self, target: &Target) -> Result<Reading> {
        let table = self.plan.request.table.clone();
        let ask = (target.clone(), table.clone());
        let now = self.patiently(move |core| {
            let (target, table) = ask.clone();
            async move { core.ports.servers.definition(&target, &table).await }
        });
        let Some(now) = now.await? else {
            return Ok(Reading::Neither);
        };
        let old = fingerprint(&now) == self.plan.definition_sha256;
        let new = match self.expected() {
            Some(expected) => as_expected(expected, &self.plan.facts.definition, &now, &table),
            // Without a stand-in's definition a rebuild looks alike, and any other change looks different.
            None => old == self.keeps_definition(),
        };
        Ok(match (new, old) {
            (true, true) => Reading::Either(now),
            (true, false) => Reading::New(now),
            (false, true) => Reading::Old(now),
            (false, false) => Reading::Neither,
        })
    }

    fn expected(&self) -> Option<&ExpectedDefinition> {
        self.plan.advice.as_ref()?.expected.as_ref()
    }

    fn keeps_definition(&self) -> bool {
        self.plan.request.kind.clause() == ChangeKind::Reclaim.clause()
    }

    async fn complete(&mut self, now: String) {
        let definition = now.clone();
        self.rec.event(RunEventKind::Verified { definition });
        self.rec.definition_after(now);
        self.measure_after().await;
        self.rec.input(&Input::Complete);
    }

    fn lose_track(&mut self) {
        let table = self.plan.request.table.to_string();
        let check = vec![look_at("table_definition", "table", table)];
        self.rec.input(&Input::LoseTrack(check));
    }

    /// The server cannot be asked: what is to be looked at is told, with the session that carried the statement.
    pub(super) async fn give_up(&mut self, error: &AppError) -> Result<()> {
        if error.code == ErrorCode::LeaseLost {
            return Err(error.clone());
        }
        let words = error.to_string();
        self.rec
            .note(LogKind::Error, &LogNote::NotReadBack { error: words });
        let table = self.plan.request.table.to_string();
        let mut check = vec![look_at("table_definition", "table", table)];
        let ids: Vec<String> = self.rec.view().sessions.iter().map(u64::to_string).collect();
        if !ids.is_empty() {
            check.push(Difference {
                what: "sessions_alive".to_owned(),
                params: Params::from([("ids".to_owned(), ids.join(", "))]),
            });
        }
        self.rec.input(&Input::LoseTrack(check));
        self.rec.flush().await
    }

    /// A run whose supervisor went away: what was sent is never sent again.
    pub(super) async fn recover_direct(&mut self) -> Result<()> {
        let sent = !self.rec.view().sessions.is_empty();
        match self.rec.state() {
            RunState::Cleaning { .. } => self.settle().await,
            // Nothing was sent, and whoever looks again may find another world.
            RunState::Queued | RunState::Preparing => match self.prepare().await? {
                true => self.alter().await,
                false => Ok(()),
            },
            RunState::AwaitingCutover { .. } if !sent => match self.plan.direct.clone() {
                Some(launch) => self.send_when_told(&launch).await,
                None => Ok(()),
            },
            _ if sent => {
                self.rec.note(LogKind::Info, &LogNote::TakenUpAgain);
                self.regain("the process that sent the statement is gone").await
            }
            _ => {
                let error = self.fault(ErrorCode::AlterNotSent);
                self.end_unchanged(CleaningAfter::Failure { error }).await
            }
        }
    }
}

/// What a server's refusal asks of a person.
fn refusal(number: u16) -> ErrorCode {
    match number {
        // The asserted algorithm or lock is not supported, for a stated reason or for none.
        1845 | 1846 | 4093 => ErrorCode::AlterAlgorithmRefused,
        // Interrupted, by another hand: a person's own stop never gets here as a failure.
        1317 | 1028 | 1969 | 3024 => ErrorCode::AlterEnded,
        1205 => ErrorCode::AlterLockedOut,
        _ => ErrorCode::AlterRefused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_algorithm_asks_for_a_new_plan_and_bad_rows_for_better_ones() {
        for (number, code) in [
            (1845, ErrorCode::AlterAlgorithmRefused),
            (1846, ErrorCode::AlterAlgorithmRefused),
            (1317, ErrorCode::AlterEnded),
            (1062, ErrorCode::AlterRefused),
            (1265, ErrorCode::AlterRefused),
            (1064, ErrorCode::AlterRefused),
        ] {
            assert_eq!(refusal(number), code, "{number}");
        }
    }
}
