//! Small disks of a test's own: real ones, mounted in a name space that ends with the process that made them.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

const DIR: &str = "MYSQLER_TEST_DISK";

/// Runs `test` of this very program again in a mount name space of its own, and says in which directory it then may
/// mount. `None` in the first process, after the second one passed.
#[track_caller]
pub fn own_mounts(test: &str) -> Option<PathBuf> {
    if let Some(dir) = std::env::var_os(DIR) {
        return Some(PathBuf::from(dir));
    }
    let dir = tempfile::tempdir().expect("a scratch directory");
    let root = fs::metadata("/proc/self").expect("/proc is there").uid() == 0;
    let mut command = Command::new("unshare");
    if !root {
        command.args(["--user", "--map-root-user"]);
    }
    let program = std::env::current_exe().expect("this test has a path");
    command
        .args(["--mount", "--propagation", "private", "--"])
        .arg(program);
    command.args([test, "--exact", "--nocapture", "--test-threads=1"]);
    // On another disk than the one that the test mounts.
    let cache = tempfile::tempdir().expect("a scratch directory");
    command.env(DIR, dir.path()).env("XDG_CACHE_HOME", cache.path());
    let output = command.output().expect("unshare");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    // A name that matches no test would end well too.
    assert!(
        output.status.success() && text(&output.stdout).contains("1 passed"),
        "in its own mount name space:\n{}\n{}",
        text(&output.stdout),
        text(&output.stderr)
    );
    None
}

#[track_caller]
pub fn mount(words: &[&str], at: &Path) {
    let output = Command::new("mount").args(words).arg(at).output().expect("mount");
    let why = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "this test needs to mount (run it as root): {why}"
    );
}

/// A disk of a few megabytes.
pub fn small(at: &Path) {
    mount(&["-t", "tmpfs", "-o", "size=12m,mode=0700", "none"], at);
}

/// A disk whose files can be made read-only under whoever has them open, which a tmpfs does not do. It lies in a file of
/// the test's cache directory.
pub fn ext4(at: &Path) {
    let cache = std::env::var_os("XDG_CACHE_HOME").expect("the test has a cache directory of its own");
    let image = Path::new(&cache).join("disk.img");
    let file = File::create(&image).expect("a file can be made");
    file.set_len(64 << 20).expect("with holes");
    let made = Command::new("mkfs.ext4").args(["-q", "-F"]).arg(&image).status();
    assert!(
        made.is_ok_and(|status| status.success()),
        "this test needs mkfs.ext4"
    );
    mount(&["-o", "loop", &image.to_string_lossy()], at);
}

/// Makes the data file and its log read-only, and the directory that they are in, or takes that back. Not the log's index:
/// the kernel ends a process that writes to such a file's memory.
pub fn read_only(dir: &Path, is: bool) {
    let names = ["mysqler.db", "mysqler.db-wal"].map(|name| dir.join(name));
    let sign = if is { "+i" } else { "-i" };
    let done = Command::new("chattr").arg(sign).args(&names).arg(dir).status();
    assert!(done.is_ok_and(|status| status.success()), "chattr {sign}");
}

/// Takes all room there is; removing the file gives it back.
pub fn fill(dir: &Path) -> PathBuf {
    let path = dir.join("filler");
    let mut file = File::create(&path).expect("a file can be made");
    let mut size = 64 * 1024;
    while size > 0 {
        if file.write_all(&vec![b'x'; size]).is_err() {
            size /= 2;
        }
    }
    path
}
