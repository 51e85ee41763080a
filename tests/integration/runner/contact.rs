//! Contact with the engine that is lost is told as lost contact, never as the end of a job.

use std::time::Duration;

use futures::StreamExt;
use mysqler_contract::{ErrorCode, LoopbackWay};
use mysqler_core::ports::{Control, JobStatus, LogCursor, Runner};
use mysqler_runner::DockerRunner;
use mysqler_tests::sandbox::Server;
use mysqler_tests::table::filled;
use tokio::net::{TcpListener, UnixStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::bench::{Bench, DEADLINE, is_event};

/// A way to the engine that can be cut.
struct Bridge {
    address: String,
    cut: CancellationToken,
}

async fn bridge() -> Bridge {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("tcp://{}", listener.local_addr().expect("an address"));
    let cut = CancellationToken::new();
    let closing = cut.clone();
    tokio::spawn(async move {
        let mut ways = JoinSet::new();
        let accept = async {
            while let Ok((mut near, _)) = listener.accept().await {
                ways.spawn(async move {
                    let mut far = UnixStream::connect("/var/run/docker.sock").await?;
                    tokio::io::copy_bidirectional(&mut near, &mut far).await
                });
            }
        };
        // Dropping the set ends every connection.
        closing.run_until_cancelled(accept).await;
    });
    Bridge { address, cut }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_way_to_the_engine_is_an_error_and_the_run_goes_on() {
    let bench = Bench::new().await;
    let schema = bench
        .sandbox
        .fresh_schema(Server::Primary, "runner_contact")
        .await;
    let mut wish = bench.wish(filled(&schema, "cut", 1_000).await);
    wish.hold = true;
    let job = bench.start(&wish).await;
    let bridge = bridge().await;
    let far = DockerRunner::at(&bridge.address);
    let host = far.host().await.expect("an engine");
    assert_eq!(
        host.loopback,
        LoopbackWay::HostNetwork,
        "a port leads anywhere, but a container there says that it is this very machine: {host:?}"
    );

    let mut cursor = LogCursor::default();
    let mut seen = Vec::new();
    let mut lines = far.follow(&job.id, cursor).await.expect("a log");
    let error = tokio::time::timeout(DEADLINE, async {
        loop {
            match lines.next().await.expect("the log does not just end") {
                Ok(line) => {
                    if is_event(&line, "held") {
                        bridge.cut.cancel();
                    }
                    cursor.advance(line.stream);
                    seen.push(line);
                }
                Err(error) => return error,
            }
        }
    })
    .await
    .expect("the cut is noticed");
    assert_eq!(error.code, ErrorCode::DockerUnreachable, "{error:?}");
    assert_eq!(
        far.status(&job.id).await.expect_err("no way").code,
        ErrorCode::DockerUnreachable
    );
    assert_eq!(
        job.runner.status(&job.id).await.expect("an engine"),
        JobStatus::Running
    );

    job.runner
        .control(&job.id, Control::CutOver)
        .await
        .expect("a cut-over");
    let rest = job.lines_from(cursor).await;
    let whole = job.all_lines().await;
    assert_eq!(
        seen.len() + rest.len(),
        whole.len(),
        "nothing lost, nothing twice"
    );
    job.runner
        .terminate(&job.id, Duration::from_secs(1))
        .await
        .expect("an end");
    assert_eq!(job.exit_code().await, 0);
}
