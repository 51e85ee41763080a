//! `mysqlerctl` as a script meets it: the real program, real servers, real containers.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests fail loudly")]

#[path = "ctl/browse.rs"]
mod browse;
#[path = "ctl/connections.rs"]
mod connections;
#[path = "ctl/direct.rs"]
mod direct;
#[path = "ctl/docker.rs"]
mod docker;
#[path = "ctl/doctor.rs"]
mod doctor;
#[path = "ctl/options.rs"]
mod options;
#[path = "ctl/plans.rs"]
mod plans;
#[path = "ctl/program.rs"]
mod program;
#[path = "ctl/runs.rs"]
mod runs;
#[path = "ctl/transfer.rs"]
mod transfer;
#[path = "ctl/tunnels.rs"]
mod tunnels;
#[path = "ctl/usage.rs"]
mod usage;
