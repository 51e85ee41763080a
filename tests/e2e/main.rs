//! The real window under a virtual display: real mouse, real keys, real servers and containers.
//!
//! `make/with-display.sh cargo test --workspace --test e2e` runs it. The tests take turns, since the application allows
//! one window a session. Pictures of what was seen lie in `target/e2e`.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails loudly and says what it measured"
)]

mod careful;
mod desk;
mod driver;
mod first_start;
mod flows;
mod gate;
mod leftovers;
mod main_job;
mod orders;
mod page;
mod pages;
mod program;
mod reattach;
mod ten_thousand_tables;
mod two_windows;
mod writer;
