//! Log frames of the engine to lines: exact, with their time, for both streams.

use bollard::container::LogOutput;
use chrono::DateTime;
use mysqler_contract::{LogStream, Timestamp};
use mysqler_core::ports::RawLine;

/// Puts lines together. The engine cuts a long line into frames and puts a time in front of each of them.
#[derive(Debug, Default)]
pub(super) struct Lines {
    stdout: Partial,
    stderr: Partial,
}

#[derive(Debug, Default)]
struct Partial {
    bytes: Vec<u8>,
    at: Option<Timestamp>,
}

impl Lines {
    /// Lines that `output` completed.
    pub fn push(&mut self, output: LogOutput) -> Vec<RawLine> {
        match output {
            LogOutput::StdErr { message } => self.stderr.push(LogStream::Stderr, &message),
            LogOutput::StdOut { message } | LogOutput::Console { message } => {
                self.stdout.push(LogStream::Stdout, &message)
            }
            LogOutput::StdIn { .. } => Vec::new(),
        }
    }

    /// Last lines that have no line end, once nothing more can come.
    pub fn finish(&mut self) -> Vec<RawLine> {
        let rest = [
            self.stdout.finish(LogStream::Stdout),
            self.stderr.finish(LogStream::Stderr),
        ];
        rest.into_iter().flatten().collect()
    }
}

impl Partial {
    fn push(&mut self, stream: LogStream, frame: &[u8]) -> Vec<RawLine> {
        let mut lines = Vec::new();
        for piece in frame.split_inclusive(|byte| *byte == b'\n') {
            let (at, text) = stamped(piece);
            self.at = self.at.or(at);
            match text.strip_suffix(b"\n") {
                Some(end) => {
                    self.bytes.extend_from_slice(end);
                    lines.extend(self.finish_line(stream));
                }
                None => self.bytes.extend_from_slice(text),
            }
        }
        lines
    }

    fn finish(&mut self, stream: LogStream) -> Option<RawLine> {
        if self.bytes.is_empty() {
            None
        } else {
            self.finish_line(stream)
        }
    }

    fn finish_line(&mut self, stream: LogStream) -> Option<RawLine> {
        let bytes = std::mem::take(&mut self.bytes);
        let at = self.at.take().unwrap_or_default();
        Some(RawLine {
            stream,
            at,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        })
    }
}

/// The engine's time in front of a frame and what follows it.
fn stamped(piece: &[u8]) -> (Option<Timestamp>, &[u8]) {
    let Some(space) = piece.iter().take(40).position(|byte| *byte == b' ') else {
        return (None, piece);
    };
    let time = std::str::from_utf8(&piece[..space])
        .ok()
        .and_then(|text| DateTime::parse_from_rfc3339(text).ok());
    match time {
        Some(time) => (Some(Timestamp(time.timestamp_millis())), &piece[space + 1..]),
        None => (None, piece),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn out(text: &str) -> LogOutput {
        LogOutput::StdOut {
            message: text.to_owned().into(),
        }
    }

    #[test]
    fn a_line_in_several_frames_is_one_line_with_its_first_time() {
        let mut lines = Lines::default();
        assert_eq!(lines.push(out("2026-11-21T09:55:36.123456789Z half")), []);
        let whole = lines.push(out("2026-11-21T09:55:36.200000000Z  and half\n"));
        assert_eq!(whole.len(), 1);
        assert_eq!(whole[0].text, "half and half");
        assert_eq!(whole[0].at, Timestamp(1_795_254_936_123));
        assert_eq!(lines.finish(), []);
    }

    #[test]
    fn streams_do_not_mix_and_the_last_line_needs_no_end() {
        let mut lines = Lines::default();
        lines.push(out("2026-11-21T09:55:36Z out"));
        let err = LogOutput::StdErr {
            message: "2026-11-21T09:55:36Z err\n".into(),
        };
        assert_eq!(lines.push(err)[0].text, "err");
        let rest = lines.finish();
        assert_eq!(rest.len(), 1);
        assert_eq!(
            (rest[0].stream, rest[0].text.as_str()),
            (LogStream::Stdout, "out")
        );
    }

    #[test]
    fn empty_lines_and_the_tools_own_times_stay() {
        let mut lines = Lines::default();
        assert_eq!(lines.push(out("2026-11-21T09:55:36Z \n"))[0].text, "");
        let text = "2026-11-21T09:55:36 Creating triggers...";
        assert_eq!(
            lines.push(out(&format!("2026-11-21T09:55:36.5Z {text}\n")))[0].text,
            text
        );
    }
}
