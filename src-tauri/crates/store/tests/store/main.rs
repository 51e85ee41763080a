//! The store through the core's ports: a file of tests for each table, and one for each thing that can befall the file.

// A failed assumption of a test is a failed test; clippy itself excuses only the test functions, not what they share.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

mod backups;
mod connections;
mod damage;
#[cfg(target_os = "linux")]
mod faulty_disk;
mod history;
#[cfg(target_os = "linux")]
mod keyring;
mod leases;
mod mailbox;
mod presets;
mod processes;
mod queue;
mod run_events;
mod run_logs;
mod runs;
mod samples;
mod secrecy;
mod settings;
mod spool;
mod templates;
mod vault;
mod world;
