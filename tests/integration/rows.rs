//! Checks that look at real rows, on real servers: what they find, what they leave alone, and how their questions end.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on fails loudly"
)]

#[path = "rows/asking.rs"]
mod asking;
#[path = "rows/cases.rs"]
mod cases;
#[path = "rows/found.rs"]
mod found;
#[path = "rows/reading.rs"]
mod reading;
#[path = "rows/uses.rs"]
mod uses;
