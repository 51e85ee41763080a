//! Containers that answer one question and are gone: the probe connection, the versions inside an image.

use std::pin::Pin;
use std::time::Duration;

use bollard::Docker;
use bollard::container::LogOutput;
use bollard::errors::Error;
use bollard::query_parameters::{AttachContainerOptions, CreateContainerOptions};
use futures::{Stream, StreamExt};
use mysqler_contract::{AppError, ErrorCode, Launch, ProbeReport, Result};
use mysqler_core::ports::LaunchSecrets;
use tokio::io::AsyncWriteExt;
use zeroize::Zeroizing;

use super::agent::Agent;
use super::container::ContainerSpec;
use super::engine::{self, Engine};
use super::frame::frame;
use super::jobs::forced;
use crate::probed;

pub(super) struct Answer {
    pub stdout: String,
    pub stderr: String,
}

/// What a container is given to answer with.
pub(super) struct Given {
    frame: Zeroizing<Vec<u8>>,
    agent: Option<Agent>,
}

pub(super) type Output = Pin<Box<dyn Stream<Item = Result<LogOutput, Error>> + Send>>;

/// Attaches, starts, and writes the frame to standard input. The output stream holds all that the container says when
/// `listening`, and else ends when the frame was taken over.
pub(super) async fn feed(
    docker: &Docker,
    job: &str,
    frame: Option<&[u8]>,
    listening: bool,
) -> Result<Output, Error> {
    let options = AttachContainerOptions {
        stream: true,
        stdin: frame.is_some(),
        stdout: listening,
        stderr: listening,
        ..Default::default()
    };
    let mut attached = docker.attach_container(job, Some(options)).await?;
    docker.start_container(job, None).await?;
    if let Some(frame) = frame {
        attached.input.write_all(frame).await?;
        attached.input.flush().await?;
        attached.input.shutdown().await?;
    }
    Ok(attached.output)
}

pub(super) async fn probe(
    engine: &Engine,
    launch: &Launch,
    secrets: LaunchSecrets<'_>,
) -> Result<ProbeReport> {
    let given = Given {
        frame: frame(launch, secrets)?,
        agent: Agent::of(launch).await?,
    };
    let deadline = probed::deadline(launch);
    let Some(answer) = ask(engine, &ContainerSpec::probe(launch), Some(given), deadline).await? else {
        return Ok(probed::silent(deadline));
    };
    probed::read(&answer.stdout).ok_or_else(|| {
        probed::without_way(launch, &answer.stderr)
            .unwrap_or_else(|| AppError::new(ErrorCode::DockerRefused).detail(said(&answer)))
    })
}

/// Runs a container to its end; `None` when it did not end before the deadline, in which case it is gone by force.
pub(super) async fn ask(
    engine: &Engine,
    spec: &ContainerSpec,
    given: Option<Given>,
    deadline: Duration,
) -> Result<Option<Answer>> {
    let docker = engine.client().await?;
    let created = match docker
        .create_container(None::<CreateContainerOptions>, spec.body())
        .await
    {
        Ok(created) => created.id,
        Err(error) if engine::status(&error) == Some(404) => {
            return Err(AppError::new(ErrorCode::ImageMissing)
                .with("reference", &spec.image)
                .detail(error));
        }
        Err(error) => return Err(engine.failed(error).await),
    };
    let told = tokio::time::timeout(deadline, listen(&docker, &created, given)).await;
    if !matches!(told, Ok(Ok(_))) {
        match docker.remove_container(&created, Some(forced())).await {
            Ok(()) => {}
            Err(error) if matches!(engine::status(&error), Some(404 | 409)) => {}
            Err(error) => tracing::warn!(%error, "a container that did not answer could not be removed"),
        }
    }
    match told {
        Err(_) => Ok(None),
        Ok(Ok(answer)) => Ok(Some(answer)),
        Ok(Err(error)) => Err(engine.failed(error).await),
    }
}

async fn listen(docker: &Docker, job: &str, given: Option<Given>) -> Result<Answer, Error> {
    let frame = given.as_ref().map(|given| given.frame.as_slice());
    let mut output = feed(docker, job, frame, true).await?;
    if let Some(agent) = given.and_then(|given| given.agent) {
        agent.lend(docker, job).await?;
    }
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    while let Some(chunk) = output.next().await {
        match chunk? {
            LogOutput::StdErr { message } => stderr.extend_from_slice(&message),
            LogOutput::StdOut { message } | LogOutput::Console { message } => {
                stdout.extend_from_slice(&message)
            }
            LogOutput::StdIn { .. } => {}
        }
    }
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Ok(Answer {
        stdout: text(stdout),
        stderr: text(stderr),
    })
}

/// What a container said instead of an answer.
pub(super) fn said(answer: &Answer) -> String {
    let words = format!("{}\n{}", answer.stderr.trim(), answer.stdout.trim());
    words.trim().chars().take(2000).collect()
}
