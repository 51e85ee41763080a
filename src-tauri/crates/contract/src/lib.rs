//! Plain data that crosses to the window and to `--json`: requests, answers, events, error codes. No behaviour beyond
//! rendering messages, and no knowledge of Tauri, Docker or a database client.

pub mod advice;
pub mod change;
pub mod compared;
pub mod connection;
pub mod continuing;
pub mod docker;
pub mod docker_host;
pub mod doctor;
pub mod error;
pub mod event;
pub mod finding;
pub mod gate;
pub mod history;
pub mod local;
pub mod messages;
pub mod note;
pub mod options;
pub mod plan;
pub mod run;
pub mod schedule;
pub mod secret;
pub mod server;
pub mod session;
pub mod settings;
pub mod steering;
pub mod table;
pub mod template;
pub mod time;
pub mod transfer;
pub mod tunnel;
pub mod vault;

pub use advice::*;
pub use change::*;
pub use compared::*;
pub use connection::*;
pub use continuing::*;
pub use docker::*;
pub use docker_host::*;
pub use doctor::*;
pub use error::*;
pub use event::*;
pub use finding::*;
pub use gate::*;
pub use history::*;
pub use local::*;
pub use note::*;
pub use options::*;
pub use plan::*;
pub use run::*;
pub use schedule::*;
pub use secret::*;
pub use server::*;
pub use session::*;
pub use settings::*;
pub use steering::*;
pub use table::*;
pub use template::*;
pub use time::*;
pub use transfer::*;
pub use tunnel::*;
pub use vault::*;

/// Named values that a message of the catalogue interpolates, for example `{host}`.
pub type Params = std::collections::BTreeMap<String, String>;
