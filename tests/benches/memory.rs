//! The window's processes, and the memory that they share out among themselves at rest.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tempfile::TempDir;

use crate::report::{Report, megabytes};
use crate::sizes::window_program;

const WHAT: &str = "memory of the app at rest";
const BUDGET: &str = "250 MB";
const LOOK: Duration = Duration::from_millis(500);
/// At rest is what changes by less than a hundredth over so many looks.
const CALM: usize = 10;
const DEADLINE: Duration = Duration::from_secs(90);
const TICKS_PER_S: f64 = 100.0;

/// Directories of a user's own, by which the processes of one start are found again.
pub struct Workstation {
    dir: TempDir,
}

impl Workstation {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().expect("a scratch directory");
        for name in ["data", "config", "cache", "mysqler"] {
            fs::create_dir(dir.path().join(name)).expect("a directory");
        }
        Self { dir }
    }

    pub fn settle(&self, command: &mut Command) {
        let below = |name: &str| self.dir.path().join(name);
        command
            .env("XDG_DATA_HOME", below("data"))
            .env("XDG_CONFIG_HOME", below("config"))
            .env("XDG_CACHE_HOME", below("cache"))
            .env("MYSQLER_DATA_DIR", below("mysqler"));
    }

    fn mark(&self) -> String {
        format!("MYSQLER_DATA_DIR={}", self.dir.path().join("mysqler").display())
    }
}

pub struct Process {
    pub program: PathBuf,
    /// Since 1970, by the kernel's clock.
    pub started_ms: f64,
    /// Proportional set size, bytes.
    pub pss: u64,
}

/// Those that inherited the workstation's directories: the program, and the helpers of its web view.
pub fn processes_of(station: &Workstation) -> Vec<Process> {
    let mark = station.mark();
    let entries = fs::read_dir("/proc").expect("/proc is there").flatten();
    let ours = entries.filter(|entry| {
        let environ = fs::read(entry.path().join("environ")).unwrap_or_default();
        environ
            .split(|byte| *byte == 0)
            .any(|variable| variable == mark.as_bytes())
    });
    ours.filter_map(|entry| {
        let path = entry.path();
        let rollup = fs::read_to_string(path.join("smaps_rollup")).ok()?;
        let pss = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
        let kilobytes: u64 = pss.trim().strip_suffix(" kB")?.parse().ok()?;
        let stat = fs::read_to_string(path.join("stat")).ok()?;
        Some(Process {
            program: fs::read_link(path.join("exe")).ok()?,
            started_ms: started_ms(&stat)?,
            pss: kilobytes * 1024,
        })
    })
    .collect()
}

/// The 22nd field counts ticks since the machine's start; the name before it may hold spaces.
fn started_ms(stat: &str) -> Option<f64> {
    let ticks: f64 = stat
        .rsplit_once(')')?
        .1
        .split_whitespace()
        .nth(19)?
        .parse()
        .ok()?;
    let uptime: f64 = fs::read_to_string("/proc/uptime")
        .ok()?
        .split(' ')
        .next()?
        .parse()
        .ok()?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs_f64();
    Some((now - uptime + ticks / TICKS_PER_S) * 1e3)
}

pub async fn measure(report: &mut Report) {
    let program = window_program();
    if !program.exists() || std::env::var_os("DISPLAY").is_none() {
        return report.missing(
            WHAT,
            BUDGET,
            "no window program or no display: run it through make bench",
        );
    }
    let station = Workstation::new();
    let mut command = Command::new(&program);
    station.settle(&mut command);
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let processes = at_rest(&station).await;
    let _ = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status();
    let _ = child.wait();

    let total = processes.iter().map(|process| process.pss).sum();
    let each = processes.iter().map(|process| {
        let name = process
            .program
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        format!("{name} {}", megabytes(process.pss))
    });
    let each = each.collect::<Vec<_>>().join(", ");
    let how = format!(
        "PSS of all its processes from smaps_rollup, once it stayed within 1 % for 5 s; first start's page, no driver; {each}"
    );
    report.row(WHAT, megabytes(total), BUDGET, &how);
}

async fn at_rest(station: &Workstation) -> Vec<Process> {
    let started = Instant::now();
    let mut seen: Vec<u64> = Vec::new();
    loop {
        tokio::time::sleep(LOOK).await;
        let processes = processes_of(station);
        seen.push(processes.iter().map(|process| process.pss).sum());
        let recent = &seen[seen.len().saturating_sub(CALM)..];
        let (low, high) = (
            recent.iter().min().copied().unwrap_or(0),
            recent.iter().max().copied().unwrap_or(0),
        );
        // The program alone is not the window yet.
        let calm = recent.len() == CALM && processes.len() > 1 && high - low <= high / 100;
        if calm || started.elapsed() > DEADLINE {
            return processes;
        }
    }
}
