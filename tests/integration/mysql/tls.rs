//! Each TLS mode, and what the server says of the session it made.

use mysqler_contract::{ErrorCode, Secret, TlsMode};
use mysqler_core::ports::{Servers, Target};
use mysqler_mysql::MySqlServers;
use mysqler_tests::sandbox::{Account, Sandbox, Server};

use mysqler_tests::proxy::{Proxy, TlsOffer};

const SERVERS: [Server; 2] = [Server::Primary, Server::MariaDb];

async fn cipher(target: &Target) -> Result<Option<String>, mysqler_contract::AppError> {
    let report = MySqlServers::new().test(target, None).await?;
    assert_eq!(report.tls_cipher.is_some(), report.tls_version.is_some());
    Ok(report.tls_cipher)
}

#[tokio::test]
async fn every_mode_makes_the_session_that_it_names() {
    let sandbox = Sandbox::from_env();
    for server in SERVERS {
        let base = sandbox.target(server, Account::Mysqler);
        let with_ca = Target {
            ca_pem: Some(sandbox.ca_pem()),
            ..base.clone()
        };
        for (mode, target) in [
            (TlsMode::Required, &base),
            (TlsMode::Preferred, &base),
            (TlsMode::VerifyCa, &with_ca),
            (TlsMode::VerifyIdentity, &with_ca),
        ] {
            let cipher = cipher(&Target {
                tls: mode,
                ..target.clone()
            })
            .await
            .unwrap();
            assert!(
                cipher.is_some_and(|cipher| cipher.contains("AES")),
                "{server:?} {mode:?} is not encrypted"
            );
        }
        // The logins above left the password in the server's cache, so that a plain login can work.
        let plain = cipher(&Target {
            tls: TlsMode::Disabled,
            ..base
        })
        .await
        .unwrap();
        assert_eq!(plain, None, "{server:?}");
    }
}

#[tokio::test]
async fn an_unrelated_authority_is_refused_with_the_reason() {
    let sandbox = Sandbox::from_env();
    for server in SERVERS {
        for tls in [TlsMode::VerifyCa, TlsMode::VerifyIdentity] {
            let target = Target {
                tls,
                ca_pem: Some(sandbox.other_ca_pem()),
                ..sandbox.target(server, Account::Mysqler)
            };
            let error = cipher(&target)
                .await
                .expect_err("this authority did not issue the certificate");
            assert_eq!(error.code, ErrorCode::ServerTls, "{error:?}");
            assert_eq!(error.params["reason"], "untrusted", "{error:?}");
        }
    }
}

#[tokio::test]
async fn a_bundle_is_searched_for_the_authority() {
    let sandbox = Sandbox::from_env();
    let bundle = format!("# two\n{}\n{}", sandbox.other_ca_pem(), sandbox.ca_pem());
    let target = Target {
        tls: TlsMode::VerifyIdentity,
        ca_pem: Some(bundle),
        ..sandbox.target(Server::Primary, Account::Mysqler)
    };
    assert!(cipher(&target).await.unwrap().is_some());
}

#[tokio::test]
async fn another_name_than_the_certificates_fails_identity_and_passes_authority() {
    let sandbox = Sandbox::from_env();
    let proxy = Proxy::listening(
        "127.0.0.2".parse().unwrap(),
        sandbox.address(Server::Primary),
        TlsOffer::Passed,
    )
    .await;
    let target = Target {
        host: proxy.address.ip().to_string(),
        port: proxy.address.port(),
        ca_pem: Some(sandbox.ca_pem()),
        tls: TlsMode::VerifyIdentity,
        ..sandbox.target(Server::Primary, Account::Mysqler)
    };
    let error = cipher(&target)
        .await
        .expect_err("the certificate names 127.0.0.1 only");
    assert_eq!(error.params["reason"], "other_name", "{error:?}");
    assert!(
        cipher(&Target {
            tls: TlsMode::VerifyCa,
            ..target
        })
        .await
        .unwrap()
        .is_some()
    );
}

#[tokio::test]
async fn a_server_without_tls_gets_plain_sessions_only_where_that_was_allowed() {
    let sandbox = Sandbox::from_env();
    for server in SERVERS {
        let base = sandbox.target(server, Account::Mysqler);
        cipher(&base).await.unwrap();
        let proxy = Proxy::without_tls(sandbox.address(server)).await;
        let target = Target {
            port: proxy.address.port(),
            ..base
        };
        let preferred = Target {
            tls: TlsMode::Preferred,
            ..target.clone()
        };
        assert_eq!(cipher(&preferred).await.unwrap(), None);
        for (tls, ca_pem) in [
            (TlsMode::Required, None),
            (TlsMode::VerifyCa, Some(sandbox.ca_pem())),
        ] {
            let error = cipher(&Target {
                tls,
                ca_pem,
                ..target.clone()
            })
            .await
            .expect_err("TLS was demanded");
            assert_eq!(error.code, ErrorCode::ServerTls, "{error:?}");
            assert_eq!(error.params["reason"], "not_offered", "{error:?}");
        }
        assert_eq!(MySqlServers::new().certificate(&target).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_password_that_only_tls_can_carry_is_told_as_such() {
    let sandbox = Sandbox::from_env();
    let mut root = sandbox.client(Server::Primary, Account::Root).await;
    // Made anew, so that the server has not cached its password.
    root.run("DROP USER IF EXISTS 'mysqler_test_cold'@'%'; CREATE USER 'mysqler_test_cold'@'%' IDENTIFIED BY 'cold'")
        .await;
    let target = Target {
        user: "mysqler_test_cold".into(),
        password: Secret::new("cold"),
        tls: TlsMode::Disabled,
        ..sandbox.target(Server::Primary, Account::Mysqler)
    };
    let error = cipher(&target)
        .await
        .expect_err("the password cannot be sent in the clear");
    root.run("DROP USER 'mysqler_test_cold'@'%'").await;
    assert_eq!(error.code, ErrorCode::ServerTls, "{error:?}");
    assert_eq!(error.params["reason"], "password_needs_tls");
}

#[tokio::test]
async fn verifying_needs_an_authority_that_can_be_read() {
    let sandbox = Sandbox::from_env();
    let base = Target {
        tls: TlsMode::VerifyCa,
        ..sandbox.target(Server::Primary, Account::Mysqler)
    };
    assert_eq!(cipher(&base).await.expect_err("no CA").params["reason"], "no_ca");
    let garbage = Target {
        ca_pem: Some("not a certificate".into()),
        ..base
    };
    assert_eq!(
        cipher(&garbage).await.expect_err("no certificate").params["reason"],
        "ca_unreadable"
    );
}

#[tokio::test]
async fn fingerprints_are_read_and_the_authority_is_checked() {
    let sandbox = Sandbox::from_env();
    for server in SERVERS {
        let servers = MySqlServers::new();
        let base = sandbox.target(server, Account::Mysqler);
        let seen = servers
            .certificate(&base)
            .await
            .unwrap()
            .expect("the sandbox offers TLS");
        assert!(!seen.verified_by_ca, "nothing was given to verify with");
        assert!(seen.sha1.len() == 40 && seen.sha256.len() == 64);
        assert!(
            seen.sha256
                .chars()
                .all(|c| c.is_ascii_digit() || ('A'..='F').contains(&c))
        );
        let with_ca = Target {
            ca_pem: Some(sandbox.ca_pem()),
            ..base.clone()
        };
        let verified = servers.certificate(&with_ca).await.unwrap().unwrap();
        assert!(verified.verified_by_ca);
        assert_eq!(
            (verified.sha1, verified.sha256),
            (seen.sha1, seen.sha256),
            "the certificate is the same"
        );
        let other = Target {
            ca_pem: Some(sandbox.other_ca_pem()),
            ..base
        };
        assert!(!servers.certificate(&other).await.unwrap().unwrap().verified_by_ca);
    }
    let [mysql, mariadb] = SERVERS.map(|server| sandbox.target(server, Account::Mysqler));
    let servers = MySqlServers::new();
    assert_ne!(
        servers.certificate(&mysql).await.unwrap().unwrap().sha256,
        servers.certificate(&mariadb).await.unwrap().unwrap().sha256,
        "each server has its own certificate"
    );
}
