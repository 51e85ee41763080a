//! The connection to one container engine: made when first needed, made again when it was lost.

use std::sync::Arc;
use std::time::Duration;

use bollard::Docker;
use bollard::errors::Error;
use mysqler_contract::{AppError, DockerEndpoint, ErrorCode, Result};
use tokio::sync::Mutex;

use super::transport;

/// An engine that says nothing for so long is not there.
const OPENING: Duration = Duration::from_secs(15);

#[derive(Debug, Clone)]
pub(crate) struct Engine {
    endpoint: DockerEndpoint,
    current: Arc<Mutex<Option<Docker>>>,
    /// Whether it was proven to be on this machine; forgotten with the connection.
    here: Arc<Mutex<Option<bool>>>,
}

impl Engine {
    pub fn at(endpoint: DockerEndpoint) -> Self {
        Self {
            endpoint,
            current: Arc::default(),
            here: Arc::default(),
        }
    }

    pub fn endpoint(&self) -> &DockerEndpoint {
        &self.endpoint
    }

    /// A client that has spoken with the engine and agreed on a protocol version.
    pub async fn client(&self) -> Result<Docker> {
        let mut current = self.current.lock().await;
        if let Some(docker) = current.as_ref() {
            return Ok(docker.clone());
        }
        let opening = async {
            let docker = transport::open(&self.endpoint).await?;
            let agreed = docker.negotiate_version().await;
            agreed.map_err(|error| self.told(&error))
        };
        let docker = tokio::time::timeout(OPENING, opening)
            .await
            .map_err(|_| self.unreachable(&format!("no answer within {} s", OPENING.as_secs())))??;
        *current = Some(docker.clone());
        Ok(docker)
    }

    /// Turns an engine's error into ours and forgets a connection that is of no more use.
    pub async fn failed(&self, error: Error) -> AppError {
        let told = match refused(&error) {
            Some(told) => told,
            None => self.told(&error),
        };
        if matches!(told.code, ErrorCode::DockerUnreachable | ErrorCode::DockerTls) {
            *self.current.lock().await = None;
            *self.here.lock().await = None;
        }
        told
    }

    /// What was once proven of the engine's machine; `proof` is asked otherwise.
    pub async fn is_here(&self, proof: impl Future<Output = Option<bool>>) -> bool {
        let mut here = self.here.lock().await;
        if here.is_none() {
            *here = proof.await;
        }
        here.unwrap_or(false)
    }

    /// No answer at all: who, and why.
    fn told(&self, error: &Error) -> AppError {
        let words = chain(error);
        // The words are rustls's; either side may be the one that refuses.
        if self.endpoint.tls.is_some()
            && ["certificate", "fatal alert", "TLS"]
                .iter()
                .any(|w| words.contains(w))
        {
            return AppError::new(ErrorCode::DockerTls)
                .with("address", &self.endpoint.address)
                .detail(words);
        }
        self.unreachable(&words)
    }

    fn unreachable(&self, words: &str) -> AppError {
        AppError::new(ErrorCode::DockerUnreachable).detail(format!("{}: {words}", self.endpoint.address))
    }
}

/// The engine's answer with this status, if it is one.
pub(crate) fn status(error: &Error) -> Option<u16> {
    match error {
        Error::DockerResponseServerError { status_code, .. } => Some(*status_code),
        _ => None,
    }
}

/// The engine answered, and would not.
fn refused(error: &Error) -> Option<AppError> {
    let refused = |words: &dyn std::fmt::Display| Some(AppError::new(ErrorCode::DockerRefused).detail(words));
    match error {
        Error::DockerResponseServerError {
            status_code: 404,
            message,
        } => Some(AppError::new(ErrorCode::JobLost).detail(message)),
        Error::DockerResponseServerError { message, .. } => refused(message),
        Error::DockerStreamError { error } => refused(error),
        Error::DockerContainerWaitError { error, .. } => refused(error),
        _ => None,
    }
}

/// The cause stands at the end of the chain; the outer words only say that a request failed.
fn chain(error: &Error) -> String {
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
    words
}
