//! The agent of the user's session, asked by the SSH client of a container: on whatever engine that is, the agent stays
//! where it is, and what is said passes through this process. It is needed until the client is let in, and no longer.

use std::time::Duration;

use bollard::Docker;
use bollard::container::LogOutput;
use bollard::errors::Error;
use bollard::exec::{CreateExecOptions, StartExecResults};
use futures::StreamExt;
use mysqler_contract::{AppError, ErrorCode, Launch, Result, SshMethod};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::engine;
use super::jobs::ENTRYPOINT;
use crate::tunnel::patience_s;

#[cfg(unix)]
type Stream = tokio::net::UnixStream;
#[cfg(windows)]
type Stream = tokio::net::windows::named_pipe::NamedPipeClient;

/// A connection to the agent, for one client.
pub(super) struct Agent {
    stream: Stream,
    patience: Duration,
}

impl Agent {
    /// `None` where the launch asks none; `SSH_AGENT_UNAVAILABLE` where there is none to ask.
    pub async fn of(launch: &Launch) -> Result<Option<Self>> {
        let asks = |tunnel: &mysqler_contract::LaunchTunnel| tunnel.method == SshMethod::Agent;
        if !launch.tunnel.as_ref().is_some_and(asks) {
            return Ok(None);
        }
        let stream = connect()
            .await
            .map_err(|why| AppError::new(ErrorCode::SshAgentUnavailable).with("why", why))?;
        Ok(Some(Self {
            stream,
            patience: Duration::from_secs(patience_s(launch)),
        }))
    }

    /// Lends it to the client of a container that has been started. What comes of it is told by the client.
    pub async fn lend(self, docker: &Docker, job: &str) -> Result<(), Error> {
        let seconds = self.patience.as_secs().to_string();
        let options = CreateExecOptions {
            cmd: Some(vec!["/bin/sh", ENTRYPOINT, "agent", &seconds]),
            attach_stdin: Some(true),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            ..Default::default()
        };
        let asked = async {
            let exec = docker.create_exec(job, options).await?;
            docker.start_exec(&exec.id, None).await
        };
        let (mut output, mut input) = match asked.await {
            Ok(StartExecResults::Attached { output, input }) => (output, input),
            Ok(StartExecResults::Detached) => return Ok(()),
            // A container that has ended already said why.
            Err(error) if matches!(engine::status(&error), Some(404 | 409)) => return Ok(()),
            Err(error) => return Err(error),
        };
        let (mut agent, patience) = (self.stream, self.patience);
        let passing = async move {
            let mut answer = vec![0; 16 * 1024];
            loop {
                tokio::select! {
                    said = output.next() => match said {
                        Some(Ok(LogOutput::StdOut { message })) => agent.write_all(&message).await?,
                        Some(Ok(LogOutput::StdErr { message })) => {
                            tracing::warn!(words = %String::from_utf8_lossy(&message), "an agent's client");
                        }
                        Some(Ok(_)) => {}
                        Some(Err(_)) | None => return std::io::Result::Ok(()),
                    },
                    read = agent.read(&mut answer) => {
                        let read = read?;
                        if read == 0 {
                            return Ok(());
                        }
                        input.write_all(&answer[..read]).await?;
                        input.flush().await?;
                    }
                }
            }
        };
        tokio::spawn(async move {
            match tokio::time::timeout(patience, passing).await {
                Ok(Ok(())) | Err(_) => {}
                Ok(Err(error)) => tracing::debug!(%error, "an agent was lent"),
            }
        });
        Ok(())
    }
}

#[cfg(unix)]
async fn connect() -> std::result::Result<Stream, String> {
    let path = std::env::var_os("SSH_AUTH_SOCK").ok_or("SSH_AUTH_SOCK is not set")?;
    Stream::connect(&path)
        .await
        .map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(windows)]
async fn connect() -> std::result::Result<Stream, String> {
    const PIPE: &str = r"\\.\pipe\openssh-ssh-agent";
    tokio::net::windows::named_pipe::ClientOptions::new()
        .open(PIPE)
        .map_err(|error| format!("{PIPE}: {error}"))
}
