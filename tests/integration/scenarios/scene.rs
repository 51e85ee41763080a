//! One scenario on one server, from an empty schema to what became of every row.

use std::time::{Duration, Instant};

use mysqler_contract::{ChangeKind, ChangeRequest, Plan, RunState, Scope, Severity, TableRef};
use mysqler_tests::desk::Desk;
use mysqler_tests::sandbox::{Client, quoted};

use super::expectation::{Expectation, Way, WithGuard, WithoutGuard};
use super::folder::Scenario;
use super::judge;
use super::place::Place;
use super::tool::{Said, Tool};
use super::values::{Values, difference, first};

pub struct Stage {
    pub desk: Desk,
    pub tool: Tool,
}

/// What was seen, for the printed table.
pub struct Played {
    pub plan: String,
    pub without_guard: String,
    pub with_guard: String,
    pub took: Duration,
    pub wrong: Vec<String>,
}

pub async fn play(stage: &Stage, scenario: &Scenario, place: &Place, expected: &Expectation) -> Played {
    let started = Instant::now();
    let mut played = Played {
        plan: String::new(),
        without_guard: "-".to_owned(),
        with_guard: "-".to_owned(),
        took: Duration::ZERO,
        wrong: Vec::new(),
    };
    let scene = Scene {
        stage,
        scenario,
        place,
        expected,
        table: TableRef::new(format!("mysqler_test_scene_{}", scenario.name), &expected.table),
    };
    if let Err(error) = scene.play(&mut played).await {
        played.wrong.push(error);
    }
    if let Err(error) = scene.strike().await {
        played.wrong.push(error);
    }
    played.took = started.elapsed();
    played
}

struct Scene<'a> {
    stage: &'a Stage,
    scenario: &'a Scenario,
    place: &'a Place,
    expected: &'a Expectation,
    table: TableRef,
}

impl Scene<'_> {
    async fn play(&self, played: &mut Played) -> Result<(), String> {
        let mut client = self.set().await?;
        let before = Values::of(&mut client, &self.table).await?;
        let plan = self.plan().await?;
        played.plan = summary(&plan);
        played.wrong.extend(judge::plan(&plan, &self.expected.plan));
        played.wrong.extend(evidence(&mut client, &plan).await);
        if Values::of(&mut client, &self.table).await? != before {
            played.wrong.push("the plan changed the table".to_owned());
        }
        if let Some(expected) = &self.expected.without_guard {
            played.without_guard = format!("{:?}", expected.outcome);
            played
                .wrong
                .extend(self.without_guard(&mut client, &before, expected).await?);
        }
        if let Some(expected) = &self.expected.with_guard {
            let plan = match self.expected.without_guard {
                None => plan,
                Some(_) => {
                    client = self.set().await?;
                    self.plan().await?
                }
            };
            played.with_guard = expected.outcome.clone();
            played
                .wrong
                .extend(self.with_guard(&mut client, &before, &plan, expected).await?);
        }
        if !self.expected.plan.mended_by_remedy.is_empty() {
            played.wrong.extend(self.mended().await?);
        }
        Ok(())
    }

    /// An empty schema with the folder's tables and rows.
    async fn set(&self) -> Result<Client, String> {
        let schema = quoted(&self.table.database);
        let mut client = self.place.client().await?;
        for (what, sql) in [
            (
                "an empty schema",
                format!(
                    "DROP DATABASE IF EXISTS {schema}; CREATE DATABASE {schema} DEFAULT CHARACTER SET utf8mb4; USE {schema}"
                ),
            ),
            ("schema.sql", self.scenario.schema.clone()),
            ("data.sql", self.scenario.data.clone()),
        ] {
            client
                .try_run(&sql)
                .await
                .map_err(|error| format!("{what}: {error}"))?;
        }
        // What the folder's own SQL set must not colour what is read later.
        let mut fresh = self.place.client().await?;
        fresh
            .try_run(&format!("USE {schema}"))
            .await
            .map_err(|error| error.to_string())?;
        Ok(fresh)
    }

    async fn strike(&self) -> Result<(), String> {
        let drop = format!(
            "SET SESSION lock_wait_timeout = 30; DROP DATABASE IF EXISTS {}",
            quoted(&self.table.database)
        );
        let mut client = self.place.client().await?;
        client
            .try_run(&drop)
            .await
            .map_err(|error| format!("{drop}: {error}"))
    }

    async fn plan(&self) -> Result<Plan, String> {
        let request = ChangeRequest {
            connection_id: self.place.connection.id.clone(),
            table: self.table.clone(),
            kind: ChangeKind::Alter {
                clause: self.scenario.clause.clone(),
            },
            options: self.scenario.options.clone(),
            engine: self.scenario.engine,
            runner: None,
            dry_run: false,
            hold_cutover: false,
        };
        self.stage
            .desk
            .core
            .plan(request, None)
            .await
            .map_err(|error| format!("no plan: {error:?}"))
    }

    async fn without_guard(
        &self,
        client: &mut Client,
        before: &Values,
        expected: &WithoutGuard,
    ) -> Result<Vec<String>, String> {
        let said = match expected.way {
            Way::PtOsc => {
                let tool = &self.stage.tool;
                tool.change(
                    self.place,
                    &self.table,
                    &self.scenario.clause,
                    &expected.arguments,
                )
                .await?
            }
            Way::Alter => self.alter(expected).await?,
        };
        let after = Values::of(client, &self.table).await?;
        let seen = difference(before, &after, &expected.renamed);
        let mut wrong = judge::unguarded(expected, &said, &seen);
        wrong.extend(answers(client, &expected.then).await);
        Ok(wrong)
    }

    async fn alter(&self, expected: &WithoutGuard) -> Result<Said, String> {
        let mut client = self.place.client().await?;
        let setting = format!(
            "USE {}; {}",
            quoted(&self.table.database),
            expected.session.as_deref().unwrap_or("DO 0")
        );
        client
            .try_run(&setting)
            .await
            .map_err(|error| format!("{setting}: {error}"))?;
        let statement = format!(
            "ALTER TABLE {} {}",
            quoted(&self.table.table),
            self.scenario.clause
        );
        Ok(match client.try_run(&statement).await {
            Ok(()) => Said {
                exit: Some(0),
                text: String::new(),
            },
            Err(error) => Said {
                exit: Some(1),
                text: error.to_string(),
            },
        })
    }

    async fn with_guard(
        &self,
        client: &mut Client,
        before: &Values,
        plan: &Plan,
        expected: &WithGuard,
    ) -> Result<Vec<String>, String> {
        if plan.blocked() {
            return Ok(vec![
                "with the guard: the plan is blocked and cannot run".to_owned(),
            ]);
        }
        let desk = &self.stage.desk;
        let run = desk.start(plan).await;
        let view = desk.end(&run.id).await;
        let mut wrong = Vec::new();
        if view.state.kind().as_str() != expected.outcome {
            wrong.push(format!(
                "with the guard: {:?}\n{}",
                view.state,
                desk.log_text(&run.id).await
            ));
        }
        let after = Values::of(client, &self.table).await?;
        let seen = difference(before, &after, &expected.renamed);
        if seen.lost() > 0 || seen.after > seen.before || seen.changed > 0 || seen.gone != expected.gone {
            wrong.push(format!("with the guard: {seen:?}"));
        }
        if view.state == RunState::Completed {
            wrong.extend(answers(client, &expected.then).await);
        }
        Ok(wrong)
    }

    /// Runs the remedies on fresh rows and looks again.
    async fn mended(&self) -> Result<Vec<String>, String> {
        let codes = &self.expected.plan.mended_by_remedy;
        let mut client = self.set().await?;
        let plan = self.plan().await?;
        let mut wrong = Vec::new();
        for finding in plan
            .findings
            .iter()
            .filter(|finding| codes.contains(&finding.code))
        {
            match &finding.remedy {
                Some(remedy) => client
                    .try_run(remedy)
                    .await
                    .map_err(|error| format!("{}: {remedy}: {error}", finding.code))?,
                None => wrong.push(format!("{} offers no remedy", finding.code)),
            }
        }
        let again = self.plan().await?;
        let still = again
            .findings
            .iter()
            .filter(|finding| codes.contains(&finding.code));
        wrong.extend(
            still.map(|finding| format!("{} is there after its remedy: {:?}", finding.code, finding.remedy)),
        );
        Ok(wrong)
    }
}

fn summary(plan: &Plan) -> String {
    let grave = plan
        .findings
        .iter()
        .filter(|finding| finding.severity >= Severity::Danger);
    let mut codes: Vec<&str> = grave.map(|finding| finding.code.as_str()).collect();
    codes.dedup();
    codes.join(" ")
}

/// The query that a finding about rows shows finds rows.
async fn evidence(client: &mut Client, plan: &Plan) -> Vec<String> {
    let mut wrong = Vec::new();
    let of_rows = plan
        .findings
        .iter()
        .filter(|f| f.scope == Scope::Rows && f.proven && f.severity == Severity::Block);
    for finding in of_rows {
        // What the table's definition tells already needs no look at rows.
        let Some(query) = &finding.query else {
            continue;
        };
        match client.cells(query).await {
            Ok(rows) if rows.is_empty() => {
                wrong.push(format!("{}: its query finds no row: {query}", finding.code))
            }
            Ok(_) => {}
            Err(error) => wrong.push(format!("{}: its query {query}: {error}", finding.code)),
        }
    }
    wrong
}

async fn answers(client: &mut Client, queries: &[(String, String)]) -> Vec<String> {
    let mut wrong = Vec::new();
    for (query, expected) in queries {
        match first(client, query).await {
            Ok(answer) if answer == *expected => {}
            Ok(answer) => wrong.push(format!("{query} gives {answer:?}, not {expected:?}")),
            Err(error) => wrong.push(error),
        }
    }
    wrong
}
