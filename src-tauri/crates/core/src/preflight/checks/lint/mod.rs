//! Advice on style and design, for what the clause writes: never more than `warn`, and each rule can be switched off.

use super::Rule;

pub const RULES: &[Rule] = &[];
