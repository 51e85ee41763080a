//! The connection to the container engine: made when first needed, made again when it was lost.

use std::sync::Arc;

use bollard::Docker;
use bollard::errors::Error;
use mysqler_contract::{AppError, ErrorCode, Result};
use tokio::sync::Mutex;

/// Opens connections by the environment (`DOCKER_HOST`, the platform's default socket or pipe).
#[derive(Debug, Clone, Default)]
pub(crate) struct Engine {
    /// Another address than the environment's.
    address: Option<String>,
    current: Arc<Mutex<Option<Docker>>>,
}

impl Engine {
    pub fn at(address: &str) -> Self {
        Self {
            address: Some(address.to_owned()),
            current: Arc::default(),
        }
    }

    /// A client that has spoken with the engine and agreed on a protocol version.
    pub async fn client(&self) -> Result<Docker> {
        let mut current = self.current.lock().await;
        if let Some(docker) = current.as_ref() {
            return Ok(docker.clone());
        }
        let docker = self.open().map_err(|error| unreachable(&error))?;
        let docker = docker
            .negotiate_version()
            .await
            .map_err(|error| unreachable(&error))?;
        *current = Some(docker.clone());
        Ok(docker)
    }

    /// Turns an engine's error into ours and forgets a connection that is of no more use.
    pub async fn failed(&self, error: Error) -> AppError {
        let told = translate(error);
        if told.code == ErrorCode::DockerUnreachable {
            *self.current.lock().await = None;
        }
        told
    }

    /// True for an engine of this very machine that is reached through a unix socket.
    pub fn is_local_socket(&self) -> bool {
        let address = self.address.clone().or_else(|| std::env::var("DOCKER_HOST").ok());
        cfg!(target_os = "linux") && address.is_none_or(|address| address.starts_with("unix://"))
    }

    fn open(&self) -> Result<Docker, Error> {
        match &self.address {
            Some(address) => Docker::connect_with_host(address),
            None => Docker::connect_with_defaults(),
        }
    }
}

/// The engine's answer with this status, if it is one.
pub(crate) fn status(error: &Error) -> Option<u16> {
    match error {
        Error::DockerResponseServerError { status_code, .. } => Some(*status_code),
        _ => None,
    }
}

pub(crate) fn translate(error: Error) -> AppError {
    match error {
        Error::DockerResponseServerError {
            status_code: 404,
            message,
        } => AppError::new(ErrorCode::JobLost).detail(message),
        Error::DockerResponseServerError { message, .. } => {
            AppError::new(ErrorCode::DockerRefused).detail(message)
        }
        Error::DockerStreamError { error } => AppError::new(ErrorCode::DockerRefused).detail(error),
        Error::DockerContainerWaitError { error, .. } => {
            AppError::new(ErrorCode::DockerRefused).detail(error)
        }
        other => unreachable(&other),
    }
}

/// The cause stands at the end of the chain; the outer words only say that a request failed.
fn unreachable(error: &Error) -> AppError {
    let mut words = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(deeper) = cause {
        let text = deeper.to_string();
        if !words.contains(&text) {
            words.push_str(": ");
            words.push_str(&text);
        }
        cause = deeper.source();
    }
    AppError::new(ErrorCode::DockerUnreachable).detail(words)
}
