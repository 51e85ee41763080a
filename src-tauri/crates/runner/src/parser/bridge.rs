//! The bridge plugin's lines: `@mysqler {"seq":7,"event":"progress",…}`.

use std::collections::BTreeMap;

use mysqler_contract::{LoadThreshold, Phase, TableRef, Tuning, WaitReason, WarningCount};
use mysqler_core::ports::Signal;
use serde::Deserialize;

use super::Parser;

pub(super) const MARK: &str = "@mysqler ";

#[derive(Debug, Deserialize)]
pub(super) struct Told {
    seq: u64,
    #[serde(flatten)]
    event: Event,
}

/// Unknown events of a newer plugin are read as [`Event::Unknown`]: their number still counts.
#[derive(Debug, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Event {
    Hello {
        version: String,
    },
    Sessions {
        ids: Vec<u64>,
    },
    CreateShadow,
    ShadowCreated {
        table: TableRef,
    },
    RenamesConfirmed,
    RenamesDiffer {
        read: String,
    },
    AlterShadow,
    ShadowAltered {
        definition: Option<String>,
    },
    CreateTriggers,
    TriggersCreated {
        names: Vec<String>,
    },
    TriggersMarked {
        marks: BTreeMap<String, String>,
    },
    Copy,
    Progress {
        rows: u64,
        chunk_rows: u64,
        chunk_ms: u64,
    },
    Copied,
    /// The plugin keeps the table locked from the move of its own triggers to the swap.
    MoveGuarded,
    MoveTriggers,
    /// The locks of that move are not to be had yet.
    LockAwaited {
        #[serde(rename = "try")]
        attempt: u32,
        of: u32,
    },
    /// A try got through.
    LockHad,
    Retuned {
        chunk_time_ms: Option<u32>,
        max_lag_s: Option<u32>,
        #[serde(default)]
        max_load: BTreeMap<String, u64>,
        #[serde(default)]
        critical_load: BTreeMap<String, u64>,
        refused: Vec<String>,
    },
    Warnings {
        /// By the server's number; a name in JSON is a text.
        counts: BTreeMap<String, u64>,
    },
    UpdateForeignKeys,
    ForeignKeysUpdated,
    Swapped,
    DropOld,
    OldDropped,
    DropTriggers {
        interrupted: u8,
    },
    Paused,
    Resumed,
    Held,
    Released,
    /// The copy stands still for replicas that the application watches.
    Behind {
        reason: Behind,
        #[serde(default)]
        detail: String,
    },
    Follow,
    Die,
    BridgeFault {
        hook: String,
        text: String,
    },
    #[serde(other)]
    Unknown,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Behind {
    Lag,
    Stopped,
    Unwatched,
}

impl From<Behind> for WaitReason {
    fn from(behind: Behind) -> Self {
        match behind {
            Behind::Lag => WaitReason::Lag,
            Behind::Stopped => WaitReason::ReplicaStopped,
            Behind::Unwatched => WaitReason::Unwatched,
        }
    }
}

fn thresholds(told: BTreeMap<String, u64>) -> Vec<LoadThreshold> {
    let each = told.into_iter();
    each.map(|(variable, value)| LoadThreshold { variable, value })
        .collect()
}

pub(super) fn read(json: &str) -> Option<Told> {
    serde_json::from_str(json).ok()
}

impl Parser {
    pub(super) fn bridge(&mut self, told: Told) -> Vec<Signal> {
        let mut signals = Vec::new();
        let expected = self.next_seq.unwrap_or(1);
        if told.seq < expected {
            return signals;
        }
        if told.seq > expected {
            signals.push(Signal::Gap {
                from: expected,
                to: told.seq - 1,
            });
        }
        self.next_seq = Some(told.seq.saturating_add(1));
        self.meaning(told.event, &mut signals);
        signals
    }

    fn meaning(&mut self, event: Event, signals: &mut Vec<Signal>) {
        match event {
            Event::Hello { version } => {
                signals.push(Signal::BridgeReady { version });
                self.phases.start(Phase::Prepare, signals);
            }
            Event::Sessions { ids } => signals.push(Signal::Sessions(ids)),
            Event::ShadowCreated { table } => {
                self.phases.finish(Phase::CreateShadow, signals);
                self.shadow(table, signals);
            }
            Event::ShadowAltered { definition } => {
                self.phases.finish(Phase::AlterShadow, signals);
                signals.extend(definition.map(|definition| Signal::ShadowAltered { definition }));
            }
            Event::Progress {
                rows,
                chunk_rows,
                chunk_ms,
            } => {
                self.wait_over(signals);
                signals.push(Signal::Rows {
                    rows,
                    chunk_rows,
                    chunk_ms,
                });
            }
            Event::BridgeFault { hook, text } => {
                signals.push(Signal::Warning {
                    code: None,
                    text: format!("bridge, {hook}: {text}"),
                });
            }
            Event::RenamesConfirmed => signals.push(Signal::RenamesConfirmed),
            Event::RenamesDiffer { read } => signals.push(Signal::RenamesDiffer { read }),
            Event::Die => self.phases.abandon(),
            Event::CreateShadow => self.phases.start(Phase::CreateShadow, signals),
            Event::AlterShadow => self.phases.start(Phase::AlterShadow, signals),
            other if !self.dry_run => self.live(other, signals),
            _ => {}
        }
    }

    /// What a dry run only pretends.
    fn live(&mut self, event: Event, signals: &mut Vec<Signal>) {
        match event {
            Event::CreateTriggers => self.phases.start(Phase::CreateTriggers, signals),
            Event::TriggersCreated { names } => {
                self.phases.finish(Phase::CreateTriggers, signals);
                signals.push(Signal::TriggersCreated(names));
            }
            Event::TriggersMarked { marks } => signals.push(Signal::TriggersMarked(marks)),
            Event::Copy => self.phases.start(Phase::Copy, signals),
            Event::Copied => {
                self.wait_over(signals);
                self.phases.finish(Phase::Copy, signals);
            }
            Event::UpdateForeignKeys => self.phases.start(Phase::UpdateForeignKeys, signals),
            Event::ForeignKeysUpdated => self.phases.finish(Phase::UpdateForeignKeys, signals),
            Event::MoveGuarded => signals.push(Signal::MoveGuarded),
            Event::LockAwaited { attempt, of } => {
                self.told_again(WaitReason::Lock, format!("{attempt}/{of}"), signals);
            }
            Event::LockHad => self.lock_had(signals),
            Event::Retuned {
                chunk_time_ms,
                max_lag_s,
                max_load,
                critical_load,
                refused,
            } => signals.push(Signal::Retuned {
                tuning: Tuning {
                    chunk_time_ms,
                    max_lag_s,
                    max_load: thresholds(max_load),
                    critical_load: thresholds(critical_load),
                },
                refused,
            }),
            Event::Warnings { counts } => {
                let counts = counts.into_iter().filter_map(|(code, count)| {
                    let code = code.parse().ok()?;
                    Some(WarningCount { code, count })
                });
                signals.push(Signal::Warnings(counts.collect()));
            }
            Event::Behind { reason, detail } => self.told_again(reason.into(), detail, signals),
            Event::Follow => {
                let replicas = [WaitReason::Lag, WaitReason::ReplicaStopped, WaitReason::Unwatched];
                if self.waiting.is_some_and(|reason| replicas.contains(&reason)) {
                    self.wait_over(signals);
                }
            }
            Event::MoveTriggers => self.phases.start(Phase::Swap, signals),
            Event::Swapped => {
                self.wait_over(signals);
                self.phases.finish(Phase::Swap, signals);
            }
            Event::DropOld => self.phases.start(Phase::DropOld, signals),
            Event::OldDropped => self.phases.finish(Phase::DropOld, signals),
            // An interrupted tool says which triggers it leaves: nothing is dropped.
            Event::DropTriggers { interrupted: 0 } => self.phases.start(Phase::DropTriggers, signals),
            Event::Paused | Event::Resumed | Event::Held | Event::Released => {
                self.waits_for_person(&event, signals)
            }
            _ => {}
        }
    }

    fn waits_for_person(&mut self, event: &Event, signals: &mut Vec<Signal>) {
        match event {
            Event::Paused if !self.paused => {
                self.wait_over(signals);
                self.paused = true;
                signals.push(Signal::Paused);
            }
            Event::Resumed if self.paused => {
                self.paused = false;
                signals.push(Signal::Resumed);
            }
            Event::Held if !self.held => {
                self.held = true;
                self.phases.start(Phase::Gate, signals);
                signals.push(Signal::Held);
            }
            Event::Released if self.held => {
                self.held = false;
                signals.push(Signal::Released);
                self.phases.finish(Phase::Gate, signals);
            }
            _ => {}
        }
    }

    /// Each try is told, since what is waited for may be held for long.
    fn told_again(&mut self, reason: WaitReason, detail: String, signals: &mut Vec<Signal>) {
        if self.waiting == Some(reason) {
            signals.push(Signal::WaitStarted { reason, detail });
        } else {
            self.wait(reason, &detail, signals);
        }
    }

    fn lock_had(&mut self, signals: &mut Vec<Signal>) {
        if self.waiting == Some(WaitReason::Lock) {
            self.wait_over(signals);
        }
    }

    pub(super) fn shadow(&mut self, table: TableRef, signals: &mut Vec<Signal>) {
        if !self.shadow_told {
            self.shadow_told = true;
            signals.push(Signal::ShadowCreated(table));
        }
    }
}
