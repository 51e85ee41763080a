//! Runs: a state machine, its record, the supervisor that drives it, recovery after a crash, and history.

mod attend;
mod cleaning;
mod conclude;
mod control;
mod direct;
mod direct_verdict;
mod direct_watch;
mod fold;
mod follow;
mod gate;
mod history;
mod kept_triggers;
mod measure;
mod prepare;
mod recorder;
mod standing;
mod start;
pub mod state;
mod supervisor;
mod supervisors;
mod take;

pub use fold::RunFold;
pub(crate) use supervisors::Supervisors;
