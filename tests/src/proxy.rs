//! A relay between client and server that can be made to misbehave.
#![allow(clippy::unwrap_used, reason = "test support fails loudly")]

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    Relays,
    /// Keeps every connection open and passes nothing on.
    Silent,
    /// Closes every connection.
    Cut,
}

/// What becomes of the server's offer of TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsOffer {
    Passed,
    /// Taken out of its greeting.
    Hidden,
    /// Passed, and whoever takes it up is cut off.
    Broken,
}

pub struct Proxy {
    pub address: SocketAddr,
    mood: watch::Sender<Mood>,
    accepting: tokio::task::JoinHandle<()>,
}

impl Proxy {
    pub async fn to(server: SocketAddr) -> Self {
        Self::listening(IpAddr::V4(Ipv4Addr::LOCALHOST), server, TlsOffer::Passed).await
    }

    pub async fn without_tls(server: SocketAddr) -> Self {
        Self::listening(IpAddr::V4(Ipv4Addr::LOCALHOST), server, TlsOffer::Hidden).await
    }

    /// At an address that the engine's containers reach, as a server on another machine would be.
    pub async fn for_containers(server: SocketAddr, tls: TlsOffer) -> Self {
        let gateway = "{{(index .IPAM.Config 0).Gateway}}";
        let mut inspect = tokio::process::Command::new("docker");
        inspect.args(["network", "inspect", "bridge", "--format", gateway]);
        let told = inspect.output().await.unwrap();
        let bridge = String::from_utf8(told.stdout).unwrap();
        Self::listening(bridge.trim().parse().unwrap(), server, tls).await
    }

    pub async fn listening(on: IpAddr, server: SocketAddr, tls: TlsOffer) -> Self {
        let listener = TcpListener::bind((on, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let mood = watch::Sender::new(Mood::Relays);
        let moods = mood.clone();
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(relay(client, server, moods.subscribe(), tls));
            }
        });
        Self {
            address,
            mood,
            accepting,
        }
    }

    pub fn set(&self, mood: Mood) {
        self.mood.send_replace(mood);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
        self.mood.send_replace(Mood::Cut);
    }
}

async fn relay(client: TcpStream, server: SocketAddr, mut mood: watch::Receiver<Mood>, tls: TlsOffer) {
    // A server that is down lets nobody in.
    let Ok(server) = TcpStream::connect(server).await else {
        return;
    };
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    if tls == TlsOffer::Hidden {
        let mut greeting = vec![0; 4096];
        let length = from_server.read(&mut greeting).await.unwrap();
        let version_end = 5 + greeting[5..].iter().position(|byte| *byte == 0).unwrap();
        // The bit 0x0800 is in the second byte of the lower capabilities, behind thread id, nonce and filler.
        greeting[version_end + 1 + 4 + 8 + 1 + 1] &= !0x08;
        to_client.write_all(&greeting[..length]).await.unwrap();
    }
    if tls == TlsOffer::Broken {
        let mut greeting = vec![0; 4096];
        let length = from_server.read(&mut greeting).await.unwrap();
        to_client.write_all(&greeting[..length]).await.unwrap();
        let mut answer = vec![0; 4096];
        let length = from_client.read(&mut answer).await.unwrap();
        // A client that takes it up answers with 32 bytes behind the packet's header, and starts TLS after them.
        if length < 4 || answer[0] == 32 {
            return;
        }
        to_server.write_all(&answer[..length]).await.unwrap();
    }
    let watched = Arc::new(mood.clone());
    let ended = async { mood.wait_for(|mood| *mood == Mood::Cut).await.map(drop) };
    tokio::select! {
        _ = ended => {}
        () = pass(&mut from_client, to_server, (*watched).clone()) => {}
        () = pass(&mut from_server, to_client, (*watched).clone()) => {}
    }
}

async fn pass(
    from: &mut (impl AsyncRead + Unpin),
    mut to: impl AsyncWrite + Unpin,
    mut mood: watch::Receiver<Mood>,
) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(length) = from.read(&mut buffer).await {
        if length == 0 || mood.wait_for(|mood| *mood == Mood::Relays).await.is_err() {
            return;
        }
        if to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}
