//! A job's directory: who it is, whether it lives, what it left, and the files that steer it.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use mysqler_contract::{AppError, ErrorCode, LocalJob, PlanId, Result, RunId};
use mysqler_core::ports::{Control, FoundJob, JobStatus};
use serde::{Deserialize, Serialize};

use super::{failed, files};

/// What is left of a job that had no time to leave a code: it was killed, or the workstation went away under it.
const KILLED: i64 = 137;

/// Which process leads the job's session, so that another one with its number is never taken for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Record {
    pub run: RunId,
    pub plan: PlanId,
    pub pid: u32,
    /// When that process began, in the system's own words.
    pub began: String,
}

#[derive(Debug, Clone)]
pub(super) struct Job {
    pub dir: PathBuf,
}

impl Job {
    /// By the text that runs keep; whether it is there is its status.
    pub fn find(place: &Path, job: &str) -> Result<Self> {
        let job: LocalJob = job
            .parse()
            .map_err(|_| AppError::internal(format!("{job} is no job of this workstation")))?;
        Ok(Self::of(place, &job.plan))
    }

    pub fn of(place: &Path, plan: &PlanId) -> Self {
        Self {
            dir: place.join("jobs").join(&plan.0),
        }
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    pub fn record(&self) -> io::Result<Record> {
        let text = fs::read(self.file("record.json"))?;
        serde_json::from_slice(&text).map_err(io::Error::from)
    }

    pub fn write_record(&self, record: &Record) -> io::Result<()> {
        let part = self.file("record.part");
        files::write_private(&part, &serde_json::to_vec(record)?)?;
        fs::rename(part, self.file("record.json"))
    }

    pub fn status(&self) -> Result<JobStatus> {
        self.look().map_err(|error| failed("the job's files", error))
    }

    fn look(&self) -> io::Result<JobStatus> {
        if !self.dir.try_exists()? {
            return Ok(JobStatus::Gone);
        }
        let begun = self.file("begun").try_exists()?;
        if self.is_alive()? {
            return Ok(match begun {
                true => JobStatus::Running,
                false => JobStatus::Created,
            });
        }
        let left = match fs::read_to_string(self.file("exit")) {
            Ok(text) => text.trim().parse().ok(),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        Ok(match left {
            None if !begun => JobStatus::Created,
            code => JobStatus::Exited {
                code: code.unwrap_or(KILLED),
                out_of_memory: false,
            },
        })
    }

    /// The kernel keeps the lock exactly as long as the process that leads the job, or the tool, has the file open.
    pub fn is_alive(&self) -> io::Result<bool> {
        let file = match File::open(self.file("alive")) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error),
        };
        // Shared, so that two that look at once do not take each other for the job.
        match file.try_lock_shared() {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    pub fn control(&self, control: &Control) -> Result<()> {
        let fail = |error| failed("a control file", error);
        if !self.is_alive().map_err(fail)? {
            return Err(AppError::new(ErrorCode::RunStateForbids).detail("the job has ended"));
        }
        let touch = |name: &str| files::write_private(&self.file(name), b"");
        match control {
            Control::Pause => touch("pause"),
            Control::Resume => match fs::remove_file(self.file("pause")) {
                Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            },
            Control::Hold => touch("hold"),
            Control::CutOver => touch("cutover"),
            Control::Tune(tuning) => self.tell("tune", &crate::control::tuning(tuning)),
            Control::Replicas { seen, patience } => {
                self.tell("replicas", &crate::control::replicas(seen, *patience))
            }
        }
        .map_err(fail)
    }

    /// Renamed into its place, so that the plugin reads all of it or nothing.
    pub fn tell(&self, name: &str, lines: &[String]) -> std::io::Result<()> {
        let part = self.file(&format!("{name}.part"));
        files::write_private(&part, (lines.join("\n") + "\n").as_bytes())
            .and_then(|()| fs::rename(part, self.file(name)))
    }

    /// Only what has ended.
    pub fn remove(&self) -> Result<()> {
        let fail = |error| failed("the job's files", error);
        if self.is_alive().map_err(fail)? {
            return Err(AppError::new(ErrorCode::RunStateForbids).detail("the job is at work"));
        }
        match fs::remove_dir_all(&self.dir) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(fail(error)),
            _ => Ok(()),
        }
    }

    /// Every job that has a record; one without never got its password.
    pub fn all(place: &Path) -> Result<Vec<FoundJob>> {
        let fail = |error| failed("the jobs' directory", error);
        let entries = match fs::read_dir(place.join("jobs")) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(fail(error)),
        };
        let mut found = Vec::new();
        for entry in entries {
            let job = Self {
                dir: entry.map_err(fail)?.path(),
            };
            let Ok(record) = job.record() else { continue };
            let id = LocalJob {
                pid: record.pid,
                plan: record.plan.clone(),
            };
            found.push(FoundJob {
                status: job.status()?,
                run: record.run,
                plan: record.plan,
                job: id.to_string(),
            });
        }
        Ok(found)
    }
}

/// When the process of that number began; `None` when there is none.
pub(super) fn began(pid: u32) -> Option<String> {
    if cfg!(target_os = "linux") {
        let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name in brackets may hold anything; 20 fields after it stands the time since the start, in ticks.
        let ticks = stat.rsplit_once(')')?.1.split_whitespace().nth(19)?;
        return Some(format!("{} {ticks}", boot.trim()));
    }
    let told = std::process::Command::new("/bin/ps")
        .args(["-o", "lstart=", "-p", &pid.to_string()])
        .env("LC_ALL", "C")
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&told.stdout).trim().to_owned();
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(names: &[(&str, &str)]) -> (tempfile::TempDir, Job) {
        let place = tempfile::tempdir().expect("a scratch directory");
        let job = Job::of(place.path(), &PlanId("p1".into()));
        files::make_private(&job.dir).expect("made");
        for (name, text) in names {
            fs::write(job.file(name), text).expect("written");
        }
        (place, job)
    }

    #[test]
    fn what_a_job_left_says_how_it_ended() {
        let exited = |code| JobStatus::Exited {
            code,
            out_of_memory: false,
        };
        for (files, wanted) in [
            (&[][..], JobStatus::Created),
            (&[("alive", ""), ("begun", "")][..], exited(KILLED)),
            (&[("alive", ""), ("begun", ""), ("exit", "0\n")][..], exited(0)),
            (&[("alive", ""), ("begun", ""), ("exit", "29\n")][..], exited(29)),
        ] {
            let (_place, job) = made(files);
            assert_eq!(job.status().expect("read"), wanted, "{files:?}");
        }
        let (place, job) = made(&[]);
        job.remove().expect("removed");
        assert_eq!(job.status().expect("read"), JobStatus::Gone);
        assert!(place.path().join("jobs").exists());
    }

    #[test]
    fn a_job_lives_as_long_as_its_file_is_locked() {
        let (_place, job) = made(&[("alive", ""), ("begun", "")]);
        let kept = File::open(job.file("alive")).expect("opened");
        kept.lock().expect("locked");
        assert_eq!(job.status().expect("read"), JobStatus::Running);
        let refused = job.remove().expect_err("it works");
        assert_eq!(refused.code, ErrorCode::RunStateForbids);
        drop(kept);
        assert!(!job.is_alive().expect("asked"));
        let refused = job.control(&Control::Pause).expect_err("it ended");
        assert_eq!(refused.code, ErrorCode::RunStateForbids);
    }

    #[test]
    fn a_process_is_told_from_another_with_its_number() {
        let own = began(std::process::id()).expect("this process");
        assert_eq!(began(std::process::id()), Some(own.clone()));
        assert_ne!(began(1), Some(own));
        assert_eq!(began(u32::MAX >> 1), None);
    }
}
