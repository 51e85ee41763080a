//! The command of a plan, run by the docker client alone.

use std::process::Stdio;
use std::time::Instant;

use mysqler_contract::{Launch, Plan};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};

use crate::desk::ms_between;

/// Which program the container runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The image's own entry: pt-online-schema-change with the bridge plugin, as MySQLer starts it.
    WithPlugin,
    /// The same arguments, without the plugin.
    Plain,
}

/// What a bare run took.
pub struct Took {
    pub whole_ms: f64,
    pub first_line_ms: f64,
}

/// Starts the client, hands the option file over, reads everything to the end.
pub async fn run(plan: &Plan, password: &str, form: Form) -> Took {
    let (shell, input) = command(plan, password, form);
    let started = Instant::now();
    let mut child = Command::new("sh")
        .args(["-c", &shell])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("the docker client");
    let mut stdin = child.stdin.take().expect("piped");
    stdin.write_all(&input).await.expect("the entry reads its input");
    drop(stdin);
    let (first, said) = read(&mut child).await;
    let status = child.wait().await.expect("waited for");
    let ended = Instant::now();
    assert!(status.success(), "a run that fails measures nothing:\n{said}");
    Took {
        whole_ms: ms_between(started, ended),
        first_line_ms: ms_between(started, first.unwrap_or(ended)),
    }
}

/// When the first line came on either stream, and all of it.
async fn read(child: &mut Child) -> (Option<Instant>, String) {
    let mut out = BufReader::new(child.stdout.take().expect("piped"));
    let mut err = BufReader::new(child.stderr.take().expect("piped"));
    let (mut first_out, mut first_err) = (String::new(), String::new());
    let (mut rest_out, mut rest_err) = (String::new(), String::new());
    let stdout = async {
        let _ = out.read_line(&mut first_out).await;
        let at = Instant::now();
        let _ = out.read_to_string(&mut rest_out).await;
        (!first_out.is_empty()).then_some(at)
    };
    let stderr = async {
        let _ = err.read_line(&mut first_err).await;
        let at = Instant::now();
        let _ = err.read_to_string(&mut rest_err).await;
        (!first_err.is_empty()).then_some(at)
    };
    let (stdout, stderr) = tokio::join!(stdout, stderr);
    let first = stdout.into_iter().chain(stderr).min();
    (first, format!("{first_out}{rest_out}{first_err}{rest_err}"))
}

/// The previewed command line with its mask replaced by what goes in on standard input.
fn command(plan: &Plan, password: &str, form: Form) -> (String, Vec<u8>) {
    let launch = plan.launch.as_ref().expect("a plan that may run has a launch");
    let shown = plan.command.as_ref().expect("and a command");
    let shell = shown.replacen("docker run -i", "docker run --rm -i", 1);
    let options = option_file(launch, password);
    match form {
        Form::WithPlugin => (shell, [header(launch, &options), options].concat()),
        Form::Plain => {
            let image = &launch.image.as_ref().expect("a container's").reference;
            let entry = format!("{image} run");
            let program = "cat >/run/pt/my.cnf && exec pt-online-schema-change \"$@\" </dev/null";
            let plain = format!("--entrypoint sh {image} -c '{program}' pt");
            assert!(
                shell.contains(&entry),
                "the command has the entry's mode: {shell}"
            );
            (shell.replacen(&entry, &plain, 1), options)
        }
    }
}

fn option_file(launch: &Launch, password: &str) -> Vec<u8> {
    let quoted = password.replace('\\', "\\\\").replace('"', "\\\"");
    format!(
        "[client]\n{}\npassword=\"{quoted}\"\n",
        launch.defaults.join("\n")
    )
    .into_bytes()
}

/// As the image's entry reads it: 128 bytes that say how much follows.
fn header(launch: &Launch, options: &[u8]) -> Vec<u8> {
    assert!(
        launch.ca_pem.is_none(),
        "the sandbox is reached without an authority here"
    );
    let text = format!("MYSQLER3 {} 0 0 0 0 0 0 0 0 0", options.len());
    format!("{text:<127}\n").into_bytes()
}
