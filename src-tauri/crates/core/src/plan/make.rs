//! Making a plan: everything is looked at, then one value says exactly what would run.

use std::collections::BTreeMap;
use std::time::Duration;

use mysqler_contract::{
    Advice, AppError, Asked, ChangeRequest, ClauseDiagnosis, Connection, ConnectionId, Continued, DockerHost,
    DockerHostId, Engine, ErrorCode, Forecast, ImageStatus, Launch, LocalStatus, Plan, PlanId,
    PrepareVerdict, ProbeReport, Result, RunId, RunState, RunView, RunnerKind, ServerIdentity, Settings,
    TableFacts, TableKind, TableRef, TlsMode, TriggerFacts,
};

use super::advise::{choose, offers};
use super::clause::for_preparing;
use super::definition::fingerprint;
use super::direct::{compose, render};
use super::forecast::{forecast, work};
use super::questions::Asker;
use crate::Core;
use crate::advice::{Price, Subject};
use crate::clause::{SqlMode, analyze_under, diagnose_under};
use crate::ports::{
    LaunchInput, LaunchSite, LeftoverFacts, RowAnswers, ServerCertificate, ServerFacts, Target,
};
use crate::preflight::{self, HistoryFacts, Place, PreflightInput, history_obstacle};

/// Plans that are kept for a later "start"; the oldest goes first.
const KEPT: usize = 50;
/// Earlier runs that a forecast stands on, the newest.
const LEARNED_FROM: u32 = 9;

/// What was learned of the server and the workstation before anything is decided.
struct Gathered {
    server: ServerFacts,
    table: TableFacts,
    leftovers: LeftoverFacts,
    diagnosis: ClauseDiagnosis,
    prepare: Option<PrepareVerdict>,
    certificate: Option<ServerCertificate>,
    workstation: Workstation,
    counts_at_gate: bool,
    renames: Option<BTreeMap<String, String>>,
    history: Option<HistoryFacts>,
    continued: Option<Continued>,
}

impl Gathered {
    /// Where the tool is to keep its history; `None` where that is not possible or nobody agreed.
    fn history_table(&self, request: &ChangeRequest) -> Option<&TableRef> {
        let facts = self.history.as_ref().filter(|_| !request.dry_run)?;
        let obstacle = history_obstacle(request, &self.table, &self.server, facts);
        obstacle.is_none().then_some(&facts.table)
    }

    /// What a continued run takes over is not in its way.
    fn take_over(&mut self, continued: Continued) {
        let ours = std::mem::take(&mut self.leftovers.triggers);
        let is_ours = |trigger: &TriggerFacts| ours.iter().any(|own| own.name == trigger.name);
        self.table.triggers.retain(|trigger| !is_ours(trigger));
        self.leftovers.tables.retain(|table| table != &continued.shadow);
        self.counts_at_gate = true;
        self.continued = Some(continued);
    }
}

/// Where pt-osc would work, as far as that was looked at.
#[allow(
    clippy::large_enum_variant,
    reason = "there is one at a time, and it is never moved about"
)]
enum Workstation {
    Docker {
        host: Box<Result<DockerHost>>,
        image: Result<ImageStatus>,
    },
    Local(LocalStatus),
}

/// The way that was found, as far as one was.
#[derive(Default)]
struct Way {
    launch: Option<Result<Launch>>,
    probe: Option<Result<ProbeReport>>,
}

impl Core {
    /// Looks at everything and decides the exact way. Changes nothing on the server. The plan is kept for
    /// [`Core::run_start`], which takes no other. By its `ticket` the asker hears how far it is, and may cancel it.
    pub async fn plan(&self, request: ChangeRequest, ticket: Option<String>) -> Result<Plan> {
        let asker = self.admit(ticket).await;
        let made = self.make_plan(request, None, &asker).await;
        self.dismiss(&asker).await;
        let plan = made?;
        let mut plans = self.memory.plans.lock().await;
        if plans.len() >= KEPT {
            let oldest = plans
                .values()
                .min_by_key(|plan| plan.made_at)
                .map(|plan| plan.id.clone());
            oldest.and_then(|id| plans.remove(&id));
        }
        plans.insert(plan.id.clone(), plan.clone());
        Ok(plan)
    }

    /// `own` is the run that asks, when one does: it is not in its own way.
    pub(crate) async fn make_plan(
        &self,
        mut request: ChangeRequest,
        own: Option<&RunId>,
        asker: &Asker,
    ) -> Result<Plan> {
        request.options = crate::options::without_secrets(request.options);
        let connection = self.connection(&request.connection_id).await?;
        let target = self.target(&connection.id).await?;
        let settings = self.ports.settings.load().await?;
        // Replicas that are slow to reach are asked while the way is found; what they do not tell stays unknown.
        let moment = async { self.ports.servers.moment(&target, &request.table).await.ok() };
        let gathered = self.gather(&request, &target, &settings, connection.docker_host.as_ref());
        let (gathered, moment) = tokio::join!(gathered, moment);
        let mut gathered = gathered?;
        if let Some(run) = request.options.continues() {
            gathered.take_over(self.continued_by(&request, run, &target).await?);
        }
        let own_mode = request.options.sql_mode();
        let server_mode = gathered.server.variables.get("sql_mode").map(String::as_str);
        let mode = SqlMode::of_run(own_mode, server_mode);
        let clause = analyze_under(request.kind.clause(), mode);
        let subject = Subject {
            clause: &clause,
            table: &gathered.table,
            server: &gathered.server,
        };
        let advice = self
            .advise(&target, &subject, gathered.prepare.as_ref(), own_mode)
            .await;
        let engine = choose(&request, &subject, &advice);
        // A change by the server itself needs neither Docker nor an image.
        let way = match engine {
            Engine::PtOsc => {
                self.find_way(&request, &connection, &target, &gathered, &settings)
                    .await
            }
            Engine::Direct => Way::default(),
        };
        let busy = self
            .ports
            .runs
            .busy_with(&connection.id, &request.table)
            .await?
            .filter(|run| Some(run) != own);
        let none_yet = RowAnswers::new();
        let beside = self.runs_beside(&connection, own.or(busy.as_ref())).await?;
        let input = PreflightInput {
            request: &request,
            engine,
            algorithm: match engine {
                Engine::PtOsc => None,
                Engine::Direct => advice.algorithm,
            },
            connection: &connection,
            server: &gathered.server,
            table: Some(&gathered.table),
            leftovers: &gathered.leftovers,
            prepare: gathered.prepare.as_ref(),
            place: match &gathered.workstation {
                Workstation::Docker { image, .. } => Place::Container(image.as_ref()),
                Workstation::Local(status) => Place::Workstation(status),
            },
            launch: way.launch.as_ref().map(Result::as_ref),
            probe: way.probe.as_ref().map(Result::as_ref),
            answers: &none_yet,
            moment: moment.as_ref(),
            advice: Some(&advice),
            forecast: None,
            settings: &settings,
            history: gathered.history.as_ref(),
            busy_run: busy.as_ref(),
            runs_beside: &beside,
            now: self.ports.clock.now(),
        };
        let questions = preflight::questions(&input);
        let limit = Duration::from_secs(settings.data_check_limit_s.into());
        let (answers, asked) = self.ask_all(&target, &questions, limit, asker).await;
        let price = price_of(engine, &advice);
        let forecast = self.foretell(&subject, &input, price).await?;
        let judged = |engine, algorithm| {
            preflight::check(&PreflightInput {
                answers: &answers,
                engine,
                algorithm,
                ..input
            })
        };
        let (direct, ptosc) = (
            judged(Engine::Direct, advice.algorithm),
            judged(Engine::PtOsc, None),
        );
        let offers = offers(engine, &subject, &advice, &direct, &ptosc);
        let offered = Advice {
            offers,
            ..advice.clone()
        };
        let mut findings = preflight::check(&PreflightInput {
            answers: &answers,
            advice: Some(&offered),
            forecast: Some(&forecast),
            ..input
        });
        for finding in &mut findings {
            let same = |asked: &&Asked| Some(&asked.sql) == finding.query.as_ref();
            finding.reading = asked.iter().find(same).and_then(|asked| asked.reading.clone());
        }
        let direct = price.filter(|_| clause.problems.is_empty());
        let direct = direct.map(|price| compose(&request, &clause, price, gathered.server.flavour));
        let launch = way.launch.and_then(Result::ok);
        let history = gathered.history_table(&request).cloned();
        let compares_at_gate = gathered.continued.is_some()
            && !(request.options.history.as_ref()).is_some_and(|used| used.skips_comparison);
        Ok(Plan {
            id: PlanId(uuid::Uuid::new_v4().to_string()),
            engine,
            operations: gathered.diagnosis.operations,
            server: ServerIdentity {
                server_uuid: gathered.server.server_uuid.clone(),
                flavour: gathered.server.flavour,
                version: gathered.server.version,
            },
            definition_sha256: fingerprint(&gathered.table.definition),
            confirmation: if request.dry_run {
                Default::default()
            } else {
                preflight::confirmation(&findings, connection.environment, &request.table)
            },
            findings,
            asked,
            forecast,
            command: match &direct {
                Some(direct) => Some(render(direct)),
                None => launch.as_ref().map(|launch| self.ports.runner.render(launch)),
            },
            advice: Some(offered),
            launch,
            direct,
            counts_at_gate: gathered.counts_at_gate && engine == Engine::PtOsc,
            compares_at_gate,
            history: history.filter(|_| engine == Engine::PtOsc),
            continued: gathered.continued,
            renames: gathered.renames.filter(|_| engine == Engine::PtOsc),
            facts: gathered.table,
            connection,
            request,
            made_at: self.ports.clock.now(),
        })
    }

    /// `price` is that of the server's own way; `None` under pt-osc.
    async fn foretell(
        &self,
        subject: &Subject<'_>,
        input: &PreflightInput<'_>,
        price: Option<Price>,
    ) -> Result<Forecast> {
        let work = work(subject, price);
        let learned = match work {
            Some(work) => {
                let runs = &self.ports.runs;
                runs.past_rates(input.connection, work.kind, LEARNED_FROM).await?
            }
            None => Vec::new(),
        };
        let watched = preflight::watches_replicas(input);
        let options = &input.request.options;
        Ok(forecast(subject, options, price, work, &learned, watched))
    }

    /// Live runs on the same address, without `known`, which is told of otherwise.
    async fn runs_beside(
        &self,
        connection: &Connection,
        known: Option<&RunId>,
    ) -> Result<Vec<(RunId, TableRef)>> {
        let live = self.ports.runs.live().await?;
        if live.is_empty() {
            return Ok(Vec::new());
        }
        let same: Vec<ConnectionId> = (self.ports.connections.list().await?.into_iter())
            .filter(|other| other.address() == connection.address())
            .map(|other| other.id)
            .collect();
        // What waits is let in when there is room, and not before.
        let works = |view: &RunView| same.contains(&view.connection_id) && view.state != RunState::Queued;
        let beside = live.into_iter().filter(works);
        Ok(beside
            .filter(|view| Some(&view.id) != known)
            .map(|view| (view.id, view.table))
            .collect())
    }

    async fn gather(
        &self,
        request: &ChangeRequest,
        target: &Target,
        settings: &Settings,
        docker: Option<&DockerHostId>,
    ) -> Result<Gathered> {
        let servers = &self.ports.servers;
        let table = &request.table;
        let certificate = async {
            match target.tls {
                TlsMode::Disabled if target.tunnel.is_none() => Ok(None),
                // Nobody asked for TLS: one that does not work is as good as none.
                TlsMode::Disabled => match servers.certificate(target).await {
                    Err(error) if error.code == ErrorCode::ServerTls => Ok(None),
                    other => other,
                },
                _ => servers.certificate(target).await,
            }
        };
        let workstation = async {
            if request.runner.unwrap_or(settings.runner) == RunnerKind::Local {
                let program = settings.local_tool.as_deref();
                return Workstation::Local(self.ports.runner.local_tool(program).await);
            }
            let (host, image) = match self.runner_on(docker).await {
                Ok(runner) => (runner.host().await, runner.image_status(&settings.image).await),
                Err(error) => (Err(error.clone()), Err(error)),
            };
            Workstation::Docker {
                host: Box::new(host),
                image,
            }
        };
        let asked = async {
            tokio::try_join!(
                servers.server_facts(target, &table.database),
                servers.table_facts(target, table),
                servers.leftovers(target, table),
                certificate,
            )
        };
        let history = self.history_facts(request, target);
        let (asked, workstation, history) = tokio::join!(asked, workstation, history);
        let history = history?;
        let (server, facts, leftovers, certificate) = asked?;
        let clause = request.kind.clause();
        let wanted = request.options.sql_mode();
        let servers_own = server.variables.get("sql_mode").map(String::as_str);
        let mode = SqlMode::of_run(wanted, servers_own);
        let diagnosis = diagnose_under(clause, mode);
        // A clause that the lexer refuses must not reach a server in any form.
        let prepare = match diagnosis.problems.is_empty() {
            true => Some(
                servers
                    .prepare(target, table, clause, for_preparing(wanted))
                    .await?,
            ),
            false => None,
        };
        // Triggers that are taken along are looked at once more at the gate, which they stand behind.
        let takes_triggers = request.options.keeps_triggers() && !facts.triggers.is_empty();
        let read = analyze_under(clause, mode);
        let renames = preflight::needs_check_off(&read).then(|| preflight::renamed_columns(&read));
        let counts_at_gate = takes_triggers || renames.is_some() || preflight::may_drop_rows(&read, &facts);
        Ok(Gathered {
            counts_at_gate,
            renames,
            history,
            continued: None,
            server,
            table: facts,
            leftovers,
            diagnosis,
            prepare,
            certificate,
            workstation,
        })
    }

    async fn history_facts(&self, request: &ChangeRequest, target: &Target) -> Result<Option<HistoryFacts>> {
        let Some(used) = &request.options.history else {
            return Ok(None);
        };
        let table = used.table();
        let servers = &self.ports.servers;
        let of_schema = servers.server_facts(target, &table.database).await?;
        // One that the account may not look at is as good as none: the right to look is missing too.
        let exists = servers
            .definition(target, &table)
            .await
            .is_ok_and(|found| found.is_some());
        Ok(Some(HistoryFacts::new(table, exists, &of_schema)))
    }

    async fn find_way(
        &self,
        request: &ChangeRequest,
        connection: &Connection,
        target: &Target,
        gathered: &Gathered,
        settings: &Settings,
    ) -> Way {
        let site = match &gathered.workstation {
            Workstation::Docker { host, image } => match (host.as_ref(), image) {
                (Ok(docker), Ok(ImageStatus::Ready { image, .. })) => LaunchSite::Container { image, docker },
                (host, _) => {
                    let launch = host.as_ref().err().map(|error| Err(error.clone()));
                    return Way { launch, probe: None };
                }
            },
            Workstation::Local(LocalStatus::Ready { tool }) => LaunchSite::Workstation(tool),
            Workstation::Local(LocalStatus::Unusable { .. }) => return Way::default(),
        };
        // Each option that cannot be handed on has a finding of its own.
        let options_stand = crate::options::stand(&request.options);
        if gathered.table.summary.kind != TableKind::Base || !options_stand {
            return Way {
                launch: None,
                probe: None,
            };
        }
        let launch = self.ports.runner.compose(&LaunchInput {
            request,
            hold: request.hold_cutover || gathered.counts_at_gate,
            holds_dates: holds_dates(&gathered.table),
            renames: gathered.renames.as_ref(),
            history: gathered.history_table(request),
            resumes: gathered.continued.as_ref().map(|continued| continued.job),
            server: &gathered.server,
            host: &connection.host,
            port: connection.port,
            tunnel: connection.tunnel.as_ref(),
            user: &connection.user,
            charset: &connection.charset,
            connect_timeout: target.connect_timeout,
            tls: connection.tls,
            ca_pem: target.ca_pem.as_deref(),
            certificate: gathered.certificate.as_ref(),
            site,
            limits: settings.limits,
            log_bytes: log_allowance(gathered.table.summary.rows),
        });
        let probe = match &launch {
            Ok(launch) => Some(self.ports.runner.probe(launch, target.launch_secrets()).await),
            Err(_) => None,
        };
        Way {
            launch: Some(launch),
            probe,
        }
    }

    /// For a host that shows a plan made earlier; `PLAN_EXPIRED` when it was started or dropped since.
    pub async fn planned(&self, id: &PlanId) -> Result<Plan> {
        let plan = self.memory.plans.lock().await.get(id).cloned();
        plan.ok_or_else(|| AppError::new(ErrorCode::PlanExpired))
    }
}

/// `None` under pt-osc, and where nothing can be asserted.
fn price_of(engine: Engine, advice: &Advice) -> Option<Price> {
    let algorithm = advice.algorithm.filter(|_| engine == Engine::Direct)?;
    Some(Price {
        algorithm,
        blocks_writers: advice.blocks_writers,
    })
}

/// Two progress lines a second are the most that a run says: even at a thousand rows a second, and held for a day, that
/// stays far below. What fills it is a tool gone wild, which must not fill the disk as well.
fn log_allowance(rows: u64) -> u64 {
    const AT_LEAST: u64 = 256 * 1024 * 1024;
    const A_ROW: u64 = 4;
    AT_LEAST.saturating_add(rows.saturating_mul(A_ROW))
}

fn holds_dates(table: &TableFacts) -> bool {
    let is_date = |kind: &str| kind.starts_with("date") || kind.starts_with("timestamp");
    table
        .columns
        .iter()
        .any(|column| is_date(&column.column_type.to_lowercase()))
}
