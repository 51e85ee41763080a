//! Runs: a state machine, its record, the supervisor that drives it, recovery after a crash, and history.

pub mod admission;
mod attend;
mod batch;
mod checksum;
mod cleaning;
mod compare;
mod conclude;
mod continuing;
mod control;
mod cutover_time;
mod direct;
mod direct_verdict;
mod direct_watch;
mod figures;
mod finish;
mod finished;
#[cfg(test)]
mod fixture;
mod fold;
mod follow;
mod gate;
mod history;
pub mod hours;
mod identity;
mod kept_triggers;
mod measure;
mod pace;
mod prepare;
mod queue;
mod recorder;
mod replica_look;
mod replicas;
mod spool;
mod standing;
mod start;
pub mod state;
mod steer;
mod supervisor;
mod supervisors;
mod take;
mod tune;
mod window;

pub use fold::RunFold;
pub use pace::pace;
pub use queue::is_heavy;
pub(crate) use supervisors::Supervisors;
