//! Where the password is, and where it is not; and how little the container may do.

use mysqler_contract::Secret;
use mysqler_core::ports::Runner;
use mysqler_tests::sandbox::Server;
use mysqler_tests::table::filled;

use super::bench::{Bench, Job, is_event};

fn docker(arguments: &[&str]) -> String {
    let output = std::process::Command::new("docker")
        .args(arguments)
        .output()
        .expect("the docker client");
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// Everything about a running job that another account of the machine, or the engine, keeps or shows.
fn places(job: &Job) -> Vec<(&'static str, String)> {
    let pid = docker(&["inspect", "--format", "{{.State.Pid}}", &job.id])
        .trim()
        .to_owned();
    let process = |file: &str| {
        let bytes = std::fs::read(format!("/proc/{pid}/{file}")).unwrap_or_default();
        String::from_utf8_lossy(&bytes).replace('\0', "\n")
    };
    vec![
        ("inspect", docker(&["inspect", &job.id])),
        ("logs", docker(&["logs", &job.id])),
        ("cmdline", process("cmdline")),
        ("environ", process("environ")),
        (
            "files",
            docker(&["exec", &job.id, "sh", "-c", "cat /proc/mounts; ls -lna /run/pt"]),
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_password_is_in_one_private_file_and_nowhere_else() {
    let bench = Bench::new().await;
    let schema = bench.sandbox.fresh_schema(Server::Primary, "runner_secret").await;
    let mut wish = bench.wish(filled(&schema, "secret", 500).await);
    wish.hold = true;
    // A canary in the clause and one in the environment: what finds no canary proves nothing.
    let canary = format!("canary-{}", super::bench::unique());
    wish.clause = format!("COMMENT='{canary}'");
    let mut launch = bench.launch(&wish).expect("a launch");
    launch.environment.push(format!("CANARY={canary}"));
    let password = bench.password(&wish);
    let run = mysqler_contract::RunId(format!("test-{canary}"));
    let id = bench
        .runner
        .start(
            &run,
            &mysqler_contract::PlanId(run.0.clone()),
            &launch,
            (&password).into(),
        )
        .await
        .expect("a job");
    let job = Job {
        run,
        id,
        runner: bench.runner.clone(),
    };
    job.until(|line| is_event(line, "held")).await;

    for (place, text) in places(&job) {
        if place != "files" {
            assert!(text.contains(&canary), "the search does not see {place}: {text}");
        }
        assert!(!text.contains(password.expose()), "the password is in {place}");
    }
    let file = docker(&["exec", &job.id, "cat", "/run/pt/my.cnf"]);
    assert!(
        file.contains(password.expose()),
        "the option file is where the password belongs: {file}"
    );
    let listed = docker(&["exec", &job.id, "ls", "-ln", "/run/pt/my.cnf"]);
    assert!(
        listed.starts_with("-rw-------") && listed.contains(" 65534 "),
        "{listed}"
    );

    let shown = bench.runner.render(&launch);
    assert!(shown.contains(&canary) && shown.contains("password=********"));
    assert!(!shown.contains(password.expose()));
    assert!(!format!("{:?} {:?}", launch, Secret::new("x")).contains(password.expose()));
    hardened(&job);
}

fn hardened(job: &Job) {
    let inspected: serde_json::Value = serde_json::from_str(&docker(&["inspect", &job.id])).expect("JSON");
    let host = &inspected[0]["HostConfig"];
    assert_eq!(host["ReadonlyRootfs"], true);
    assert_eq!(host["CapDrop"], serde_json::json!(["ALL"]));
    assert_eq!(host["SecurityOpt"], serde_json::json!(["no-new-privileges"]));
    assert_eq!(host["PidsLimit"], 64);
    assert_eq!(host["Memory"], 512 * 1024 * 1024);
    assert_eq!(host["NanoCpus"], 1_000_000_000_i64);
    assert_eq!(host["Privileged"], false);
    assert_eq!(host["AutoRemove"], false);
    assert_eq!(host["LogConfig"]["Type"], "json-file");
    assert_eq!(inspected[0]["Config"]["User"], "65534:65534");
    assert_eq!(
        inspected[0]["Config"]["Labels"]["mysqler.run"],
        job.run.0.as_str()
    );
    assert_eq!(
        inspected[0]["Mounts"],
        serde_json::json!([]),
        "no directory of the workstation is inside"
    );
    let status = docker(&[
        "exec",
        &job.id,
        "sh",
        "-c",
        "grep -E 'CapEff|NoNewPrivs' /proc/1/status; touch /x 2>&1",
    ]);
    assert!(
        status.contains("0000000000000000") && status.contains("NoNewPrivs:\t1"),
        "{status}"
    );
    assert!(status.contains("Read-only"), "{status}");
}
