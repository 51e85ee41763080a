//! Asking the server about the table's rows: one question after another, within one limit for all of them.

use std::time::{Duration, Instant};

use mysqler_contract::{AppEvent, PlanProgress};
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
    pub(super) async fn admit(&self, ticket: Option<String>) -> Asker {
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

    pub(super) async fn dismiss(&self, asker: &Asker) {
        if let Some(ticket) = &asker.ticket {
            self.memory.tickets.lock().await.remove(ticket);
        }
    }

    /// An answer to each; without one, a question is answered with why.
    pub(super) async fn ask_all(
        &self,
        target: &Target,
        questions: &[RowQuestion],
        limit: Duration,
        asker: &Asker,
    ) -> RowAnswers {
        let begun = Instant::now();
        let mut answers = RowAnswers::new();
        for (done, question) in questions.iter().enumerate() {
            self.tell_progress(asker, &question.code, done, questions.len());
            let left = limit.saturating_sub(begun.elapsed());
            let answer = match () {
                () if asker.cancel.is_cancelled() => RowAnswer::Cancelled,
                () if left.is_zero() => timed_out(limit),
                () => self.answer(target, question, left, asker).await,
            };
            // The limit is one for all: a person is told that one, not what was left of it.
            let answer = match answer {
                RowAnswer::TimedOut { .. } => timed_out(limit),
                other => other,
            };
            answers.insert(question.sql.clone(), answer);
        }
        if let Some(last) = questions.last() {
            self.tell_progress(asker, &last.code, questions.len(), questions.len());
        }
        answers
    }

    async fn answer(
        &self,
        target: &Target,
        question: &RowQuestion,
        limit: Duration,
        asker: &Asker,
    ) -> RowAnswer {
        let servers = &self.ports.servers;
        match servers.ask_rows(target, question, limit, &asker.cancel).await {
            Ok(answer) => answer,
            Err(error) => RowAnswer::Refused {
                message: error.to_string(),
            },
        }
    }

    fn tell_progress(&self, asker: &Asker, step: &str, done: usize, total: usize) {
        let Some(ticket) = asker.ticket.clone() else {
            return;
        };
        let count = |number| u32::try_from(number).unwrap_or(u32::MAX);
        self.tell(AppEvent::PlanProgress {
            progress: PlanProgress {
                ticket,
                step: step.to_owned(),
                done: count(done),
                total: count(total),
            },
        });
    }
}

fn timed_out(limit: Duration) -> RowAnswer {
    RowAnswer::TimedOut {
        after_ms: u64::try_from(limit.as_millis()).unwrap_or(u64::MAX),
    }
}
