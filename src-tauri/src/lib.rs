//! The desktop shell: the only package that knows Tauri. It opens the data file, builds the core, and gives the window
//! its commands and events; every rule lives in the core.

mod bridge;
mod commands;
mod shell;
mod start;

pub use bridge::typescript;
pub use start::run;
