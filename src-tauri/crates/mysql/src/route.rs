//! The way of one connection to its server: straight, or through the target's tunnel.

use mysqler_contract::{Result, TlsMode};
use mysqler_core::ports::{Door, Target, Way};
use sqlx::mysql::MySqlConnectOptions;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use crate::error::Place;
use crate::session::unreachable;

/// Kept until the connection stands.
pub(crate) struct Route {
    way: Option<Box<dyn Way>>,
}

pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

impl Route {
    pub(crate) async fn to(target: &Target, place: &Place) -> Result<Self> {
        let Some(tunnel) = &target.tunnel else {
            return Ok(Self { way: None });
        };
        let opening = tunnel
            .by
            .open(&tunnel.ssh, &target.host, target.port, target.connect_timeout);
        let way = opening.await?;
        // The client library compares the certificate with the name that it connects to, and through a port of this
        // machine that is another name. A socket has none, so the server's own stays.
        if matches!(way.door(), Door::Port(_)) && target.tls == TlsMode::VerifyIdentity {
            return Err(place.tls(
                "tunnel_identity",
                "verify-identity is not available through a tunnel on this system; verify-ca is",
            ));
        }
        Ok(Self { way: Some(way) })
    }

    /// The server's own name stays in `options`: it is what its certificate is compared with.
    pub(crate) fn lead(&self, options: MySqlConnectOptions) -> MySqlConnectOptions {
        match self.way.as_ref().map(|way| way.door()) {
            None => options,
            Some(Door::Socket(path)) => options.socket(path),
            Some(Door::Port(port)) => options.host("127.0.0.1").port(port),
        }
    }

    pub(crate) async fn connect(&self, target: &Target, place: &Place) -> Result<Box<dyn Stream>> {
        let connected: std::io::Result<Box<dyn Stream>> = match self.way.as_ref().map(|way| way.door()) {
            None => boxed(TcpStream::connect((target.host.as_str(), target.port)).await),
            Some(Door::Port(port)) => boxed(TcpStream::connect(("127.0.0.1", port)).await),
            #[cfg(unix)]
            Some(Door::Socket(path)) => boxed(tokio::net::UnixStream::connect(path).await),
            #[cfg(not(unix))]
            Some(Door::Socket(_)) => Err(std::io::ErrorKind::Unsupported.into()),
        };
        match connected {
            Ok(stream) => Ok(stream),
            Err(error) => Err(unreachable(target, place, &error).await),
        }
    }
}

fn boxed<S: Stream + 'static>(connected: std::io::Result<S>) -> std::io::Result<Box<dyn Stream>> {
    connected.map(|stream| Box::new(stream) as Box<dyn Stream>)
}
