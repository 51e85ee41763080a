//! What is chosen from a seed: the table, the pace, the faults and their moments.

use std::fmt;
use std::time::Duration;

use mysqler_tests::ledger::Random;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    HostKilled,
    /// It wakes when somebody else drives the run.
    HostAsleep,
    /// Host and container at once.
    PowerLost,
    ContainerKilled,
    SessionsKilled,
    NetworkSilent(Duration),
    NetworkReset(Duration),
    ServerKilled,
    /// By a person.
    Stopped,
}

pub struct Scenario {
    pub seed: u64,
    pub rows: u64,
    pub chunk: u32,
    pub holds: bool,
    /// Each with the time that passes before it.
    pub faults: Vec<(Duration, Fault)>,
}

impl Scenario {
    pub fn of(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let rows = 1_000 + random.below(2_000);
        let chunk = random.one_of(&[20, 50, 100, 500]);
        let holds = random.below(2) == 0;
        let count = if random.below(3) == 0 { 2 } else { 1 };
        let faults = (0..count)
            .map(|_| {
                let after = Duration::from_millis(random.below(4_000));
                (after, fault(&mut random))
            })
            .collect();
        Self {
            seed,
            rows,
            chunk,
            holds,
            faults,
        }
    }
}

fn fault(random: &mut Random) -> Fault {
    // Longer than any pause of ours, or as long as it really takes.
    let outage = match std::env::var_os("MYSQLER_FAULT_REAL_TIME") {
        Some(_) => Duration::from_millis(15_000 + random.below(45_000)),
        None => Duration::from_millis(500 + random.below(3_500)),
    };
    random.one_of(&[
        Fault::HostKilled,
        Fault::HostKilled,
        Fault::HostAsleep,
        Fault::PowerLost,
        Fault::ContainerKilled,
        Fault::SessionsKilled,
        Fault::NetworkSilent(outage),
        Fault::NetworkReset(outage),
        Fault::ServerKilled,
        Fault::Stopped,
    ])
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let held = if self.holds { ", held at the gate" } else { "" };
        write!(f, "{}: {} rows by {}{held}", self.seed, self.rows, self.chunk)?;
        for (after, fault) in &self.faults {
            write!(f, "; {} ms, {fault:?}", after.as_millis())?;
        }
        Ok(())
    }
}
