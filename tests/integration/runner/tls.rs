//! Each TLS mode as the real server sees the run's own session.

use mysqler_contract::{ErrorCode, ProbeReport, TableRef, TlsMode};
use mysqler_core::ports::{Runner, ServerCertificate, Servers, Signal};
use mysqler_mysql::MySqlServers;
use mysqler_tests::sandbox::{Account, Server};
use mysqler_tests::table::filled;

use super::bench::{Bench, Wish, is_event, signals};

async fn certificate(bench: &Bench, ca_pem: String) -> ServerCertificate {
    let mut target = bench.sandbox.target(Server::Primary, Account::Mysqler);
    target.tls = TlsMode::VerifyCa;
    target.ca_pem = Some(ca_pem);
    MySqlServers::new()
        .certificate(&target)
        .await
        .expect("a handshake")
        .expect("the sandbox offers TLS")
}

async fn wish(bench: &Bench, tls: TlsMode) -> Wish {
    let mut wish = bench.wish(TableRef {
        database: "shop".into(),
        table: "orders".into(),
    });
    wish.tls = tls;
    wish.ca_pem = Some(bench.sandbox.ca_pem());
    wish.certificate = Some(certificate(bench, bench.sandbox.ca_pem()).await);
    wish
}

async fn probe(bench: &Bench, wish: &Wish) -> ProbeReport {
    let launch = bench.launch(wish).expect("a launch");
    bench
        .runner
        .probe(&launch, (&bench.password(wish)).into())
        .await
        .expect("a probe")
}

fn cipher(report: &ProbeReport) -> Option<&str> {
    match report {
        ProbeReport::Connected { tls_cipher, .. } => tls_cipher.as_deref(),
        ProbeReport::Refused { message } => panic!("{message}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_mode_is_what_it_says() {
    let bench = Bench::new().await;
    for mode in [
        TlsMode::Preferred,
        TlsMode::Required,
        TlsMode::VerifyCa,
        TlsMode::VerifyIdentity,
    ] {
        let report = probe(&bench, &wish(&bench, mode).await).await;
        assert!(
            cipher(&report).is_some_and(|cipher| cipher.contains("TLS_")),
            "{mode:?}: {report:?}"
        );
    }
    let plain = probe(&bench, &wish(&bench, TlsMode::Disabled).await).await;
    assert_eq!(cipher(&plain), None);
    let mut unoffered = wish(&bench, TlsMode::Preferred).await;
    unoffered.certificate = None;
    assert_eq!(
        cipher(&probe(&bench, &unoffered).await),
        None,
        "preferred follows what the server offers"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tools_own_session_is_encrypted_on_the_server() {
    let bench = Bench::new().await;
    let schema = bench.sandbox.fresh_schema(Server::Primary, "runner_tls").await;
    for (mode, encrypted) in [
        (TlsMode::Disabled, false),
        (TlsMode::Required, true),
        (TlsMode::VerifyCa, true),
        (TlsMode::VerifyIdentity, true),
    ] {
        let table = filled(&schema, &format!("tls_{mode:?}").to_lowercase(), 100).await;
        let mut wish = Wish {
            table,
            hold: true,
            ..wish(&bench, mode).await
        };
        wish.clause = "ENGINE=InnoDB".into();
        let job = bench.start(&wish).await;
        let lines = job.until(|line| is_event(line, "held")).await;
        let ids = signals(&bench.runner, &wish, &lines)
            .into_iter()
            .find_map(|signal| match signal {
                Signal::Sessions(ids) => Some(ids),
                _ => None,
            })
            .expect("the bridge names its sessions");
        assert_eq!(ids.len(), 2);
        let mut admin = bench.sandbox.client(Server::Primary, Account::Root).await;
        for id in ids {
            let cipher = admin
                .value(&format!(
                    "SELECT s.variable_value FROM performance_schema.status_by_thread s JOIN performance_schema.threads t \
                     USING (thread_id) WHERE t.processlist_id = {id} AND s.variable_name = 'Ssl_cipher'"
                ))
                .await;
            assert_eq!(
                !cipher.is_empty(),
                encrypted,
                "{mode:?}, session {id}: {cipher:?}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_verified_is_refused() {
    let bench = Bench::new().await;
    let mut wrong_ca = wish(&bench, TlsMode::VerifyIdentity).await;
    wrong_ca.ca_pem = Some(bench.sandbox.other_ca_pem());
    let report = probe(&bench, &wrong_ca).await;
    assert!(
        matches!(report, ProbeReport::Refused { ref message } if message.contains("TLS")),
        "{report:?}"
    );

    let mut wrong_pin = wish(&bench, TlsMode::VerifyCa).await;
    let genuine = wrong_pin.certificate.clone().expect("a certificate");
    let sha1: String = genuine
        .sha1
        .chars()
        .map(|digit| if digit == '0' { '1' } else { '0' })
        .collect();
    wrong_pin.certificate = Some(ServerCertificate { sha1, ..genuine });
    let report = probe(&bench, &wrong_pin).await;
    assert!(
        matches!(report, ProbeReport::Refused { ref message } if message.contains("ingerprint")),
        "{report:?}"
    );

    let mut unverified = wish(&bench, TlsMode::VerifyCa).await;
    unverified.certificate = Some(certificate(&bench, bench.sandbox.other_ca_pem()).await);
    assert_eq!(
        bench.launch(&unverified).expect_err("unverified").code,
        ErrorCode::LaunchImpossible
    );

    for mode in [TlsMode::Required, TlsMode::VerifyCa, TlsMode::VerifyIdentity] {
        let mut unoffered = wish(&bench, mode).await;
        unoffered.certificate = None;
        assert_eq!(
            bench.launch(&unoffered).expect_err("no TLS").code,
            ErrorCode::LaunchImpossible,
            "{mode:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_the_certificate_lacks_is_refused() {
    let bench = Bench::new().await;
    let named = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
    let output = std::process::Command::new("docker")
        .args([
            "inspect",
            "--format",
            named,
            bench.sandbox.container(Server::Primary),
        ])
        .output()
        .expect("the docker client");
    let mut wish = wish(&bench, TlsMode::VerifyIdentity).await;
    wish.host = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    wish.port = 3306;
    let launch = bench.launch(&wish).expect("a launch");
    // The server's address on its own network; only the workstation's network leads there.
    let launch = mysqler_contract::Launch {
        network: mysqler_contract::NetworkChoice::Host,
        ..launch
    };
    let report = bench
        .runner
        .probe(&launch, (&bench.password(&wish)).into())
        .await
        .expect("a probe");
    assert!(
        matches!(report, ProbeReport::Refused { ref message } if message.contains("ostname")),
        "{report:?}"
    );

    let mut by_name = self::wish(&bench, TlsMode::VerifyIdentity).await;
    by_name.host = "localhost".into();
    assert!(
        cipher(&probe(&bench, &by_name).await).is_some(),
        "localhost is a name of the certificate"
    );
}
