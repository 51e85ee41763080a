//! pt-online-schema-change as it comes, without our plugin, checks or choice of options: one container for the whole
//! suite, one `exec` a change.

use std::process::{Output, Stdio};
use std::time::Duration;

use mysqler_contract::{Flavour, ImageStatus, TableRef, TlsMode};
use mysqler_runner::BASE_IMAGE;
use mysqler_tests::desk::Desk;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::place::Place;

/// Nothing here copies more than a few dozen rows.
const DEADLINE: Duration = Duration::from_secs(120);

pub struct Tool {
    container: String,
}

/// What came of one command.
pub struct Said {
    pub exit: Option<i32>,
    /// Both streams, one after the other.
    pub text: String,
}

impl Tool {
    /// Uses the image that the product uses; builds it when it is not there.
    pub async fn start(desk: &Desk, places: &[Place]) -> Self {
        let mut status = desk.core.image_status(None).await.expect("an engine");
        if !matches!(status, ImageStatus::Ready { .. }) {
            let built = desk.core.image_build(None, BASE_IMAGE, Box::new(|_| {})).await;
            status = built.expect("the base image is there: run make sandbox");
        }
        let ImageStatus::Ready { image, .. } = status else {
            panic!("the image that was just built is {status:?}");
        };
        let container = format!("mysqler-scenarios-{}", std::process::id());
        let tool = Self { container };
        let started = docker(
            &[
                "run",
                "--detach",
                "--rm",
                "--init",
                "--name",
                &tool.container,
                "--network",
                "host",
                "--tmpfs",
                "/run/pt:mode=0700,uid=65534,gid=65534",
                "--env",
                "PERL_UNICODE=A",
                "--entrypoint",
                "sleep",
                &image.id,
                "3600",
            ],
            "",
        )
        .await;
        assert!(started.status.success(), "{}", text(&started));
        for place in places {
            tool.give_account(place).await;
        }
        tool
    }

    async fn give_account(&self, place: &Place) {
        let quoted = place.password.replace('\\', "\\\\").replace('"', "\\\"");
        let tls = match place.draft.tls {
            TlsMode::Disabled => "",
            _ => "ssl=1\nssl-verify-server-cert=0\n",
        };
        let options = format!(
            "[client]\nuser={}\npassword=\"{quoted}\"\ndefault-character-set=utf8mb4\n{tls}",
            place.draft.user
        );
        let write = format!("umask 077; cat >{}", file(place));
        let given = docker(
            &["exec", "--interactive", &self.container, "sh", "-c", &write],
            &options,
        )
        .await;
        assert!(given.status.success(), "{}", text(&given));
    }

    /// One change. The arguments are pt-osc's defaults but for what keeps it from waiting for strangers, and for
    /// `explain_format`, without which it copies nothing in chunks on MySQL 9.
    pub async fn change(
        &self,
        place: &Place,
        table: &TableRef,
        clause: &str,
        further: &[String],
    ) -> Result<Said, String> {
        let vars = match place.flavour {
            Flavour::MariaDb => "lock_wait_timeout=10",
            _ => "explain_format=TRADITIONAL,lock_wait_timeout=10",
        };
        let comma = |name: &str| name.replace(',', "\\,");
        let dsn = format!(
            "h={},P={},F={},D={},t={},A=utf8mb4{}",
            place.draft.host,
            place.draft.port,
            file(place),
            comma(&table.database),
            comma(&table.table),
            if place.draft.tls == TlsMode::Disabled {
                ""
            } else {
                ",s=1"
            },
        );
        let mut arguments = vec![
            "exec",
            &self.container,
            "pt-online-schema-change",
            "--execute",
            "--statistics",
            "--no-version-check",
            "--recursion-method",
            "none",
            "--max-load",
            "Threads_running=500",
            "--critical-load",
            "Threads_running=900",
            "--set-vars",
            vars,
        ];
        arguments.extend(further.iter().map(String::as_str));
        arguments.extend(["--alter", clause, &dsn]);
        let done = tokio::time::timeout(DEADLINE, docker(&arguments, "")).await;
        let done = done.map_err(|_| format!("pt-online-schema-change did not end within {DEADLINE:?}"))?;
        Ok(Said {
            exit: done.status.code(),
            text: text(&done),
        })
    }
}

impl Drop for Tool {
    fn drop(&mut self) {
        let _ = std::process::Command::new("docker")
            .args(["rm", "--force", &self.container])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
    }
}

fn file(place: &Place) -> String {
    format!("/run/pt/{}.cnf", place.name)
}

async fn docker(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new("docker")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("the docker client");
    let mut stdin = child.stdin.take().expect("piped");
    // A program that reads no input may be gone already.
    let _ = stdin.write_all(input.as_bytes()).await;
    drop(stdin);
    child.wait_with_output().await.expect("waited for")
}

fn text(output: &Output) -> String {
    let out = String::from_utf8_lossy(&output.stdout);
    format!("{out}{}", String::from_utf8_lossy(&output.stderr))
}
