//! An engine on another machine, over the user's own `ssh`: keys, agent, jump hosts and known hosts are what the user
//! configured. Nothing is asked: what needs an answer fails, and says so.

use std::io;
use std::pin::Pin;
use std::process::Stdio;
use std::task::{Context, Poll, ready};

use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::oneshot;

/// What `ssh` says of a failure is a line or two.
const WORDS: u64 = 4096;

/// A way that broke ends within a minute, where a followed log would be silent for ever.
const OPTIONS: [&str; 4] = [
    "BatchMode=yes",
    "ConnectTimeout=10",
    "ServerAliveInterval=15",
    "ServerAliveCountMax=3",
];

/// Starts `ssh … docker system dial-stdio` for each connection.
#[derive(Debug, Clone)]
pub(super) struct SshConnector {
    arguments: Vec<String>,
}

impl SshConnector {
    /// `place` is `[user@]host[:port]`; `None` when it is not, or could be read as an option.
    pub fn to(place: &str) -> Option<Self> {
        let place = place.strip_suffix('/').unwrap_or(place);
        let (user, place) = match place.rsplit_once('@') {
            Some((user, place)) => (Some(user), place),
            None => (None, place),
        };
        let (host, port) = match place.strip_prefix('[') {
            Some(v6) => {
                let (host, after) = v6.split_once(']')?;
                (host, after.strip_prefix(':'))
            }
            None => match place.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (place, None),
            },
        };
        let port = port.map(str::parse::<u16>).transpose().ok()?;
        let word = |word: &str| !word.is_empty() && !word.starts_with('-');
        if !word(host) || !user.is_none_or(word) {
            return None;
        }
        let mut arguments = vec!["-T".to_owned()];
        arguments.extend(
            OPTIONS
                .iter()
                .flat_map(|option| ["-o".to_owned(), (*option).to_owned()]),
        );
        if let Some(user) = user {
            arguments.extend(["-l".to_owned(), user.to_owned()]);
        }
        if let Some(port) = port {
            arguments.extend(["-p".to_owned(), port.to_string()]);
        }
        arguments.extend(["--".to_owned(), host.to_owned()]);
        arguments.extend(["docker", "system", "dial-stdio"].map(str::to_owned));
        Some(Self { arguments })
    }

    fn connect(&self) -> io::Result<SshStream> {
        let mut command = Command::new("ssh");
        command
            .args(&self.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        // A Ctrl-C in the terminal is for the application, which may go on using the way to the engine.
        #[cfg(unix)]
        command.process_group(0);
        let mut child = command
            .spawn()
            .map_err(|error| io::Error::new(error.kind(), format!("ssh cannot be started: {error}")))?;
        let (Some(input), Some(output), Some(said)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(io::Error::other("ssh has no pipes"));
        };
        let (tell, words) = oneshot::channel();
        tokio::spawn(async move {
            let mut text = Vec::new();
            // Whatever was read before an error is what there is to tell.
            let mut said = said.take(WORDS);
            let _ = said.read_to_end(&mut text).await;
            let _ = tell.send(String::from_utf8_lossy(&text).trim().to_owned());
            // Read on, so that a talkative ssh does not block.
            let _ = tokio::io::copy(said.get_mut(), &mut tokio::io::sink()).await;
        });
        Ok(SshStream {
            _child: child,
            input: Some(input),
            output,
            words: Some(words),
        })
    }
}

impl tower_service::Service<hyper::Uri> for SshConnector {
    type Response = TokioIo<SshStream>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: hyper::Uri) -> Self::Future {
        let stream = self.connect();
        Box::pin(async move { stream.map(TokioIo::new) })
    }
}

/// The engine's connection: what `ssh` reads and writes. The process ends with it.
#[derive(Debug)]
pub(super) struct SshStream {
    _child: Child,
    /// Closed for good when the writing side shuts down: a container's standard input then ends.
    input: Option<ChildStdin>,
    output: ChildStdout,
    /// What `ssh` says of a failure; taken once the engine was heard.
    words: Option<oneshot::Receiver<String>>,
}

impl Connection for SshStream {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl SshStream {
    /// An end before the first byte is no answer of the engine: the words of `ssh` say why. `None` after that byte.
    fn poll_words(&mut self, cx: &mut Context<'_>) -> Poll<Option<io::Error>> {
        let Some(words) = &mut self.words else {
            return Poll::Ready(None);
        };
        let said = ready!(Pin::new(words).poll(cx)).unwrap_or_default();
        self.words = None;
        Poll::Ready(Some(io::Error::other(format!("ssh: {said}"))))
    }
}

impl AsyncRead for SshStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        if buffer.remaining() == 0 {
            return Poll::Ready(Ok(()));
        }
        ready!(Pin::new(&mut self.output).poll_read(cx, buffer))?;
        if buffer.filled().len() > before {
            self.words = None;
            return Poll::Ready(Ok(()));
        }
        match ready!(self.poll_words(cx)) {
            Some(error) => Poll::Ready(Err(error)),
            None => Poll::Ready(Ok(())),
        }
    }
}

impl AsyncWrite for SshStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = match &mut self.input {
            Some(input) => ready!(Pin::new(input).poll_write(cx, bytes)),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        };
        match written {
            Ok(count) => Poll::Ready(Ok(count)),
            Err(error) => Poll::Ready(Err(ready!(self.poll_words(cx)).unwrap_or(error))),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.input {
            Some(input) => Pin::new(input).poll_flush(cx),
            None => Poll::Ready(Ok(())),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if let Some(input) = &mut self.input {
            ready!(Pin::new(input).poll_shutdown(cx))?;
        }
        self.input = None;
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_becomes_arguments_of_which_none_can_be_an_option_of_another_hand() {
        let tail = |place: &str| {
            let arguments = SshConnector::to(place).map(|connector| connector.arguments);
            arguments.map(|arguments| arguments[1 + 2 * OPTIONS.len()..].join(" "))
        };
        let docker = "docker system dial-stdio";
        for (place, wanted) in [
            ("build", "-- build"),
            ("me@build:2222", "-l me -p 2222 -- build"),
            ("me@[2001:db8::7]", "-l me -- 2001:db8::7"),
        ] {
            assert_eq!(tail(place), Some(format!("{wanted} {docker}")));
        }
        for bad in ["", "-oProxyCommand=evil", "-l@build", "build:port", "@build"] {
            assert_eq!(tail(bad), None, "{bad}");
        }
    }
}
