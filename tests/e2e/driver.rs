//! tauri-driver with the WebKitWebDriver that it starts, and the window below them: one process group, gone together.

use std::fs::File;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use thirtyfour::{Capabilities, WebDriver};

use crate::program;

const START: Duration = Duration::from_secs(60);

pub struct Driver {
    child: Child,
    port: u16,
}

impl Driver {
    /// Starts the driver with directories of its own below `home`, where nothing of another test is.
    pub async fn start(home: &Path) -> Self {
        let (port, native) = (free_port(), free_port());
        let log = File::options()
            .create(true)
            .append(true)
            .open(home.join("driver.log"))
            .expect("the driver's log can be written");
        let mut command = Command::new(program::tauri_driver());
        command
            .args(["--port", &port.to_string(), "--native-port", &native.to_string()])
            .env("MYSQLER_DATA_DIR", home.join("data"))
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a file can be opened twice"))
            .stderr(log)
            .process_group(0);
        for (name, dir) in [
            ("XDG_DATA_HOME", "share"),
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_CACHE_HOME", "cache"),
        ] {
            let dir = home.join(dir);
            std::fs::create_dir_all(&dir).expect("a scratch directory can be made");
            command.env(name, dir);
        }
        let child = command.spawn().expect("tauri-driver starts");
        let driver = Self { child, port };
        // It listens before the driver that it hands everything to.
        for port in [port, native] {
            listening(port).await;
        }
        driver
    }

    /// Opens the window.
    pub async fn session(&self) -> WebDriver {
        let mut wanted = Capabilities::new();
        let application = serde_json::json!({ "application": program::window() });
        wanted
            .set("tauri:options", application)
            .expect("capabilities are JSON");
        let session = WebDriver::new(format!("http://127.0.0.1:{}", self.port), wanted).await;
        session.unwrap_or_else(|error| panic!("the window does not open: {error}"))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // The group holds nothing but what was started here.
        let _ = Command::new("kill")
            .args(["-KILL", "--", &format!("-{}", self.child.id())])
            .status();
        let _ = self.child.wait();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener.local_addr().expect("it is bound").port()
}

async fn listening(port: u16) {
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let begun = Instant::now();
    while TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_err() {
        assert!(begun.elapsed() < START, "nothing listens on {address}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
