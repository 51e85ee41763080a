//! Whole runs: the real core on a real data file, real servers, a real engine, real pt-osc.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on fails loudly"
)]

#[path = "runs/adoption.rs"]
mod adoption;
#[path = "runs/contact.rs"]
mod contact;
#[path = "runs/control.rs"]
mod control;
#[path = "runs/elsewhere.rs"]
mod elsewhere;
#[path = "runs/engine_down.rs"]
mod engine_down;
#[path = "runs/faults.rs"]
mod faults;
#[path = "runs/foreign_keys.rs"]
mod foreign_keys;
#[path = "runs/gate.rs"]
mod gate;
#[path = "runs/gate_figures.rs"]
mod gate_figures;
#[path = "runs/hazards.rs"]
mod hazards;
#[path = "runs/hosts.rs"]
mod hosts;
#[path = "runs/identity.rs"]
mod identity;
#[path = "runs/idle_vault.rs"]
mod idle_vault;
#[path = "runs/lag.rs"]
mod lag;
#[path = "runs/learning.rs"]
mod learning;
#[path = "runs/options.rs"]
mod options;
#[path = "runs/outcome.rs"]
mod outcome;
#[path = "runs/queue.rs"]
mod queue;
#[path = "runs/renames.rs"]
mod renames;
#[path = "runs/steering.rs"]
mod steering;
#[path = "runs/survival.rs"]
mod survival;
#[path = "runs/ten.rs"]
mod ten;
#[path = "runs/triggers.rs"]
mod triggers;
#[path = "runs/troubled.rs"]
mod troubled;
#[path = "runs/window.rs"]
mod window;
