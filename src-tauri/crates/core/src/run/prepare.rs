//! From the queue to a started job: its turn, a second look at the world, the container.

use mysqler_contract::{
    AppError, CleaningAfter, Difference, Engine, ErrorCode, Finding, Launch, Params, Plan, Result,
    RunEventKind, RunView, Severity, SshTunnel, TriggerFacts,
};

use super::replicas::{PATIENCE_S, watches};
use super::state::Input;
use super::supervisor::Supervisor;
use crate::plan::{Asker, fingerprint};
use crate::ports::Target;

/// A plan that is older is made anew in full before it runs; a fresh one is checked for what matters most, ms.
const FRESH_MS: u64 = 60_000;

/// A run that was told to wait while it was queued waits from its first moment on: a small table would be swapped before
/// the word reached its container. One whose replicas are to be watched is told so from its first moment on, too.
fn launch_of(plan: &Plan, view: &RunView) -> Option<Launch> {
    let mut launch = plan.launch.clone()?;
    launch.hold_cutover |= view.hold_cutover;
    launch.replicas_patience_s = watches(plan).then_some(PATIENCE_S);
    Some(launch)
}

impl Supervisor {
    /// True when a job is running, or may be begun by the server itself; false when the run has ended already.
    pub(super) async fn prepare(&mut self) -> Result<bool> {
        let Some(_turn) = self.wait_for_turn().await? else {
            return Ok(false);
        };
        self.rec.input(&Input::Begin);
        self.rec.flush().await?;
        match self.look_again().await {
            Ok(differences) if differences.is_empty() => {}
            Ok(differences) => {
                self.rec.input(&Input::Differ(differences));
                return Ok(false);
            }
            Err(error) => {
                self.rec.input(&Input::Fail(error));
                return Ok(false);
            }
        }
        if self.asked_to_stop() {
            self.rec.input(&Input::Stop { at: self.now() });
            self.rec.input(&Input::Clean(CleaningAfter::Stop));
            self.rec.input(&Input::Cleaned);
            return Ok(false);
        }
        match self.plan.engine {
            Engine::PtOsc => self.start_job().await,
            Engine::Direct => Ok(true),
        }
    }

    async fn start_job(&mut self) -> Result<bool> {
        let Some(launch) = launch_of(&self.plan, self.rec.view()) else {
            self.rec.input(&Input::Fail(
                AppError::new(ErrorCode::PlanBlocked).with("codes", ""),
            ));
            return Ok(false);
        };
        if let Some(endpoint) = &launch.docker
            && let Err(error) = crate::docker_hosts::require_private(endpoint)
        {
            self.rec.input(&Input::Fail(error));
            return Ok(false);
        }
        let target = self.reach_server().await?;
        self.measure_before().await;
        self.renew().await?;
        if let Err(error) = self.ready_to_take_over(&target).await {
            self.rec.input(&Input::Fail(error));
            return Ok(false);
        }
        match self
            .core
            .ports
            .runner
            .start(&self.rec.id(), &self.plan.id, &launch, target.launch_secrets())
            .await
        {
            Ok(job) => {
                self.rec.event(RunEventKind::JobStarted { job });
                self.rec.flush().await?;
                self.take_over().await?;
                Ok(true)
            }
            Err(error) => {
                self.rec.input(&Input::Fail(error));
                Ok(false)
            }
        }
    }

    /// What is not as the plan saw it.
    async fn look_again(&mut self) -> Result<Vec<Difference>> {
        let target = self.reach_server().await?;
        let mut differences = self.quick_differences(&target).await?;
        // A plan of the future was made before the clock was set back: nobody knows how old it is.
        let old = self.now() < self.plan.made_at || self.now().since(self.plan.made_at) > FRESH_MS;
        if differences.is_empty() && old {
            let again = self
                .core
                .make_plan(self.plan.request.clone(), Some(&self.rec.id()), &Asker::default())
                .await?;
            differences = new_findings(&self.plan, &again);
            if differences.is_empty()
                && again.launch.as_ref().map(|l| &l.docker) != self.plan.launch.as_ref().map(|l| &l.docker)
            {
                differences.push(Difference {
                    what: "docker_host_changed".to_owned(),
                    params: Params::new(),
                });
            }
            if differences.is_empty()
                && again.launch.as_ref().map(|l| &l.local) != self.plan.launch.as_ref().map(|l| &l.local)
            {
                differences.push(Difference {
                    what: "local_tool_changed".to_owned(),
                    params: Params::new(),
                });
            }
            if differences.is_empty()
                && again.launch.as_ref().map(|l| &l.image) != self.plan.launch.as_ref().map(|l| &l.image)
            {
                differences.push(Difference {
                    what: "image_changed".to_owned(),
                    params: Params::new(),
                });
            }
            if differences.is_empty()
                && (again.engine, &again.direct) != (self.plan.engine, &self.plan.direct)
            {
                differences.push(Difference {
                    what: "way_changed".to_owned(),
                    params: Params::new(),
                });
            }
        }
        Ok(differences)
    }

    pub(super) async fn quick_differences(&self, target: &Target) -> Result<Vec<Difference>> {
        let servers = &self.core.ports.servers;
        let table = &self.plan.request.table;
        let (facts, definition, leftovers) = tokio::try_join!(
            servers.server_facts(target, &table.database),
            servers.definition(target, table),
            servers.leftovers(target, table),
        )?;
        let mut found = Vec::new();
        let mut differ = |what: &str, before: String, now: String| {
            let params = Params::from([("before".to_owned(), before), ("now".to_owned(), now)]);
            found.push(Difference {
                what: what.to_owned(),
                params,
            });
        };
        let saved = self.core.connection(&self.plan.connection.id).await?.tunnel;
        let planned = &self.plan.connection.tunnel;
        let same_way = match (planned, &saved) {
            (Some(planned), Some(saved)) => planned.is_same_way(saved),
            (planned, saved) => planned.is_none() && saved.is_none(),
        };
        if !same_way {
            let text = |tunnel: &Option<SshTunnel>| {
                tunnel
                    .as_ref()
                    .map_or_else(|| "–".to_owned(), SshTunnel::to_string)
            };
            differ("tunnel_changed", text(planned), text(&saved));
        }
        let planned = &self.plan.server;
        if facts.server_uuid != planned.server_uuid {
            let text = |uuid: &Option<String>| uuid.clone().unwrap_or_default();
            differ(
                "server_changed",
                text(&planned.server_uuid),
                text(&facts.server_uuid),
            );
        }
        if facts.version != planned.version {
            differ(
                "version_changed",
                format!("{:?}", planned.version),
                format!("{:?}", facts.version),
            );
        }
        match definition {
            None => differ("table_gone", table.to_string(), String::new()),
            Some(now) if fingerprint(&now) != self.plan.definition_sha256 => {
                differ(
                    "definition_changed",
                    self.plan.definition_sha256.clone(),
                    fingerprint(&now),
                );
            }
            Some(_) => {}
        }
        if !self.plan.kept_triggers().is_empty() {
            let now = servers.triggers(target, table).await?;
            if now != self.plan.facts.triggers {
                let names = |all: &[TriggerFacts]| {
                    let names: Vec<&str> = all.iter().map(|trigger| trigger.name.as_str()).collect();
                    names.join(", ")
                };
                differ("triggers_changed", names(&self.plan.facts.triggers), names(&now));
            }
        }
        let awaits_them = self.plan.continued.is_some();
        if !leftovers.triggers.is_empty() && self.plan.facts.triggers.is_empty() && !awaits_them {
            let names: Vec<String> = leftovers
                .triggers
                .iter()
                .map(|trigger| trigger.name.clone())
                .collect();
            differ("triggers_appeared", String::new(), names.join(", "));
        }
        Ok(found)
    }
}

/// Findings above `info` that the plan did not show.
fn new_findings(planned: &Plan, again: &Plan) -> Vec<Difference> {
    // Who may work beside whom is the queue's to say, and it did.
    const QUEUES: &str = "RUNS_ON_SERVER";
    // The same code told as graver, or as not proven any more, was not what was confirmed.
    let known = |finding: &Finding| {
        planned.findings.iter().any(|shown| {
            shown.code == finding.code
                && shown.severity >= finding.severity
                && (finding.proven || !shown.proven)
        })
    };
    again
        .findings
        .iter()
        .filter(|finding| finding.severity > Severity::Info && finding.code != QUEUES && !known(finding))
        .map(|finding| Difference {
            what: "new_finding".to_owned(),
            params: Params::from([("code".to_owned(), finding.code.clone())]),
        })
        .collect()
}

#[cfg(test)]
mod launch_tests {
    use mysqler_contract::{Flavour, RecursionMethod, Timestamp, WorkKind};

    use super::super::fixture;
    use super::*;
    use crate::preflight::fixture::World;

    #[test]
    fn a_run_that_was_told_to_wait_in_the_queue_is_started_held() {
        let mut plan = fixture::plan(WorkKind::ChunkedCopy);
        plan.launch = World::calm().launch.and_then(Result::ok);
        let mut view = fixture::worked(&plan, 1_000);
        let held = |plan: &Plan, view: &RunView| launch_of(plan, view).map(|launch| launch.hold_cutover);
        assert_eq!(held(&plan, &view), Some(false));
        view.hold_cutover = true;
        view.cut_over_at = Some(Timestamp(9_000));
        assert_eq!(held(&plan, &view), Some(true));
        plan.launch = None;
        assert_eq!(held(&plan, &view), None);
    }

    #[test]
    fn a_run_whose_replicas_are_to_be_watched_is_told_so_from_the_start() {
        let mut plan = fixture::plan(WorkKind::ChunkedCopy);
        plan.launch = World::calm().launch.and_then(Result::ok);
        let view = fixture::worked(&plan, 1_000);
        let patience = |plan: &Plan| launch_of(plan, &view).and_then(|launch| launch.replicas_patience_s);
        assert_eq!(patience(&plan), None, "the tool watches them itself");
        plan.server.flavour = Flavour::MariaDb;
        assert_eq!(patience(&plan), Some(PATIENCE_S));
        plan.request.options.recursion_method = RecursionMethod::None;
        assert_eq!(patience(&plan), None);
    }
}
