//! One person's workstation: a data directory, a display, and a window on it that can be opened, closed and killed.

use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use futures::FutureExt;
use mysqler_tests::sandbox::Sandbox;
use tempfile::TempDir;
use thirtyfour::WebDriver;
use tokio::sync::Mutex;

use crate::driver::Driver;
use crate::program;

/// The vault's password on every desk.
pub const MASTER: &str = "correct horse battery staple";

/// The application allows one window a session, and two cores are soon busy.
static TURN: Mutex<()> = Mutex::const_new(());

pub struct Desk {
    pub sandbox: Sandbox,
    name: &'static str,
    home: TempDir,
    open: Option<(Driver, WebDriver)>,
}

/// Runs a test in a fresh window. A test that fails leaves a picture of what was seen last.
pub async fn at_a_desk(name: &'static str, test: impl AsyncFnOnce(&mut Desk)) {
    let _turn = TURN.lock().await;
    let mut desk = Desk {
        sandbox: Sandbox::from_env(),
        name,
        home: tempfile::tempdir().expect("a scratch directory can be made"),
        open: None,
    };
    desk.open().await;
    let outcome = AssertUnwindSafe(test(&mut desk)).catch_unwind().await;
    match outcome {
        Ok(()) => desk.close().await,
        Err(panic) => {
            desk.remember_failure().await;
            std::panic::resume_unwind(panic);
        }
    }
}

impl Desk {
    /// Starts the application; what its page complains of from now on is kept.
    pub async fn open(&mut self) {
        assert!(self.open.is_none(), "the window is open already");
        let driver = Driver::start(self.home.path()).await;
        let session = driver.session().await;
        self.open = Some((driver, session));
        self.listen().await;
    }

    /// Ends the application as its user would see it; nothing may have been complained of.
    pub async fn close(&mut self) {
        self.no_complaints().await;
        let (driver, session) = self.open.take().expect("the window is open");
        session.quit().await.expect("the window closes");
        drop(driver);
        self.gone().await;
    }

    /// The application dies at once, as after a crash.
    pub async fn kill(&mut self) {
        self.no_complaints().await;
        let id = self.window_id().expect("the window's process is there");
        let (driver, session) = self.open.take().expect("the window is open");
        let killed = Command::new("kill").args(["-KILL", &id.to_string()]).status();
        assert!(
            killed.is_ok_and(|status| status.success()),
            "the signal was not sent"
        );
        session.leak().expect("the session was not ended before");
        drop(driver);
        self.gone().await;
    }

    pub fn session(&self) -> &WebDriver {
        &self.open.as_ref().expect("the window is open").1
    }

    pub fn data(&self) -> PathBuf {
        self.home.path().join("data")
    }

    /// A second start of the application by the same user.
    pub fn start_again(&self) -> std::process::Child {
        let mut command = Command::new(program::window());
        for (name, dir) in [
            ("XDG_DATA_HOME", "share"),
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_CACHE_HOME", "cache"),
            ("MYSQLER_DATA_DIR", "data"),
        ] {
            command.env(name, self.home.path().join(dir));
        }
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the application starts")
    }

    /// `mysqlerctl` on the same data.
    pub async fn ctl(&self, arguments: &[&str]) -> Output {
        let key = self.home.path().join("master");
        std::fs::write(&key, MASTER).expect("the passphrase file can be written");
        tokio::process::Command::new(program::terminal())
            .arg("--data-dir")
            .arg(self.data())
            .arg("--passphrase-file")
            .arg(key)
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .await
            .expect("mysqlerctl starts")
    }

    /// Processes of the window on this desk: one, or none.
    pub fn window_id(&self) -> Option<u32> {
        let wanted = format!("MYSQLER_DATA_DIR={}", self.data().display());
        let program = program::window();
        let program = program.canonicalize().expect("the window is built");
        let all = std::fs::read_dir("/proc").expect("/proc is there");
        let mut found = all.flatten().filter_map(|entry| {
            let id = entry.file_name().to_str()?.parse().ok()?;
            let same = std::fs::read_link(entry.path().join("exe")).ok()? == program;
            let environment = std::fs::read(entry.path().join("environ")).ok()?;
            let ours = environment
                .split(|byte| *byte == 0)
                .any(|one| one == wanted.as_bytes());
            (same && ours).then_some(id)
        });
        found.next()
    }

    async fn gone(&self) {
        let begun = Instant::now();
        while self.window_id().is_some() {
            assert!(
                begun.elapsed() < Duration::from_secs(30),
                "the window does not end"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Keeps a picture in `target/e2e`: of the display itself, since the driver's own now and then never comes.
    pub async fn picture(&self, name: &str) {
        let drawn = "const [done] = arguments; requestAnimationFrame(() => requestAnimationFrame(() => done([innerWidth, innerHeight])))";
        let size = self
            .session()
            .execute_async(drawn, vec![])
            .await
            .and_then(|size| size.convert::<[u32; 2]>());
        let [width, height] = size.expect("the page draws");
        shoot(&self.picture_path(name), &format!("{width}x{height}+0+0"));
    }

    fn picture_path(&self, name: &str) -> PathBuf {
        pictures().join(format!("{}-{name}.png", self.name))
    }

    async fn remember_failure(&mut self) {
        let dir = pictures();
        let log = self.home.path().join("driver.log");
        let _ = std::fs::copy(log, dir.join(format!("{}-failed-driver.log", self.name)));
        let Some((_, session)) = &self.open else {
            return;
        };
        let picture = self.picture_path("failed");
        shoot(&picture, "1280x800+0+0");
        eprintln!("what was seen last: {}", picture.display());
        // A driver that no longer answers is a likely failure, too.
        let asked = tokio::time::timeout(Duration::from_secs(10), async {
            if let Ok(source) = session.source().await {
                let _ = std::fs::write(picture.with_extension("html"), source);
            }
            self.complaints().await
        });
        eprintln!("what the page complained of: {:?}", asked.await);
        // Its drop would ask a driver for an answer that may never come.
        if let Some((driver, session)) = self.open.take() {
            drop(driver);
            let _ = session.leak();
        }
    }
}

fn shoot(picture: &Path, part: &str) {
    let status = Command::new("import")
        .args(["-window", "root", "-crop", part, "+repage"])
        .arg(picture)
        .status();
    assert!(
        status.is_ok_and(|status| status.success()),
        "ImageMagick's import takes no picture"
    );
}

fn pictures() -> PathBuf {
    let dir = program::root().join("target/e2e");
    std::fs::create_dir_all(&dir).expect("the directory of pictures can be made");
    dir
}
