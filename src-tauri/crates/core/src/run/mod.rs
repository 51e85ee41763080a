//! Runs: a state machine, its record, the supervisor that drives it, recovery after a crash, and history.

mod control;
mod history;

pub(crate) use control::Supervisors;
