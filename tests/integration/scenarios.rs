//! The scenario suite: each folder of `tests/scenarios` is one change of one table. Every one is planned by the real core
//! on real servers, and then made without our guard (by pt-osc, or by the server alone), which shows what the guard is
//! for. The next case is a new folder; its format stands in `tests/scenarios/README.md`.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and this one prints what it saw"
)]

mod scenarios {
    mod expectation;
    mod folder;
    mod judge;
    mod place;
    mod probed_once;
    mod scene;
    mod suite;
    mod tool;
    mod values;
}
