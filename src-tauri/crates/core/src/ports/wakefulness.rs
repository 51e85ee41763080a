//! Keeping the workstation awake while a run works.

/// Ends what was asked of the system when it is dropped.
pub type Awake = Box<dyn Send + Sync>;

pub trait Wakefulness: Send + Sync {
    /// Whether this system can be asked at all.
    fn is_available(&self) -> bool;
    /// The workstation does not fall asleep by itself while the value lives. `None` when the system cannot be asked or
    /// does not hear.
    fn hold(&self) -> Option<Awake>;
}
