//! The reading of clauses against what real servers accept.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod clause {
    mod corpus;
    mod fuzz;
    mod live;
    mod servers;
    mod statements;
}
