//! Every process of the machine, containers' included, as root sees it in /proc: argv and environment, looked at again and
//! again while a run goes by.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::canary::Canary;

const BETWEEN: Duration = Duration::from_millis(5);
const PATIENCE: Duration = Duration::from_secs(60);
/// Arguments that tell which of the run's processes were seen.
const MARKS: [&str; 6] = [
    "mysqlerctl",
    "mysqler-entrypoint\0probe",
    "mysqler_probe.pl",
    "mysqler-entrypoint\0run",
    "mysqler_way.pl",
    "pt-online-schema-change",
];

/// Looks at all processes until it is ended.
pub struct Watch {
    seen: Arc<Mutex<Seen>>,
    end: Sender<()>,
    thread: JoinHandle<()>,
}

#[derive(Default)]
pub struct Seen {
    /// What is known already: argv and environment change only when a program is replaced.
    known: HashSet<u64>,
    /// `(canary, place, form)`.
    pub hits: HashSet<(&'static str, String, &'static str)>,
    pub marks: HashSet<&'static str>,
    pub looks: u64,
}

impl Watch {
    pub fn start(canaries: Vec<Canary>) -> Self {
        let seen = Arc::new(Mutex::new(Seen::default()));
        let (end, ended) = channel();
        let shared = seen.clone();
        let thread = std::thread::spawn(move || work(&canaries, &shared, &ended));
        Self { seen, end, thread }
    }

    /// Plants a canary in a process of its own, in argv and then in the environment, and waits for both to be seen.
    pub fn sees_what_is_planted(&self, canary: &Canary) {
        for place in ["cmdline", "environ"] {
            let mut process = planted(place, canary);
            let started = Instant::now();
            while !self.saw(canary, place) {
                assert!(
                    started.elapsed() < PATIENCE,
                    "a canary in a process's {place} is not seen"
                );
                std::thread::sleep(BETWEEN);
            }
            let _ = process.kill();
            let _ = process.wait();
        }
    }

    fn saw(&self, canary: &Canary, place: &str) -> bool {
        self.seen
            .lock()
            .expect("the watch works")
            .hits
            .iter()
            .any(|hit| hit.0 == canary.name && hit.1.starts_with(place))
    }

    pub fn end(self) -> Seen {
        let _ = self.end.send(());
        self.thread.join().expect("the watch worked to its end");
        std::mem::take(&mut *self.seen.lock().expect("the watch works"))
    }
}

impl Seen {
    /// Nothing of `canary`, and every kind of process that a run consists of was looked at.
    #[track_caller]
    pub fn none_of(&self, canary: &Canary) {
        let hits: Vec<_> = self.hits.iter().filter(|hit| hit.0 == canary.name).collect();
        assert!(hits.is_empty(), "after {} looks: {hits:?}", self.looks);
    }

    #[track_caller]
    pub fn looked_at(&self, wanted: &[&str]) {
        for mark in wanted {
            assert!(
                self.marks.contains(mark),
                "no process with {mark:?} was seen in {} looks: {:?}",
                self.looks,
                self.marks
            );
        }
    }
}

fn planted(place: &str, canary: &Canary) -> Child {
    let mut command = Command::new("sh");
    // Waits for a line that never comes, and ends with this process at the latest.
    command.args(["-c", "read -r line"]).stdin(Stdio::piped());
    match place {
        "cmdline" => command.arg(canary.secret()),
        _ => command.env("PLANTED", canary.secret()),
    };
    command.spawn().expect("a process")
}

fn work(canaries: &[Canary], seen: &Mutex<Seen>, ended: &Receiver<()>) {
    loop {
        look(canaries, seen);
        if ended.recv_timeout(BETWEEN).is_ok() {
            return;
        }
    }
}

fn look(canaries: &[Canary], seen: &Mutex<Seen>) {
    let processes = std::fs::read_dir("/proc").expect("/proc is there");
    for process in processes.flatten() {
        let path = process.path();
        let number = path
            .file_name()
            .and_then(|name| name.to_str())
            .is_some_and(|name| name.bytes().all(|sign| sign.is_ascii_digit()));
        if number {
            for place in ["cmdline", "environ"] {
                take(canaries, seen, &path, place);
            }
        }
    }
    seen.lock().expect("the watch works").looks += 1;
}

/// A process that ended meanwhile has no file, and one of the kernel an empty one.
fn take(canaries: &[Canary], seen: &Mutex<Seen>, process: &Path, place: &str) {
    let Ok(bytes) = std::fs::read(process.join(place)) else {
        return;
    };
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    let mut seen = seen.lock().expect("the watch works");
    if bytes.is_empty() || !seen.known.insert(hasher.finish()) {
        return;
    }
    let text = String::from_utf8_lossy(&bytes);
    if place == "cmdline" {
        let marks = MARKS.iter().filter(|mark| text.contains(**mark));
        seen.marks.extend(marks);
    }
    for canary in canaries {
        if let Some(form) = canary.found_in(&bytes) {
            let program = std::fs::read_to_string(process.join("comm")).unwrap_or_default();
            seen.hits.insert((
                canary.name,
                format!("{place} of {} ({})", process.display(), program.trim()),
                form,
            ));
        }
    }
}

/// What `ps` shows of every process, environment included.
pub fn listing() -> Vec<u8> {
    Command::new("ps").args(["auxwwe"]).output().expect("ps").stdout
}

/// The same listing while a canary stands in a process's argv.
pub fn listing_with_planted(canary: &Canary) -> Vec<u8> {
    let mut process = planted("cmdline", canary);
    let started = Instant::now();
    let mut text = listing();
    // The child becomes the shell only a moment after it was made.
    while canary.found_in(&text).is_none() && started.elapsed() < PATIENCE {
        text = listing();
    }
    let _ = process.kill();
    let _ = process.wait();
    text
}
