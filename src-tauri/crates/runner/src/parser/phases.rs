//! Phases in the tool's own order, each told once, whoever tells it first.

use mysqler_contract::Phase;
use mysqler_core::ports::Signal;

/// As the tool goes through them; the gate stands before whatever first touches the original table.
const ORDER: [Phase; 11] = [
    Phase::Prepare,
    Phase::CreateShadow,
    Phase::AlterShadow,
    Phase::CreateTriggers,
    Phase::Copy,
    Phase::Gate,
    Phase::UpdateForeignKeys,
    Phase::Analyze,
    Phase::Swap,
    Phase::DropOld,
    Phase::DropTriggers,
];

#[derive(Debug, Default)]
pub(super) struct Phases {
    open: Option<Phase>,
    /// Rank of the furthest phase that was begun, plus one. The streams are two: a word about an earlier phase may
    /// come late, and is then old news.
    reached: usize,
}

impl Phases {
    pub fn start(&mut self, phase: Phase, signals: &mut Vec<Signal>) {
        let rank = rank(phase);
        if rank < self.reached {
            return;
        }
        self.close(signals);
        self.reached = rank + 1;
        self.open = Some(phase);
        signals.push(Signal::PhaseStarted(phase));
    }

    /// A phase that was never seen to start has started by now.
    pub fn finish(&mut self, phase: Phase, signals: &mut Vec<Signal>) {
        self.start(phase, signals);
        if self.open == Some(phase) {
            self.close(signals);
        }
    }

    pub fn close(&mut self, signals: &mut Vec<Signal>) {
        if let Some(phase) = self.open.take() {
            signals.push(Signal::PhaseFinished(phase));
        }
    }

    /// A phase that failed never finishes.
    pub fn abandon(&mut self) {
        self.open = None;
    }

    pub fn is_open(&self, phase: Phase) -> bool {
        self.open == Some(phase)
    }
}

fn rank(phase: Phase) -> usize {
    ORDER
        .iter()
        .position(|found| *found == phase)
        .unwrap_or(ORDER.len())
}
