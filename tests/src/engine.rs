//! A container engine beside the machine's own, for what must not happen to the one that the sandbox lives in; and a
//! registry that it pulls from.
#![allow(clippy::expect_used, reason = "test support fails loudly")]

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::process::{Child, Command};

const DEADLINE: Duration = Duration::from_secs(60);

/// An engine with a data directory of its own, empty at first.
pub struct SecondEngine {
    dir: tempfile::TempDir,
    /// Where images of the public registry are asked for instead.
    mirror: Option<String>,
    /// A port beside the socket, for whoever shows a certificate.
    tls: Option<(u16, Certificates)>,
}

impl SecondEngine {
    pub async fn start(mirror: Option<&str>) -> Self {
        let engine = Self {
            dir: tempfile::tempdir().expect("a scratch directory"),
            mirror: mirror.map(str::to_owned),
            tls: None,
        };
        engine.up().await;
        engine
    }

    /// Listens on TCP too, and trusts only clients whose certificate the test's own authority signed.
    pub async fn start_over_tls() -> Self {
        let dir = tempfile::tempdir().expect("a scratch directory");
        let certificates = Certificates::make(dir.path()).await;
        let engine = Self {
            dir,
            mirror: None,
            tls: Some((free_port(), certificates)),
        };
        engine.up().await;
        engine
    }

    /// Its address over TLS.
    pub fn tcp_address(&self) -> String {
        let (port, _) = self.tls.as_ref().expect("an engine over TLS");
        format!("tcp://127.0.0.1:{port}")
    }

    pub fn certificates(&self) -> &Certificates {
        &self.tls.as_ref().expect("an engine over TLS").1
    }

    /// Copies an image of the machine's own engine into this one.
    pub async fn load(&self, image: &str) {
        let load = format!(
            "docker save {image} | docker --host {} load --quiet",
            self.address()
        );
        run(Command::new("sh").arg("-c").arg(load)).await;
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn address(&self) -> String {
        format!("unix://{}", self.path("sock").display())
    }

    /// Host networking is all that the run needs. The machine's bridge is named all the same: an engine that is told to
    /// have none takes that one away.
    pub async fn up(&self) {
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.path("log"))
            .expect("a log file");
        let mut command = as_root("dockerd");
        command.arg("--host").arg(self.address()).args([
            "--bridge",
            "docker0",
            "--iptables=false",
            "--ip6tables=false",
        ]);
        for (option, name) in [
            ("--data-root", "data"),
            ("--exec-root", "exec"),
            ("--pidfile", "pid"),
        ] {
            command.arg(option).arg(self.path(name));
        }
        if let Some(mirror) = &self.mirror {
            command.args(["--registry-mirror", mirror]);
        }
        if let Some((_, files)) = &self.tls {
            command.args(["--host", &self.tcp_address(), "--tlsverify"]);
            command.args(["--tlscacert", &files.file("ca.pem")]);
            command.args(["--tlscert", &files.file("server.pem")]);
            command.args(["--tlskey", &files.file("server-key.pem")]);
        }
        command
            .stdout(log.try_clone().expect("a second handle"))
            .stderr(log)
            .stdin(Stdio::null())
            .spawn()
            .expect("dockerd can be started");
        let started = Instant::now();
        while !self.answers().await {
            let log = std::fs::read_to_string(self.path("log")).unwrap_or_default();
            assert!(
                started.elapsed() < DEADLINE,
                "the second engine does not answer:\n{log}"
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    async fn answers(&self) -> bool {
        let asked = Command::new("docker")
            .args(["--host", &self.address(), "info"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        asked.await.is_ok_and(|status| status.success())
    }

    /// Sends the signal and waits until the process is gone, and the part of it that runs containers.
    pub async fn down(&self, signal: &str) {
        let files = [self.path("pid"), self.path("exec/containerd/containerd.pid")];
        let ids = files.each_ref().map(|file| {
            let id = std::fs::read_to_string(file).expect("a process id");
            id.trim().to_owned()
        });
        run(as_root("kill").arg(format!("-{signal}")).arg(&ids[0])).await;
        let started = Instant::now();
        // A process that nobody reaps has no program any more.
        while ids
            .iter()
            .any(|id| Path::new("/proc").join(id).join("exe").exists())
        {
            assert!(started.elapsed() < DEADLINE, "the engine does not end");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        // A killed engine leaves its files behind, and would take their numbers for processes that run.
        run(as_root("rm").arg("-f").args(&files)).await;
    }

    /// Takes away what root made, which the scratch directory's owner may not; a killed engine leaves its mounts.
    pub async fn end(self) {
        self.down("TERM").await;
        let script = r#"awk -v dir="$1/" 'index($2, dir) == 1 { print $2 }' /proc/mounts | sort -r | xargs -r umount --lazy
            rm -rf "$1/data" "$1/exec""#;
        run(as_root("sh").args(["-c", script, "sh"]).arg(self.dir.path())).await;
    }
}

fn free_port() -> u16 {
    let free = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    free.local_addr().expect("an address").port()
}

/// An authority, a server's certificate and a client's that it signed (`ca`, `server`, `client`), and a second set of
/// authority and client that has nothing to do with them (`other-ca`, `other-client`).
pub struct Certificates {
    dir: PathBuf,
}

impl Certificates {
    async fn make(dir: &Path) -> Self {
        let script = r#"set -eu
            authority() {
              openssl req -x509 -newkey rsa:2048 -nodes -sha256 -days 2 -subj "/CN=$1"                 -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign                 -keyout "$1-key.pem" -out "$1.pem"
            }
            signed() { # NAME AUTHORITY USAGE
              openssl req -newkey rsa:2048 -nodes -sha256 -subj "/CN=$1" -keyout "$1-key.pem" -out "$1.csr"
              printf 'subjectAltName=IP:127.0.0.1
extendedKeyUsage=%s
' "$3" >"$1.ext"
              openssl x509 -req -in "$1.csr" -CA "$2.pem" -CAkey "$2-key.pem" -CAcreateserial                 -days 2 -sha256 -extfile "$1.ext" -out "$1.pem"
            }
            authority ca
            authority other-ca
            signed server ca serverAuth
            signed client ca clientAuth
            signed other-client other-ca clientAuth"#;
        let dir = dir.join("certificates");
        std::fs::create_dir(&dir).expect("a directory");
        run(Command::new("sh").args(["-c", script]).current_dir(&dir)).await;
        Self { dir }
    }

    pub fn file(&self, name: &str) -> String {
        self.dir.join(name).display().to_string()
    }
}

/// The program itself for root, else by `sudo`, which must not ask.
fn as_root(program: &str) -> Command {
    let me = std::fs::metadata("/proc/self").expect("this process is listed");
    if std::os::unix::fs::MetadataExt::uid(&me) == 0 {
        return Command::new(program);
    }
    let mut command = Command::new("sudo");
    command.arg("-n").arg(program);
    command
}

async fn run(command: &mut Command) {
    let output = command.output().await.expect("the command can be run");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {told}");
}

/// A test that failed must not leave an engine behind.
impl Drop for SecondEngine {
    fn drop(&mut self) {
        if let Ok(id) = std::fs::read_to_string(self.path("pid")) {
            let mut kill = as_root("kill").into_std();
            let _ = kill.arg(id.trim()).status();
        }
    }
}

/// A registry on loopback that holds what is pushed to it.
pub struct Registry {
    process: Child,
    port: u16,
    _dir: tempfile::TempDir,
}

impl Registry {
    /// The program is Debian's `docker-registry`, unpacked beside the project's other tools.
    pub async fn start() -> Self {
        let dir = tempfile::tempdir().expect("a scratch directory");
        let port = free_port();
        let config = dir.path().join("config.yml");
        let text = format!(
            "version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: {}\nhttp:\n  addr: 127.0.0.1:{port}\n",
            dir.path().join("data").display()
        );
        std::fs::write(&config, text).expect("a file");
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tools/bin/docker-registry");
        let process = Command::new(&program)
            .arg("serve")
            .arg(&config)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}; `make setup` puts it there", program.display()));
        let started = Instant::now();
        while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
            assert!(started.elapsed() < DEADLINE, "the registry does not listen");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Self {
            process,
            port,
            _dir: dir,
        }
    }

    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Offers an image of the machine's own engine under another name.
    pub async fn offer(&self, image: &str, name: &str) {
        let there = format!("127.0.0.1:{}/{name}", self.port);
        run(Command::new("docker").args(["tag", image, &there])).await;
        run(Command::new("docker").args(["push", "--quiet", &there])).await;
        run(Command::new("docker").args(["rmi", &there])).await;
    }

    pub async fn end(mut self) {
        self.process.kill().await.expect("the registry ends");
    }
}
