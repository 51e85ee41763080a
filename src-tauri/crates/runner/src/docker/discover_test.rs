use std::fs;

use super::*;

/// A workstation in a scratch directory.
struct World {
    dir: tempfile::TempDir,
    place: Place,
}

impl World {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a scratch directory");
        let at = |name: &str| dir.path().join(name);
        let place = Place {
            home: Some(at("home")),
            runtime: Some(at("runtime")),
            root: at("root"),
            config: Some(at("home/.docker")),
            ..Place::default()
        };
        Self { dir, place }
    }

    fn file(&self, path: &str, text: &str) -> String {
        let path = self.dir.path().join(path);
        fs::create_dir_all(path.parent().expect("a directory")).expect("directories");
        fs::write(&path, text).expect("a file");
        path.display().to_string()
    }

    fn context(&self, folder: &str, name: &str, host: &str) {
        let meta =
            serde_json::json!({ "Name": name, "Metadata": {}, "Endpoints": { "docker": { "Host": host } } });
        self.file(
            &format!("home/.docker/contexts/meta/{folder}/meta.json"),
            &meta.to_string(),
        );
    }

    fn found(&self) -> Vec<(DockerHostSource, String)> {
        let told = self.place.engines().into_iter();
        told.map(|entry| (entry.source, entry.name)).collect()
    }
}

use DockerHostSource as S;

#[cfg(unix)]
#[test]
fn every_socket_that_exists_is_found_and_nothing_else() {
    let world = World::new();
    let wanted: Vec<(S, String)> = [
        (S::Standard, "root/var/run/docker.sock"),
        (S::Rootless, "runtime/docker.sock"),
        (S::DockerDesktop, "home/.docker/run/docker.sock"),
        (S::DockerDesktop, "home/.docker/desktop/docker.sock"),
        (S::Colima, "home/.colima/default/docker.sock"),
        (S::Colima, "home/.colima/other/docker.sock"),
        (S::Podman, "runtime/podman/podman.sock"),
        (S::Podman, "root/run/podman/podman.sock"),
    ]
    .map(|(source, path)| (source, format!("unix://{}", world.file(path, ""))))
    .to_vec();
    world.file("home/.colima/_lima/disk", "");
    assert_eq!(world.found(), wanted);
}

#[test]
fn without_any_engine_the_standard_one_is_named() {
    let world = World::new();
    assert_eq!(world.found(), [(S::Standard, STANDARD.to_owned())]);
}

#[cfg(unix)]
#[test]
fn the_environment_comes_first_then_the_chosen_context() {
    let mut world = World::new();
    let standard = format!("unix://{}", world.file("root/var/run/docker.sock", ""));
    world.context("aa", "build", "ssh://me@build");
    world.context("bb", "colima", &standard);
    world.context("cc", "prod", "tcp://prod:2376");
    world.file("home/.docker/contexts/meta/dd/meta.json", "no json");
    world.file(
        "home/.docker/config.json",
        r#"{"auths": {}, "currentContext": "prod"}"#,
    );
    let named = |name: &str| (S::Context, name.to_owned());
    let in_order = [named("prod"), (S::Standard, standard.clone()), named("build")];
    assert_eq!(world.found(), in_order, "an address is listed once");

    world.place.docker_host = Some("tcp://env:2375".into());
    assert_eq!(world.found()[0], (S::Environment, "tcp://env:2375".to_owned()));
    world.place.docker_host = None;
    world.place.context = Some("build".into());
    assert_eq!(world.found()[0], named("build"));
    world.place.context = Some("default".into());
    assert_eq!(world.found()[0].0, S::Standard);
}

#[test]
fn a_contexts_certificates_come_with_it_and_so_do_the_environments() {
    let mut world = World::new();
    world.context("aa", "prod", "tcp://prod:2376");
    for name in ["ca.pem", "cert.pem", "key.pem"] {
        world.file(&format!("home/.docker/contexts/tls/aa/docker/{name}"), "PEM");
        world.file(&format!("certs/{name}"), "PEM");
    }
    let dir = |path: &str| world.dir.path().join(path).display().to_string();
    let files = |dir: String| {
        let path = |name: &str| Path::new(&dir).join(name).display().to_string();
        Some(DockerTls {
            ca_file: path("ca.pem"),
            client: Some(DockerClientFiles {
                cert_file: path("cert.pem"),
                key_file: path("key.pem"),
            }),
        })
    };
    let entry = world.place.engines().remove(0);
    assert_eq!(
        entry.endpoint.tls,
        files(dir("home/.docker/contexts/tls/aa/docker"))
    );
    assert_eq!(
        entry.id.0.parse(),
        Ok(entry.endpoint),
        "the id alone leads there again"
    );

    let expected = files(dir("certs"));
    world.place.certificates = Some(world.dir.path().join("certs"));
    world.place.docker_host = Some("tcp://env:2376".into());
    assert_eq!(world.place.of_environment().expect("named").tls, expected);
    world.place.docker_host = Some("unix:///x.sock".into());
    assert_eq!(world.place.of_environment().expect("named").tls, None);
}

#[tokio::test]
async fn tls_that_is_wanted_is_never_given_up_for_want_of_an_authority() {
    let mut world = World::new();
    world.context("aa", "prod", "tcp://prod:2376");
    world.file("home/.docker/contexts/tls/aa/docker/cert.pem", "PEM");
    let named = world.place.engines().remove(0);
    world.place.docker_host = Some("tcp://env:2376".into());
    world.place.certificates = Some(world.dir.path().join("certs"));
    let environment = world.place.of_environment().expect("named");
    for endpoint in [named.endpoint, environment] {
        let ca = endpoint.tls.clone().expect("TLS is wanted").ca_file;
        let refused = super::super::transport::open(&endpoint)
            .await
            .expect_err("no CA file");
        assert_eq!(
            refused.code,
            mysqler_contract::ErrorCode::FileUnreadable,
            "{refused:?}"
        );
        assert_eq!(refused.params["path"], ca);
    }
}

#[test]
fn a_context_that_asks_for_no_tls_has_none() {
    let world = World::new();
    world.context("aa", "prod", "tcp://127.0.0.1:2375");
    assert_eq!(world.place.engines().remove(0).endpoint.tls, None);
}
