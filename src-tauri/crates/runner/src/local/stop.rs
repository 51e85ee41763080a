//! Ending a job: a signal to its whole group, time to end, then the signal that nothing withstands. Only ever to the
//! processes that the record names.

use std::time::{Duration, Instant};

use mysqler_contract::{AppError, ErrorCode, Result};
use rustix::process::{Pid, Signal, kill_process_group};

use super::failed;
use super::job::{Job, began};

/// The kernel takes no longer, unless a disk under it hangs.
const KILLED: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(50);

/// Returns when the job has ended.
pub(super) async fn terminate(job: &Job, grace: Duration) -> Result<()> {
    signal(job, Signal::TERM)?;
    if ended_within(job, grace).await? {
        return Ok(());
    }
    signal(job, Signal::KILL)?;
    if ended_within(job, KILLED).await? {
        return Ok(());
    }
    let words = format!("it does not end, {} s after it was killed", KILLED.as_secs());
    Err(AppError::new(ErrorCode::LocalRunnerFailed).detail(words))
}

async fn ended_within(job: &Job, time: Duration) -> Result<bool> {
    let started = Instant::now();
    loop {
        if !is_alive(job)? {
            return Ok(true);
        }
        if started.elapsed() >= time {
            return Ok(false);
        }
        tokio::time::sleep(LOOK).await;
    }
}

fn is_alive(job: &Job) -> Result<bool> {
    job.is_alive().map_err(|error| failed("the job's files", error))
}

/// A job that has ended needs no signal. One whose leader is gone still has its group, and the number stays taken as
/// long as that has members.
fn signal(job: &Job, signal: Signal) -> Result<()> {
    if !is_alive(job)? {
        return Ok(());
    }
    let record = job.record().map_err(|error| failed("the job's record", error))?;
    if began(record.pid).is_some_and(|now| now != record.began) {
        let words = format!(
            "process {} is not the run's any more; it gets no signal",
            record.pid
        );
        return Err(AppError::new(ErrorCode::LocalRunnerFailed).detail(words));
    }
    let group = i32::try_from(record.pid).ok().and_then(Pid::from_raw);
    let group = group.ok_or_else(|| failed("the job's record", "no process id"))?;
    match kill_process_group(group, signal) {
        Ok(()) | Err(rustix::io::Errno::SRCH) => Ok(()),
        Err(error) => Err(failed("the signal", error)),
    }
}
