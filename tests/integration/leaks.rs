//! Where secrets are, and where they are not: real runs with passwords that exist nowhere else, and a search of every
//! place that a run touches. Each place is first shown to be searchable, by planting a canary in it or in an equal copy.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests fail loudly")]

#[path = "leaks/account.rs"]
mod account;
#[path = "leaks/canary.rs"]
mod canary;
#[path = "leaks/choosing.rs"]
mod choosing;
#[path = "leaks/containers.rs"]
mod containers;
#[path = "leaks/files.rs"]
mod files;
#[path = "leaks/keeping.rs"]
mod keeping;
#[path = "leaks/processes.rs"]
mod processes;
#[allow(
    dead_code,
    reason = "written for the tests of mysqlerctl, which use all of it"
)]
#[path = "ctl/program.rs"]
mod program;
#[path = "leaks/sessions.rs"]
mod sessions;
#[path = "leaks/spool.rs"]
mod spool;
#[path = "leaks/steering.rs"]
mod steering;
#[path = "leaks/terminal.rs"]
mod terminal;
#[path = "leaks/tunnels.rs"]
mod tunnels;
#[path = "leaks/window.rs"]
mod window;
