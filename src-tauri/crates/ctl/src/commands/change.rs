//! The arguments of a change, shared by `plan` and `run`, and the request that is made of them.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use mysqler_contract::{
    AppError, AppliedOptions, ChangeKind, ChangeOptions, ChangeRequest, Connection, EngineChoice, ErrorCode,
    ForeignKeysMethod, HISTORY_SCHEMA, HistoryUse, LoadThreshold, OptionSetting, PastedCommand,
    RecursionMethod, Result, RunnerKind, SessionVariable, TableRef,
};

use super::pasted;
use crate::context::Context;
use crate::table_name;

#[derive(Debug, Clone, Args)]
pub struct Change {
    /// Name of a saved connection
    pub connection: String,
    /// Full name of the table; odd names in backticks: '`my db`.`my table`'
    #[arg(long = "table", value_name = "DB.TABLE", value_parser = table_name::parse, required_unless_present = "from_command")]
    tables: Vec<TableRef>,
    #[command(flatten)]
    kind: Kind,
    /// How the table is changed
    #[arg(long, value_name = "auto|direct|pt-osc", default_value = "auto", value_parser = engine)]
    engine: EngineChoice,
    /// Where pt-online-schema-change works: in a container, or as a process of this computer [default: by the settings,
    /// see `mysqlerctl local`]
    #[arg(long, value_name = "docker|local", value_parser = runner)]
    runner: Option<RunnerKind>,
    /// Every step up to the copy, and nothing is left behind
    #[arg(long)]
    dry_run: bool,
    /// Wait before the swap until `mysqlerctl runs cutover`
    #[arg(long)]
    hold_cutover: bool,
    #[command(flatten)]
    options: Options,
}

#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = false)]
struct Kind {
    /// Take table, clause and options from a command line of pt-online-schema-change (- for standard input); what else
    /// is said here stands over it
    #[arg(long, value_name = "FILE")]
    from_command: Option<PathBuf>,
    /// What follows ALTER TABLE and the table's name, byte for byte
    #[arg(long, value_name = "CLAUSE", allow_hyphen_values = true)]
    alter: Option<String>,
    /// Rebuild the table to give unused space back
    #[arg(long)]
    reclaim: bool,
}

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Options of the copy (defaults come from the server's present state)")]
struct Options {
    /// Begin with the options of this preset [default: the connection's own, else by its environment]
    #[arg(long, value_name = "NAME")]
    preset: Option<String>,
    /// Any option of pt-online-schema-change without its dashes, for example chunk-index=PRIMARY; repeatable
    #[arg(long = "pt-option", value_name = "NAME[=VALUE]", value_parser = setting)]
    pt_options: Vec<OptionSetting>,
    /// Rows of one chunk; turns adaptive sizing off
    #[arg(long, value_name = "ROWS")]
    chunk_size: Option<u32>,
    /// Seconds that one chunk should take, for example 0.1
    #[arg(long, value_name = "SECONDS", value_parser = milliseconds)]
    chunk_time: Option<u32>,
    /// The copy waits while any is exceeded; empty turns the check off
    #[arg(long, value_name = "NAME=VALUE,…", value_parser = thresholds)]
    max_load: Option<Thresholds>,
    /// The run aborts when any is exceeded; empty turns the check off
    #[arg(long, value_name = "NAME=VALUE,…", value_parser = thresholds)]
    critical_load: Option<Thresholds>,
    /// Character set of the run's session
    #[arg(long)]
    charset: Option<String>,
    /// Seconds that a statement waits for a metadata lock
    #[arg(long, value_name = "SECONDS")]
    lock_wait_timeout: Option<u32>,
    /// Seconds of replica lag at which the copy waits
    #[arg(long, value_name = "SECONDS")]
    max_lag: Option<u32>,
    /// How replicas are found whose lag is watched
    #[arg(long, value_enum)]
    recursion_method: Option<Recursion>,
    /// A session variable to set; repeatable
    #[arg(long = "set-var", value_name = "NAME=VALUE", value_parser = variable)]
    set_vars: Vec<SessionVariable>,
    /// How rows of child tables follow a referenced table
    #[arg(long, value_enum)]
    foreign_keys_method: Option<ForeignKeys>,
    /// Do not gather the new table's statistics before the swap
    #[arg(long)]
    no_analyze: bool,
    /// Keep a history table on the server, so that the run can be continued after it broke off
    #[arg(long)]
    continuable: bool,
    /// Schema of the history table
    #[arg(long, value_name = "SCHEMA", requires = "continuable")]
    history_schema: Option<String>,
}

type Thresholds = Box<[LoadThreshold]>;

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Recursion {
    Auto,
    Processlist,
    Hosts,
    None,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ForeignKeys {
    #[value(name = "rebuild_constraints")]
    RebuildConstraints,
    #[value(name = "drop_swap")]
    DropSwap,
}

impl Change {
    /// The request on `connection`, what was not said filled in from the server's present state.
    pub async fn request(mut self, context: &Context, connection: &Connection) -> Result<ChangeRequest> {
        let pasted = match &self.kind.from_command {
            Some(file) => pasted::read(context, file)?,
            None => PastedCommand::default(),
        };
        if self.tables.len() > 1 {
            return Err(AppError::new(ErrorCode::InvalidInput)
                .with("field", "--table")
                .with("reason", "one_table"));
        }
        let table = self
            .tables
            .pop()
            .or_else(|| pasted_table(&pasted))
            .ok_or_else(|| missing("--table"))?;
        let kind = match (self.kind.reclaim, self.kind.alter.take().or(pasted.clause)) {
            (true, _) => ChangeKind::Reclaim,
            (false, Some(clause)) => ChangeKind::Alter { clause },
            (false, None) => return Err(missing("--alter")),
        };
        let suggested = context
            .core
            .suggested_options(&connection.id, &table.database)
            .await?;
        let mut options = suggested.options;
        if let Some(name) = &self.options.preset {
            let preset = context.core.preset_named(name).await?;
            options = context
                .core
                .options_apply(&preset.settings, &suggested.base)
                .options;
        }
        for settings in [&pasted.settings, &self.options.pt_options] {
            options = accepted(context.core.options_apply(settings, &options))?;
        }
        Ok(ChangeRequest {
            connection_id: connection.id.clone(),
            table,
            kind,
            options: self.options.over(options),
            engine: self.engine,
            runner: self.runner,
            dry_run: self.dry_run || pasted.dry_run,
            hold_cutover: self.hold_cutover,
        })
    }
}

impl Change {
    /// A request for each table, alike in everything else.
    pub async fn requests(
        mut self,
        context: &Context,
        connection: &Connection,
    ) -> Result<Vec<ChangeRequest>> {
        let mut tables = std::mem::take(&mut self.tables);
        let Some(first) = tables.first().cloned() else {
            return Ok(vec![self.request(context, connection).await?]);
        };
        self.tables = vec![first];
        let one = self.request(context, connection).await?;
        let each = tables
            .drain(..)
            .map(|table| ChangeRequest { table, ..one.clone() });
        Ok(each.collect())
    }
}

fn pasted_table(pasted: &PastedCommand) -> Option<TableRef> {
    Some(TableRef::new(pasted.database.clone()?, pasted.table.clone()?))
}

fn missing(flag: &str) -> AppError {
    AppError::new(ErrorCode::InvalidInput)
        .with("field", flag)
        .with("reason", "required")
}

/// Said by a person, an option that cannot be taken is a mistake in the command line.
fn accepted(applied: AppliedOptions) -> Result<ChangeOptions> {
    let Some(problem) = applied.problems.first() else {
        return Ok(applied.options);
    };
    let error = AppError::new(ErrorCode::InvalidInput)
        .with("field", format!("--pt-option {}", problem.option))
        .with("reason", format!("option_{}", problem.reason));
    let params = problem.params.iter();
    Err(params.fold(error, |error, (name, value)| error.with(name, value)))
}

impl Options {
    fn over(self, mut options: ChangeOptions) -> ChangeOptions {
        if self.chunk_size.is_some() {
            options.chunk_size = self.chunk_size;
            // A fixed size and an aimed-at time contradict each other; the time said here wins over none said.
            options.chunk_time_ms = None;
        }
        if self.chunk_time.is_some() {
            options.chunk_time_ms = self.chunk_time;
        }
        if let Some(thresholds) = self.max_load {
            options.max_load = thresholds.into_vec();
        }
        if let Some(thresholds) = self.critical_load {
            options.critical_load = thresholds.into_vec();
        }
        if self.charset.is_some() {
            options.charset = self.charset;
        }
        options.lock_wait_timeout_s = self.lock_wait_timeout.unwrap_or(options.lock_wait_timeout_s);
        options.max_lag_s = self.max_lag.unwrap_or(options.max_lag_s);
        options.recursion_method = match self.recursion_method {
            None => options.recursion_method,
            Some(Recursion::Auto) => RecursionMethod::Auto,
            Some(Recursion::Processlist) => RecursionMethod::Processlist,
            Some(Recursion::Hosts) => RecursionMethod::Hosts,
            Some(Recursion::None) => RecursionMethod::None,
        };
        options.set_vars.extend(self.set_vars);
        options.foreign_keys_method = match self.foreign_keys_method {
            None => options.foreign_keys_method,
            Some(ForeignKeys::RebuildConstraints) => Some(ForeignKeysMethod::RebuildConstraints),
            Some(ForeignKeys::DropSwap) => Some(ForeignKeysMethod::DropSwap),
        };
        options.analyze_before_swap = options.analyze_before_swap && !self.no_analyze;
        if self.continuable {
            let agreed = options.history.take().map(|used| used.schema);
            let schema = self.history_schema.or(agreed);
            options.history = Some(HistoryUse::of(schema.as_deref().unwrap_or(HISTORY_SCHEMA)));
        }
        options
    }
}

fn engine(text: &str) -> Result<EngineChoice, String> {
    match text {
        "auto" => Ok(EngineChoice::Auto),
        "pt-osc" => Ok(EngineChoice::PtOsc),
        "direct" => Ok(EngineChoice::Direct),
        _ => Err("one of: auto, direct, pt-osc".to_owned()),
    }
}

pub(super) fn runner(text: &str) -> Result<RunnerKind, String> {
    match text {
        "docker" => Ok(RunnerKind::Docker),
        "local" => Ok(RunnerKind::Local),
        _ => Err("one of: docker, local".to_owned()),
    }
}

fn milliseconds(text: &str) -> Result<u32, String> {
    let seconds: f64 = text
        .parse()
        .map_err(|_| "a number of seconds, for example 0.5".to_owned())?;
    let ms = (seconds * 1000.0).round();
    if !(1.0..=f64::from(u32::MAX)).contains(&ms) {
        return Err("from 0.001 seconds".to_owned());
    }
    Ok(ms as u32)
}

fn thresholds(text: &str) -> Result<Thresholds, String> {
    let entries = text.split(',').filter(|_| !text.is_empty());
    entries
        .map(|entry| {
            let (name, value) = pair(entry)?;
            let value = value
                .parse()
                .map_err(|_| format!("{entry}: a whole number after ="))?;
            Ok(LoadThreshold {
                variable: name.to_owned(),
                value,
            })
        })
        .collect()
}

fn variable(text: &str) -> Result<SessionVariable, String> {
    let (name, value) = pair(text)?;
    Ok(SessionVariable {
        name: name.to_owned(),
        value: value.to_owned(),
    })
}

/// Of the option's name alone the dashes may stay.
pub fn setting(text: &str) -> Result<OptionSetting, String> {
    let (name, value) = text
        .split_once('=')
        .map_or((text, None), |(name, value)| (name, Some(value)));
    let name = name.trim_start_matches('-');
    match name.is_empty() || name.contains(char::is_whitespace) {
        true => Err("NAME or NAME=VALUE is expected".to_owned()),
        false => Ok(OptionSetting::new(name, value)),
    }
}

fn pair(text: &str) -> Result<(&str, &str), String> {
    text.split_once('=')
        .filter(|(name, _)| !name.is_empty())
        .ok_or_else(|| format!("{text}: NAME=VALUE is expected"))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        change: Change,
    }

    fn parsed(extra: &[&str]) -> Result<Change, clap::Error> {
        let base = ["test", "Sandbox", "--table", "shop.orders"];
        Line::try_parse_from(base.iter().chain(extra)).map(|line| line.change)
    }

    fn parsed_bare(extra: &[&str]) -> Result<Change, clap::Error> {
        Line::try_parse_from(["test", "Sandbox"].iter().chain(extra)).map(|line| line.change)
    }

    fn options(extra: &[&str]) -> ChangeOptions {
        let base = ["--reclaim"];
        let line: Vec<&str> = base.iter().chain(extra).copied().collect();
        parsed(&line).unwrap().options.over(ChangeOptions::default())
    }

    #[test]
    fn nothing_said_leaves_every_suggestion() {
        assert_eq!(options(&[]), ChangeOptions::default());
    }

    #[test]
    fn what_is_said_stands_over_the_suggestion() {
        let given = options(&[
            "--chunk-time=0.5",
            "--max-load=Threads_running=50,Threads_connected=900",
            "--critical-load=",
            "--set-var=innodb_lock_wait_timeout=3",
            "--set-var=a=b=c",
            "--foreign-keys-method=drop_swap",
            "--recursion-method=none",
            "--no-analyze",
        ]);
        assert_eq!(given.chunk_time_ms, Some(500));
        assert_eq!(
            given.max_load.iter().map(|load| load.value).collect::<Vec<_>>(),
            [50, 900]
        );
        assert!(given.critical_load.is_empty());
        assert_eq!(
            given.set_vars[1],
            SessionVariable {
                name: "a".to_owned(),
                value: "b=c".to_owned()
            }
        );
        assert_eq!(given.foreign_keys_method, Some(ForeignKeysMethod::DropSwap));
        assert_eq!(given.recursion_method, RecursionMethod::None);
        assert!(!given.analyze_before_swap);
    }

    #[test]
    fn a_fixed_chunk_size_turns_the_suggested_time_off() {
        assert_eq!(options(&["--chunk-size=500"]).chunk_time_ms, None);
        assert_eq!(
            options(&["--chunk-size=500", "--chunk-time=1"]).chunk_time_ms,
            Some(1000)
        );
    }

    #[test]
    fn a_command_line_stands_in_for_table_and_clause() {
        let change = parsed_bare(&["--from-command=-"]).unwrap();
        assert!(change.tables.is_empty() && change.kind.from_command.is_some());
        assert!(
            parsed_bare(&["--alter=ADD x INT"]).is_err(),
            "without it the table has to be named"
        );
    }

    #[test]
    fn any_option_of_the_tool_can_be_said() {
        let given = parsed(&[
            "--reclaim",
            "--pt-option=--chunk-index=a=b",
            "--pt-option",
            "no-check-plan",
        ])
        .unwrap();
        let said: Vec<String> = given.options.pt_options.iter().map(ToString::to_string).collect();
        assert_eq!(said, ["--chunk-index a=b", "--no-check-plan"]);
        assert!(parsed(&["--reclaim", "--pt-option==x"]).is_err());
    }

    #[test]
    fn the_clause_is_kept_byte_for_byte() {
        let clause = "  -- x\n ADD COLUMN `a b` VARCHAR(9) DEFAULT 'ü' ";
        assert_eq!(
            parsed(&["--alter", clause]).unwrap().kind.alter.as_deref(),
            Some(clause)
        );
    }

    #[test]
    fn what_this_version_has_not_and_what_is_half_said_is_refused() {
        for (line, says) in [
            (vec!["--reclaim", "--engine=inplace"], "auto, direct, pt-osc"),
            (vec!["--reclaim", "--runner=podman"], "one of: docker, local"),
            (vec![], "--alter"),
            (vec!["--reclaim", "--alter=ADD x INT"], "cannot be used with"),
            (vec!["--reclaim", "--table=orders"], "table"),
            (vec!["--reclaim", "--max-load=Threads_running"], "NAME=VALUE"),
            (vec!["--reclaim", "--max-load=a=1,"], "NAME=VALUE"),
            (vec!["--reclaim", "--chunk-time=0"], "0.001"),
            (vec!["--reclaim", "--set-var==1"], "NAME=VALUE"),
        ] {
            let error = parsed(&line).unwrap_err().to_string();
            assert!(error.contains(says), "{line:?}: {error}");
        }
    }
}
