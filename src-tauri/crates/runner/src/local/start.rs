//! Starting a job: its directory, the process that keeps it, and the password on standard input.

use std::ffi::OsString;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use mysqler_contract::{
    AppError, ErrorCode, Launch, LaunchTunnel, LocalJob, LocalTool, PlanId, ProbeReport, Result, RunId,
    SshMethod,
};
use mysqler_core::ports::{LaunchSecrets, ReplicasSeen};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};
use zeroize::Zeroizing;

use super::job::{Job, Record, began};
use super::{failed, files, find, probe, tool};
use crate::compose::{INSISTS, option_lines};
use crate::control::replicas;
use crate::tunnel::{Given, config, known_hosts, patience_s};

/// Where the user's agent is found.
const AGENT: &str = "SSH_AUTH_SOCK";

const PATIENCE: Duration = Duration::from_secs(30);

/// The tool's arguments after the program: nothing of the user's own option files, the password by standard input, our
/// plugin, then the launch's own.
pub(super) fn arguments(place: &Path, launch: &Launch) -> Vec<String> {
    let plugin = files::dir(place).join(files::BRIDGE);
    let own = ["--config", "", "--ask-pass", "--plugin"].map(str::to_owned);
    let mut all = own.to_vec();
    all.push(plugin.display().to_string());
    all.extend(launch.argv.iter().cloned());
    all
}

pub(super) async fn start(
    place: &Path,
    run: &RunId,
    plan: &PlanId,
    launch: &Launch,
    secrets: LaunchSecrets<'_>,
) -> Result<LocalJob> {
    let tool = tool(launch)?;
    let input = secret_lines(launch, secrets)?;
    let now = find::digest(Path::new(&tool.program)).map_err(|error| failed(&tool.program, error))?;
    if now != tool.sha256 {
        return Err(failed(
            &tool.program,
            "it is not the program that was planned with",
        ));
    }
    stay_encrypted(place, launch, tool, secrets).await?;
    let job = Job::of(place, plan);
    match begin(place, &job, run, plan, launch, &input).await {
        Ok(pid) => Ok(LocalJob {
            pid,
            plan: plan.clone(),
        }),
        Err(error) => {
            if let Err(left) = give_up(&job).await {
                tracing::warn!(%left, "a job that failed to start is not gone");
            }
            Err(error)
        }
    }
}

/// One that has its password may begin late, so it is ended; without it nothing begins, and it ends by itself.
async fn give_up(job: &Job) -> Result<()> {
    if job.record().is_ok() {
        super::stop::terminate(job, Duration::from_secs(1)).await?;
    }
    for _ in 0..100 {
        if !job.is_alive().map_err(|error| failed("the job's files", error))? {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    job.remove()
}

/// Where the option file alone asks for TLS, a server that offers none any more would be spoken to in clear.
async fn stay_encrypted(
    place: &Path,
    launch: &Launch,
    tool: &LocalTool,
    secrets: LaunchSecrets<'_>,
) -> Result<()> {
    if !launch.defaults.iter().any(|line| line == INSISTS) {
        return Ok(());
    }
    match probe::probe(place, launch, tool, secrets).await? {
        ProbeReport::Connected {
            tls_cipher: Some(_), ..
        } => Ok(()),
        ProbeReport::Connected { .. } => {
            Err(AppError::new(ErrorCode::ServerTls).detail("the session is not encrypted"))
        }
        ProbeReport::Refused { message } => Err(AppError::new(ErrorCode::ServerRefused).detail(message)),
    }
}

/// What standard input carries, each on a line: the SSH client's secret where there is one, then the password.
pub(super) fn secret_lines(launch: &Launch, secrets: LaunchSecrets<'_>) -> Result<Vec<Zeroizing<Vec<u8>>>> {
    let mut lines = Vec::new();
    if let Some(tunnel) = &launch.tunnel {
        own_key(tunnel)?;
        lines.push(line(&Given::of(tunnel, secrets.ssh)?.secret)?);
    }
    lines.push(line(secrets.password.expose())?);
    Ok(lines)
}

/// OpenSSH's client takes no key from a file of one's own that others may use.
fn own_key(tunnel: &LaunchTunnel) -> Result<()> {
    use std::os::unix::fs::MetadataExt;
    let SshMethod::Key { path } = &tunnel.method else {
        return Ok(());
    };
    let found = std::fs::metadata(path).map_err(|error| {
        AppError::new(ErrorCode::FileUnreadable)
            .with("path", path)
            .detail(error)
    })?;
    let mode = found.mode() & 0o777;
    if found.uid() != rustix::process::geteuid().as_raw() || mode & 0o077 == 0 {
        return Ok(());
    }
    let what = format!("SSH key {path}: others may use it (mode {mode:o}); ssh takes it with mode 600 alone");
    Err(AppError::new(ErrorCode::LaunchImpossible).with("what", what))
}

fn line(secret: &str) -> Result<Zeroizing<Vec<u8>>> {
    let bytes = secret.as_bytes();
    if bytes.contains(&b'\n') || bytes.contains(&0) {
        let what = "password: a line end or a NUL character cannot be carried on standard input";
        return Err(AppError::new(ErrorCode::LaunchImpossible).with("what", what));
    }
    let mut line = Zeroizing::new(Vec::with_capacity(bytes.len() + 1));
    line.extend_from_slice(bytes);
    line.push(b'\n');
    Ok(line)
}

/// What stands before a program of the tool's Perl: nothing, or what opens the way to its server.
pub(super) fn behind_way(scripts: &Path, launch: &Launch, tool: &LocalTool) -> Vec<OsString> {
    if launch.tunnel.is_none() {
        return Vec::new();
    }
    vec![
        tool.perl.clone().into(),
        "-C0".into(),
        scripts.join(files::WAY).into(),
        ".".into(),
        patience_s(launch).to_string().into(),
    ]
}

/// The session's files: no secret among them.
pub(super) fn furnish(dir: &Path, launch: &Launch) -> std::io::Result<()> {
    files::make_private(dir)?;
    let here = crate::Files::WORKSTATION;
    files::write_private(&dir.join(here.options), option_lines(launch).as_bytes())?;
    if let Some(pem) = &launch.ca_pem {
        files::write_private(&dir.join(here.ca), pem.as_bytes())?;
    }
    if let Some(tunnel) = &launch.tunnel {
        let ssh = dir.join("ssh");
        files::make_private(&ssh)?;
        let config = config(launch, tunnel, &here.way).map_err(std::io::Error::other)?;
        files::write_private(&ssh.join("config"), config.as_bytes())?;
        files::write_private(&ssh.join("known_hosts"), known_hosts(tunnel).as_bytes())?;
        files::write_private(&ssh.join("asks"), b"")?;
    }
    Ok(())
}

/// Nothing of this process' own environment but where programs and Perl's modules are.
pub(super) fn environment(dir: &Path, launch: &Launch, tool: &LocalTool) -> Vec<(String, OsString)> {
    let mut all: Vec<(String, OsString)> = vec![
        ("PATH".into(), std::env::var_os("PATH").unwrap_or_default()),
        ("HOME".into(), dir.into()),
        ("LC_ALL".into(), "C".into()),
        ("MYSQLER_CONTROL".into(), dir.into()),
    ];
    if !tool.perl_lib.is_empty() {
        all.push(("PERL5LIB".into(), tool.perl_lib.clone().into()));
    }
    let asks_agent = |tunnel: &LaunchTunnel| tunnel.method == SshMethod::Agent;
    if launch.tunnel.as_ref().is_some_and(asks_agent)
        && let Some(agent) = std::env::var_os(AGENT)
    {
        all.push((AGENT.into(), agent));
    }
    let launched = launch
        .environment
        .iter()
        .filter_map(|entry| entry.split_once('='));
    all.extend(launched.map(|(name, value)| (name.to_owned(), value.into())));
    all
}

async fn begin(
    place: &Path,
    job: &Job,
    run: &RunId,
    plan: &PlanId,
    launch: &Launch,
    input: &[Zeroizing<Vec<u8>>],
) -> Result<u32> {
    let tool = tool(launch)?;
    let fail = |error| failed("the job's files", error);
    let scripts = files::ready(place).map_err(fail)?;
    furnish(&job.dir, launch).map_err(fail)?;
    say_first(job, launch).map_err(fail)?;
    let mut child = Command::new(&tool.perl)
        // Its arguments pass byte for byte, whatever the tool's own are to be read as.
        .arg("-C0")
        .arg(scripts.join(files::KEEPER))
        .arg(&job.dir)
        .arg(launch.log_bytes.to_string())
        .arg(input.len().to_string())
        .args(behind_way(&scripts, launch, tool))
        .arg(&tool.program)
        .args(arguments(place, launch))
        .env_clear()
        .envs(environment(&job.dir, launch, tool))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| failed(&tool.perl, error))?;
    let pid = match tokio::time::timeout(PATIENCE, kept_by(&mut child)).await {
        Ok(pid) => pid?,
        Err(_) => {
            return Err(failed(
                "the keeper",
                format!("no word within {} s", PATIENCE.as_secs()),
            ));
        }
    };
    let record = Record {
        run: run.clone(),
        plan: plan.clone(),
        pid,
        began: began(pid).ok_or_else(|| failed("the keeper", "it ended at once"))?,
    };
    // On record before it can touch anything: without its password the tool is not started.
    job.write_record(&record).map_err(fail)?;
    let mut keeper = child
        .stdin
        .take()
        .ok_or_else(|| failed("the keeper", "no input"))?;
    let handed = async {
        for line in input {
            keeper.write_all(line).await?;
        }
        keeper.flush().await
    };
    handed.await.map_err(|error| failed("the keeper", error))?;
    drop(keeper);
    // The one that was started here has handed over by now, and is only waited for.
    tokio::spawn(async move { child.wait().await });
    has_begun(job).await?;
    Ok(pid)
}

/// What the plugin finds when it looks for the first time.
fn say_first(job: &Job, launch: &Launch) -> std::io::Result<()> {
    if launch.hold_cutover {
        files::write_private(&job.file("hold"), b"")?;
    }
    // Nobody watches until the first word, and there may be none.
    if let Some(seconds) = launch.replicas_patience_s {
        let patience = Duration::from_secs(u64::from(seconds));
        job.tell("replicas", &replicas(&ReplicasSeen::Follow, patience))?;
    }
    Ok(())
}

/// The number of the process that goes on by itself.
async fn kept_by(child: &mut Child) -> Result<u32> {
    let out = child
        .stdout
        .take()
        .ok_or_else(|| failed("the keeper", "no output"))?;
    let mut line = String::new();
    let read = BufReader::new(out).read_line(&mut line).await;
    if let (Ok(_), Ok(pid)) = (&read, line.trim().parse()) {
        return Ok(pid);
    }
    let mut words = String::new();
    if let Some(mut err) = child.stderr.take() {
        let _ = err.read_to_string(&mut words).await;
    }
    Err(failed("the keeper", words.trim()))
}

/// A job that is not begun is taken for one that never got its password.
async fn has_begun(job: &Job) -> Result<()> {
    let fail = |error| failed("the job's files", error);
    let begun = async {
        while !job.file("begun").try_exists().map_err(fail)? {
            if !job.is_alive().map_err(fail)? {
                return Err(failed("the keeper", "it ended before the tool began"));
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    };
    match tokio::time::timeout(PATIENCE, begun).await {
        Ok(begun) => begun,
        Err(_) => Err(failed("the keeper", "the tool did not begin")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_finds_from_the_start_that_it_is_held_and_watched() {
        let place = tempfile::tempdir().expect("a scratch directory");
        let job = Job::of(place.path(), &PlanId("p1".into()));
        files::make_private(&job.dir).expect("made");
        let mut launch = crate::compose::launch();
        say_first(&job, &launch).expect("written");
        assert!(!job.file("hold").exists() && !job.file("replicas").exists());
        (launch.hold_cutover, launch.replicas_patience_s) = (true, Some(45));
        say_first(&job, &launch).expect("written");
        let words = std::fs::read_to_string(job.file("replicas")).expect("written");
        assert!(job.file("hold").exists());
        assert_eq!(words, "patience=45\nreason=none\ndetail=\n");
    }
}
