//! The window's commands, a file an area; each is one line of delegation to the core.

pub mod change;
pub mod connections;
pub mod docker;
pub mod doctor;
pub mod gate;
pub mod image;
pub mod local;
pub mod options;
pub mod runs;
pub mod sessions;
pub mod templates;
pub mod vault;
pub mod workstation;

use tauri::State;

use crate::shell::Shell;

pub(crate) type Held<'a> = State<'a, Shell>;
