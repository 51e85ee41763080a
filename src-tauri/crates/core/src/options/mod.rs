//! The tool's options: the catalogue of all that there are, what a value must look like, the way between options in the
//! tool's words and the typed ones, presets, and pasted command lines. Pure rules, but for the presets that are kept.

pub mod catalogue;
mod paste;
mod presets;
mod settings;
mod validate;
mod value;

pub use catalogue::{TRIES, find};
pub use paste::parse as parse_paste;
pub use presets::{BUILT_IN, built_in, preset_of};
pub use settings::{apply, difference};
pub use validate::{is_harmless, problems, stand, without_secrets};
pub use value::tries;
