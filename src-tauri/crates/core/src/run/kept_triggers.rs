//! The table's own triggers, which a run takes along to the new table: whether they are where they belong, and putting
//! back those that a run without success left elsewhere. pt-osc drops each from the original and makes it anew on the
//! shadow, so that a run which ends in between would take them away with the shadow.

use mysqler_contract::{
    AppError, Difference, ErrorCode, LogKind, LogNote, Phase, Result, TableRef, TriggerFacts,
};

use super::conclude::look_at;
use super::supervisor::Supervisor;
use crate::ports::Target;

impl Supervisor {
    /// Why the tool must not go on to move the triggers; the run ends by it.
    pub(super) async fn trigger_objection(&mut self) -> Result<Option<AppError>> {
        if self.plan.kept_triggers().is_empty() {
            return Ok(None);
        }
        let table = self.plan.request.table.clone();
        let error = |code| AppError::new(code).with("table", &table);
        if !self.seen.move_guarded {
            return Ok(Some(error(ErrorCode::TriggersUnguarded)));
        }
        let target = self.reach_server().await?;
        let now = self.core.ports.servers.triggers(&target, &table).await?;
        let changed = changed(self.plan.kept_triggers(), &own(now, &self.rec.view().triggers));
        Ok(
            (!changed.is_empty())
                .then(|| error(ErrorCode::TriggersChanged).with("names", changed.join(", "))),
        )
    }

    /// What a person has to look at when the table does not have its triggers as the plan saw them.
    pub(super) async fn triggers_astray(&mut self, target: &Target) -> Result<Option<Difference>> {
        if self.plan.kept_triggers().is_empty() {
            return Ok(None);
        }
        let (ask, table) = (target.clone(), self.plan.request.table.clone());
        let now = self.patiently(move |core| {
            let (target, table) = (ask.clone(), table.clone());
            async move { core.ports.servers.triggers(&target, &table).await }
        });
        let now = own(now.await?, &self.rec.view().triggers);
        let changed = changed(self.plan.kept_triggers(), &now);
        Ok((!changed.is_empty()).then(|| look_at("triggers_missing", "names", changed.join(", "))))
    }

    /// For an original that carries the table's name: its triggers fire on it again when this returns.
    pub(super) async fn restore_triggers(&mut self, target: &Target) -> Result<()> {
        let Some(shadow) = self
            .rec
            .view()
            .shadow
            .clone()
            .filter(|_| !self.plan.kept_triggers().is_empty())
        else {
            return Ok(());
        };
        let table = self.plan.request.table.clone();
        let servers = self.core.ports.servers.clone();
        let on_table = servers.triggers(target, &table).await?;
        let on_shadow = servers.triggers(target, &shadow).await?;
        let moving = self.began(Phase::Swap);
        let wanted = to_restore(self.plan.kept_triggers(), &on_table, &on_shadow, moving);
        if wanted.is_empty() {
            return Ok(());
        }
        let beside = servers.definition(target, &shadow).await?.map(|_| &shadow);
        let names = names(&wanted);
        self.renew().await?;
        match servers.restore_triggers(target, &table, beside, &wanted).await {
            Ok(()) => {
                self.rec.note(LogKind::Info, &LogNote::TriggersRestored { names });
                Ok(())
            }
            Err(error) => {
                self.rec
                    .note(LogKind::Error, &LogNote::TriggersNotRestored { names });
                Err(error)
            }
        }
    }

    /// Triggers on the shadow that are not the tool's own trial of one that the plan knows: a table that carries such is
    /// not dropped.
    pub(super) async fn strangers_on(&self, target: &Target, shadow: &TableRef) -> Result<Vec<String>> {
        let found = self.core.ports.servers.triggers(target, shadow).await?;
        let kept = self.plan.kept_triggers();
        let is_trial = |found: &TriggerFacts| {
            found.name.len() == 15
                && found.name.bytes().all(|byte| byte.is_ascii_lowercase())
                && kept.iter().any(|known| body(known) == body(found))
        };
        Ok(found
            .iter()
            .filter(|found| !is_trial(found))
            .map(|found| found.name.clone())
            .collect())
    }
}

/// Without those that the tool made.
fn own(all: Vec<TriggerFacts>, made: &[String]) -> Vec<TriggerFacts> {
    all.into_iter()
        .filter(|trigger| !made.contains(&trigger.name))
        .collect()
}

/// The server keeps a semicolon behind the body where several statements were sent at once, and drops it when the trigger
/// is made anew.
fn body(trigger: &TriggerFacts) -> &str {
    trigger
        .body
        .trim_end_matches(|c: char| c == ';' || c.is_whitespace())
}

fn same(one: &TriggerFacts, other: &TriggerFacts) -> bool {
    let body_of_one = |other: &TriggerFacts| TriggerFacts {
        body: one.body.clone(),
        ..other.clone()
    };
    body(one) == body(other) && *one == body_of_one(other)
}

fn has(all: &[TriggerFacts], wanted: &TriggerFacts) -> bool {
    all.iter().any(|trigger| same(trigger, wanted))
}

fn same_moment(one: &TriggerFacts, other: &TriggerFacts) -> bool {
    (&one.event, &one.timing) == (&other.event, &other.timing)
}

/// Names of triggers that are missing, of another make, in another place of the order, or new.
fn changed(planned: &[TriggerFacts], now: &[TriggerFacts]) -> Vec<String> {
    let order = |of: &TriggerFacts, all: &[TriggerFacts]| -> Vec<String> {
        let moment = all.iter().filter(|trigger| same_moment(trigger, of));
        moment.map(|trigger| trigger.name.clone()).collect()
    };
    let known = planned
        .iter()
        .filter(|trigger| !has(now, trigger) || order(trigger, now) != order(trigger, planned));
    let new = now
        .iter()
        .filter(|trigger| planned.iter().all(|known| known.name != trigger.name));
    let mut names: Vec<String> = known.chain(new).map(|trigger| trigger.name.clone()).collect();
    names.dedup();
    names
}

/// The triggers to make anew on the table: those that went to the shadow, those that are nowhere although the tool was
/// at moving them, and the others of the same moments, which would otherwise fire before them.
fn to_restore(
    planned: &[TriggerFacts],
    on_table: &[TriggerFacts],
    on_shadow: &[TriggerFacts],
    moving: bool,
) -> Vec<TriggerFacts> {
    let named = |all: &[TriggerFacts], name: &str| all.iter().any(|trigger| trigger.name == name);
    let is_gone = |trigger: &&TriggerFacts| {
        // Whoever made another one of this name since meant it.
        !named(on_table, &trigger.name)
            && (has(on_shadow, trigger) || (moving && !named(on_shadow, &trigger.name)))
    };
    let gone: Vec<&TriggerFacts> = planned.iter().filter(is_gone).collect();
    let wanted = planned.iter().filter(|trigger| {
        gone.contains(trigger)
            || (has(on_table, trigger) && gone.iter().any(|other| same_moment(trigger, other)))
    });
    wanted.cloned().collect()
}

fn names(triggers: &[TriggerFacts]) -> String {
    let names: Vec<&str> = triggers.iter().map(|trigger| trigger.name.as_str()).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preflight::fixture::trigger;

    fn of(event: &str, names: &[&str]) -> Vec<TriggerFacts> {
        let of = |name: &&str| TriggerFacts {
            event: event.into(),
            ..trigger(name)
        };
        names.iter().map(of).collect()
    }

    #[test]
    fn what_went_to_the_shadow_comes_back_and_keeps_its_place() {
        let planned = [of("INSERT", &["m", "z"]), of("UPDATE", &["u"])].concat();
        let none: &[TriggerFacts] = &[];
        let names = |on_table: &[TriggerFacts], on_shadow: &[TriggerFacts], moving| {
            super::names(&to_restore(&planned, on_table, on_shadow, moving))
        };
        assert_eq!(names(&planned, none, true), "");
        assert_eq!(
            names(&planned[1..], &planned[..1], true),
            "m, z",
            "the order of their moment"
        );
        assert_eq!(names(none, &planned, true), "m, z, u");
        assert_eq!(
            names(&planned[..2], none, true),
            "u",
            "dropped, and not made again"
        );
        assert_eq!(names(&planned[..2], none, false), "", "the user's own drop");
        let other = TriggerFacts {
            body: "SET @b = 2".into(),
            ..planned[2].clone()
        };
        let replaced = [&planned[..2], &[other]].concat();
        assert_eq!(names(&replaced, none, true), "", "the user's newer one stays");
    }

    #[test]
    fn any_difference_is_told_by_name() {
        let planned = [of("INSERT", &["m", "z"]), of("UPDATE", &["u"])].concat();
        assert_eq!(changed(&planned, &planned), Vec::<String>::new());
        assert_eq!(changed(&planned, &planned[..2]), ["u"]);
        let mut ended = planned.clone();
        ended[2].body.push(';');
        assert_eq!(
            changed(&ended, &planned),
            Vec::<String>::new(),
            "the end of a statement"
        );
        assert_eq!(changed(&planned[..2], &planned), ["u"], "one that is new");
        let turned = [of("INSERT", &["z", "m"]), of("UPDATE", &["u"])].concat();
        assert_eq!(changed(&planned, &turned), ["m", "z"]);
        let mut rebodied = planned.clone();
        rebodied[2].definer = "other@%".into();
        assert_eq!(changed(&planned, &rebodied), ["u"]);
        let made = own(
            [planned.clone(), of("UPDATE", &["pt_osc_shop_orders_upd"])].concat(),
            &["pt_osc_shop_orders_upd".to_owned()],
        );
        assert_eq!(changed(&planned, &made), Vec::<String>::new());
    }
}
