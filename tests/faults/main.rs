//! Survival: what goes wrong while a run works, at every moment where it makes a difference, on real servers with an
//! application that goes on writing. Each case looks at the server (every row is what the application wrote, and what is
//! left of the run is what is told), at the store (events and log lines without a hole) and at the outcome.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on fails loudly"
)]

mod clock;
mod container;
mod continuing;
mod eye;
mod host;
mod moment;
mod network;
mod plugin;
mod proof;
mod random;

mod scene;
mod server;
mod start;
