//! Whole runs of the direct engine: the real core on a real data file, and one ALTER by a real server.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on fails loudly"
)]

#[path = "direct/bench.rs"]
mod bench;
#[path = "direct/contact.rs"]
mod contact;
#[path = "direct/learning.rs"]
mod learning;
#[path = "direct/locks.rs"]
mod locks;
#[path = "direct/outcome.rs"]
mod outcome;
#[path = "direct/refusals.rs"]
mod refusals;
#[path = "direct/stops.rs"]
mod stops;
#[path = "direct/survival.rs"]
mod survival;
