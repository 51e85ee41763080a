//! Ways to an engine: a local socket or pipe, TCP with and without TLS, and the user's own `ssh`.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bollard::errors::Error;
use bollard::{API_DEFAULT_VERSION, BollardRequest, Docker};
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{Connect, HttpConnector};
use hyper_util::rt::TokioExecutor;
use mysqler_contract::{AppError, DockerEndpoint, DockerTls, ErrorCode, Result};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};

use super::ssh::SshConnector;

const KEEPALIVE: Duration = Duration::from_secs(15);

/// Seconds that one answer may take; streams are not bound by it.
const ANSWER_S: u64 = 120;

pub(super) async fn open(endpoint: &DockerEndpoint) -> Result<Docker> {
    let address = endpoint.address.as_str();
    let opened = match (address.split_once("://"), &endpoint.tls) {
        (Some(("tcp", place)), Some(tls)) => {
            let config = trusting(tls).await?;
            let mut plain = HttpConnector::new();
            plain.enforce_http(false);
            // A followed log is silent for hours: without this a way that broke would look like a run that says nothing.
            plain.set_keepalive(Some(KEEPALIVE));
            plain.set_keepalive_interval(Some(KEEPALIVE));
            plain.set_keepalive_retries(Some(3));
            let connector = HttpsConnector::from((plain, config));
            custom(connector, format!("https://{place}"))
        }
        (Some(("ssh", place)), _) => {
            let connector = SshConnector::to(place).ok_or_else(|| unsupported(address))?;
            // The name only fills the request's head: the connection itself leads to the engine.
            custom(connector, "http://docker".to_owned())
        }
        (Some(("tcp", place)), None) => {
            Docker::connect_with_http(&format!("http://{place}"), ANSWER_S, API_DEFAULT_VERSION)
        }
        #[cfg(unix)]
        (Some(("unix", _)), _) => Docker::connect_with_unix(address, ANSWER_S, API_DEFAULT_VERSION),
        #[cfg(windows)]
        (Some(("npipe", _)), _) => Docker::connect_with_named_pipe(address, ANSWER_S, API_DEFAULT_VERSION),
        _ => return Err(unsupported(address)),
    };
    opened.map_err(|error| AppError::new(ErrorCode::DockerUnreachable).detail(format!("{address}: {error}")))
}

fn unsupported(address: &str) -> AppError {
    AppError::new(ErrorCode::DockerUnreachable)
        .detail(format!("{address}: this kind of address cannot be used here"))
}

/// A connection of its own for each request: a stream that is cut must not stand in another's way.
fn custom<C>(connector: C, address: String) -> Result<Docker, Error>
where
    C: Connect + Clone + Send + Sync + 'static,
{
    let mut builder = Client::builder(TokioExecutor::new());
    builder.pool_max_idle_per_host(0);
    let client = Arc::new(builder.build(connector));
    let transport = move |request: BollardRequest| {
        let client = Arc::clone(&client);
        let asked = async move { client.request(request).await.map_err(Error::from) };
        Box::pin(asked) as std::pin::Pin<Box<dyn Future<Output = _> + Send>>
    };
    Docker::connect_with_custom_transport(transport, Some(address), ANSWER_S, API_DEFAULT_VERSION)
}

/// The engine's certificate has to lead to the given authorities: the system's are not asked, as anybody may have a
/// certificate of theirs.
async fn trusting(tls: &DockerTls) -> Result<ClientConfig> {
    let mut roots = RootCertStore::empty();
    let (added, _) = roots.add_parsable_certificates(certificates(&tls.ca_file).await?);
    if added == 0 {
        return Err(not_pem(&tls.ca_file, "it holds no authority's certificate"));
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(AppError::internal)?
        .with_root_certificates(roots);
    let Some(client) = &tls.client else {
        return Ok(builder.with_no_client_auth());
    };
    let chain = certificates(&client.cert_file).await?;
    let text = zeroize::Zeroizing::new(read(&client.key_file).await?);
    let key = PrivateKeyDer::from_pem_slice(&text)
        .map_err(|_| not_pem(&client.key_file, "it holds no private key, or an encrypted one"))?;
    builder
        .with_client_auth_cert(chain, key)
        .map_err(|error| not_pem(&client.cert_file, &error.to_string()))
}

async fn certificates(path: &str) -> Result<Vec<CertificateDer<'static>>> {
    let text = read(path).await?;
    let found: std::result::Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        _ => Err(not_pem(path, "it holds no certificate")),
    }
}

async fn read(path: &str) -> Result<Vec<u8>> {
    tokio::fs::read(Path::new(path)).await.map_err(|error| {
        AppError::new(ErrorCode::FileUnreadable)
            .with("path", path)
            .detail(error)
    })
}

fn not_pem(path: &str, why: &str) -> AppError {
    AppError::new(ErrorCode::FileFormat)
        .with("path", path)
        .detail(why)
}
