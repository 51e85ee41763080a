//! Runs pt-online-schema-change in Docker containers: composes its command line, starts and follows the container, and
//! turns its output into signals. It knows nothing of plans, of the store or of a database client.

mod compose;
mod docker;
mod image;
mod parser;
mod render;

pub use docker::DockerRunner;
pub use image::{BASE_IMAGE, BRIDGE_VERSION, PTOSC_VERSION, PULL_IMAGE};

/// Where the container keeps the session's option file and the control files: a tmpfs of its own.
const PRIVATE_DIR: &str = "/run/pt";

/// The option file that the entrypoint writes from standard input.
const DEFAULTS_FILE: &str = "/run/pt/my.cnf";

/// The authorities to trust, beside it.
const CA_FILE: &str = "/run/pt/ca.pem";
