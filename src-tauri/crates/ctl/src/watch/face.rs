//! How a watched run is shown: a bar on a terminal, plain lines where a program or a file reads, or objects.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use mysqler_contract::{PhaseTime, RunView, Timestamp};

use super::words;
use crate::output::Output;

/// Plain lines and objects of pure progress come at most this often.
const PACE: Duration = Duration::from_secs(5);
const PACE_OF_OBJECTS: Duration = Duration::from_millis(500);
/// Cells of the bar itself.
const STEPS: u64 = 1000;

pub struct Face {
    out: Output,
    shown: Shown,
    phases: usize,
    last: Option<Last>,
}

enum Shown {
    Bar(ProgressBar),
    Lines,
    Objects,
}

struct Last {
    at: Instant,
    /// All that makes a line worth writing at once.
    news: String,
    seq: u64,
}

impl Face {
    pub fn new(out: &Output) -> Self {
        let shown = match () {
            () if out.json() => Shown::Objects,
            () if std::io::stderr().is_terminal() => Shown::Bar(bar()),
            () => Shown::Lines,
        };
        Self {
            out: out.clone(),
            shown,
            phases: 0,
            last: None,
        }
    }

    pub fn show(&mut self, view: &RunView) {
        let now = now();
        match &self.shown {
            Shown::Bar(bar) => {
                for phase in view
                    .phases
                    .iter()
                    .skip(self.phases)
                    .take_while(|phase| phase.finished.is_some())
                {
                    bar.println(words::phase_line(&self.out, phase));
                    self.phases += 1;
                }
                let share = words::share(view).unwrap_or(0.0);
                bar.set_position((share.min(1.0) * STEPS as f64) as u64);
                bar.set_message(words::progress(&self.out, view, now));
            }
            Shown::Lines => {
                if self.is_due(view, PACE) {
                    let new = view.phases.iter().skip(self.phases);
                    let done: Vec<&PhaseTime> = new.take_while(|phase| phase.finished.is_some()).collect();
                    done.iter()
                        .for_each(|phase| self.out.line(words::phase_line(&self.out, phase)));
                    self.phases += done.len();
                    if !words::is_stale(view) {
                        self.out.line(words::progress(&self.out, view, now));
                    }
                }
            }
            Shown::Objects => {
                // The last view is the caller's to write: by then the record is complete.
                if !view.state.is_terminal() && self.is_due(view, PACE_OF_OBJECTS) {
                    self.out.object(view);
                }
            }
        }
    }

    /// At once when something happened, else at the pace, and only when anything changed at all.
    fn is_due(&mut self, view: &RunView, pace: Duration) -> bool {
        let news = words::news(view);
        let due = match &self.last {
            None => true,
            Some(last) => last.news != news || (last.seq != view.last_seq && last.at.elapsed() >= pace),
        };
        if due {
            self.last = Some(Last {
                at: Instant::now(),
                news,
                seq: view.last_seq,
            });
        }
        due
    }

    /// A sentence beside the progress.
    pub fn note(&self, text: &str) {
        match &self.shown {
            Shown::Bar(bar) => bar.suspend(|| self.out.note(text)),
            _ => self.out.note(text),
        }
    }

    pub fn close(&self) {
        if let Shown::Bar(bar) = &self.shown {
            bar.finish_and_clear();
        }
    }
}

fn bar() -> ProgressBar {
    let bar = ProgressBar::new(STEPS);
    let style = ProgressStyle::with_template("{spinner} [{bar:30}] {wide_msg}");
    bar.set_style(
        style
            .unwrap_or_else(|_| ProgressStyle::default_bar())
            .progress_chars("=> "),
    );
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

fn now() -> Timestamp {
    Timestamp(chrono::Utc::now().timestamp_millis())
}
