//! `plan`: what a change would do, and how a plan is shown.

use mysqler_contract::messages::text;
use mysqler_contract::{
    Advice, Algorithm, AppError, Difference, Engine, EngineChoice, ErrorCode, Finding, Flavour, Plan,
    ReplicaForecast, Result, Severity,
};

use super::asked;
use super::change::Change;
use super::connection::environment;
use super::planning;
use crate::context::Context;
use crate::exit::{self, Exit};
use crate::interrupt::Interrupts;
use crate::output::{Output, bytes, duration, facts, number, printable};
use crate::table_name;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    change: Change,
}

pub async fn run(context: &Context, args: Args) -> Result<Exit> {
    let plan = made(context, args.change, &mut Interrupts::listen()).await?;
    context.out.answer(&plan, |plan| described(&context.out, plan));
    Ok(refusal(&plan).map_or(Exit::Done, |error| exit::of_error(error.code)))
}

/// Why the plan may not run, as an error; `None` when it may.
pub fn refusal(plan: &Plan) -> Option<AppError> {
    plan.blocked().then(|| refused_for(&plan.findings))
}

/// When nothing but a silent Docker stands in the way, that is what a script is told: the change itself may be good.
fn refused_for(findings: &[Finding]) -> AppError {
    const DOCKER: &str = "DOCKER_UNAVAILABLE";
    // What is found in its wake: without an engine no command can be composed.
    const WAKE: &str = "LAUNCH_IMPOSSIBLE";
    let blocking = || {
        findings
            .iter()
            .filter(|finding| finding.severity == Severity::Block)
    };
    let docker = blocking().find(|finding| finding.code == DOCKER);
    if let Some(docker) = docker
        && blocking().all(|finding| [DOCKER, WAKE].contains(&finding.code.as_str()))
    {
        let message = docker.params.get("message").cloned().unwrap_or_default();
        return AppError::new(ErrorCode::DockerUnreachable).detail(message);
    }
    let codes: Vec<&str> = blocking().map(|finding| finding.code.as_str()).collect();
    AppError::new(ErrorCode::PlanBlocked).detail(codes.join(", "))
}

pub async fn made(context: &Context, change: Change, interrupts: &mut Interrupts) -> Result<Plan> {
    let connection = context.connection(&change.connection).await?;
    let request = change.request(context, &connection).await?;
    planning::awaited(context, request, interrupts).await
}

pub fn described(out: &Output, plan: &Plan) -> Vec<String> {
    let mut lines = summary(out, plan);
    if let Some(advice) = &plan.advice {
        lines.extend(ways(out, plan, advice));
    }
    if !plan.findings.is_empty() {
        lines.push(String::new());
        lines.push(out.own("ctl.plan.findings"));
        let mut findings: Vec<&Finding> = plan.findings.iter().collect();
        // Stable: what blocks comes first, and within a severity the checks keep their order.
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        findings
            .iter()
            .for_each(|finding| lines.extend(finding_lines(out, finding)));
    }
    if !plan.asked.is_empty() {
        lines.push(String::new());
        lines.extend(asked::lines(out, &plan.asked));
    }
    // A command that will not run is not offered for copying.
    if let Some(command) = plan.command.as_ref().filter(|_| !plan.blocked()) {
        lines.push(String::new());
        lines.push(out.own("ctl.plan.command"));
        lines.extend(command.lines().map(|line| format!("  {}", printable(line))));
    }
    lines.push(String::new());
    lines.push(verdict(out, plan));
    lines
}

fn summary(out: &Output, plan: &Plan) -> Vec<String> {
    let forecast = &plan.forecast;
    let table = printable(&table_name::quote(&plan.request.table));
    let instant = plan
        .direct
        .as_ref()
        .is_some_and(|direct| direct.algorithm == Algorithm::Instant);
    let rate = match forecast.learned {
        _ if instant => "ctl.plan.rate_instant",
        true => "ctl.plan.rate_learned",
        false => "ctl.plan.rate_assumed",
    };
    let time = out.own_with(
        rate,
        [
            ("time", duration(out, forecast.duration_ms)),
            ("rate", number(forecast.rate_rows_s)),
            ("count", forecast.samples.to_string()),
        ],
    );
    let summary = &plan.facts.summary;
    let size = out.own_with(
        "ctl.plan.size",
        [
            ("rows", number(summary.rows)),
            ("data", bytes(summary.data_bytes)),
            ("index", bytes(summary.index_bytes)),
            ("free", bytes(summary.free_bytes)),
        ],
    );
    let space = out.own_with("ctl.plan.space", [("bytes", bytes(forecast.shadow_bytes))]);
    let version = &plan.server.version;
    let connection = &plan.connection;
    let server = format!(
        "{} [{}] {}:{}, {} {}.{}.{}",
        printable(&connection.name),
        environment(out, connection.environment),
        printable(&connection.host),
        connection.port,
        flavour(plan.server.flavour),
        version.major,
        version.minor,
        version.patch,
    );
    let engine = match (plan.request.engine, plan.engine) {
        (EngineChoice::Auto, Engine::PtOsc) => "ctl.plan.engine_auto",
        (EngineChoice::Auto, Engine::Direct) => "ctl.plan.engine_auto_direct",
        (EngineChoice::PtOsc, _) => "ctl.plan.engine_ptosc",
        (EngineChoice::Direct, _) => "ctl.plan.engine_direct",
    };
    let binlog = forecast
        .binlog_bytes
        .map(|size| out.own_with("ctl.plan.space", [("bytes", bytes(size))]));
    let clause = printable(plan.request.kind.clause());
    let dry_run = plan.request.dry_run.then(|| out.own("ctl.plan.dry_run"));
    let hold = plan.request.hold_cutover.then(|| out.own("ctl.plan.hold"));
    facts(&[
        (
            out.own("ctl.plan.change"),
            Some(format!("ALTER TABLE {table} {clause}")),
        ),
        (out.own("ctl.column.server"), Some(server)),
        (out.own("ctl.plan.table_size"), Some(size)),
        (out.own("ctl.plan.engine"), Some(out.own(engine))),
        (
            out.own("ctl.plan.algorithm"),
            plan.direct
                .as_ref()
                .map(|direct| algorithm(out, plan, direct.algorithm)),
        ),
        (out.own("ctl.plan.mode"), dry_run),
        (out.own("ctl.plan.cutover"), hold),
        (out.own("ctl.plan.time"), Some(time)),
        (out.own("ctl.plan.chunks"), forecast.chunks.map(number)),
        (out.own("ctl.plan.disk"), Some(space)),
        (out.own("ctl.plan.binlog"), binlog),
    ])
    .into_iter()
    .chain(forecast.replicas.iter().map(|replica| behind(out, replica)))
    .collect()
}

fn behind(out: &Output, replica: &ReplicaForecast) -> String {
    let space = ("bytes", bytes(replica.disk_bytes));
    let words = match replica.lag_ms {
        None => out.own_with("ctl.plan.replica_waited", [space]),
        Some(lag) => out.own_with("ctl.plan.replica_behind", [space, ("time", duration(out, lag))]),
    };
    let name = out.own_with("ctl.plan.replica", [("host", printable(&replica.host))]);
    format!("{name}: {words}")
}

fn algorithm(out: &Output, plan: &Plan, algorithm: Algorithm) -> String {
    let verified = plan.advice.as_ref().is_some_and(|advice| advice.verified);
    let key = match verified {
        true => "ctl.plan.verified",
        false => "ctl.plan.unverified",
    };
    out.own_with(key, [("algorithm", algorithm.keyword().to_owned())])
}

/// Why the server's own way is what it is, and what each way costs.
fn ways(out: &Output, plan: &Plan, advice: &Advice) -> Vec<String> {
    let said = |entry: &Difference| {
        printable(&text(
            out.locale(),
            &format!("advice.{}", entry.what),
            &entry.params,
        ))
    };
    let mut lines = vec![String::new(), out.own("ctl.plan.reasons")];
    lines.extend(advice.reasons.iter().map(|reason| format!("  {}", said(reason))));
    lines.push(String::new());
    lines.push(out.own("ctl.plan.offers"));
    for offer in &advice.offers {
        let name = match offer.algorithm {
            Some(way) => format!("direct {}", algorithm(out, plan, way)),
            None => "pt-osc".to_owned(),
        };
        let state = match (offer.engine == plan.engine, offer.open) {
            (_, false) => "ctl.plan.offer_closed",
            (true, true) => "ctl.plan.offer_chosen",
            (false, true) => "ctl.plan.offer_open",
        };
        lines.push(format!("  {name} ({})", out.own(state)));
        lines.extend(offer.notes.iter().map(|note| format!("      {}", said(note))));
    }
    lines
}

/// Names of products: the same in every language.
fn flavour(flavour: Flavour) -> &'static str {
    match flavour {
        Flavour::MySql => "MySQL",
        Flavour::Percona => "Percona Server",
        Flavour::MariaDb => "MariaDB",
        Flavour::Other => "?",
    }
}

pub fn finding_lines(out: &Output, finding: &Finding) -> Vec<String> {
    let severity = out.name(match finding.severity {
        Severity::Info => "severity.info",
        Severity::Warn => "severity.warn",
        Severity::Danger => "severity.danger",
        Severity::Block => "severity.block",
    });
    let proven = if finding.proven {
        String::new()
    } else {
        format!(" ({})", out.own("ctl.plan.not_proven"))
    };
    let part = |part: &str| {
        let text = finding.text(out.locale(), part);
        // A part without a text renders as its own key.
        (!text.starts_with("finding.")).then(|| printable(&text))
    };
    let what = part("what").unwrap_or_default();
    let mut lines = vec![format!("  {severity}  {}{proven}  {what}", finding.code)];
    for text in [part("evidence"), part("advice")]
        .into_iter()
        .flatten()
        .filter(|text| !text.trim().is_empty())
    {
        lines.push(format!("      {text}"));
    }
    if let Some(reading) = &finding.reading {
        lines.push(format!("      {}", asked::read(out, reading)));
    }
    for (key, sql) in [
        ("ctl.plan.query", &finding.query),
        ("ctl.plan.remedy", &finding.remedy),
    ] {
        if let Some(sql) = sql {
            lines.push(format!("      {}: {}", out.own(key), printable(sql)));
        }
    }
    lines
}

/// The last line: may it run, and what has to be given for that.
fn verdict(out: &Output, plan: &Plan) -> String {
    if plan.blocked() {
        return out.own("ctl.plan.blocked");
    }
    let need = &plan.confirmation;
    if need.typed.is_none() && need.accept.is_empty() {
        return out.own("ctl.plan.runs_as_is");
    }
    let mut flags = String::new();
    if need.typed.is_some() {
        flags = format!(
            "--confirm {}",
            shell_quoted(&table_name::quote(&plan.request.table))
        );
    }
    if !need.accept.is_empty() {
        flags = format!("{flags} --accept {}", need.accept.join(","));
    }
    out.own_with("ctl.plan.needs", [("flags", printable(flags.trim_start()))])
}

/// For a POSIX shell, so that the line can be pasted.
fn shell_quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    if text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use mysqler_contract::messages::Locale;

    use super::*;

    #[test]
    fn a_finding_says_severity_code_and_what_to_do() {
        let out = Output::new(false, Locale::En);
        let finding = Finding::new("CLAUSE_EMPTY", Severity::Block)
            .with("start", 0)
            .with("fragment", "");
        let lines = finding_lines(&out, &finding.remedy("ANALYZE TABLE `a`"));
        assert_eq!(lines[0], "  Blocks  CLAUSE_EMPTY  The clause is empty");
        assert!(
            lines
                .iter()
                .any(|line| line.contains("Write what follows ALTER TABLE")),
            "{lines:?}"
        );
        assert!(
            lines
                .last()
                .is_some_and(|line| line.ends_with("ANALYZE TABLE `a`")),
            "{lines:?}"
        );
    }

    #[test]
    fn only_a_silent_docker_alone_is_told_as_such() {
        let of = |codes: &[&str]| {
            let findings: Vec<Finding> = codes
                .iter()
                .map(|code| Finding::new(code, Severity::Block))
                .collect();
            refused_for(&findings).code
        };
        assert_eq!(
            of(&["DOCKER_UNAVAILABLE", "LAUNCH_IMPOSSIBLE"]),
            ErrorCode::DockerUnreachable
        );
        assert_eq!(of(&["LAUNCH_IMPOSSIBLE"]), ErrorCode::PlanBlocked);
        assert_eq!(
            of(&["DOCKER_UNAVAILABLE", "CLAUSE_EMPTY"]),
            ErrorCode::PlanBlocked
        );
        assert_eq!(of(&[]), ErrorCode::PlanBlocked);
    }

    #[test]
    fn a_finding_without_texts_still_shows_its_code() {
        let out = Output::new(false, Locale::ZhCn);
        let lines = finding_lines(
            &out,
            &Finding::new("NEWER_THAN_THIS", Severity::Danger).not_proven(),
        );
        assert_eq!(lines.len(), 1);
        assert!(
            lines[0].contains("NEWER_THAN_THIS") && lines[0].contains("未证实"),
            "{lines:?}"
        );
    }

    #[test]
    fn a_name_is_quoted_for_the_shell_only_when_it_must_be() {
        assert_eq!(shell_quoted("shop.orders"), "shop.orders");
        assert_eq!(shell_quoted("shop.`it's`"), "'shop.`it'\\''s`'");
    }
}
