//! A launch as a command line to read and copy, the secret masked.

use mysqler_contract::{DockerEndpoint, ImageRef, Launch, LocalTool};

use crate::Files;
use crate::docker::ContainerSpec;

/// What stands in for the secret wherever a launch is shown.
const MASK: &str = "********";

/// A POSIX shell reads the command back to the very arguments that run. The option file goes in on standard input and
/// is shown as comments.
pub(crate) fn render(launch: &Launch) -> String {
    let spec = ContainerSpec::run(launch);
    let mut out = String::from("# option file, sent on standard input:\n#   [client]\n");
    for line in &launch.defaults {
        out.push_str(&format!("#   {line}\n"));
    }
    out.push_str(&format!("#   password={MASK}\n"));
    if launch.ca_pem.is_some() {
        out.push_str(&format!(
            "# authorities to trust, sent beside it: {}\n",
            Files::CONTAINER.ca
        ));
    }
    push_hold(&mut out, launch);
    push_tunnel(&mut out, launch, "inside the container");
    let unknown = ImageRef {
        reference: String::new(),
        id: String::new(),
    };
    let image = launch.image.as_ref().unwrap_or(&unknown);
    out.push_str(&format!("# image {}\n", image.id));
    out.push_str("docker");
    for words in client_flags(launch.docker.as_ref()) {
        for word in words {
            out.push(' ');
            out.push_str(&shell_word(&word));
        }
    }
    out.push_str(" run -i");
    for flag in spec.flags() {
        push_words(&mut out, &flag);
    }
    push_words(&mut out, &[image.reference.clone(), spec.command[0].clone()]);
    for group in grouped(&launch.argv) {
        push_words(&mut out, group);
    }
    out.push('\n');
    out
}

/// The same for a process of this workstation, which works in a directory of its own; `arguments` are all of the tool's.
#[cfg(unix)]
pub(crate) fn local(launch: &Launch, tool: &LocalTool, arguments: &[String]) -> String {
    let mut out = format!(
        "# option file {}, in the run's own directory:\n#   [client]\n",
        Files::WORKSTATION.options
    );
    for line in &launch.defaults {
        out.push_str(&format!("#   {line}\n"));
    }
    if launch.ca_pem.is_some() {
        out.push_str(&format!(
            "# authorities to trust, beside it: {}\n",
            Files::WORKSTATION.ca
        ));
    }
    out.push_str(&format!("# password, sent on standard input: {MASK}\n"));
    push_hold(&mut out, launch);
    push_tunnel(&mut out, launch, "beside the tool");
    out.push_str(&format!(
        "# pt-online-schema-change {}, sha256 {}\n",
        tool.version, tool.sha256
    ));
    out.push_str("env");
    for entry in &launch.environment {
        out.push(' ');
        out.push_str(&shell_word(entry));
    }
    push_words(&mut out, std::slice::from_ref(&tool.program));
    for group in grouped(arguments) {
        push_words(&mut out, group);
    }
    out.push('\n');
    out
}

fn push_hold(out: &mut String, launch: &Launch) {
    if launch.hold_cutover {
        out.push_str("# waits before the swap for a person\n");
    }
}

/// The way that stands before the tool is started; its secret goes in on standard input as well.
fn push_tunnel(out: &mut String, launch: &Launch, place: &str) {
    if let Some(tunnel) = &launch.tunnel {
        out.push_str(&format!(
            "# SSH tunnel kept by ssh {place}: {}@{}:{} to {}:{}; host key {}\n",
            tunnel.user, tunnel.host, tunnel.port, launch.host, launch.port, tunnel.host_key.fingerprint
        ));
    }
}

/// How Docker's command line reaches the same engine.
fn client_flags(docker: Option<&DockerEndpoint>) -> Vec<Vec<String>> {
    let Some(docker) = docker else { return Vec::new() };
    let pair = |option: &str, value: &str| vec![option.to_owned(), value.to_owned()];
    let mut flags = vec![pair("--host", &docker.address)];
    if let Some(tls) = &docker.tls {
        flags.push(vec!["--tlsverify".to_owned()]);
        flags.push(pair("--tlscacert", &tls.ca_file));
        if let Some(client) = &tls.client {
            flags.push(pair("--tlscert", &client.cert_file));
            flags.push(pair("--tlskey", &client.key_file));
        }
    }
    flags
}

/// An option and its value stand on one line.
fn grouped(argv: &[String]) -> Vec<&[String]> {
    let mut groups = Vec::new();
    let mut at = 0;
    while at < argv.len() {
        let is_option = argv[at].starts_with("--");
        // The last argument is the DSN, never an option's value.
        let has_value = is_option && at + 2 < argv.len() && !is_flag(&argv[at]);
        let end = at + if has_value { 2 } else { 1 };
        groups.push(&argv[at..end]);
        at = end;
    }
    groups
}

fn is_flag(option: &str) -> bool {
    matches!(
        option,
        "--ask-pass" | "--execute" | "--dry-run" | "--statistics" | "--print" | "--no-version-check"
    ) || option.ends_with("analyze-before-swap")
}

fn push_words(out: &mut String, words: &[String]) {
    out.push_str(" \\\n ");
    for word in words {
        out.push(' ');
        out.push_str(&shell_word(word));
    }
}

/// One word for a POSIX shell, byte for byte.
fn shell_word(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./:=,@%+".contains(&byte);
    if !word.is_empty() && word.bytes().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[cfg(unix)]
    fn read_back(words: &[String]) -> Vec<u8> {
        use std::os::unix::ffi::OsStringExt;
        let line: Vec<String> = words.iter().map(|word| shell_word(word)).collect();
        let script = format!("printf '%s\\0' {}", line.join(" \\\n  "));
        let script = std::ffi::OsString::from_vec(script.into_bytes());
        std::process::Command::new("sh")
            .arg("-c")
            .arg(script)
            .output()
            .expect("a shell")
            .stdout
    }

    #[cfg(unix)]
    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn a_shell_reads_every_word_back(words in prop::collection::vec("[^\0]{0,40}", 1..8)) {
            let mut expected = Vec::new();
            for word in &words {
                expected.extend_from_slice(word.as_bytes());
                expected.push(0);
            }
            prop_assert_eq!(read_back(&words), expected);
        }
    }
}
