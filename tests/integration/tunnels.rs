//! Servers behind a real SSH server: who is let in, who is believed, and what each failure says.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on fails"
)]

#[path = "tunnels/host_key.rs"]
mod host_key;
#[path = "tunnels/login.rs"]
mod login;
#[path = "tunnels/plain.rs"]
mod plain;
#[path = "tunnels/run.rs"]
mod run;
#[path = "tunnels/scene.rs"]
mod scene;
#[path = "tunnels/way.rs"]
mod way;
