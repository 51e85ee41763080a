//! The store through the core's ports: a file of tests for each table, and one for each thing that can befall the file.

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
mod processes;
mod run_events;
mod run_logs;
mod runs;
mod samples;
mod secrecy;
mod settings;
mod vault;
mod world;
