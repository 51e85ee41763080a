//! When a run may work, what it waits for before it does, and runs that were queued together.

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::{AppError, ChangeRequest, ConfirmationNeed, Plan, RunId, Timestamp};

/// When a run may begin and work; both empty lets it begin at once.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[serde(default)]
pub struct Schedule {
    /// It does not begin before.
    pub not_before: Option<Timestamp>,
    /// It begins, copies and swaps within this time of the day only.
    pub window: Option<DailyWindow>,
}

impl Schedule {
    pub fn is_empty(&self) -> bool {
        *self == Schedule::default()
    }
}

/// A time of the day, as the workstation's own clock shows it; over midnight when it ends before it begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct DailyWindow {
    /// Minute of the day, 0–1439.
    pub from_minute: u16,
    /// Minute of the day that is no longer in it, 0–1439.
    pub to_minute: u16,
    /// Days on which it begins; empty means every day.
    #[serde(default)]
    pub days: Vec<Weekday>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Weekday {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl Weekday {
    pub const ALL: [Weekday; 7] = [
        Weekday::Mon,
        Weekday::Tue,
        Weekday::Wed,
        Weekday::Thu,
        Weekday::Fri,
        Weekday::Sat,
        Weekday::Sun,
    ];
}

/// Why a run does not begin, or does not go on, yet; the text is `waits.<for>` of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "for", rename_all = "snake_case")]
pub enum WaitsFor {
    /// Its time comes at this moment.
    Time { at: Timestamp },
    /// Another run on the same table.
    Table { run: RunId },
    /// As many heavy runs as may work on its server; one of them.
    Server { run: RunId },
    /// The member of its batch that goes first.
    Batch { run: RunId },
    /// As many runs as may work at the same time.
    Slots { limit: u32 },
}

/// What a run waits for, and its place among those that wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Waiting {
    /// From 1; `None` for a run that has begun.
    pub position: Option<u32>,
    pub reason: WaitsFor,
}

/// Where a waiting run is put in the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(tag = "to", rename_all = "snake_case")]
pub enum QueueMove {
    First,
    Last,
    Up,
    Down,
    Before { run: RunId },
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type)]
#[serde(transparent)]
pub struct BatchId(pub String);

/// The batch that a run belongs to, the same in each of its runs but for the number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct BatchPlace {
    pub id: BatchId,
    pub name: String,
    /// From 1, in the order in which they were queued.
    pub number: u32,
    pub of: u32,
    /// Its runs work one after the other, and none begins once one has ended without success.
    pub stop_on_failure: bool,
}

/// Plans made together, to be confirmed and queued together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct BatchPlan {
    pub id: BatchId,
    pub items: Vec<BatchItem>,
    /// All dangers of all plans; what is typed names how many tables are changed, and where.
    pub confirmation: ConfirmationNeed,
}

impl BatchPlan {
    /// A member has no plan, or one that may not run.
    pub fn blocked(&self) -> bool {
        self.items
            .iter()
            .any(|item| item.plan.as_ref().is_none_or(|plan| plan.blocked()))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct BatchItem {
    pub request: ChangeRequest,
    /// `None` when it could not be made.
    pub plan: Option<Box<Plan>>,
    pub error: Option<AppError>,
}

/// How a batch is queued.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
pub struct BatchTerms {
    /// As people call it.
    pub name: String,
    pub stop_on_failure: bool,
    /// Of every run in it.
    #[serde(default)]
    pub schedule: Schedule,
}
