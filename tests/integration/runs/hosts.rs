//! Runs on engines that were added: another socket, TCP with certificates. They are found again by what they recorded.

use std::time::{Duration, Instant};

use mysqler_contract::{
    AppError, Connection, DEFAULT_IMAGE, DockerClientFiles, DockerEndpoint, DockerHostId, DockerKind,
    DockerTls, Environment, ErrorCode, JobPlace, LoopbackWay, OwnDockerHost, RunState,
};
use mysqler_core::ports::{JobStatus, Runner};
use mysqler_runner::DockerRunner;
use mysqler_tests::desk::{DEADLINE, Desk};
use mysqler_tests::engine::SecondEngine;
use mysqler_tests::sandbox::{Account, Server};
use mysqler_tests::table::{filled, remains};

fn over_tls(engine: &SecondEngine, ca: &str, client: Option<&str>) -> DockerEndpoint {
    let files = engine.certificates();
    DockerEndpoint {
        address: engine.tcp_address(),
        tls: Some(DockerTls {
            ca_file: files.file(ca),
            client: client.map(|name| DockerClientFiles {
                cert_file: files.file(&format!("{name}.pem")),
                key_file: files.file(&format!("{name}-key.pem")),
            }),
        }),
    }
}

/// The sandbox's primary, its runs on the engine of that name.
async fn connection_on(desk: &Desk, host: &str) -> Connection {
    let mut draft = desk.draft(Server::Primary, Account::Mysqler, Environment::Development);
    draft.name = format!("primary on {host}");
    draft.docker_host = Some(DockerHostId(host.to_owned()));
    desk.core
        .connection_test(&draft)
        .await
        .expect("the sandbox can be reached");
    desk.core
        .connection_save(&draft, false)
        .await
        .expect("a tested connection is saved")
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_work_on_the_engine_that_their_connection_chooses_and_are_found_there_again() {
    let engine = SecondEngine::start_over_tls().await;
    engine.load(DEFAULT_IMAGE).await;
    let mut desk = Desk::new().await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "hosts").await;
    let mut client = schema.client().await;
    let ways = [
        ("another socket", DockerEndpoint::plain(engine.address())),
        ("over TLS", over_tls(&engine, "ca.pem", Some("client"))),
    ];
    for (number, (name, endpoint)) in ways.into_iter().enumerate() {
        let table = filled(&schema, &format!("orders{number}"), 500).await;
        let own = OwnDockerHost {
            name: name.to_owned(),
            endpoint: endpoint.clone(),
        };
        desk.core.docker_host_add(&own).await.expect("added");
        let told = desk.core.docker_host_test(&endpoint).await.expect("an engine");
        assert_eq!(told.kind, DockerKind::Native, "{told:?}");
        assert_eq!(told.loopback, LoopbackWay::HostNetwork, "{told:?}");
        assert!(told.free_bytes.is_some_and(|free| free > 0), "{told:?}");
        assert!(told.cpus > 0 && told.memory_bytes > 0, "{told:?}");

        let connection = connection_on(&desk, name).await;
        let mut request = desk.request(&connection, &table, "ADD COLUMN extra INT");
        request.hold_cutover = true;
        let plan = desk.plan(request).await;
        let launch = plan.launch.as_ref().expect("a launch");
        assert_eq!(launch.docker, Some(endpoint.clone()));
        let command = plan.command.as_deref().expect("a command");
        assert!(
            command.contains(&format!("docker --host {}", endpoint.address)),
            "{command}"
        );
        let id = desk.start(&plan).await.id;
        let view = desk
            .until(&id, "the gate", |view| {
                matches!(view.state, RunState::AwaitingCutover { .. })
            })
            .await;
        let job = view.job.expect("started");
        assert_eq!(JobPlace::read(&job).docker, Some(endpoint.clone()));

        // The settings forget the engine and the application ends; the record alone leads back.
        desk.core
            .docker_host_remove(&DockerHostId(name.to_owned()))
            .await
            .expect("removed");
        let dir = desk.close().await.expect("a scratch directory");
        desk = Desk::at(dir.path(), "test:again", DockerRunner::new())
            .await
            .keeping(dir);
        desk.until(&id, "the gate once more", |view| {
            matches!(view.state, RunState::AwaitingCutover { .. })
                && view.supervisor.as_deref() == Some("test:again")
        })
        .await;
        desk.core.run_cutover(&id).await.expect("heard");
        desk.completed(&id).await;
        let there = DockerRunner::new().on(Some(&endpoint)).expect("a runner");
        // The run is complete a moment before its container is removed.
        let started = Instant::now();
        while there.status(&job).await.expect("an engine") != JobStatus::Gone {
            assert!(started.elapsed() < DEADLINE, "the ended container stays");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }

        let error = desk.core.docker_host(connection.docker_host.as_ref()).await;
        assert_eq!(error.expect_err("removed").code, ErrorCode::DockerHostUnknown);
    }
    assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());
    desk.close().await;
    engine.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_does_not_show_or_find_the_right_certificate_is_told_so() {
    let engine = SecondEngine::start_over_tls().await;
    let desk = Desk::new().await;
    let refused = async |endpoint: DockerEndpoint| -> AppError {
        let told = desk.core.docker_host_test(&endpoint).await;
        told.expect_err(&format!("{endpoint} is refused"))
    };
    let good = over_tls(&engine, "ca.pem", Some("client"));
    let told = desk.core.docker_host_test(&good).await.expect("an engine");
    assert_eq!(told.free_bytes, None, "without the image nobody can be asked");

    for (ca, client, words) in [
        ("other-ca.pem", Some("client"), "UnknownIssuer"),
        ("ca.pem", Some("other-client"), "alert"),
        ("ca.pem", None, "alert"),
    ] {
        let error = refused(over_tls(&engine, ca, client)).await;
        assert_eq!(error.code, ErrorCode::DockerTls, "{ca} {client:?}: {error:?}");
        let detail = error.detail.expect("the reason");
        assert!(detail.contains(words), "{ca} {client:?}: {detail}");
    }
    for (ca, client, code) in [
        ("none.pem", None, ErrorCode::FileUnreadable),
        ("ca-key.pem", None, ErrorCode::FileFormat),
        ("ca.pem", Some("ca-none"), ErrorCode::FileUnreadable),
    ] {
        let error = refused(over_tls(&engine, ca, client)).await;
        assert_eq!(error.code, code, "{ca} {client:?}: {error:?}");
    }
    let mut dead = good.clone();
    dead.address = "tcp://127.0.0.1:1".to_owned();
    let error = refused(dead).await;
    assert_eq!(error.code, ErrorCode::DockerUnreachable, "{error:?}");
    assert!(
        error
            .detail
            .is_some_and(|detail| detail.contains("tcp://127.0.0.1:1"))
    );

    let error = refused(DockerEndpoint::plain("tcp://10.0.0.7:2375")).await;
    assert_eq!(error.params["reason"], "docker_tls_needed");
    desk.close().await;
    engine.end().await;
}
