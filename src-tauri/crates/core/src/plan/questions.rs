//! Asking the server about the table's rows: one question after another, within one limit for all of them.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use mysqler_contract::{AppEvent, Asked, AskedOutcome, PlanProgress, Reading};
use tokio_util::sync::CancellationToken;

use crate::Core;
use crate::ports::{RowAnswer, RowAnswers, RowQuestion, Target};

/// Who waits for a plan in the making, and whether it still does.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asker {
    pub ticket: Option<String>,
    pub cancel: CancellationToken,
}

impl Core {
    /// Ends the questions that a plan in the making still asks, on the server too. The plan is finished and says what
    /// it could not prove. An unknown ticket is that of a plan which has been made.
    pub async fn plan_cancel(&self, ticket: &str) {
        if let Some(cancel) = self.memory.tickets.lock().await.get(ticket) {
            cancel.cancel();
        }
    }

    /// Known by its ticket from here on, so that it can be cancelled.
    pub(crate) async fn admit(&self, ticket: Option<String>) -> Asker {
        let asker = Asker {
            ticket,
            cancel: CancellationToken::new(),
        };
        if let Some(ticket) = &asker.ticket {
            let mut tickets = self.memory.tickets.lock().await;
            // A plan whose asker went away left its ticket.
            tickets.retain(|_, cancel| !cancel.is_cancelled());
            tickets.insert(ticket.clone(), asker.cancel.clone());
        }
        asker
    }

    pub(crate) async fn dismiss(&self, asker: &Asker) {
        if let Some(ticket) = &asker.ticket {
            self.memory.tickets.lock().await.remove(ticket);
        }
    }

    /// An answer to each, and what was asked; without an answer, a question is answered with why.
    pub(super) async fn ask_all(
        &self,
        target: &Target,
        questions: &[RowQuestion],
        limit: Duration,
        asker: &Asker,
    ) -> (RowAnswers, Vec<Asked>) {
        let begun = Instant::now();
        let mut answers = RowAnswers::new();
        let mut asked = Vec::new();
        for (done, question) in questions.iter().enumerate() {
            let step = Step {
                code: &question.code,
                done,
                total: questions.len(),
            };
            self.tell_progress(asker, step, None);
            let left = limit.saturating_sub(begun.elapsed());
            let put = Instant::now();
            let (answer, reading) = match () {
                () if asker.cancel.is_cancelled() => (RowAnswer::Cancelled, None),
                () if left.is_zero() => (timed_out(limit), None),
                () => self.answer(target, question, left, asker, step).await,
            };
            // The limit is one for all: a person is told that one, not what was left of it.
            let answer = match answer {
                RowAnswer::TimedOut { .. } => timed_out(limit),
                other => other,
            };
            asked.push(Asked {
                code: question.code.clone(),
                sql: question.sql.clone(),
                outcome: outcome(&answer),
                took_ms: u64::try_from(put.elapsed().as_millis()).unwrap_or(u64::MAX),
                reading,
            });
            answers.insert(question.sql.clone(), answer);
        }
        if let Some(last) = questions.last() {
            let total = questions.len();
            let (code, done) = (last.code.as_str(), total);
            self.tell_progress(asker, Step { code, done, total }, None);
        }
        (answers, asked)
    }

    async fn answer(
        &self,
        target: &Target,
        question: &RowQuestion,
        limit: Duration,
        asker: &Asker,
        step: Step<'_>,
    ) -> (RowAnswer, Option<Reading>) {
        let servers = &self.ports.servers;
        let told = OnceLock::new();
        let explained = |reading: Reading| {
            self.tell_progress(asker, step, Some(reading.clone()));
            // The server is asked for it once.
            let _ = told.set(reading);
        };
        let answer = servers
            .ask_rows(target, question, limit, &asker.cancel, &explained)
            .await;
        let answer = answer.unwrap_or_else(|error| RowAnswer::Refused {
            message: error.to_string(),
        });
        (answer, told.into_inner())
    }

    fn tell_progress(&self, asker: &Asker, step: Step<'_>, reading: Option<Reading>) {
        let Some(ticket) = asker.ticket.clone() else {
            return;
        };
        let count = |number| u32::try_from(number).unwrap_or(u32::MAX);
        self.tell(AppEvent::PlanProgress {
            progress: PlanProgress {
                ticket,
                step: step.code.to_owned(),
                done: count(step.done),
                total: count(step.total),
                reading,
            },
        });
    }
}

/// Which question of how many.
#[derive(Debug, Clone, Copy)]
struct Step<'a> {
    code: &'a str,
    done: usize,
    total: usize,
}

fn outcome(answer: &RowAnswer) -> AskedOutcome {
    match answer {
        RowAnswer::None => AskedOutcome::Clean,
        RowAnswer::Found { .. } => AskedOutcome::Found,
        RowAnswer::TimedOut { .. } => AskedOutcome::TimedOut,
        RowAnswer::Cancelled => AskedOutcome::Cancelled,
        RowAnswer::Refused { .. } => AskedOutcome::Refused,
    }
}

fn timed_out(limit: Duration) -> RowAnswer {
    RowAnswer::TimedOut {
        after_ms: u64::try_from(limit.as_millis()).unwrap_or(u64::MAX),
    }
}
