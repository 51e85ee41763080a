//! TLS switched off behind a tunnel: used where it works all the same, done without where the server breaks it off, and
//! never at the price of a password that anybody beyond the SSH server could read.

use mysqler_contract::{ConnectionDraft, Environment, ErrorCode, Severity, TlsMode};
use mysqler_tests::proxy::{Proxy, TlsOffer};
use mysqler_tests::sandbox::{Account, Server};
use mysqler_tests::table::{filled, remains};

use crate::scene::Scene;

/// The sandbox's server as the SSH server reaches it through `proxy`.
async fn behind(scene: &Scene, server: Server, proxy: &Proxy) -> ConnectionDraft {
    ConnectionDraft {
        host: proxy.address.ip().to_string(),
        port: proxy.address.port(),
        tls: TlsMode::Disabled,
        tunnel: Some(scene.accepted().await),
        connect_timeout_s: 30,
        ..scene.desk.draft(server, Account::Mysqler, Environment::Test)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_tls_breaks_off_is_changed_without_it_where_that_was_asked() {
    let scene = Scene::new().await;
    let server = Server::MariaDb;
    let schema = scene.desk.sandbox.fresh_schema(server, "tunnel_plain").await;
    let table = filled(&schema, "orders", 500).await;
    let address = scene.desk.sandbox.address(server);
    let proxy = Proxy::for_containers(address, TlsOffer::Broken).await;
    let draft = behind(&scene, server, &proxy).await;
    let strict = ConnectionDraft {
        tls: TlsMode::Required,
        ..draft.clone()
    };
    assert_eq!(scene.refusal(strict).await.code, ErrorCode::ServerTls);

    let connection = scene.desk.core.connection_save(&draft, true).await;
    let connection = connection.expect("saved");
    let request = scene.desk.request(&connection, &table, "ADD COLUMN extra INT");
    let plan = scene.desk.plan(request).await;
    let launch = plan.launch.as_ref().expect("a launch");
    assert!(
        launch.defaults.contains(&"ssl=0".to_owned()),
        "{:?}",
        launch.defaults
    );
    let id = scene.desk.start(&plan).await.id;
    scene.desk.completed(&id).await;
    let mut client = schema.client().await;
    assert_eq!(remains(&mut client, schema.name()).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_would_go_in_clear_beyond_the_ssh_server_is_not_sent() {
    let scene = Scene::new().await;
    let server = Server::Primary;
    let schema = scene.desk.sandbox.fresh_schema(server, "tunnel_clear").await;
    let table = filled(&schema, "orders", 100).await;
    let address = scene.desk.sandbox.address(server);
    let proxy = Proxy::for_containers(address, TlsOffer::Broken).await;
    let draft = behind(&scene, server, &proxy).await;
    let connection = scene.desk.core.connection_save(&draft, true).await;
    let connection = connection.expect("saved");
    let mut request = scene.desk.request(&connection, &table, "ADD COLUMN extra INT");
    request.engine = mysqler_contract::EngineChoice::PtOsc;
    let plan = scene.desk.core.plan(request, None).await.expect("a plan");
    assert!(plan.blocked(), "{:#?}", plan.findings);
    assert!(plan.launch.is_none(), "nothing could be started");
    let told = plan
        .findings
        .iter()
        .any(|finding| finding.severity == Severity::Block && format!("{finding:?}").contains("in clear"));
    assert!(told, "{:#?}", plan.findings);
}
