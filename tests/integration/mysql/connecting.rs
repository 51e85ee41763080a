//! What can go wrong before a session stands.

use std::time::{Duration, Instant};

use mysqler_contract::{ErrorCode, Secret};
use mysqler_core::ports::{Servers, Target};
use mysqler_mysql::MySqlServers;
use mysqler_tests::sandbox::{Account, Sandbox, Server};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

async fn refusal(target: &Target) -> mysqler_contract::AppError {
    MySqlServers::new()
        .test(target, None)
        .await
        .expect_err("this target must be refused")
}

#[tokio::test]
async fn a_wrong_password_is_denied_and_not_repeated_in_the_error() {
    let sandbox = Sandbox::from_env();
    for server in [Server::Primary, Server::MariaDb] {
        let password = "wrong-canary-7f3a";
        let target = Target {
            password: Secret::new(password),
            ..sandbox.target(server, Account::Mysqler)
        };
        let error = refusal(&target).await;
        assert_eq!(error.code, ErrorCode::ServerAccessDenied, "{error:?}");
        assert_eq!(error.params["user"], "mysqler");
        assert!(
            !format!("{error:?}").contains(password),
            "the error holds the password"
        );
        assert!(
            !format!("{target:?}").contains(password),
            "the target shows the password"
        );
    }
}

#[tokio::test]
async fn a_host_name_that_nobody_knows() {
    let sandbox = Sandbox::from_env();
    let target = Target {
        host: "nobody.invalid".into(),
        ..sandbox.target(Server::Primary, Account::Mysqler)
    };
    for error in [
        refusal(&target).await,
        MySqlServers::new()
            .certificate(&target)
            .await
            .expect_err("there is no such host"),
    ] {
        assert_eq!(error.code, ErrorCode::ServerHostUnknown, "{error:?}");
        assert_eq!(error.params["host"], "nobody.invalid");
    }
}

#[tokio::test]
async fn a_port_where_nobody_listens() {
    let sandbox = Sandbox::from_env();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let target = Target {
        port,
        ..sandbox.target(Server::Primary, Account::Mysqler)
    };
    let error = refusal(&target).await;
    assert_eq!(error.code, ErrorCode::ServerUnreachable, "{error:?}");
    assert_eq!(error.params["port"], port.to_string());
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up_at_the_timeout() {
    let sandbox = Sandbox::from_env();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let target = Target {
        port: listener.local_addr().unwrap().port(),
        connect_timeout: Duration::from_secs(1),
        ..sandbox.target(Server::Primary, Account::Mysqler)
    };
    for reading_the_certificate in [false, true] {
        let begun = Instant::now();
        let error = match reading_the_certificate {
            false => refusal(&target).await,
            true => MySqlServers::new()
                .certificate(&target)
                .await
                .expect_err("nobody answers"),
        };
        assert_eq!(error.code, ErrorCode::ServerTimeout, "{error:?}");
        assert_eq!(error.params["seconds"], "1");
        assert!(
            begun.elapsed() < Duration::from_secs(30),
            "took {:?}",
            begun.elapsed()
        );
    }
}

/// A full backlog drops the connection request itself, as a firewall does.
#[tokio::test]
async fn a_black_hole_is_given_up_at_the_timeout_and_not_at_the_systems_own() {
    let sandbox = Sandbox::from_env();
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    loop {
        let attempt = tokio::time::timeout(Duration::from_millis(300), TcpStream::connect(address)).await;
        let Ok(stream) = attempt else { break };
        waiting.push(stream.unwrap());
        assert!(waiting.len() < 64, "the backlog never fills on this system");
    }
    let target = Target {
        port: address.port(),
        connect_timeout: Duration::from_secs(1),
        ..sandbox.target(Server::Primary, Account::Mysqler)
    };
    let begun = Instant::now();
    let error = refusal(&target).await;
    assert_eq!(error.code, ErrorCode::ServerTimeout, "{error:?}");
    assert!(
        begun.elapsed() < Duration::from_secs(30),
        "took {:?}",
        begun.elapsed()
    );
}

#[tokio::test]
async fn a_port_of_something_else_is_no_server() {
    use tokio::io::AsyncWriteExt;
    let sandbox = Sandbox::from_env();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.write_all(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n").await;
        }
    });
    let target = Target {
        port,
        connect_timeout: Duration::from_secs(2),
        ..sandbox.target(Server::Primary, Account::Mysqler)
    };
    let error = refusal(&target).await;
    let told = [
        ErrorCode::ServerUnsupported,
        ErrorCode::ServerUnreachable,
        ErrorCode::ServerTimeout,
    ];
    assert!(told.contains(&error.code), "{error:?}");
    let error = MySqlServers::new()
        .certificate(&target)
        .await
        .expect_err("this is no server");
    assert_eq!(error.code, ErrorCode::ServerUnsupported, "{error:?}");
}

#[tokio::test]
async fn a_default_database_and_a_character_set_are_tried_out() {
    let sandbox = Sandbox::from_env();
    let base = sandbox.target(Server::Primary, Account::Mysqler);
    let error = refusal(&Target {
        database: Some("mysqler_test_absent".into()),
        ..base.clone()
    })
    .await;
    assert_eq!(error.code, ErrorCode::DatabaseMissing, "{error:?}");
    assert_eq!(error.params["database"], "mysqler_test_absent");
    let error = refusal(&Target {
        database: Some("mysql".into()),
        ..base.clone()
    })
    .await;
    assert_eq!(error.code, ErrorCode::ServerAccessDenied, "{error:?}");
    let error = refusal(&Target {
        charset: "klingon".into(),
        ..base
    })
    .await;
    assert_eq!(error.code, ErrorCode::ServerRefused, "{error:?}");
    assert!(error.detail.is_some_and(|words| words.contains("klingon")));
}

#[tokio::test]
async fn a_password_of_every_awkward_character_opens_the_door() {
    let sandbox = Sandbox::from_env();
    for server in [Server::Primary, Server::MariaDb] {
        let report = MySqlServers::new()
            .test(&sandbox.target(server, Account::Tricky), None)
            .await
            .unwrap();
        assert_eq!(report.account, "'tricky'@'%'");
    }
}
