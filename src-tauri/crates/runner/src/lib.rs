//! Runs pt-online-schema-change in Docker containers or as processes of this workstation: composes its command line,
//! starts and follows it, and turns its output into signals. It knows nothing of plans, of the store or of a database
//! client.

mod compose;
mod control;
mod docker;
mod image;
mod local;
mod parser;
mod probed;
mod render;
mod tunnel;
mod workstation;

pub use docker::DockerRunner;
pub use image::{BASE_IMAGE, BRIDGE_VERSION, PTOSC_VERSION, PULL_IMAGE};
pub use local::LocalRunner;
pub use workstation::WorkstationRunner;

use mysqler_core::ports::LaunchSite;

use tunnel::WayFiles;

/// Where the container keeps the session's option file and the control files: a tmpfs of its own.
const PRIVATE_DIR: &str = "/run/pt";

/// The session's files as the tool finds them: the option file, and the authorities to trust.
struct Files {
    options: &'static str,
    ca: &'static str,
    /// Where the server is behind an SSH tunnel.
    way: WayFiles,
}

impl Files {
    /// As the entrypoint writes them from standard input.
    const CONTAINER: Self = Self {
        options: "/run/pt/my.cnf",
        ca: "/run/pt/ca.pem",
        way: WayFiles {
            socket: "/run/pt/server.sock",
            known_hosts: "/run/pt/ssh/known_hosts",
            key: Some("/run/pt/ssh/key"),
            agent: Some("/run/pt/ssh/agent.sock"),
        },
    };
    /// In the run's own directory, which the tool works in.
    const WORKSTATION: Self = Self {
        options: "my.cnf",
        ca: "ca.pem",
        way: WayFiles {
            socket: "./server.sock",
            known_hosts: "./ssh/known_hosts",
            key: None,
            agent: None,
        },
    };

    fn of(site: LaunchSite<'_>) -> &'static Self {
        match site {
            LaunchSite::Container { .. } => &Self::CONTAINER,
            LaunchSite::Workstation(_) => &Self::WORKSTATION,
        }
    }
}
