//! One connection as the run would make it, by the tool's own Perl and driver.

use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};

use mysqler_contract::{Launch, LocalTool, ProbeReport, Result};
use mysqler_core::ports::LaunchSecrets;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::start::{behind_way, environment, furnish, secret_lines};
use super::{failed, files};
use crate::probed;

static COUNTER: AtomicU64 = AtomicU64::new(0);

pub(super) async fn probe(
    place: &Path,
    launch: &Launch,
    tool: &LocalTool,
    secrets: LaunchSecrets<'_>,
) -> Result<ProbeReport> {
    let lines = secret_lines(launch, secrets)?;
    let fail = |error| failed("the probe's files", error);
    let scripts = files::ready(place).map_err(fail)?;
    let number = COUNTER.fetch_add(1, Ordering::Relaxed);
    let dir = Scratch(place.join(format!("probe-{}-{number}", std::process::id())));
    furnish(&dir.0, launch).map_err(fail)?;
    let mut words = behind_way(&scripts, launch, tool);
    words.push(tool.perl.clone().into());
    let mut child = Command::new(&words[0])
        .args(&words[1..])
        .arg(scripts.join(files::PROBE))
        .arg(launch.argv.last().map(String::as_str).unwrap_or_default())
        .arg("--ask-pass")
        .env_clear()
        .envs(environment(&dir.0, launch, tool))
        .current_dir(&dir.0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| failed(&tool.perl, error))?;
    if let Some(mut input) = child.stdin.take() {
        // One that ended before it read says why on its own.
        for line in &lines {
            let _ = input.write_all(line).await;
        }
    }
    let deadline = probed::deadline(launch);
    let output = match tokio::time::timeout(deadline, child.wait_with_output()).await {
        Ok(output) => output.map_err(|error| failed(&tool.perl, error))?,
        Err(_) => return Ok(probed::silent(deadline)),
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let stderr = text(&output.stderr);
    probed::read(&text(&output.stdout)).ok_or_else(|| {
        let words = || stderr.trim().chars().take(2000).collect::<String>();
        probed::without_way(launch, &stderr).unwrap_or_else(|| failed("the probe", words()))
    })
}

/// Gone with its content when the question is answered, or nobody waits for the answer.
struct Scratch(std::path::PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            tracing::debug!(%error, "a probe's files stay");
        }
    }
}
