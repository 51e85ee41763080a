//! What the core asks of the world. Every adapter implements one of these and knows no other adapter.

mod clock;
mod clone;
mod comparison;
mod direct;
mod leftovers;
mod moment;
mod rows;
mod runner;
mod servers;
mod sink;
mod spool;
mod store;
mod tunnels;
mod vault;
mod wakefulness;

pub use clock::*;
pub use clone::*;
pub use comparison::*;
pub use direct::*;
pub use leftovers::*;
pub use moment::*;
pub use rows::*;
pub use runner::*;
pub use servers::*;
pub use sink::*;
pub use spool::*;
pub use store::*;
pub use tunnels::*;
pub use vault::*;
pub use wakefulness::*;
