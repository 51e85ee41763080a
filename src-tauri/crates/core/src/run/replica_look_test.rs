use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use mysqler_contract::{AppError, Secret, TlsMode};

use super::*;
use crate::ports::ReplicaState;

fn target(password: &str) -> Target {
    Target {
        host: "db".into(),
        port: 3306,
        user: "dba".into(),
        password: Secret::new(password),
        database: None,
        connect_timeout: Duration::from_secs(5),
        charset: "utf8mb4".into(),
        tls: TlsMode::Disabled,
        ca_pem: None,
        tunnel: None,
    }
}

/// A server that takes one password, and a connection that may have another.
struct Server {
    takes: &'static str,
    saved: Mutex<std::result::Result<&'static str, ErrorCode>>,
    read: AtomicU32,
}

impl Server {
    fn new(takes: &'static str, saved: &'static str) -> Self {
        Self {
            takes,
            saved: Mutex::new(Ok(saved)),
            read: AtomicU32::new(0),
        }
    }

    fn lock(&self) {
        *self.saved.lock().expect("free") = Err(ErrorCode::VaultLocked);
    }
}

#[async_trait]
impl Sight for Server {
    async fn target(&self) -> Result<Target> {
        self.read.fetch_add(1, Ordering::Relaxed);
        let saved = *self.saved.lock().expect("free");
        saved.map(target).map_err(AppError::new)
    }

    async fn replicas(&self, target: &Target) -> Result<Vec<ReplicaMoment>> {
        if target.password.expose() != self.takes {
            return Err(AppError::new(ErrorCode::ServerAccessDenied));
        }
        Ok(vec![ReplicaMoment {
            name: "a:3306".into(),
            state: Ok(ReplicaState::default()),
        }])
    }
}

fn read<S: Sight>(looking: &Looking<S>, of: impl Fn(&S) -> &AtomicU32) -> u32 {
    of(&looking.sight).load(Ordering::Relaxed)
}

#[tokio::test]
async fn a_run_that_has_its_secret_asks_no_vault() {
    let server = Server::new("right", "right");
    server.lock();
    let mut looking = Looking::new(server, Some(target("right")));
    for _ in 0..3 {
        assert_eq!(looking.look().await.expect("seen").len(), 1);
    }
    assert_eq!(read(&looking, |server| &server.read), 0);
}

#[tokio::test]
async fn after_a_takeover_the_secret_is_read_once() {
    let mut looking = Looking::new(Server::new("right", "right"), None);
    for _ in 0..3 {
        assert_eq!(looking.look().await.expect("seen").len(), 1);
    }
    assert_eq!(read(&looking, |server| &server.read), 1);
    let locked = Server::new("right", "right");
    locked.lock();
    let error = Looking::new(locked, None).look().await.expect_err("locked");
    assert_eq!(error.code, ErrorCode::VaultLocked);
}

#[tokio::test]
async fn a_refused_login_has_the_secret_read_anew_and_not_every_second() {
    let mut looking = Looking::new(Server::new("new", "new"), Some(target("old")));
    let refused = looking.look().await.expect_err("refused");
    assert_eq!(refused.code, ErrorCode::ServerAccessDenied);
    assert_eq!(looking.look().await.expect("seen").len(), 1);

    let mut wrong = Looking::new(Server::new("new", "old"), Some(target("old")));
    for _ in 0..3 {
        wrong.look().await.expect_err("refused");
    }
    assert_eq!(read(&wrong, |server| &server.read), 1);
}

#[test]
fn a_replica_that_does_not_answer_may_have_refused_the_login_too() {
    let answers = |state| {
        Ok(vec![ReplicaMoment {
            name: "a:3306".into(),
            state,
        }])
    };
    assert!(is_refused(&answers(Err("access denied".into()))));
    assert!(!is_refused(&answers(Ok(ReplicaState::default()))));
    assert!(!is_refused(&Err(AppError::new(ErrorCode::ServerLost))));
}
