//! The `Servers` port against the sandbox's real servers.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod mysql {
    mod builder;
    mod catalog;
    mod cleanup;
    mod comparing;
    mod connecting;
    mod faults;
    mod names;
    mod prepare;
    mod report;
    mod table;
    mod tls;
}
