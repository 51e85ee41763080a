//! Cold start of the real window, driven as the end-to-end tests drive it.

use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;
use thirtyfour::{Capabilities, WebDriver};

use crate::arguments::Arguments;
use crate::memory::{Workstation, processes_of};
use crate::report::{Report, ms};
use crate::sizes::{target, window_program};

const DEADLINE: Duration = Duration::from_secs(60);
const BETWEEN: Duration = Duration::from_millis(2);
const WHAT: &str = "cold start to a usable page";
const BUDGET: &str = "0.7 s median";

/// Something can be pressed; then two frames, so that what can be pressed was drawn.
const USABLE: &str =
    "return document.readyState !== 'loading' && !!document.querySelector('#app button:not([disabled])')";
const DRAWN: &str = "const done = arguments[arguments.length - 1]; \
     requestAnimationFrame(() => requestAnimationFrame(() => done(Date.now())))";

pub async fn measure(arguments: &Arguments, report: &mut Report) {
    let program = window_program();
    let driver = target().join("tools/bin/tauri-driver");
    for path in [&program, &driver] {
        if !path.exists() {
            return report.missing(WHAT, BUDGET, &format!("{} is not there", path.display()));
        }
    }
    if std::env::var_os("DISPLAY").is_none() {
        return report.missing(WHAT, BUDGET, "no display: run it through make bench");
    }
    // One start that does not count: the program's pages and the libraries' are in memory then.
    once(&program, &driver).await;
    let mut taken = Vec::new();
    for _ in 0..arguments.starts {
        taken.push(once(&program, &driver).await);
    }
    let how = "start of the process (kernel's clock, ±10 ms) to the moment, by the page's clock, when a button of the page can be \
               pressed and two more frames were drawn; fresh data and profile directories, hence the first start's page; files \
               cached; under Xvfb and WebDriver, software rendering";
    report.row(WHAT, ms(&taken), BUDGET, how);
}

/// Milliseconds.
async fn once(program: &Path, driver: &Path) -> f64 {
    let station = Workstation::new();
    let driver = Driver::start(driver, &station);
    let mut capabilities = Capabilities::new();
    capabilities
        .set("tauri:options", json!({ "application": program }))
        .expect("JSON");
    let page = WebDriver::new(driver.url(), capabilities)
        .await
        .expect("a session with the window");
    let started = Instant::now();
    loop {
        // While the first page is being loaded there may be none to ask.
        let usable = page
            .execute(USABLE, Vec::new())
            .await
            .ok()
            .and_then(|answer| answer.json().as_bool());
        if usable == Some(true) {
            break;
        }
        assert!(started.elapsed() < DEADLINE, "the page is never usable");
        tokio::time::sleep(BETWEEN).await;
    }
    let drawn = page.execute_async(DRAWN, Vec::new()).await.expect("an answer");
    let drawn = drawn.json().as_f64().expect("milliseconds since 1970");
    let process = processes_of(&station)
        .into_iter()
        .find(|process| process.program == program)
        .expect("the program runs");
    let _ = page.quit().await;
    drawn - process.started_ms
}

/// The driver with everything that it starts.
struct Driver {
    child: Child,
    port: u16,
}

impl Driver {
    fn start(program: &Path, station: &Workstation) -> Self {
        let (port, native) = (free_port(), free_port());
        let mut command = Command::new(program);
        command.args(["--port", &port.to_string(), "--native-port", &native.to_string()]);
        station.settle(&mut command);
        let child = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("the driver starts");
        let driver = Self { child, port };
        // It listens before the native driver that it starts does.
        for port in [port, native] {
            let started = Instant::now();
            while TcpStream::connect(("127.0.0.1", port)).is_err() {
                assert!(started.elapsed() < DEADLINE, "the driver does not listen");
                std::thread::sleep(BETWEEN);
            }
        }
        driver
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Its whole group: the native driver would stay otherwise.
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill").args(["-TERM", "--", &group]).status();
        let _ = self.child.wait();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("an address").port()
}
