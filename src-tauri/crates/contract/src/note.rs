//! Lines that the application itself writes into a run's log: stored by name and values, worded when they are shown.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::messages::{self, Locale};
use crate::{LogLine, LogStream, Params, RunAction, RunId};

/// One such line; its words are `note.<name>` of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "note", rename_all = "snake_case")]
pub enum LogNote {
    TakenUpAgain,
    ContactLost {
        error: String,
    },
    ContactRegained,
    NotPossibleNow {
        action: RunAction,
    },
    NotDelivered {
        action: RunAction,
        error: String,
    },
    /// The tool was about to copy every row in one locking statement.
    BlindCopy {
        rows: u64,
    },
    OutOfMemory,
    /// The run is over, and its container could not be removed.
    ContainerKept {
        container: String,
        error: String,
    },
    /// The run is over, and the files of its process could not be removed.
    JobFilesKept {
        error: String,
    },
    NotReadBack {
        error: String,
    },
    CleaningStopped {
        error: String,
    },
    Dropped {
        name: String,
    },
    /// It broke off, and what was copied stays to be continued.
    KeptToContinue,
    /// It was to be kept, and is not, since nothing could go on from it.
    NotKept {
        why: String,
    },
    /// Rows of the history table are left in it.
    HistoryNotPruned {
        error: String,
    },
    /// The table's own triggers are on it again.
    TriggersRestored {
        names: String,
    },
    TriggersNotRestored {
        names: String,
    },
    /// The server does not say when triggers were made, so that those of a continued run could have been made anew in
    /// between: that no write was missed rests on the comparison of all rows before the swap.
    TriggersUndatedCompared,
    /// The same, where a person left the comparison out.
    TriggersUndatedCounted,
    /// The same, where the rows were not even counted.
    TriggersUndatedUnproven,
    SessionKilled {
        session: u64,
    },
    /// A direct ALTER is about to be sent; `place` is for example `2/8`.
    Attempt {
        place: String,
        session: u64,
    },
    LockAwaited {
        detail: String,
    },
    /// Who holds the lock that the run waits for, read while it waits.
    LockHeld {
        holders: String,
    },
    /// The set time came.
    CutoverFired,
    /// It passed while the run was not ready, or nobody drove it.
    CutoverMissed,
    /// Rows differ, so nothing swaps.
    CutoverBlocked,
    /// Rows that could have merged were not counted, so nothing swaps with nobody there.
    CutoverUnproven,
    StatementEnded {
        session: u64,
    },
    StatementNotEnded {
        session: u64,
        error: String,
    },
    IdleSessionEnded {
        session: u64,
    },
    /// In a dry run, by the server's own parser.
    StatementAccepted,
    /// Copying stands still until the next window begins.
    WindowEnded,
    /// The copy is done, and the swap waits for the next window.
    SwapOutsideWindow,
    WindowOpened,
    CalledOff {
        by: RunId,
    },
    /// The copy stands still for a replica that the application watches.
    ReplicaBehind {
        replica: String,
        lag_s: u64,
        max_lag_s: u32,
    },
    ReplicaNotFollowing {
        replica: String,
        why: String,
    },
    /// Its primary does not list it any more: it is down, or was taken out of service.
    ReplicaNotListed {
        replica: String,
    },
    /// The server lists none, and the copy waits for none.
    NoReplicaListed,
    /// A person took the limit away.
    ReplicasNotAwaited,
    /// All that are watched follow closely again.
    ReplicasFollow,
    /// It is listed by its primary and was never reached in this run.
    ReplicaNotWatched {
        replica: String,
        why: String,
    },
    ReplicasNotAsked {
        error: String,
    },
    /// Events that waited to be stored cannot be added any more, since another process went on without them.
    SpoolSetAside {
        names: String,
    },
    /// What was kept of another run with this number, of a data file that is no longer there.
    SpoolOfAnother {
        names: String,
    },
}

impl LogNote {
    /// What is stored as the line's text.
    pub fn stored(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl LogLine {
    /// The line as it is read: output verbatim, the application's own lines in the reader's language.
    pub fn words(&self, locale: Locale) -> Cow<'_, str> {
        if self.stream != LogStream::App {
            return Cow::Borrowed(&self.text);
        }
        let Ok(serde_json::Value::Object(fields)) = serde_json::from_str(&self.text) else {
            return Cow::Borrowed(&self.text);
        };
        let mut params: Params = fields
            .into_iter()
            .map(|(name, value)| match value {
                serde_json::Value::String(text) => (name, text),
                other => (name, other.to_string()),
            })
            .collect();
        match params.remove("note") {
            Some(note) => Cow::Owned(messages::text(locale, &format!("note.{note}"), &params)),
            None => Cow::Borrowed(&self.text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LogKind, Timestamp};

    fn every() -> Vec<LogNote> {
        let error = || "the server is gone".to_owned();
        vec![
            LogNote::TakenUpAgain,
            LogNote::ContactLost { error: error() },
            LogNote::ContactRegained,
            LogNote::NotPossibleNow {
                action: RunAction::CutOver,
            },
            LogNote::NotDelivered {
                action: RunAction::Pause,
                error: error(),
            },
            LogNote::BlindCopy { rows: 7 },
            LogNote::OutOfMemory,
            LogNote::ContainerKept {
                container: "c0ffee".into(),
                error: error(),
            },
            LogNote::JobFilesKept { error: error() },
            LogNote::NotReadBack { error: error() },
            LogNote::CleaningStopped { error: error() },
            LogNote::Dropped {
                name: "`a`.`b`".into(),
            },
            LogNote::TriggersRestored { names: "au".into() },
            LogNote::TriggersNotRestored { names: "au".into() },
            LogNote::TriggersUndatedCompared,
            LogNote::TriggersUndatedCounted,
            LogNote::TriggersUndatedUnproven,
            LogNote::SessionKilled { session: 42 },
            LogNote::Attempt {
                place: "2/8".into(),
                session: 42,
            },
            LogNote::LockAwaited { detail: "2/8".into() },
            LogNote::LockHeld {
                holders: "session 812".into(),
            },
            LogNote::CutoverFired,
            LogNote::CutoverMissed,
            LogNote::CutoverBlocked,
            LogNote::CutoverUnproven,
            LogNote::StatementEnded { session: 42 },
            LogNote::StatementNotEnded {
                session: 42,
                error: error(),
            },
            LogNote::IdleSessionEnded { session: 42 },
            LogNote::StatementAccepted,
            LogNote::WindowEnded,
            LogNote::SwapOutsideWindow,
            LogNote::WindowOpened,
            LogNote::CalledOff {
                by: RunId("20260115-001".into()),
            },
            LogNote::ReplicaBehind {
                replica: "db2:3306".into(),
                lag_s: 17,
                max_lag_s: 1,
            },
            LogNote::ReplicaNotFollowing {
                replica: "db2:3306".into(),
                why: "SQL: No".into(),
            },
            LogNote::ReplicaNotListed {
                replica: "db2:3306".into(),
            },
            LogNote::NoReplicaListed,
            LogNote::ReplicasNotAwaited,
            LogNote::ReplicasFollow,
            LogNote::ReplicaNotWatched {
                replica: "db2:3306".into(),
                why: "no answer".into(),
            },
            LogNote::ReplicasNotAsked { error: error() },
            LogNote::SpoolSetAside {
                names: "a.jsonl".to_owned(),
            },
            LogNote::SpoolOfAnother {
                names: "a.jsonl".to_owned(),
            },
        ]
    }

    fn line(stream: LogStream, text: String) -> LogLine {
        LogLine {
            seq: 1,
            at: Timestamp(0),
            stream,
            kind: LogKind::Info,
            text,
        }
    }

    #[test]
    fn each_note_is_worded_in_both_languages_with_all_its_values() {
        for note in every() {
            let line = line(LogStream::App, note.stored());
            let (english, chinese) = (line.words(Locale::En), line.words(Locale::ZhCn));
            assert!(!english.starts_with("note."), "{note:?} has no words");
            assert!(
                !english.contains('{') && !chinese.contains('{'),
                "{note:?}: {english} {chinese}"
            );
            assert_ne!(english, chinese, "{note:?}");
        }
    }

    #[test]
    fn output_that_looks_like_a_note_is_shown_as_it_came() {
        let text = LogNote::OutOfMemory.stored();
        assert_eq!(line(LogStream::Stdout, text.clone()).words(Locale::En), text);
        let plain = line(LogStream::App, "Contact lost".into());
        assert_eq!(plain.words(Locale::ZhCn), "Contact lost");
    }
}
