//! A data file in trouble while the core works on it: a full disk, damage, a disk that cannot be written.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests fail loudly")]

#[path = "store_faults/damage.rs"]
mod damage;
#[path = "store_faults/damaged_in_a_run.rs"]
mod damaged_in_a_run;
#[path = "store_faults/disk.rs"]
mod disk;
#[path = "store_faults/full.rs"]
mod full;
#[path = "store_faults/read_only.rs"]
mod read_only;
#[path = "store_faults/spooled.rs"]
mod spooled;
#[path = "store_faults/turned_read_only.rs"]
mod turned_read_only;
#[path = "store_faults/unclaimed.rs"]
mod unclaimed;
