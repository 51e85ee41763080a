//! The tool's arguments from typed options; no shell ever sees them.

use mysqler_contract::{
    ChangeOptions, Flavour, ForeignKeysMethod, HistoryUse, LoadThreshold, RecursionMethod, Result,
    SessionVariable,
};
use mysqler_core::options::{TRIES, find, is_harmless, problems, tries as read_tries};
use mysqler_core::ports::{LaunchInput, ServerFacts};

use super::{
    dsn::{Dsn, Server},
    impossible,
    tls::Mapping,
};
use crate::Files;

/// With the tree format of newer servers the tool reads no row count from EXPLAIN, and copies the whole table in one
/// locking statement.
const EXPLAIN_FORMAT: &str = "explain_format";

pub(super) fn argv(input: &LaunchInput<'_>, tls: &Mapping, host: &str, charset: &str) -> Result<Vec<String>> {
    let request = input.request;
    let options = &request.options;
    let clause = request.kind.clause();
    if clause.contains('\0') {
        return Err(impossible("clause: it contains a NUL character"));
    }
    let mut argv = Argv::default();
    argv.flag(if request.dry_run { "--dry-run" } else { "--execute" });
    argv.flag("--statistics")
        .flag("--print")
        .option("--progress", "time,1")
        .flag("--no-version-check");
    argv.option("--set-vars", set_vars(input)?);
    argv.option("--tries", tries(options)?);
    argv.option("--max-load", max_load(options)?)
        .option("--critical-load", thresholds(&options.critical_load)?);
    chunking(&mut argv, options, input.history.is_some())?;
    argv.option("--max-lag", max_lag(options)?);
    if options.other(RECURSION).is_none() {
        argv.option(
            "--recursion-method",
            match input.tunnel {
                // The tunnel leads to one server: the application watches the others.
                Some(_) => "none",
                None => recursion(options.recursion_method, input.server, tls),
            },
        );
    }
    argv.flag(if options.analyze_before_swap {
        "--analyze-before-swap"
    } else {
        "--no-analyze-before-swap"
    });
    if let Some(method) = options.foreign_keys_method {
        argv.option("--alter-foreign-keys-method", foreign_keys(method));
    }
    others(&mut argv, options)?;
    history(&mut argv, input)?;
    if input.renames.is_some() {
        argv.flag("--no-check-alter");
    }
    argv.option("--alter", clause);
    let files = Files::of(input.site);
    let dsn = Dsn {
        server: match input.tunnel {
            Some(_) => Server::Socket(files.way.socket),
            None => Server::Host(host),
        },
        port: input.port,
        options: files.options,
        charset,
        encrypted: tls.encrypted,
    };
    argv.0.push(dsn.text(&request.table)?);
    Ok(argv.0)
}

#[derive(Default)]
struct Argv(Vec<String>);

impl Argv {
    fn flag(&mut self, flag: &str) -> &mut Self {
        self.0.push(flag.to_owned());
        self
    }

    fn option(&mut self, name: &str, value: impl Into<String>) -> &mut Self {
        self.0.push(name.to_owned());
        self.0.push(value.into());
        self
    }
}

const RECURSION: &str = "recursion-method";
const TRIES_NAME: &str = "tries";

/// Whatever a person set beside the main options, in the order in which it was set. Nothing that the catalogue does not
/// open ever comes this far; a value is not repeated in the refusal, since it may be a secret.
fn others(argv: &mut Argv, options: &ChangeOptions) -> Result<()> {
    if let Some(problem) = problems(options).iter().find(|problem| !is_harmless(problem)) {
        return Err(impossible(format!("--{}: {}", problem.option, problem.reason)));
    }
    for setting in options.others.iter().filter(|setting| setting.name != TRIES_NAME) {
        let known = find(&setting.name).filter(|known| !known.is_default());
        let Some(known) = known else { continue };
        let name = format!("--{}", known.name());
        match &setting.value {
            Some(value) => argv.option(&name, value.as_str()),
            None => argv.flag(&name),
        };
    }
    Ok(())
}

/// What a run needs to be continued. The tool then leaves the triggers and the old table after the swap too.
fn history(argv: &mut Argv, input: &LaunchInput<'_>) -> Result<()> {
    let Some(table) = input.history else {
        return Ok(());
    };
    if !HistoryUse::is_acceptable(&table.database) {
        let schema = &table.database;
        return Err(impossible(format!(
            "history schema {schema:?}: letters, digits and underscores only"
        )));
    }
    argv.flag("--history")
        .option("--history-table", table.to_string())
        .flag("--nodrop-new-table")
        .flag("--nodrop-triggers");
    if let Some(job) = input.resumes {
        argv.option("--resume", job.to_string());
    }
    Ok(())
}

/// A person's attempts replace ours, operation by operation.
fn tries(options: &ChangeOptions) -> Result<String> {
    let given = options.other(TRIES_NAME).map_or(Some(Vec::new()), read_tries);
    let (Some(given), Some(ours)) = (given, read_tries(TRIES)) else {
        return Err(impossible("--tries: value"));
    };
    let parts = ours.into_iter().map(|standard| {
        let (operation, tries, wait) = given
            .iter()
            .rfind(|(operation, _, _)| *operation == standard.0)
            .copied()
            .unwrap_or(standard);
        format!("{operation}:{tries}:{wait}")
    });
    Ok(parts.collect::<Vec<_>>().join(","))
}

/// The tool's own defaults, which it does not take back once one of the two was given.
const CHUNK_ROWS: u32 = 1_000;
const CHUNK_MS: u32 = 500;

/// A run that can be continued says both: whether a resumed copy goes on is decided by the very same size.
fn chunking(argv: &mut Argv, options: &ChangeOptions, is_continuable: bool) -> Result<()> {
    if is_continuable && options.chunk_size.is_none() {
        argv.option("--chunk-size", CHUNK_ROWS.to_string());
    }
    let time = options.chunk_time_ms;
    let time = time.or_else(|| (is_continuable && options.chunk_size.is_none()).then_some(CHUNK_MS));
    match (options.chunk_size, time) {
        (Some(0), _) => return Err(impossible("chunk size: it must be at least 1 row")),
        (Some(rows), _) => {
            argv.option("--chunk-size", rows.to_string());
        }
        // The tool takes a chunk time of zero for "never adapt", which nobody asked for here.
        (None, Some(0)) => return Err(impossible("chunk time: it must be at least 1 ms")),
        (None, Some(ms)) => {
            argv.option("--chunk-time", format!("{}.{:03}", ms / 1000, ms % 1000));
        }
        (None, None) => {}
    }
    Ok(())
}

fn max_lag(options: &ChangeOptions) -> Result<String> {
    match options.max_lag_s {
        0 => Err(impossible("max lag: it must be at least 1 s")),
        seconds => Ok(format!("{seconds}s")),
    }
}

/// The tool compares critical thresholds only for variables that also have a waiting threshold, so each gets one that
/// is never reached first: at the same value the abort is decided before the wait.
fn max_load(options: &ChangeOptions) -> Result<String> {
    let mut all = options.max_load.clone();
    for critical in &options.critical_load {
        if !all
            .iter()
            .any(|max| max.variable.eq_ignore_ascii_case(&critical.variable))
        {
            all.push(critical.clone());
        }
    }
    thresholds(&all)
}

fn thresholds(list: &[LoadThreshold]) -> Result<String> {
    let mut parts = Vec::with_capacity(list.len());
    for LoadThreshold { variable, value } in list {
        if variable.is_empty()
            || !variable
                .bytes()
                .all(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        {
            return Err(impossible(format!(
                "load variable {variable:?}: letters and underscores only"
            )));
        }
        // Zero is read as "no value": the tool would then invent one from the server's present state.
        if *value == 0 {
            return Err(impossible(format!(
                "load threshold of {variable}: it must be at least 1"
            )));
        }
        parts.push(format!("{variable}={value}"));
    }
    Ok(parts.join(","))
}

fn set_vars(input: &LaunchInput<'_>) -> Result<String> {
    let (options, server) = (&input.request.options, input.server);
    let mut parts = Vec::new();
    if server.variables.contains_key(EXPLAIN_FORMAT) {
        parts.push(format!("{EXPLAIN_FORMAT}=TRADITIONAL"));
    }
    let given = |name: &str| {
        options
            .set_vars
            .iter()
            .any(|variable| variable.name.eq_ignore_ascii_case(name))
    };
    if !given("lock_wait_timeout") {
        if options.lock_wait_timeout_s == 0 {
            return Err(impossible("lock wait timeout: it must be at least 1 s"));
        }
        parts.push(format!("lock_wait_timeout={}", options.lock_wait_timeout_s));
    }
    if let Some(mode) = verbatim_mode(input).filter(|_| !given(SQL_MODE)) {
        let variable = SessionVariable {
            name: SQL_MODE.to_owned(),
            value: format!("'{mode}'"),
        };
        parts.push(assignment(&variable)?);
    }
    for variable in &options.set_vars {
        parts.push(assignment(variable)?);
    }
    Ok(parts.join(","))
}

const SQL_MODE: &str = "sql_mode";

/// The server's mode without what would end the copy at a date like 2024-00-10, or put 0000-00-00 in its place once
/// there are more warnings than the tool gets to read; with what lets 2024-02-31 stay as it is. The tool's own
/// NO_AUTO_VALUE_ON_ZERO, which this takes the place of, is kept. `None` where no date could be touched.
fn verbatim_mode(input: &LaunchInput<'_>) -> Option<String> {
    const JUDGING: [&str; 3] = ["NO_ZERO_DATE", "NO_ZERO_IN_DATE", "TRADITIONAL"];
    const KEEPING: [&str; 2] = ["ALLOW_INVALID_DATES", "NO_AUTO_VALUE_ON_ZERO"];
    let mode = input
        .server
        .variables
        .get(SQL_MODE)
        .filter(|_| input.holds_dates)?;
    let others = mode
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty() && !JUDGING.contains(name) && !KEEPING.contains(name));
    Some(others.chain(KEEPING).collect::<Vec<_>>().join(","))
}

/// The tool splits at commas that no backslash precedes and leaves the backslash in; inside a string the server drops it.
fn assignment(variable: &SessionVariable) -> Result<String> {
    let SessionVariable { name, value } = variable;
    let refused = |why: &str| impossible(format!("session variable {name}={value}: {why}"));
    if name.is_empty()
        || !name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    {
        return Err(refused("the name may have letters, digits and underscores only"));
    }
    if name.eq_ignore_ascii_case(EXPLAIN_FORMAT) && !value.eq_ignore_ascii_case("TRADITIONAL") {
        return Err(refused(
            "with another format the whole table would be copied in one locking statement",
        ));
    }
    if value.is_empty() || value.chars().any(|c| c.is_whitespace() || c.is_control()) || value.ends_with('\\')
    {
        return Err(refused(
            "an empty value, white space or a final backslash cannot be carried",
        ));
    }
    let is_string = value.len() >= 2
        && ["'", "\""]
            .iter()
            .any(|q| value.starts_with(q) && value.ends_with(q));
    if value.contains(',') && !is_string {
        return Err(refused("a comma can be carried inside quotes only"));
    }
    Ok(format!("{name}={}", value.replace(',', "\\,")))
}

/// `hosts` first: it knows the replicas' ports, which the process list does not.
fn recursion(wanted: RecursionMethod, server: &ServerFacts, tls: &Mapping) -> &'static str {
    match wanted {
        // The tool tells MariaDB by its comment alone, and asks any other new server in words that MariaDB refuses: the
        // application watches replicas there.
        _ if server.flavour == Flavour::MariaDb => "none",
        RecursionMethod::Processlist => "processlist",
        RecursionMethod::Hosts => "hosts",
        RecursionMethod::None => "none",
        // The one pinned certificate is the primary's: a look-up would fail at the first replica.
        RecursionMethod::Auto if tls.pinned => "none",
        RecursionMethod::Auto => "hosts,processlist",
    }
}

fn foreign_keys(method: ForeignKeysMethod) -> &'static str {
    match method {
        ForeignKeysMethod::RebuildConstraints => "rebuild_constraints",
        ForeignKeysMethod::DropSwap => "drop_swap",
    }
}
