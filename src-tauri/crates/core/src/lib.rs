//! The core of MySQLer: connections, plans, runs and their history, as rules over ports. It knows no Tauri, no Docker
//! client, no SQL client and no file format: those stand behind [`ports`].

pub mod advice;
mod app;
pub mod clause;
pub mod connections;
mod docker_hosts;
pub mod doctor;
mod image;
mod local;
pub mod options;
pub mod plan;
pub mod ports;
pub mod preflight;
pub mod run;
mod session;
mod shell;
mod templates;
mod vault;

pub use app::{Core, HostName, Ports};
