//! Runs without a container: the real core, real servers, the real tool as a process of this machine, and no Docker.
#![cfg(unix)]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on fails loudly"
)]

#[path = "local/obstacles.rs"]
mod obstacles;
#[path = "local/privacy.rs"]
mod privacy;
#[path = "local/runs.rs"]
mod runs;
#[path = "local/survival.rs"]
mod survival;
#[path = "local/tunnel.rs"]
mod tunnel;
#[path = "local/workstation.rs"]
mod workstation;
