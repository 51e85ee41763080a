//! Jobs: containers that carry a run, from creation to removal.

use std::collections::HashMap;
use std::time::Duration;

use bollard::Docker;
use bollard::errors::Error;
use bollard::exec::{CreateExecOptions, StartExecResults};
use bollard::models::{ContainerStateStatusEnum, ContainerSummaryStateEnum};
use bollard::query_parameters::{
    CreateContainerOptions, KillContainerOptions, ListContainersOptions, RemoveContainerOptions,
    WaitContainerOptions,
};
use futures::StreamExt;
use mysqler_contract::{AppError, ErrorCode, Launch, PlanId, Result, RunId};
use mysqler_core::ports::{Control, FoundJob, JobStatus, LaunchSecrets};

use super::agent::Agent;
use super::container::{ContainerSpec, LABEL_OURS, LABEL_PLAN, LABEL_RUN};
use super::engine::{self, Engine};
use super::frame::frame;
use super::once;

/// As the recipe of the image names it.
pub(super) const ENTRYPOINT: &str = "/usr/local/bin/mysqler-entrypoint";
/// The kernel takes no longer, unless the engine or a disk under it hangs.
const KILLED: Duration = Duration::from_secs(60);

const HAND_OVER: Duration = Duration::from_secs(2);

pub(super) async fn start(
    engine: &Engine,
    run: &RunId,
    plan: &PlanId,
    launch: &Launch,
    secrets: LaunchSecrets<'_>,
) -> Result<String> {
    let frame = frame(launch, secrets)?;
    let agent = Agent::of(launch).await?;
    let spec = ContainerSpec::run(launch).labelled(run, plan);
    let docker = engine.client().await?;
    let job = create(engine, &docker, run, plan, &spec).await?;
    match hand_over(&docker, &job, &frame, agent).await {
        Ok(()) => Ok(job),
        Err(error) => {
            // Nothing ran that could have touched the server: the tool waits for the frame.
            if let Err(left) = docker.remove_container(&job, Some(forced())).await {
                tracing::warn!(job, %left, "a container that failed to start could not be removed");
            }
            Err(engine.failed(error).await)
        }
    }
}

/// Starts the container and gives it its frame. The connection is kept until the engine closes it, since dropping it
/// earlier could cut the frame short; that may take a while, and the job works meanwhile, so nobody waits for it here.
async fn hand_over(docker: &Docker, job: &str, frame: &[u8], agent: Option<Agent>) -> Result<(), Error> {
    let mut taken = once::feed(docker, job, Some(frame), false).await?;
    if let Some(agent) = agent {
        agent.lend(docker, job).await?;
    }
    // An engine that keeps the connection open has the bytes by then too; the entrypoint checks their number.
    tokio::spawn(tokio::time::timeout(HAND_OVER, async move {
        while taken.next().await.is_some() {}
    }));
    Ok(())
}

async fn create(
    engine: &Engine,
    docker: &Docker,
    run: &RunId,
    plan: &PlanId,
    spec: &ContainerSpec,
) -> Result<String> {
    // Another data directory numbers its runs alike, and may have left any number of them.
    let plain = format!("mysqler-run-{run}");
    for name in [plain.clone(), format!("{plain}-{}", plan.0)] {
        let taken_is_fine = name == plain;
        let options = CreateContainerOptions {
            name: Some(name),
            ..Default::default()
        };
        match docker.create_container(Some(options), spec.body()).await {
            Ok(created) => return Ok(created.id),
            Err(error) if engine::status(&error) == Some(409) && taken_is_fine => {}
            Err(error) if engine::status(&error) == Some(404) => {
                return Err(AppError::new(ErrorCode::ImageMissing)
                    .with("reference", &spec.image)
                    .detail(error));
            }
            Err(error) => return Err(engine.failed(error).await),
        }
    }
    Err(AppError::internal("no free container name"))
}

pub(super) async fn status(engine: &Engine, job: &str) -> Result<JobStatus> {
    let docker = engine.client().await?;
    let inspected = match docker.inspect_container(job, None).await {
        Ok(inspected) => inspected,
        Err(error) if engine::status(&error) == Some(404) => return Ok(JobStatus::Gone),
        Err(error) => return Err(engine.failed(error).await),
    };
    let state = inspected.state.unwrap_or_default();
    Ok(match state.status {
        Some(ContainerStateStatusEnum::CREATED) => JobStatus::Created,
        Some(
            ContainerStateStatusEnum::EXITED
            | ContainerStateStatusEnum::DEAD
            | ContainerStateStatusEnum::REMOVING,
        ) => JobStatus::Exited {
            code: state.exit_code.unwrap_or(-1),
            out_of_memory: state.oom_killed.unwrap_or(false),
        },
        _ => JobStatus::Running,
    })
}

pub(super) async fn control(engine: &Engine, job: &str, control: Control) -> Result<()> {
    let dir = crate::PRIVATE_DIR;
    let command = match control {
        Control::Pause => vec!["touch".into(), format!("{dir}/pause")],
        Control::Resume => vec!["rm".into(), "-f".into(), format!("{dir}/pause")],
        Control::Hold => vec!["touch".into(), format!("{dir}/hold")],
        Control::CutOver => vec!["touch".into(), format!("{dir}/cutover")],
        Control::Tune(tuning) => written("tune", crate::control::tuning(&tuning)),
        Control::Replicas { seen, patience } => {
            written("replicas", crate::control::replicas(&seen, patience))
        }
    };
    let docker = engine.client().await?;
    match exec(&docker, job, command).await {
        Ok((Some(0), _)) => Ok(()),
        Ok((code, words)) => {
            let code = code.map_or_else(|| "unknown".to_owned(), |code| code.to_string());
            Err(AppError::new(ErrorCode::DockerRefused).detail(format!("exit code {code}: {words}")))
        }
        // 409: the container is not running any more.
        Err(error) if engine::status(&error) == Some(409) => {
            Err(AppError::new(ErrorCode::RunStateForbids).detail(error))
        }
        Err(error) => Err(engine.failed(error).await),
    }
}

/// The entrypoint writes each argument as a line of the file `mode` that the plugin reads.
fn written(mode: &str, lines: Vec<String>) -> Vec<String> {
    let mut command: Vec<String> = ["/bin/sh", ENTRYPOINT, mode].map(str::to_owned).to_vec();
    command.extend(lines);
    command
}

async fn exec(docker: &Docker, job: &str, command: Vec<String>) -> Result<(Option<i64>, String), Error> {
    let options = CreateExecOptions {
        cmd: Some(command),
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        ..Default::default()
    };
    let exec = docker.create_exec(job, options).await?;
    let mut words = String::new();
    if let StartExecResults::Attached { mut output, .. } = docker.start_exec(&exec.id, None).await? {
        while let Some(chunk) = output.next().await {
            words.push_str(&chunk?.to_string());
        }
    }
    let ended = docker.inspect_exec(&exec.id).await?;
    Ok((ended.exit_code, words.trim().to_owned()))
}

pub(super) async fn terminate(engine: &Engine, job: &str, grace: Duration) -> Result<()> {
    let docker = engine.client().await?;
    signal(engine, &docker, job, "SIGTERM").await?;
    if let Ok(ended) = tokio::time::timeout(grace, wait(&docker, job)).await {
        return match ended {
            Ok(()) => Ok(()),
            Err(error) => Err(engine.failed(error).await),
        };
    }
    signal(engine, &docker, job, "SIGKILL").await?;
    match tokio::time::timeout(KILLED, wait(&docker, job)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(engine.failed(error).await),
        Err(_) => {
            let words = format!(
                "container {job} does not end, {} s after it was killed",
                KILLED.as_secs()
            );
            Err(AppError::new(ErrorCode::DockerRefused).detail(words))
        }
    }
}

/// A job that has ended or is gone needs no signal.
async fn signal(engine: &Engine, docker: &Docker, job: &str, name: &str) -> Result<()> {
    match docker
        .kill_container(job, Some(KillContainerOptions { signal: name.into() }))
        .await
    {
        Ok(()) => Ok(()),
        Err(error) if matches!(engine::status(&error), Some(404 | 409)) => Ok(()),
        Err(error) => Err(engine.failed(error).await),
    }
}

/// Returns when the job has ended, whatever its exit code, or is gone.
pub(super) async fn wait(docker: &Docker, job: &str) -> Result<(), Error> {
    let mut answers = docker.wait_container(job, None::<WaitContainerOptions>);
    match answers.next().await {
        // A non-zero exit code comes as an error of its own kind.
        None | Some(Ok(_) | Err(Error::DockerContainerWaitError { .. })) => Ok(()),
        Some(Err(error)) if engine::status(&error) == Some(404) => Ok(()),
        Some(Err(error)) => Err(error),
    }
}

pub(super) async fn remove(engine: &Engine, job: &str) -> Result<()> {
    let docker = engine.client().await?;
    // Not forced: a running job is never removed by mistake.
    match docker
        .remove_container(
            job,
            Some(RemoveContainerOptions {
                v: true,
                ..Default::default()
            }),
        )
        .await
    {
        Ok(()) => Ok(()),
        Err(error) if engine::status(&error) == Some(404) => Ok(()),
        Err(error) => Err(engine.failed(error).await),
    }
}

pub(super) async fn list(engine: &Engine) -> Result<Vec<FoundJob>> {
    let docker = engine.client().await?;
    let filters = HashMap::from([(
        "label".to_owned(),
        vec![format!("{LABEL_OURS}=1"), LABEL_RUN.to_owned()],
    )]);
    let options = ListContainersOptions {
        all: true,
        filters: Some(filters),
        ..Default::default()
    };
    let listed = match docker.list_containers(Some(options)).await {
        Ok(listed) => listed,
        Err(error) => return Err(engine.failed(error).await),
    };
    let mut found = Vec::with_capacity(listed.len());
    for container in listed {
        let (Some(job), Some(labels)) = (container.id, container.labels) else {
            continue;
        };
        let (Some(run), Some(plan)) = (labels.get(LABEL_RUN), labels.get(LABEL_PLAN)) else {
            continue;
        };
        let status = match container.state {
            Some(ContainerSummaryStateEnum::RUNNING) => JobStatus::Running,
            // The list has no exit code.
            _ => status(engine, &job).await?,
        };
        found.push(FoundJob {
            run: RunId(run.clone()),
            plan: PlanId(plan.clone()),
            job,
            status,
        });
    }
    Ok(found)
}

pub(super) fn forced() -> RemoveContainerOptions {
    RemoveContainerOptions {
        force: true,
        v: true,
        ..Default::default()
    }
}
