//! A job's lines from any place on, to its true end.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::time::Duration;

use futures::StreamExt;
use futures::stream::{self, BoxStream};
use mysqler_contract::{AppError, ErrorCode, LogStream, Result, Timestamp};
use mysqler_core::ports::{JobStatus, LogCursor, RawLine};

use super::failed;
use super::job::Job;

const LOOK: Duration = Duration::from_millis(100);
/// Bytes of each stream that are taken in between two looks at the job.
const AT_ONCE: u64 = 1 << 20;

pub(super) fn follow(job: Job, from: LogCursor) -> Result<BoxStream<'static, Result<RawLine>>> {
    if job.status()? == JobStatus::Gone {
        return Err(AppError::new(ErrorCode::JobLost).detail(job.dir.display()));
    }
    let follower = Follower {
        out: Tail::new(LogStream::Stdout, from.stdout),
        err: Tail::new(LogStream::Stderr, from.stderr),
        job,
        queue: VecDeque::new(),
        ended: false,
        done: false,
    };
    Ok(stream::unfold(follower, |mut follower| async move {
        Some((follower.next().await?, follower))
    })
    .boxed())
}

struct Follower {
    job: Job,
    out: Tail,
    err: Tail,
    queue: VecDeque<RawLine>,
    /// Nothing is written any more: what is read from here on is all.
    ended: bool,
    done: bool,
}

impl Follower {
    async fn next(&mut self) -> Option<Result<RawLine>> {
        loop {
            if let Some(line) = self.queue.pop_front() {
                return Some(Ok(line));
            }
            if self.done {
                return None;
            }
            match self.look() {
                Ok(()) => {}
                Err(error) => {
                    self.done = true;
                    return Some(Err(error));
                }
            }
            if self.queue.is_empty() && !self.done && !self.ended {
                tokio::time::sleep(LOOK).await;
            }
        }
    }

    fn look(&mut self) -> Result<()> {
        // Asked before the files are read: what has ended writes nothing after that.
        let status = self.job.status()?;
        if status == JobStatus::Gone {
            return Err(AppError::new(ErrorCode::JobLost).detail(self.job.dir.display()));
        }
        self.ended |= matches!(status, JobStatus::Exited { .. });
        let fail = |error| failed("the run's output", error);
        let mut lines = self.out.read(&self.job, "out").map_err(fail)?;
        lines.extend(self.err.read(&self.job, "err").map_err(fail)?);
        if self.ended && lines.is_empty() {
            lines.extend(self.out.rest());
            lines.extend(self.err.rest());
            self.done = true;
        }
        // Both streams were written side by side.
        lines.sort_by_key(|line| line.at);
        self.queue.extend(lines);
        Ok(())
    }
}

/// One stream's file, read as it grows.
struct Tail {
    stream: LogStream,
    file: Option<File>,
    bytes: Vec<u8>,
    /// Lines that need not be told.
    known: u64,
}

impl Tail {
    fn new(stream: LogStream, known: u64) -> Self {
        Self {
            stream,
            file: None,
            bytes: Vec::new(),
            known,
        }
    }

    fn read(&mut self, job: &Job, name: &str) -> io::Result<Vec<RawLine>> {
        if self.file.is_none() {
            match File::open(job.file(name)) {
                Ok(file) => self.file = Some(file),
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
                Err(error) => return Err(error),
            }
        }
        let mut lines = Vec::new();
        // Only a reading that brings nothing new, not one that brings old lines alone, is the end.
        while lines.is_empty() {
            let Some(file) = &mut self.file else { break };
            if file.take(AT_ONCE).read_to_end(&mut self.bytes)? == 0 {
                break;
            }
            let Some(end) = self.bytes.iter().rposition(|byte| *byte == b'\n') else {
                continue;
            };
            let whole: Vec<u8> = self.bytes.drain(..=end).collect();
            for line in whole[..end].split(|byte| *byte == b'\n') {
                lines.extend(self.told(line));
            }
        }
        Ok(lines)
    }

    /// A last line without an end: whoever wrote it was killed in the middle.
    fn rest(&mut self) -> Option<RawLine> {
        let bytes = std::mem::take(&mut self.bytes);
        (!bytes.is_empty()).then(|| self.told(&bytes)).flatten()
    }

    fn told(&mut self, line: &[u8]) -> Option<RawLine> {
        if self.known > 0 {
            self.known -= 1;
            return None;
        }
        let text = String::from_utf8_lossy(line);
        let stamped = text
            .split_once(' ')
            .and_then(|(ms, text)| Some((ms.parse().ok()?, text)));
        let (at, text) = stamped.unwrap_or((0, &text));
        Some(RawLine {
            stream: self.stream,
            at: Timestamp(at),
            text: text.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use mysqler_contract::PlanId;

    use super::*;

    #[tokio::test]
    async fn lines_come_once_from_any_place_on_while_the_files_grow() {
        let place = tempfile::tempdir().expect("a scratch directory");
        let job = Job::of(place.path(), &PlanId("p1".into()));
        super::super::files::make_private(&job.dir).expect("made");
        let write = |name: &str, text: &str| {
            let file = File::options().create(true).append(true).open(job.file(name));
            file.and_then(|mut file| file.write_all(text.as_bytes()))
                .expect("written");
        };
        write("begun", "");
        write("alive", "");
        let alive = File::open(job.file("alive")).expect("opened");
        alive.lock().expect("locked");
        write("out", "10 a\n30 \n40 hal");
        write("err", "20 x\n");
        let from = LogCursor { stdout: 1, stderr: 0 };
        let mut lines = follow(job.clone(), from).expect("followed");
        let text = |line: Option<Result<RawLine>>| {
            let line = line.expect("a line").expect("read");
            (line.stream, line.at.0, line.text)
        };
        assert_eq!(text(lines.next().await), (LogStream::Stderr, 20, "x".into()));
        assert_eq!(text(lines.next().await), (LogStream::Stdout, 30, String::new()));
        write("out", "f\n50 torn");
        assert_eq!(text(lines.next().await), (LogStream::Stdout, 40, "half".into()));
        drop(alive);
        assert_eq!(text(lines.next().await), (LogStream::Stdout, 50, "torn".into()));
        assert!(lines.next().await.is_none());
    }
}
