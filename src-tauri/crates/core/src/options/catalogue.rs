//! Every option of pt-online-schema-change 3.7.1: what it takes, where it stands, and who decides it. A test compares
//! the list with the tool's own help.

use mysqler_contract::{OptionGroup, OptionKind, OptionPolicy, OptionSpec, OptionUnit};

/// Operation, attempts, seconds between them. The tool's own values give up after 12 s behind a row lock, and hold the
/// application's statements up in turn when they wait for a metadata lock; these try longer, and leave room between.
pub const TRIES: &str = "create_triggers:30:3,drop_triggers:60:3,copy_rows:300:0.5,swap_tables:60:3,\
                         update_foreign_keys:30:3,analyze_table:10:1";

#[derive(Debug, Clone, Copy)]
pub enum Kind {
    Flag,
    Integer(u32, u32),
    Decimal(u32, u32),
    Size(u32),
    Time(u32),
    Thresholds,
    Variables,
    Tries,
    Server,
    Choice(&'static [&'static str]),
    Text,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    Field(&'static str),
    Open,
    Dangerous,
    Ours,
    /// `secret`, `proof`, `container`, `idle` or `superseded`.
    Refused(&'static str),
}

#[derive(Debug, Clone, Copy)]
pub struct Entry {
    pub name: &'static str,
    pub short: Option<char>,
    pub group: OptionGroup,
    pub kind: Kind,
    pub unit: Option<OptionUnit>,
    pub default: Option<&'static str>,
    pub negatable: bool,
    pub repeatable: bool,
    pub policy: Policy,
    /// Settings that the tool refuses beside it, as they are given.
    pub clashes: &'static [&'static str],
    pub needs: &'static [&'static str],
}

const fn entry(group: OptionGroup, name: &'static str, kind: Kind, policy: Policy) -> Entry {
    Entry {
        name,
        short: None,
        group,
        kind,
        unit: None,
        default: None,
        negatable: false,
        repeatable: false,
        policy,
        clashes: &[],
        needs: &[],
    }
}

/// A flag that is on unless it is negated.
const fn guard(group: OptionGroup, name: &'static str, policy: Policy) -> Entry {
    let mut entry = entry(group, name, Kind::Flag, policy);
    entry.negatable = true;
    entry.default = Some("yes");
    entry
}

impl Entry {
    const fn short(mut self, letter: char) -> Self {
        self.short = Some(letter);
        self
    }

    const fn default(mut self, value: &'static str) -> Self {
        self.default = Some(value);
        self
    }

    const fn unit(mut self, unit: OptionUnit) -> Self {
        self.unit = Some(unit);
        self
    }

    const fn repeatable(mut self) -> Self {
        self.repeatable = true;
        self
    }

    const fn clashes(mut self, with: &'static [&'static str]) -> Self {
        self.clashes = with;
        self
    }

    const fn needs(mut self, others: &'static [&'static str]) -> Self {
        self.needs = others;
        self
    }

    /// The setting that does something: of a flag that is on by default its negation.
    pub fn setting(&self) -> String {
        match self.negatable {
            true => format!("no-{}", self.name),
            false => self.name.to_owned(),
        }
    }

    /// Of the finding that explains a dangerous option.
    pub fn code(&self) -> String {
        format!("OPTION_{}", self.setting().to_uppercase().replace('-', "_"))
    }

    pub fn takes_value(&self) -> bool {
        !matches!(self.kind, Kind::Flag)
    }

    fn spec(&self) -> OptionSpec {
        let owned = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect();
        OptionSpec {
            name: self.name.to_owned(),
            group: self.group,
            kind: self.kind.spec(),
            unit: self.unit,
            default: self.default.map(str::to_owned),
            negatable: self.negatable,
            repeatable: self.repeatable,
            policy: match self.policy {
                Policy::Field(field) => OptionPolicy::Field { field: field.into() },
                Policy::Open => OptionPolicy::Open,
                Policy::Dangerous => OptionPolicy::Dangerous { code: self.code() },
                Policy::Ours => OptionPolicy::Ours,
                Policy::Refused(why) => OptionPolicy::Refused { why: why.into() },
            },
            clashes: owned(self.clashes),
            needs: owned(self.needs),
        }
    }
}

impl Kind {
    fn spec(self) -> OptionKind {
        match self {
            Kind::Flag => OptionKind::Flag,
            Kind::Integer(min, max) => OptionKind::Integer { min, max },
            Kind::Decimal(min, max) => OptionKind::Decimal { min, max },
            Kind::Size(min) => OptionKind::Size { min },
            Kind::Time(min) => OptionKind::Time { min },
            Kind::Thresholds => OptionKind::Thresholds,
            Kind::Variables => OptionKind::Variables,
            Kind::Tries => OptionKind::Tries,
            Kind::Server => OptionKind::Server,
            Kind::Choice(values) => OptionKind::Choice {
                values: values.iter().map(|value| (*value).to_owned()).collect(),
            },
            Kind::Text => OptionKind::Text,
        }
    }
}

/// An option as it was named: negated or not.
#[derive(Debug, Clone, Copy)]
pub struct Found {
    pub entry: &'static Entry,
    pub off: bool,
}

impl Found {
    /// The one spelling that is stored and handed on.
    pub fn name(&self) -> String {
        match self.off {
            true => format!("no-{}", self.entry.name),
            false => self.entry.name.to_owned(),
        }
    }

    /// The flag is given in the sense that it has anyway.
    pub fn is_default(&self) -> bool {
        self.entry.negatable && !self.off
    }
}

/// Names of earlier versions, which the tool still takes.
pub const ALIASES: &[(&str, &str)] = &[
    ("check-slave-lag", "check-replica-lag"),
    ("skip-check-slave-lag", "skip-check-replica-lag"),
    ("slave-user", "replica-user"),
    ("slave-password", "replica-password"),
];

/// The option of that name: as it is, negated by `no` or `no-`, or under an earlier name. No abbreviations.
pub fn find(name: &str) -> Option<Found> {
    let name = ALIASES
        .iter()
        .find(|(alias, _)| *alias == name)
        .map_or(name, |(_, now)| now);
    let of = |wanted: &str| CATALOGUE.iter().find(|entry| entry.name == wanted);
    if let Some(entry) = of(name) {
        return Some(Found { entry, off: false });
    }
    let rest = name.strip_prefix("no-").or_else(|| name.strip_prefix("no"))?;
    let entry = of(rest).filter(|entry| entry.negatable)?;
    Some(Found { entry, off: true })
}

/// The catalogue as the hosts see it, in the order of its groups.
pub fn specs() -> Vec<OptionSpec> {
    CATALOGUE.iter().map(Entry::spec).collect()
}

use Kind::*;
use OptionGroup::*;
use OptionUnit::*;
use Policy::{Dangerous, Field, Open, Ours, Refused};

pub const CATALOGUE: &[Entry] = &[
    // Pace
    entry(Pace, "chunk-time", Decimal(0, 3600), Field("chunk_time_ms"))
        .unit(Seconds)
        .default("0.5"),
    entry(Pace, "chunk-size", Size(1), Field("chunk_size"))
        .unit(Rows)
        .default("1000")
        .clashes(&["chunk-time"]),
    entry(Pace, "chunk-size-limit", Decimal(0, 1000), Open)
        .unit(Times)
        .default("4.0"),
    entry(Pace, "chunk-index", Text, Open),
    entry(Pace, "chunk-index-columns", Integer(1, 16), Open).unit(Columns),
    entry(Pace, "sleep", Decimal(0, 3600), Open)
        .unit(Seconds)
        .default("0"),
    // Load
    entry(Load, "max-load", Thresholds, Field("max_load")).default("Threads_running=25"),
    entry(Load, "critical-load", Thresholds, Field("critical_load")).default("Threads_running=50"),
    entry(Load, "max-flow-ctl", Decimal(0, 100), Open).unit(Percent),
    entry(Load, "pause-file", Text, Refused("superseded")),
    // Replicas
    entry(Replicas, "max-lag", Time(1), Field("max_lag_s"))
        .unit(Seconds)
        .default("1s"),
    entry(Replicas, "check-interval", Time(1), Open)
        .unit(Seconds)
        .default("1"),
    entry(Replicas, "recursion-method", Text, Field("recursion_method")).default("processlist,hosts"),
    entry(Replicas, "recurse", Integer(0, 100), Open),
    entry(Replicas, "check-replica-lag", Server, Open),
    entry(Replicas, "skip-check-replica-lag", Server, Open).repeatable(),
    entry(Replicas, "channel", Text, Open),
    entry(Replicas, "replica-user", Text, Open),
    entry(Replicas, "replica-password", Text, Refused("secret")),
    guard(Replicas, "fail-on-stopped-replication", Open),
    guard(Replicas, "check-replication-filters", Dangerous),
    // Locks
    entry(Locks, "tries", Tries, Open).default(TRIES),
    // Foreign keys and triggers
    entry(
        Keys,
        "alter-foreign-keys-method",
        Choice(&["rebuild_constraints", "drop_swap"]),
        Field("foreign_keys_method"),
    ),
    guard(Keys, "check-foreign-keys", Dangerous),
    entry(Keys, "only-same-schema-fks", Flag, Dangerous),
    entry(Keys, "preserve-triggers", Flag, Open).clashes(&[
        "no-drop-triggers",
        "no-drop-old-table",
        "no-swap-tables",
    ]),
    guard(Keys, "drop-triggers", Dangerous).clashes(&["preserve-triggers"]),
    entry(Keys, "reverse-triggers", Flag, Refused("proof")),
    // The new and the old table
    guard(Tables, "analyze-before-swap", Field("analyze_before_swap")),
    entry(Tables, "where", Text, Dangerous),
    entry(Tables, "null-to-not-null", Flag, Dangerous),
    entry(Tables, "default-engine", Flag, Dangerous),
    entry(Tables, "data-dir", Text, Open).clashes(&["remove-data-dir"]),
    entry(Tables, "remove-data-dir", Flag, Open).clashes(&["data-dir"]),
    entry(Tables, "remove-tablespace", Flag, Open),
    entry(Tables, "new-table-name", Text, Refused("proof")).default("%T_new"),
    guard(Tables, "drop-new-table", Dangerous).clashes(&["alter-foreign-keys-method drop_swap"]),
    guard(Tables, "drop-old-table", Dangerous).clashes(&["preserve-triggers"]),
    guard(Tables, "swap-tables", Refused("proof")),
    // The tool's own guards
    guard(Guards, "check-alter", Ours),
    guard(Guards, "check-unique-key-change", Dangerous),
    guard(Guards, "check-plan", Dangerous),
    entry(Guards, "force", Flag, Dangerous),
    // Session
    entry(Session, "charset", Text, Field("charset")).short('A'),
    entry(Session, "set-vars", Variables, Field("set_vars")),
    // Resume
    entry(Resume, "history", Flag, Dangerous),
    entry(Resume, "history-table", Text, Open)
        .default("percona.pt_osc_history")
        .needs(&["history"]),
    entry(Resume, "binary-index", Flag, Open).needs(&["history"]),
    entry(Resume, "resume", Integer(1, u32::MAX), Refused("proof")).needs(&["history"]),
    // Output
    entry(Output, "print", Flag, Ours),
    entry(Output, "progress", Text, Ours).default("time,30"),
    entry(Output, "statistics", Flag, Ours),
    entry(Output, "plugin", Text, Ours),
    guard(Output, "buffer-stdout", Open),
    entry(Output, "quiet", Flag, Refused("proof")).short('q'),
    entry(Output, "pid", Text, Refused("container")),
    guard(Output, "version-check", Ours),
    entry(Output, "help", Flag, Refused("idle")),
    entry(Output, "version", Flag, Refused("idle")),
    // Connection
    entry(Connection, "alter", Text, Ours),
    entry(Connection, "execute", Flag, Ours).clashes(&["dry-run"]),
    entry(Connection, "dry-run", Flag, Ours).clashes(&["execute"]),
    entry(Connection, "host", Text, Ours).short('h'),
    entry(Connection, "port", Integer(1, 65_535), Ours).short('P'),
    entry(Connection, "user", Text, Ours).short('u'),
    entry(Connection, "password", Text, Refused("secret")).short('p'),
    entry(Connection, "ask-pass", Flag, Refused("secret")),
    entry(Connection, "socket", Text, Ours).short('S'),
    entry(Connection, "database", Text, Ours).short('D'),
    entry(Connection, "defaults-file", Text, Ours).short('F'),
    entry(Connection, "mysql_ssl", Integer(0, 1), Ours).short('s'),
    entry(Connection, "config", Text, Refused("container")),
];
