//! What the advisor foretells, held against what the sandbox's servers then do to tables with rows.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod advice {
    mod clauses;
    mod clone;
    mod foretold;
}
