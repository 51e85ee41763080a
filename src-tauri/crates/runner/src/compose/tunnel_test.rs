//! Launches whose server is behind an SSH tunnel.

use mysqler_contract::{
    LoopbackWay, NetworkChoice, OptionSetting, SecretPresence, SshHostKey, SshMethod, SshTunnel, TlsMode,
};

use super::tests::{Given, PEM, local_tool, value};

fn tunnel() -> SshTunnel {
    SshTunnel {
        host: "jump.example.com".into(),
        port: 2222,
        user: "hop".into(),
        method: SshMethod::Key {
            path: "/home/dba/.ssh/id".into(),
        },
        secret: SecretPresence::Empty,
        host_key: Some(SshHostKey {
            fingerprint: "SHA256:abc".into(),
            key: "ssh-ed25519 AAAA".into(),
        }),
    }
}

fn behind(change: impl FnOnce(&mut SshTunnel)) -> Given {
    let mut tunnel = tunnel();
    change(&mut tunnel);
    Given {
        host: "127.0.0.1".into(),
        tunnel: Some(tunnel),
        ..Given::default()
    }
}

#[test]
fn the_tool_finds_the_server_at_the_near_end_of_its_own_tunnel() {
    let launch = behind(|_| {}).launch().expect("a launch");
    let dsn = launch.argv.last().expect("a DSN");
    assert!(
        dsn.starts_with("S=/run/pt/server.sock,P=3306,F=/run/pt/my.cnf,"),
        "{dsn}"
    );
    assert!(!dsn.contains("h="), "{dsn}");
    assert_eq!(value(&launch.argv, "--recursion-method"), "none");
    // The loopback address is the SSH server's, not this workstation's.
    assert_eq!(
        (launch.network, launch.host.as_str()),
        (NetworkChoice::Bridge, "127.0.0.1")
    );
    let way = launch.tunnel.as_ref().expect("a tunnel");
    let config = crate::tunnel::config(&launch, way, &crate::Files::CONTAINER.way).expect("a configuration");
    for line in [
        "HostName \"jump.example.com\"",
        "Port 2222",
        "User \"hop\"",
        "StrictHostKeyChecking yes",
        "UserKnownHostsFile \"/run/pt/ssh/known_hosts\"",
        "IdentityFile \"/run/pt/ssh/key\"",
        "IdentityAgent none",
        "LocalForward \"/run/pt/server.sock\" \"127.0.0.1:3306\"",
    ] {
        assert!(config.lines().any(|found| found == line), "{line} in\n{config}");
    }
    assert_eq!(crate::tunnel::known_hosts(way), "way ssh-ed25519 AAAA\n");
    let shown = crate::render::render(&launch);
    assert!(
        shown.contains("hop@jump.example.com:2222 to 127.0.0.1:3306; host key SHA256:abc"),
        "{shown}"
    );
}

#[test]
fn an_ssh_server_on_this_workstation_is_reached_as_a_server_there_would_be() {
    let mut given = behind(|tunnel| tunnel.host = "127.0.0.1".into());
    assert_eq!(given.launch().expect("a launch").network, NetworkChoice::Host);
    given.docker.loopback = LoopbackWay::DesktopGateway;
    given.tls = TlsMode::VerifyIdentity;
    given.ca_pem = Some(PEM.into());
    given.certificate.as_mut().expect("a certificate").names_host = true;
    let launch = given.launch().expect("a launch");
    assert_eq!(launch.network, NetworkChoice::DesktopGateway);
    assert_eq!(launch.tunnel.expect("a tunnel").host, "host.docker.internal");
    given.docker.loopback = LoopbackWay::Nowhere {
        why: mysqler_contract::LoopbackObstacle::Remote,
    };
    let error = given.launch().expect_err("out of reach");
    assert_eq!(error.code, mysqler_contract::ErrorCode::LoopbackUnreachable);
}

#[test]
fn the_servers_identity_is_pinned_once_its_name_was_verified() {
    let mut given = behind(|_| {});
    given.tls = TlsMode::VerifyIdentity;
    given.ca_pem = Some(PEM.into());
    assert!(
        given.refused().contains("does not name 127.0.0.1"),
        "{}",
        given.refused()
    );
    given.certificate.as_mut().expect("a certificate").names_host = true;
    let launch = given.launch().expect("a launch");
    let pin = format!("ssl-fp={}", "AB".repeat(20));
    assert!(launch.defaults.contains(&pin), "{:?}", launch.defaults);
}

#[test]
fn what_a_tunnel_cannot_carry_is_refused() {
    let refused = |given: Given| given.refused();
    let keyless = refused(behind(|tunnel| tunnel.host_key = None));
    assert!(keyless.contains("nobody has accepted"), "{keyless}");
    for name in ["check-replica-lag", "check-slave-lag", "recursion-method"] {
        let mut given = behind(|_| {});
        given.request.options.others = vec![OptionSetting {
            name: name.into(),
            value: Some("h=replica1".into()),
        }];
        assert!(refused(given).contains(name));
    }
    // The client would replace it.
    assert!(refused(behind(|tunnel| tunnel.user = "a%b".into())).contains("cannot be carried"));
}

#[test]
fn beyond_the_ssh_server_a_password_is_not_sent_in_clear() {
    let mut given = behind(|_| {});
    given.tls = TlsMode::Disabled;
    let launch = given.launch().expect("a launch");
    let dsn = launch.argv.last().expect("a DSN");
    assert!(dsn.ends_with(",s=1"), "it is encrypted all the same: {dsn}");
    given.certificate = None;
    assert!(given.refused().contains("offers no TLS"));
    given.server.flavour = mysqler_contract::Flavour::MariaDb;
    given.launch().expect("it has no such way of logging in");
    given.tunnel = None;
    given.server.flavour = mysqler_contract::Flavour::MySql;
    given.launch().expect("as asked");
}

#[test]
fn the_workstations_own_tool_has_the_way_in_its_own_directory() {
    let mut given = behind(|tunnel| {
        tunnel.method = SshMethod::Key {
            path: "keys/id".into(),
        }
    });
    given.tool = Some(local_tool(false));
    let launch = given.launch().expect("a launch");
    assert!(launch.argv.last().expect("a DSN").starts_with("S=./server.sock,"));
    let way = launch.tunnel.as_ref().expect("a tunnel");
    let config =
        crate::tunnel::config(&launch, way, &crate::Files::WORKSTATION.way).expect("a configuration");
    let whole = std::path::absolute("keys/id")
        .expect("a path")
        .display()
        .to_string();
    assert!(config.contains(&format!("IdentityFile \"{whole}\"")), "{config}");
}
