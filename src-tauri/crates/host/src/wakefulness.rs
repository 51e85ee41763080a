//! The system's own way to put off its sleep: on Linux a lock of logind's, on macOS an assertion. Each is held by a small
//! program of the system that ends with this process, however that ends. Elsewhere there is none.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use mysqler_core::ports::{Awake, Wakefulness};

/// Asks the system through a program of its own, once for all runs of this process.
#[derive(Default)]
pub struct SystemWakefulness {
    program: Option<PathBuf>,
    held: Mutex<Weak<Held>>,
}

impl SystemWakefulness {
    /// What this workstation has.
    pub fn new() -> Self {
        Self {
            program: program(),
            held: Mutex::default(),
        }
    }

    /// Another program in the system's place.
    pub fn by(program: &Path) -> Self {
        Self {
            program: Some(program.to_owned()),
            held: Mutex::default(),
        }
    }
}

impl Wakefulness for SystemWakefulness {
    fn is_available(&self) -> bool {
        self.program.is_some()
    }

    fn hold(&self) -> Option<Awake> {
        let program = self.program.as_ref()?;
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(held) = held.upgrade() {
            return Some(Box::new(held));
        }
        match command(program).spawn() {
            Ok(child) => {
                let new = Arc::new(Held(Some(child)));
                *held = Arc::downgrade(&new);
                Some(Box::new(new))
            }
            Err(error) => {
                tracing::warn!(%error, "the workstation may fall asleep while a run works");
                None
            }
        }
    }
}

/// logind answers only on a system that systemd started.
#[cfg(target_os = "linux")]
fn program() -> Option<PathBuf> {
    in_path("systemd-inhibit").filter(|_| Path::new("/run/systemd/system").is_dir())
}

#[cfg(target_os = "macos")]
fn program() -> Option<PathBuf> {
    in_path("caffeinate")
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn program() -> Option<PathBuf> {
    None
}

#[cfg(any(target_os = "linux", target_os = "macos"))]
fn in_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|dir| dir.join(name))
        .find(|program| program.is_file())
}

fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    if cfg!(target_os = "macos") {
        command.args(["-i", "-w", &std::process::id().to_string()]);
    } else {
        // `cat` ends when its input does: when the value is dropped, and when this process is killed.
        command.args(["--what=sleep:idle", "--mode=block", "--who=MySQLer"]);
        command.args(["--why=A change of a database table is at work", "cat"]);
    }
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

struct Held(Option<Child>);

impl Drop for Held {
    fn drop(&mut self) {
        let Some(mut child) = self.0.take() else {
            return;
        };
        drop(child.stdin.take());
        if cfg!(target_os = "macos") {
            let _ = child.kill();
        }
        // Whoever lets go does not wait until it is gone.
        std::thread::spawn(move || child.wait());
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::time::{Duration, Instant};

    use super::*;

    /// Notes when it begins, with what it was told, and when it ends.
    #[allow(clippy::expect_used, reason = "test support fails loudly")]
    fn double(dir: &Path) -> (PathBuf, PathBuf) {
        let (program, notes) = (dir.join("inhibit"), dir.join("notes"));
        let script = format!(
            "#!/bin/sh\necho \"begun $*\" >>'{0}'\ncat\necho ended >>'{0}'\n",
            notes.display()
        );
        std::fs::write(&program, script).expect("a file");
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).expect("executable");
        (program, notes)
    }

    fn noted(notes: &Path, lines: usize) -> Vec<String> {
        let started = Instant::now();
        loop {
            let text = std::fs::read_to_string(notes).unwrap_or_default();
            if text.lines().count() >= lines {
                return text.lines().map(str::to_owned).collect();
            }
            assert!(started.elapsed() < Duration::from_secs(60), "{text}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    #[test]
    fn one_program_holds_for_all_and_ends_with_the_last() {
        let dir = tempfile::tempdir().expect("a scratch directory");
        let (program, notes) = double(dir.path());
        let system = SystemWakefulness::by(&program);
        let (one, other) = (system.hold().expect("held"), system.hold().expect("held"));
        assert!(noted(&notes, 1)[0].contains("--what=sleep:idle"));
        drop(one);
        drop(other);
        assert_eq!(noted(&notes, 2)[1], "ended");
        let again = system.hold().expect("held anew");
        assert_eq!(noted(&notes, 3).len(), 3, "one program at a time");
        drop(again);
        noted(&notes, 4);
    }

    #[test]
    fn a_system_that_cannot_be_asked_is_told_as_that() {
        let system = SystemWakefulness::default();
        assert!(!system.is_available() && system.hold().is_none());
        let gone = SystemWakefulness::by(Path::new("/nowhere/inhibit"));
        assert!(gone.hold().is_none());
    }
}
