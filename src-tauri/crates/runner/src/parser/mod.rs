//! Output lines to signals. The bridge's lines are exact and win; the tool's own text covers the rest, and all of it
//! when the bridge is silent. Nothing is told twice.

mod bridge;
mod faults;
mod phases;
mod text;

use mysqler_contract::{LogKind, LogStream, TableRef, WaitReason};
use mysqler_core::ports::{FaultClass, OutputParser, ParsedLine, RawLine, Signal};

use crate::tunnel::{TUNNEL_ENDED, TUNNEL_MARK};
use phases::Phases;

pub(crate) fn parser(table: &TableRef, dry_run: bool) -> Box<dyn OutputParser> {
    Box::new(Parser::new(table, dry_run))
}

/// State between lines.
struct Parser {
    success_line: String,
    dry_run: bool,
    /// Number of the bridge's next line; `None` until the first.
    next_seq: Option<u64>,
    phases: Phases,
    waiting: Option<WaitReason>,
    worst_lag_ms: u64,
    /// The worst so far, until the wait for it is over: it is said again every second.
    untold_lag: Option<String>,
    paused: bool,
    held: bool,
    faulted: bool,
    estimated: bool,
    shadow_told: bool,
    stdout: text::Context,
    stderr: text::Context,
}

impl Parser {
    fn new(table: &TableRef, dry_run: bool) -> Self {
        let name = table.quoted();
        let success_line = if dry_run {
            format!("Dry run complete.  {name} was not altered.")
        } else {
            format!("Successfully altered {name}.")
        };
        Self {
            success_line,
            dry_run,
            next_seq: None,
            phases: Phases::default(),
            waiting: None,
            worst_lag_ms: 0,
            untold_lag: None,
            paused: false,
            held: false,
            faulted: false,
            estimated: false,
            shadow_told: false,
            stdout: text::Context::default(),
            stderr: text::Context::default(),
        }
    }

    fn bridged(&self) -> bool {
        self.next_seq.is_some()
    }

    fn wait(&mut self, reason: WaitReason, detail: &str, signals: &mut Vec<Signal>) {
        if self.waiting == Some(reason) {
            return;
        }
        self.wait_over(signals);
        self.waiting = Some(reason);
        signals.push(Signal::WaitStarted {
            reason,
            detail: detail.to_owned(),
        });
    }

    fn wait_over(&mut self, signals: &mut Vec<Signal>) {
        if let Some(replica) = self.untold_lag.take() {
            let ms = self.worst_lag_ms;
            signals.push(Signal::ReplicaLagged { replica, ms });
        }
        if let Some(reason) = self.waiting.take() {
            signals.push(Signal::WaitEnded { reason });
        }
    }
}

impl OutputParser for Parser {
    fn feed(&mut self, line: &RawLine) -> ParsedLine {
        if line.stream == LogStream::Stderr
            && let Some(json) = line.text.strip_prefix(bridge::MARK)
        {
            return match bridge::read(json) {
                Some(told) => ParsedLine {
                    show: None,
                    signals: self.bridge(told),
                },
                // A broken line is shown rather than hidden; its number is missed by the next one.
                None => ParsedLine {
                    show: Some((LogKind::Warning, line.text.clone())),
                    signals: Vec::new(),
                },
            };
        }
        if line.stream == LogStream::Stderr
            && let Some(words) = line.text.strip_prefix(TUNNEL_MARK)
        {
            return tunnel(words, &line.text);
        }
        let (kind, signals) = self.text(line);
        ParsedLine {
            show: Some((kind, line.text.clone())),
            signals,
        }
    }
}

/// A line of the SSH client that keeps the way to the server.
fn tunnel(words: &str, line: &str) -> ParsedLine {
    let broken = words.strip_prefix(TUNNEL_ENDED).map(|why| Signal::Fault {
        class: FaultClass::Tunnel,
        text: why.to_owned(),
    });
    ParsedLine {
        show: Some((
            if broken.is_some() {
                LogKind::Error
            } else {
                LogKind::Warning
            },
            line.to_owned(),
        )),
        signals: broken.into_iter().collect(),
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
