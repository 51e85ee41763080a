//! What others see of a run on this machine: no secret in argv, environment or files, files for this user alone; and
//! nothing of the user's own option files reaches the run.

use std::collections::BTreeMap;
use std::path::Path;

use mysqler_contract::RunState;
use mysqler_tests::sandbox::{Account, Server};
use mysqler_tests::table::filled;

use super::workstation::{Workstation, job, mode, session};

/// Argv and environment of each process of the job's session, and every file below `dir`.
fn places(pid: u32, dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for process in session(pid) {
        for name in ["cmdline", "environ"] {
            let path = format!("/proc/{process}/{name}");
            found.insert(path.clone(), std::fs::read(&path).unwrap_or_default());
        }
    }
    gather(dir, &mut found);
    found
}

fn gather(dir: &Path, into: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(dir).expect("a directory").flatten() {
        let path = entry.path();
        if path.is_dir() {
            gather(&path, into);
        } else if let Ok(bytes) = std::fs::read(&path) {
            into.insert(path.display().to_string(), bytes);
        }
    }
}

fn holding<'a>(places: &'a BTreeMap<String, Vec<u8>>, secret: &str) -> Vec<&'a str> {
    let holds = |bytes: &[u8]| bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
    let found = places.iter().filter(|(_, bytes)| holds(bytes));
    found.map(|(place, _)| place.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_password_is_nowhere_but_in_memory_and_the_users_own_options_are_shut_out() {
    let workstation = Workstation::new();
    let desk = workstation.desk("test:1").await;
    let schema = desk.sandbox.fresh_schema(Server::Primary, "local_privacy").await;
    let table = filled(&schema, "orders", 500).await;
    let connection = workstation.connection(&desk, Account::Tricky).await;
    // Each of these would end or turn a run that reads it.
    let home = workstation.file("home");
    std::fs::create_dir_all(&home).expect("a directory");
    std::fs::write(home.join(".pt-online-schema-change.conf"), "no-such-option=1\n").expect("written");
    std::fs::write(home.join(".percona-toolkit.conf"), "no-such-option=1\n").expect("written");
    std::fs::write(
        home.join(".my.cnf"),
        "[client]\nuser=nobody\npassword=wrong\nport=1\n",
    )
    .expect("written");
    let mut host = workstation.program_runs(&connection, &table, |command| {
        command.arg("--hold-cutover").env("HOME", &home);
        command
            .env("MYSQL_PWD", "wrong")
            .env("PTDEBUG", "1")
            .env("PERL5OPT", "-MNoSuchModule");
    });
    let id = host.run(&desk).await;
    let held = desk
        .until(&id, "the gate", |view| {
            matches!(view.state, RunState::AwaitingCutover { .. })
        })
        .await;

    let (pid, local) = (job(&held).pid, workstation.data().join("local"));
    let seen = places(pid, &workstation.data());
    let password = desk.sandbox.password(Account::Tricky);
    assert!(
        password.len() >= 8,
        "a password that is found by chance proves nothing"
    );
    assert_eq!(holding(&seen, password), Vec::<&str>::new());
    // The same search finds what is there.
    let user = desk.sandbox.user(Account::Tricky);
    let options = workstation.job_dir(&held).join("my.cnf").display().to_string();
    assert!(
        holding(&seen, user).contains(&options.as_str()),
        "{:?}",
        seen.keys()
    );
    assert!(!holding(&seen, "--ask-pass").is_empty(), "argv was searched");
    assert!(
        !holding(&seen, "MYSQLER_CONTROL").is_empty(),
        "environments were searched"
    );
    assert_eq!(holding(&seen, "NoSuchModule"), Vec::<&str>::new());

    assert_eq!(mode(&workstation.job_dir(&held)), 0o700);
    assert_eq!(mode(&local), 0o700);
    for name in ["my.cnf", "record.json", "out", "err", "alive", "begun", "hold"] {
        assert_eq!(mode(&workstation.job_dir(&held).join(name)), 0o600, "{name}");
    }
    desk.core.run_cutover(&id).await.expect("heard");
    desk.completed(&id).await;
    assert_eq!(host.end().await, Some(0), "{}", host.said());
    desk.close().await;
}
