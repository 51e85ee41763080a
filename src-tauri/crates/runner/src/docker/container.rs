//! What a container of ours is allowed: one value, from which both the engine's request and the command line to read
//! are made.

use std::collections::HashMap;

use bollard::models::{ContainerCreateBody, HostConfig, HostConfigLogConfig};
use mysqler_contract::{ContainerLimits, Launch, NetworkChoice, PlanId, RunId};

use crate::PRIVATE_DIR;

pub(crate) const LABEL_OURS: &str = "mysqler";
pub(crate) const LABEL_RUN: &str = "mysqler.run";
pub(crate) const LABEL_PLAN: &str = "mysqler.plan";
const LABEL_TASK: &str = "mysqler.task";

/// `nobody`, by number: the base image need not know the name.
const USER: &str = "65534:65534";

const TMPFS: [(&str, &str); 2] = [
    ("/tmp", "rw,noexec,nosuid,nodev,size=16m,mode=1777"),
    (
        PRIVATE_DIR,
        "rw,noexec,nosuid,nodev,size=1m,mode=0700,uid=65534,gid=65534",
    ),
];

/// The full file stays beside the one that is written: whoever follows has long read it, and whoever comes back later
/// finds the last one or two.
const LOG_FILES: &str = "2";

/// Of a container that answers one question.
const ANSWER_LOG_BYTES: u64 = 16 * 1024 * 1024;

const NO_NEW_PRIVILEGES: &str = "no-new-privileges";

/// Whether a container sees any network, and which.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Network {
    Nowhere,
    Choice(NetworkChoice),
}

#[derive(Debug, Clone)]
pub(crate) struct ContainerSpec {
    pub image: String,
    /// Another program than the image's own entrypoint.
    pub entrypoint: Option<Vec<String>>,
    /// Mode of the entrypoint and its arguments.
    pub command: Vec<String>,
    pub environment: Vec<String>,
    pub network: Network,
    pub limits: ContainerLimits,
    pub log_bytes: u64,
    pub labels: HashMap<String, String>,
    pub reads_frame: bool,
    /// Gone by itself when it ends, so that a question that nobody waits for any more leaves nothing.
    pub ephemeral: bool,
}

impl ContainerSpec {
    /// The run itself.
    pub fn run(launch: &Launch) -> Self {
        let mut command = vec!["run".to_owned()];
        command.extend(launch.argv.iter().cloned());
        Self::of(launch, command)
    }

    pub fn labelled(mut self, run: &RunId, plan: &PlanId) -> Self {
        self.labels.insert(LABEL_PLAN.into(), plan.0.clone());
        self.labels.insert(LABEL_RUN.into(), run.0.clone());
        self
    }

    /// One connection with the run's own DSN, which is its last argument.
    pub fn probe(launch: &Launch) -> Self {
        let dsn = launch.argv.last().cloned().unwrap_or_default();
        let mut spec = Self::of(launch, vec!["probe".into(), dsn]);
        spec.labels.insert(LABEL_TASK.into(), "probe".into());
        spec.ephemeral = true;
        spec
    }

    /// Asks the image what is inside: its own answer on the first line, then `json` where Perl has that module.
    pub fn versions(image: &str) -> Self {
        let script = "sh /usr/local/bin/mysqler-entrypoint version && perl -MJSON -e 'print qq(json\\n)'";
        Self::script(image, "version", script)
    }

    /// Asks which start of which kernel this is, and how much space is free where containers are stored.
    pub fn machine(image: &str) -> Self {
        Self::script(
            image,
            "machine",
            "cat /proc/sys/kernel/random/boot_id && df -kP /",
        )
    }

    fn script(image: &str, task: &str, script: &str) -> Self {
        let mut labels = ours();
        labels.insert(LABEL_TASK.into(), task.into());
        Self {
            image: image.to_owned(),
            entrypoint: Some(vec!["/bin/sh".into()]),
            command: vec!["-c".into(), script.into()],
            environment: Vec::new(),
            network: Network::Nowhere,
            limits: ContainerLimits::default(),
            log_bytes: ANSWER_LOG_BYTES,
            labels,
            reads_frame: false,
            ephemeral: true,
        }
    }

    fn of(launch: &Launch, command: Vec<String>) -> Self {
        Self {
            image: launch
                .image
                .as_ref()
                .map(|image| image.id.clone())
                .unwrap_or_default(),
            entrypoint: None,
            command,
            environment: launch.environment.clone(),
            network: Network::Choice(launch.network),
            limits: launch.limits,
            log_bytes: launch.log_bytes,
            labels: ours(),
            reads_frame: true,
            ephemeral: false,
        }
    }

    pub fn body(&self) -> ContainerCreateBody {
        ContainerCreateBody {
            image: Some(self.image.clone()),
            entrypoint: self.entrypoint.clone(),
            cmd: Some(self.command.clone()),
            env: Some(self.environment.clone()),
            user: Some(USER.into()),
            labels: Some(self.labels.clone()),
            attach_stdin: Some(self.reads_frame),
            attach_stdout: Some(self.ephemeral),
            attach_stderr: Some(self.ephemeral),
            open_stdin: Some(self.reads_frame),
            stdin_once: Some(self.reads_frame),
            // Without a terminal standard output and error stay apart.
            tty: Some(false),
            host_config: Some(self.host_config()),
            ..Default::default()
        }
    }

    fn host_config(&self) -> HostConfig {
        HostConfig {
            memory: Some(i64::try_from(self.limits.memory_bytes).unwrap_or(i64::MAX)),
            // The same as memory: no swap on top of it.
            memory_swap: Some(i64::try_from(self.limits.memory_bytes).unwrap_or(i64::MAX)),
            nano_cpus: Some(i64::from(self.limits.cpus_milli) * 1_000_000),
            pids_limit: Some(i64::from(self.limits.pids)),
            readonly_rootfs: Some(true),
            cap_drop: Some(vec!["ALL".into()]),
            security_opt: Some(vec![NO_NEW_PRIVILEGES.into()]),
            tmpfs: Some(
                TMPFS
                    .iter()
                    .map(|(place, options)| ((*place).into(), (*options).into()))
                    .collect(),
            ),
            network_mode: Some(self.network_mode().into()),
            extra_hosts: self.gateway().map(|host| vec![host.into()]),
            auto_remove: Some(self.ephemeral),
            log_config: Some(HostConfigLogConfig {
                typ: Some("json-file".into()),
                config: Some(HashMap::from([
                    ("max-size".into(), self.log_bytes.to_string()),
                    ("max-file".into(), LOG_FILES.into()),
                ])),
            }),
            ..Default::default()
        }
    }

    fn network_mode(&self) -> &'static str {
        match self.network {
            Network::Nowhere => "none",
            Network::Choice(NetworkChoice::Host) => "host",
            Network::Choice(
                NetworkChoice::Bridge | NetworkChoice::DesktopGateway | NetworkChoice::VmGateway,
            ) => "bridge",
        }
    }

    fn gateway(&self) -> Option<&'static str> {
        matches!(self.network, Network::Choice(NetworkChoice::DesktopGateway))
            .then_some("host.docker.internal:host-gateway")
    }

    /// The same as arguments of `docker run`, option by option; image and command not included.
    pub fn flags(&self) -> Vec<Vec<String>> {
        let mut flags: Vec<Vec<String>> = vec![
            words(&["--network", self.network_mode()]),
            words(&["--memory", &self.limits.memory_bytes.to_string()]),
            words(&["--memory-swap", &self.limits.memory_bytes.to_string()]),
            words(&[
                "--cpus",
                &format!(
                    "{}.{:03}",
                    self.limits.cpus_milli / 1000,
                    self.limits.cpus_milli % 1000
                ),
            ]),
            words(&["--pids-limit", &self.limits.pids.to_string()]),
            words(&["--read-only"]),
            words(&["--cap-drop", "ALL"]),
            words(&["--security-opt", NO_NEW_PRIVILEGES]),
            words(&["--user", USER]),
        ];
        flags.extend(
            TMPFS
                .iter()
                .map(|(place, options)| words(&["--tmpfs", &format!("{place}:{options}")])),
        );
        flags.push(words(&["--log-driver", "json-file"]));
        flags.push(words(&["--log-opt", &format!("max-size={}", self.log_bytes)]));
        flags.push(words(&["--log-opt", &format!("max-file={LOG_FILES}")]));
        flags.extend(self.gateway().map(|host| words(&["--add-host", host])));
        flags.extend(self.environment.iter().map(|entry| words(&["--env", entry])));
        flags
    }
}

fn ours() -> HashMap<String, String> {
    HashMap::from([(LABEL_OURS.into(), "1".into())])
}

fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|word| (*word).to_owned()).collect()
}
