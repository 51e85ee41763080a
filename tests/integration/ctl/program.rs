//! Running the program: a data directory of its own, what it says, what it ends with, all under a deadline.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

pub use mysqler_tests::program::mysqlerctl as program;
use mysqler_tests::sandbox::{Account, Sandbox, Server};
use serde_json::Value;
use tempfile::TempDir;

/// No command takes longer, on a busy machine either.
const DEADLINE: Duration = Duration::from_secs(120);

pub const MASTER: &str = "correct horse battery staple";

/// One user's workstation: a data directory and the vault's master password in a file.
pub struct Desk {
    pub dir: TempDir,
    pub sandbox: Sandbox,
}

/// How a command ended.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Desk {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().expect("a scratch directory can be made");
        std::fs::write(dir.path().join("master"), MASTER).expect("the passphrase file can be written");
        Self {
            dir,
            sandbox: Sandbox::from_env(),
        }
    }

    /// A desk with the sandbox's primary saved as `Sandbox`.
    pub fn connected() -> Self {
        let desk = Self::new();
        desk.add("Sandbox", Account::Mysqler).done();
        desk
    }

    pub fn add(&self, name: &str, account: Account) -> Said {
        let arguments = self.add_arguments(name, account);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        self.with_input(&arguments, self.sandbox.password(account))
    }

    pub fn add_arguments(&self, name: &str, account: Account) -> Vec<String> {
        let port = self.sandbox.port(Server::Primary).to_string();
        let host = self.sandbox.host(Server::Primary);
        let user = self.sandbox.user(account);
        [
            "connection",
            "add",
            name,
            "--host",
            host,
            "--port",
            &port,
            "--user",
            user,
            "--password-stdin",
            "--env",
            "dev",
        ]
        .map(str::to_owned)
        .into()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// The program on this desk's data, with its vault's password at hand.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.bare_command();
        command
            .arg("--passphrase-file")
            .arg(self.path("master"))
            .args(arguments);
        command
    }

    /// The same without a password, and without a keyring.
    pub fn bare_command(&self) -> Command {
        let mut command = Command::new(program());
        command
            .env_remove("MYSQLER_DATA_DIR")
            .env_remove("LC_MESSAGES")
            .env_remove("LANG")
            .env("LC_ALL", "C.UTF-8")
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .arg("--data-dir")
            .arg(self.path("data"));
        command
    }

    pub fn ctl(&self, arguments: &[&str]) -> Said {
        Running::start(self.command(arguments)).end()
    }

    pub fn json(&self, arguments: &[&str]) -> Said {
        let mut all = vec!["--json"];
        all.extend(arguments);
        self.ctl(&all)
    }

    pub fn with_input(&self, arguments: &[&str], input: &str) -> Said {
        self.with_input_and(arguments, input, &[])
    }

    /// With variables of its environment.
    pub fn with_input_and(&self, arguments: &[&str], input: &str, variables: &[(&str, &str)]) -> Said {
        let mut command = self.command(arguments);
        command.envs(variables.iter().copied());
        command.stdin(Stdio::piped());
        let mut running = Running::start(command);
        let mut stdin = running.child.stdin.take().expect("standard input is piped");
        stdin
            .write_all(input.as_bytes())
            .expect("the program reads its input");
        drop(stdin);
        running.end()
    }

    pub fn start(&self, arguments: &[&str]) -> Running {
        Running::start(self.command(arguments))
    }

    /// Bytes of every file that the program keeps.
    pub fn kept_bytes(&self) -> Vec<u8> {
        fn gather(dir: &Path, into: &mut Vec<u8>) {
            for entry in std::fs::read_dir(dir).expect("the data directory is there") {
                let path = entry.expect("an entry can be read").path();
                if path.is_dir() {
                    gather(&path, into);
                } else {
                    into.extend(std::fs::read(&path).expect("a file of ours can be read"));
                }
            }
        }
        let mut bytes = Vec::new();
        gather(&self.path("data"), &mut bytes);
        bytes
    }
}

pub fn contains(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

impl Said {
    #[track_caller]
    pub fn done(self) -> Self {
        self.ends(0)
    }

    #[track_caller]
    pub fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }

    /// One object a line.
    #[track_caller]
    pub fn objects(&self) -> Vec<Value> {
        let parsed = self.out.lines().map(serde_json::from_str);
        parsed
            .collect::<Result<_, _>>()
            .unwrap_or_else(|error| panic!("not JSON ({error}): {}", self.out))
    }

    #[track_caller]
    pub fn object(&self) -> Value {
        let objects = self.objects();
        assert_eq!(objects.len(), 1, "one object is expected: {}", self.out);
        objects[0].clone()
    }

    /// The code of the error that a script reads.
    #[track_caller]
    pub fn error_code(&self) -> String {
        let last = self.objects().last().cloned().unwrap_or_default();
        last["error"]["code"]
            .as_str()
            .unwrap_or_else(|| panic!("no error in {}", self.out))
            .to_owned()
    }
}

/// A program under way, its lines readable as they come.
pub struct Running {
    pub child: Child,
    lines: Receiver<String>,
    seen: Vec<String>,
    err: Option<std::thread::JoinHandle<String>>,
    until: Instant,
}

impl Running {
    pub fn start(mut command: Command) -> Self {
        let mut child = command
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", program().display()));
        let stdout = child.stdout.take().expect("standard output is piped");
        let mut stderr = child.stderr.take().expect("standard error is piped");
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let err = std::thread::spawn(move || {
            let mut text = String::new();
            let _ = stderr.read_to_string(&mut text);
            text
        });
        Self {
            child,
            lines,
            seen: Vec::new(),
            err: Some(err),
            until: Instant::now() + DEADLINE,
        }
    }

    /// Waits for a line that contains `text`.
    #[track_caller]
    pub fn says(&mut self, text: &str) -> String {
        loop {
            match self
                .lines
                .recv_timeout(self.until.saturating_duration_since(Instant::now()))
            {
                Ok(line) => {
                    self.seen.push(line.clone());
                    if line.contains(text) {
                        return line;
                    }
                }
                Err(why) => {
                    let _ = self.child.kill();
                    let err = self
                        .err
                        .take()
                        .and_then(|err| err.join().ok())
                        .unwrap_or_default();
                    panic!(
                        "{why}: it never said {text:?}; said:\n{}\nstderr:\n{err}",
                        self.seen.join("\n")
                    );
                }
            }
        }
    }

    /// What Ctrl-C sends.
    pub fn interrupt(&self) {
        self.signal("-INT");
    }

    /// The process is gone at once, as after a crash.
    pub fn kill(mut self) {
        self.child.kill().expect("the program can be killed");
        self.child.wait().expect("the program can be waited for");
    }

    fn signal(&self, signal: &str) {
        let sent = Command::new("kill")
            .args([signal, &self.child.id().to_string()])
            .status();
        assert!(
            sent.is_ok_and(|status| status.success()),
            "the signal was not sent"
        );
    }

    #[track_caller]
    pub fn end(mut self) -> Said {
        loop {
            match self
                .lines
                .recv_timeout(self.until.saturating_duration_since(Instant::now()))
            {
                Ok(line) => self.seen.push(line),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    let _ = self.child.kill();
                    panic!(
                        "it did not end within {DEADLINE:?}; said:\n{}",
                        self.seen.join("\n")
                    );
                }
            }
        }
        let status = self.child.wait().expect("the program can be waited for");
        let err = self
            .err
            .take()
            .and_then(|err| err.join().ok())
            .unwrap_or_default();
        assert!(!err.contains("panicked"), "{err}");
        Said {
            code: status.code().unwrap_or(-1),
            out: self.seen.join("\n"),
            err,
        }
    }
}
