//! The triggers of a run that is continued: those that its first run made have to fire until the swap. Another set under
//! the same names, however alike, missed what was written between the two.

use std::collections::BTreeMap;

use mysqler_contract::{AppError, ChecksumOutcome, GateCount, LogKind, LogNote, Result};

use super::continuing::impossible;
use super::supervisor::Supervisor;
use crate::ports::Target;

/// Each trigger's name with what tells it from one that was made later.
pub(super) type Marks = BTreeMap<String, String>;

/// The first of the recorded triggers that is not the one on the server, and why: the end of a text's name.
pub(super) fn astray<'m>(recorded: &'m Marks, present: &Marks) -> Option<(&'static str, &'m str)> {
    recorded.iter().find_map(|(name, mark)| {
        let why = match present.get(name) {
            None => "trigger_gone",
            Some(now) if now != mark => "trigger_remade",
            Some(_) => return None,
        };
        Some((why, name.as_str()))
    })
}

/// Those that are there under a recorded name and are not what was recorded.
fn others(recorded: &Marks, present: &Marks) -> Vec<String> {
    let is_other = |(name, mark): &(&String, &String)| present.get(*name).is_some_and(|now| now != *mark);
    let found = recorded.iter().filter(is_other);
    found.map(|(name, _)| name.clone()).collect()
}

/// Whether the server said of each when it was made. Without that a mark tells what a trigger does and no more.
fn are_dated(marks: &Marks) -> bool {
    marks.values().all(|mark| !mark.starts_with(' '))
}

impl Supervisor {
    /// Why a continued run must not swap, asked of the server itself: the tool goes by names, and what the plugin says
    /// of them when the copy goes on is said hours before.
    pub(super) async fn mark_objection(&mut self) -> Result<Option<AppError>> {
        let Some(continued) = self.plan.continued.clone() else {
            return Ok(None);
        };
        let target = self.reach_server().await?;
        let table = &self.plan.request.table;
        let present = self.core.ports.servers.trigger_marks(&target, table).await?;
        let found = astray(&self.rec.view().continuing.trigger_marks, &present);
        Ok(found.map(|(why, name)| {
            impossible(&continued.run, why)
                .with("table", table)
                .with("trigger", name)
        }))
    }

    /// Triggers of this run's names that somebody made anew since, by what the run recorded of its own: that tells them
    /// apart by more than a time with its tolerance. Empty where nothing was recorded, or the server dates none.
    pub(super) async fn remade(&mut self, target: &Target) -> Result<Vec<String>> {
        let recorded = self.rec.view().continuing.trigger_marks.clone();
        if recorded.is_empty() || !are_dated(&recorded) {
            return Ok(Vec::new());
        }
        let (ask, table) = (target.clone(), self.plan.request.table.clone());
        let present = self.patiently(move |core| {
            let (target, table) = (ask.clone(), table.clone());
            async move { core.ports.servers.trigger_marks(&target, &table).await }
        });
        Ok(others(&recorded, &present.await?))
    }

    /// What the swap of a continued run rested on, where the server could not tell its triggers from others.
    pub(super) fn tell_proof(&mut self) {
        let view = self.rec.view();
        if self.plan.continued.is_none() || are_dated(&view.continuing.trigger_marks) {
            return;
        }
        let compared = view.checksum.as_ref().map(|checksum| &checksum.outcome);
        let note = match (compared, &view.gate) {
            (Some(ChecksumOutcome::Equal), _) => LogNote::TriggersUndatedCompared,
            (_, Some(GateCount::Equal { .. })) => LogNote::TriggersUndatedCounted,
            _ => LogNote::TriggersUndatedUnproven,
        };
        self.rec.note(LogKind::Warning, &note);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(all: &[(&str, &str)]) -> Marks {
        let all = all.iter();
        all.map(|(name, mark)| ((*name).to_owned(), (*mark).to_owned()))
            .collect()
    }

    #[test]
    fn a_trigger_that_is_gone_or_was_made_again_is_found() {
        let recorded = marks(&[("a_del", "100.25 ff"), ("a_ins", "100.50 ee")]);
        assert_eq!(astray(&recorded, &recorded), None);
        let gone = marks(&[("a_ins", "100.50 ee")]);
        assert_eq!(astray(&recorded, &gone), Some(("trigger_gone", "a_del")));
        let remade = marks(&[("a_del", "100.25 ff"), ("a_ins", "300.00 ee"), ("other", "1 a")]);
        assert_eq!(astray(&recorded, &remade), Some(("trigger_remade", "a_ins")));
        assert_eq!(others(&recorded, &gone), Vec::<String>::new());
        assert_eq!(others(&recorded, &remade), ["a_ins"]);
    }

    #[test]
    fn a_mark_without_a_time_tells_no_two_alike_triggers_apart() {
        assert!(are_dated(&marks(&[("a", "100.25 ff")])));
        assert!(!are_dated(&marks(&[("a", "100.25 ff"), ("b", " ff")])));
    }
}
