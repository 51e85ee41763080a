//! Whole runs: the real core on a real data file, real servers, a real engine, real pt-osc.

#[path = "runs/contact.rs"]
mod contact;
#[path = "runs/control.rs"]
mod control;
#[path = "runs/faults.rs"]
mod faults;
#[path = "runs/outcome.rs"]
mod outcome;
#[path = "runs/survival.rs"]
mod survival;
