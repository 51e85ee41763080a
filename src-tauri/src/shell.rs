//! What the window's commands work on.

use mysqler_contract::{AppError, Result};
use mysqler_core::Core;

/// The core, or why there is none: the window opens either way, and says so.
pub struct Shell {
    core: std::result::Result<Core, AppError>,
}

impl Shell {
    pub fn new(core: std::result::Result<Core, AppError>) -> Self {
        Self { core }
    }

    pub fn core(&self) -> Result<&Core> {
        self.core.as_ref().map_err(Clone::clone)
    }
}
