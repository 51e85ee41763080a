//! The `Runner` port against a real container engine and the sandbox's real servers.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod runner {
    mod bench;
    #[cfg(unix)]
    mod contact;
    mod control;
    mod following;
    mod image;
    mod options;
    mod quoting;
    mod secrets;
    mod tls;
}
