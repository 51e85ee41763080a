//! The tool's own text: phases when the bridge is silent, waits, warnings, faults, success; and what kind of line each is.

use mysqler_contract::{LogKind, LogStream, Phase, TableRef, WaitReason};
use mysqler_core::ports::{FaultClass, RawLine, Signal};

use super::{Parser, faults};

/// What the lines of one stream stand in.
#[derive(Debug, Default)]
pub(super) struct Context {
    /// Inside a printed CREATE TABLE, which goes over several lines.
    statement: bool,
}

/// Text that begins a line of the tool and the phase that it begins.
const STARTS: [(&str, Phase); 10] = [
    ("Creating new table...", Phase::CreateShadow),
    ("Altering new table...", Phase::AlterShadow),
    ("Creating triggers...", Phase::CreateTriggers),
    ("Copying approximately ", Phase::Copy),
    ("Rebuilding foreign key constraints...", Phase::UpdateForeignKeys),
    ("Drop-swapping tables...", Phase::UpdateForeignKeys),
    ("Analyzing new table...", Phase::Analyze),
    ("Swapping tables...", Phase::Swap),
    ("Dropping old table...", Phase::DropOld),
    ("Dropping triggers...", Phase::DropTriggers),
];

const ENDS: [(&str, Phase); 7] = [
    ("Created triggers OK.", Phase::CreateTriggers),
    ("Copied rows OK.", Phase::Copy),
    ("Rebuilt foreign key constraints OK.", Phase::UpdateForeignKeys),
    ("Swapped original and new tables OK.", Phase::Swap),
    ("Dropped and swapped tables OK.", Phase::Swap),
    ("Dropped old table ", Phase::DropOld),
    ("Dropped triggers OK.", Phase::DropTriggers),
];

const STATEMENTS: [&str; 9] = [
    "CREATE TABLE ",
    "ALTER TABLE ",
    "RENAME TABLE ",
    "DROP TABLE ",
    "DROP TRIGGER ",
    "INSERT ",
    "SELECT ",
    "SET ",
    "SQL   :",
];

impl Parser {
    pub(super) fn text(&mut self, line: &RawLine) -> (LogKind, Vec<Signal>) {
        let text = untimed(&line.text);
        let mut signals = Vec::new();
        let context = if line.stream == LogStream::Stderr {
            &mut self.stderr
        } else {
            &mut self.stdout
        };
        if context.statement {
            context.statement = !text.starts_with(") ") && text != ")";
            return (LogKind::Sql, signals);
        }
        if STATEMENTS.iter().any(|begin| text.starts_with(begin)) {
            context.statement = text.starts_with("CREATE TABLE ") && text.ends_with('(');
            return (LogKind::Sql, signals);
        }
        let kind = self
            .success(&line.text, &mut signals)
            .or_else(|| self.phase(text, &mut signals))
            .or_else(|| self.waits(text, &mut signals))
            .or_else(|| self.progress(text, &mut signals))
            .or_else(|| warnings(text, &mut signals))
            .or_else(|| self.fault(line, text, &mut signals))
            .unwrap_or(LogKind::Info);
        (kind, signals)
    }

    fn success(&mut self, text: &str, signals: &mut Vec<Signal>) -> Option<LogKind> {
        if text != self.success_line {
            return None;
        }
        self.wait_over(signals);
        self.phases.close(signals);
        signals.push(Signal::Success);
        Some(LogKind::Phase)
    }

    fn phase(&mut self, text: &str, signals: &mut Vec<Signal>) -> Option<LogKind> {
        if let Some(rest) = text.strip_prefix("Copying approximately ") {
            let rows = rest.split(' ').next().and_then(|count| count.parse().ok());
            self.phases.start(Phase::Copy, signals);
            if let Some(rows) = rows
                && !self.estimated
            {
                self.estimated = true;
                signals.push(Signal::Estimated { rows });
            }
            return Some(LogKind::Phase);
        }
        if let Some((_, phase)) = STARTS.iter().find(|(begin, _)| text.starts_with(begin)) {
            if *phase != Phase::Copy {
                self.wait_over(signals);
            }
            self.phases.start(*phase, signals);
            return Some(LogKind::Phase);
        }
        if let Some((_, phase)) = ENDS.iter().find(|(begin, _)| text.starts_with(begin)) {
            // The bridge tells the last rows a moment after the tool says that all are copied.
            if *phase != Phase::Copy || !self.bridged() {
                self.wait_over(signals);
                self.phases.finish(*phase, signals);
            }
            return Some(LogKind::Phase);
        }
        // `Job 7 started.`, of a run with a history.
        let job = text
            .strip_prefix("Job ")
            .and_then(|rest| rest.strip_suffix(" started."));
        if let Some(job) = job.and_then(|job| job.parse().ok()) {
            signals.push(Signal::HistoryJob { job });
            return Some(LogKind::Info);
        }
        self.shadow_line(text, signals)
    }

    fn shadow_line(&mut self, text: &str, signals: &mut Vec<Signal>) -> Option<LogKind> {
        if let Some(name) = text
            .strip_prefix("Created new table ")
            .and_then(|rest| rest.strip_suffix(" OK."))
        {
            self.phases.finish(Phase::CreateShadow, signals);
            if !self.bridged()
                && let Some((database, table)) = name.split_once('.')
            {
                self.shadow(
                    TableRef {
                        database: database.into(),
                        table: table.into(),
                    },
                    signals,
                );
            }
            return Some(LogKind::Phase);
        }
        // ``Altered `db`.`_t_new` OK.``; after a swap that went wrong: ``Altered `db`.`t` but there were errors``.
        if text.starts_with("Altered `") && text.ends_with(" OK.") {
            self.phases.finish(Phase::AlterShadow, signals);
            return Some(LogKind::Phase);
        }
        let is_phase = [
            "Altering `",
            "Starting a dry run.",
            "Created plugin from ",
            "Dropping new table...",
            "Dropped new table ",
        ];
        is_phase
            .iter()
            .any(|begin| text.starts_with(begin))
            .then_some(LogKind::Phase)
    }

    fn waits(&mut self, text: &str, signals: &mut Vec<Signal>) -> Option<LogKind> {
        let reason = if text.starts_with("Pausing because ") {
            WaitReason::Load
        } else if text.starts_with("Replica lag is ") {
            WaitReason::Lag
        } else if text.starts_with("Replica ") && text.ends_with(" is stopped.  Waiting.") {
            WaitReason::ReplicaStopped
        } else if text.starts_with("Sleeping ") && text.ends_with(" exists") {
            WaitReason::Pause
        } else {
            return None;
        };
        self.wait(reason, text, signals);
        if reason == WaitReason::Lag {
            self.lag(text);
        }
        Some(LogKind::Wait)
    }

    /// `Replica lag is 4 seconds on HOST.  Waiting.`, said again for as long as it lasts.
    fn lag(&mut self, text: &str) {
        let told = text.strip_prefix("Replica lag is ").and_then(|rest| {
            let (seconds, rest) = rest.split_once(" seconds on ")?;
            let replica = rest.split_once(".  Waiting").map_or(rest, |(name, _)| name);
            Some((seconds.parse::<f64>().ok()?, replica.trim().to_owned()))
        });
        if let Some((seconds, replica)) = told {
            // A count of seconds that a server tells; a float saturates where it does not fit.
            let ms = (seconds * 1000.0).round() as u64;
            if ms > self.worst_lag_ms {
                self.worst_lag_ms = ms;
                self.untold_lag = Some(replica);
            }
        }
    }

    /// ``Copying `db`.`t`:  45% 00:12 remain``. The name may hold anything, so the line is read from its end.
    fn progress(&mut self, text: &str, signals: &mut Vec<Signal>) -> Option<LogKind> {
        let rest = text.strip_prefix("Copying `")?.strip_suffix(" remain")?;
        let percent = rest.rsplit_once('%')?.0.rsplit(' ').next()?.parse::<u8>().ok()?;
        self.wait_over(signals);
        if !self.bridged() && self.phases.is_open(Phase::Copy) {
            signals.push(Signal::Percent { percent });
        }
        Some(LogKind::Progress)
    }

    fn fault(&mut self, line: &RawLine, text: &str, signals: &mut Vec<Signal>) -> Option<LogKind> {
        let named = faults::cause(text);
        let unnamed = || faults::unnamed(text).then_some(FaultClass::Other);
        let Some(class) = named.or_else(unnamed) else {
            return complaint(line, text);
        };
        // The first cause is the cause; what follows are its echoes and its cleaning up.
        if !self.faulted {
            self.faulted = named.is_some();
            if self.faulted {
                self.phases.abandon();
            }
            signals.push(Signal::Fault {
                class,
                text: line.text.clone(),
            });
        }
        Some(LogKind::Error)
    }
}

/// `# mysql_warning_1265      3` of the statistics, and the warning that the tool prints once.
fn warnings(text: &str, signals: &mut Vec<Signal>) -> Option<LogKind> {
    if let Some(rest) = text.strip_prefix("# mysql_warning_") {
        let mut words = rest.split_whitespace();
        let code = words.next().and_then(|code| code.parse::<u16>().ok());
        signals.push(Signal::Warning {
            code,
            text: text.trim_start_matches("# ").to_owned(),
        });
        return Some(LogKind::Warning);
    }
    // The same words end a run when the warning is not among those that the tool lets pass: then no text follows the code.
    if let Some(rest) = text.strip_prefix("Copying rows caused a MySQL error ") {
        let (code, message) = rest.split_once(": ")?;
        let code = code.parse::<u16>().ok()?;
        signals.push(Signal::Warning {
            code: Some(code),
            text: message.to_owned(),
        });
        return Some(LogKind::Warning);
    }
    None
}

/// Lines of complaint that are no cause of an end.
fn complaint(line: &RawLine, text: &str) -> Option<LogKind> {
    let complains = [
        "Error ",
        "Cannot ",
        "Not dropping triggers because the tool was interrupted",
    ];
    if complains.iter().any(|begin| text.starts_with(begin)) || text.contains("but there were errors") {
        return Some(LogKind::Error);
    }
    let statistics = text.starts_with('#') || text.is_empty();
    (line.stream == LogStream::Stderr && !statistics).then_some(LogKind::Warning)
}

/// Without the `YYYY-MM-DDTHH:MM:SS ` that the tool puts before some lines.
fn untimed(text: &str) -> &str {
    let bytes = text.as_bytes();
    let timed = bytes.len() > 20
        && bytes[..20].iter().enumerate().all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            10 => *byte == b'T',
            13 | 16 => *byte == b':',
            19 => *byte == b' ',
            _ => byte.is_ascii_digit(),
        });
    if timed { &text[20..] } else { text }
}
