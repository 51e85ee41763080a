//! What the server shows of a run that ended without success: which table carries the name now, and what beside it is
//! provably this run's. Nothing here changes anything.

use mysqler_contract::{
    Difference, ErrorCode, ForeignKeysMethod, Leftover, Phase, Result, TableRef, quote_identifier,
};

use super::conclude::look_at;
use super::supervisor::Supervisor;
use crate::doctor::shadow_of;
use crate::plan::{fingerprint, same_definition};
use crate::ports::Target;

/// Which of the two tables carries the table's name now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Standing {
    /// The original, as the plan saw it.
    Original,
    /// The shadow took its place; `old` is the original, if it is still there.
    Swapped { old: Vec<TableRef> },
    /// Neither can be proven.
    Neither,
}

impl Supervisor {
    pub(super) async fn standing(&mut self, target: &Target) -> Result<Standing> {
        let table = self.plan.request.table.clone();
        let ask = (target.clone(), table.clone());
        let now = self.patiently(move |core| {
            let (target, table) = ask.clone();
            async move { core.ports.servers.definition(&target, &table).await }
        });
        let Some(now) = now.await? else {
            return Ok(Standing::Neither);
        };
        let shadow_exists = self.shadow_exists(target).await?;
        let old = self.old_tables(target).await?;
        let view = self.rec.view();
        let looks_original = fingerprint(&now) == self.plan.definition_sha256;
        let looks_swapped = match (&view.shadow_definition, &view.shadow) {
            (Some(shadow), Some(name)) => Some(same_definition(shadow, name, &now, &table)),
            _ => None,
        };
        // A rebuild looks the same on both sides of the swap: then what the swap leaves, or what comes after it, tells.
        let method = self.plan.request.options.foreign_keys_method;
        let told = self.began(Phase::DropOld)
            || (method == Some(ForeignKeysMethod::DropSwap) && self.began(Phase::Swap));
        let swapped = match looks_swapped {
            Some(true) => !looks_original || told || !old.is_empty(),
            Some(false) => false,
            None => !old.is_empty(),
        };
        if swapped && !shadow_exists {
            return Ok(Standing::Swapped { old });
        }
        if looks_original {
            return Ok(Standing::Original);
        }
        // Another hand changed the table; a trigger of ours still tells the original, since it goes where that goes.
        let triggers = self.ours_left(target).await?;
        let ours_on_it = triggers
            .iter()
            .any(|left| matches!(left, Leftover::Trigger { .. }));
        Ok(
            if self.seen.cleanup_asked && shadow_exists && old.is_empty() && ours_on_it {
                Standing::Original
            } else {
                Standing::Neither
            },
        )
    }

    pub(super) fn began(&self, phase: Phase) -> bool {
        self.rec.view().phases.iter().any(|time| time.phase == phase)
    }

    async fn shadow_exists(&self, target: &Target) -> Result<bool> {
        let Some(shadow) = &self.rec.view().shadow else {
            return Ok(false);
        };
        Ok(self
            .core
            .ports
            .servers
            .definition(target, shadow)
            .await?
            .is_some())
    }

    /// Once child tables point at the shadow it is the user's data. The phase in which they are turned to it is taken
    /// for that too, until a person asks.
    pub(super) async fn is_shadow_in_use(&self, target: &Target) -> Result<bool> {
        let Some(shadow) = &self.rec.view().shadow else {
            return Ok(false);
        };
        if self.began(Phase::UpdateForeignKeys) && !self.seen.cleanup_asked {
            return self.shadow_exists(target).await;
        }
        match self.core.ports.servers.table_facts(target, shadow).await {
            Ok(facts) => Ok(facts.referenced_by.iter().any(|key| &key.table != shadow)),
            Err(error) if error.code == ErrorCode::TableMissing => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Objects on the server that carry this run's marks: its shadow table by recorded name, and triggers of pt-osc's
    /// name pattern whose body writes to that very table.
    pub(super) async fn ours_left(&self, target: &Target) -> Result<Vec<Leftover>> {
        let Some(shadow) = self.rec.view().shadow.clone() else {
            return Ok(Vec::new());
        };
        let table = &self.plan.request.table;
        let facts = self.core.ports.servers.leftovers(target, table).await?;
        let triggers = facts
            .triggers
            .iter()
            .filter(|trigger| shadow_of(trigger).as_ref() == Some(&shadow));
        let mut left: Vec<Leftover> = triggers
            .map(|trigger| Leftover::Trigger {
                database: table.database.clone(),
                name: trigger.name.clone(),
            })
            .collect();
        if self.shadow_exists(target).await? {
            left.push(Leftover::Table { table: shadow });
        }
        Ok(left)
    }

    /// Triggers on the table that mention the shadow and are not the tool's, word for word: without the shadow they would
    /// fail the application's writes.
    pub(super) async fn edited_triggers(&self, target: &Target, shadow: &TableRef) -> Result<Vec<String>> {
        let found = self
            .core
            .ports
            .servers
            .triggers(target, &self.plan.request.table)
            .await?;
        let mentions = |body: &str| body.contains(&quote_identifier(&shadow.table));
        let edited = found
            .into_iter()
            .filter(|trigger| mentions(&trigger.body) && shadow_of(trigger).as_ref() != Some(shadow));
        Ok(edited.map(|trigger| trigger.name).collect())
    }

    /// The original under its new name: the table that our triggers went along with. A table that only has such a name
    /// is the user's.
    pub(super) async fn old_tables(&self, target: &Target) -> Result<Vec<TableRef>> {
        let Some(shadow) = &self.rec.view().shadow else {
            return Ok(Vec::new());
        };
        let servers = &self.core.ports.servers;
        let beside = servers.leftovers(target, &self.plan.request.table).await?.tables;
        let mut old = Vec::new();
        for table in beside.into_iter().filter(|table| table != shadow) {
            let facts = match servers.table_facts(target, &table).await {
                Ok(facts) => facts,
                Err(error) if error.code == ErrorCode::TableMissing => continue,
                Err(error) => return Err(error),
            };
            let carries = facts.triggers.iter().any(|trigger| {
                trigger.name.starts_with("pt_osc_") && shadow_of(trigger).as_ref() == Some(shadow)
            });
            // Without its triggers only our own record tells it, and that it is what the plan saw.
            let recorded = self.rec.view().continuing.old_table.as_ref() == Some(&table)
                && self.is_the_original(&facts.definition, &table);
            if carries || recorded {
                old.push(table);
            }
        }
        Ok(old)
    }

    pub(super) fn is_the_original(&self, now: &str, old: &TableRef) -> bool {
        let (planned, table) = (&self.plan.facts.definition, &self.plan.request.table);
        same_definition(planned, table, now, old)
    }

    /// What may be of a job that was at work and could not say what it made: it is only shown.
    pub(super) async fn unrecorded(&self, target: &Target) -> Result<Vec<Difference>> {
        let view = self.rec.view();
        let unheard = self.seen.unheard || (view.job.is_some() && view.exit_code.is_none());
        if view.shadow.is_some() || !(unheard || self.began(Phase::CreateShadow)) {
            return Ok(Vec::new());
        }
        let facts = self
            .core
            .ports
            .servers
            .leftovers(target, &self.plan.request.table)
            .await?;
        let planned = self.plan.findings.iter();
        let known: Vec<&str> = planned
            .filter(|finding| finding.code == "LEFTOVER_TABLES")
            .filter_map(|finding| finding.params.get("names"))
            .flat_map(|names| names.split(", "))
            .collect();
        let tables = facts
            .tables
            .iter()
            .filter(|table| !known.contains(&table.to_string().as_str()))
            .map(|table| look_at("shadow_exists", "table", table));
        let triggers = facts
            .triggers
            .iter()
            .map(|trigger| look_at("triggers_exist", "names", &trigger.name));
        Ok(triggers.chain(tables).collect())
    }
}
