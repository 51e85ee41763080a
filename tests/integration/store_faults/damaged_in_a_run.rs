//! The data file is damaged while a run works: the run goes on to its true end, which waits in the spool. The damaged file is
//! kept, and with a backup put in its place the record is whole.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use mysqler_contract::{AppStatus, ErrorCode, RunId, RunState, RunView, UnclaimedRecord};
use mysqler_core::ports::{Clock, SettingsStore, SystemClock};
use mysqler_runner::DockerRunner;
use mysqler_tests::desk::{DEADLINE, Desk};
use mysqler_tests::program::mysqlerctl;
use mysqler_tests::table;
use sqlx::{ConnectOptions, Connection, SqliteConnection};

use crate::full::{Copying, ROWS, record_is_whole, shown, stored_lines, to_its_end, trouble, troubles};

/// Writes to the data file as another program would, which makes every reader look at it anew.
struct Other(SqliteConnection);

impl Other {
    async fn open(file: &Path) -> Self {
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file);
        let options = options.busy_timeout(DEADLINE);
        Self(options.connect().await.expect("opened"))
    }

    /// Nobody writes from here on; what is read from here on comes from memory.
    async fn hold(&mut self) {
        self.run("BEGIN IMMEDIATE").await;
        self.run("PRAGMA user_version").await;
    }

    async fn run(&mut self, statement: &'static str) {
        let done = sqlx::raw_sql(statement).execute(&mut self.0).await;
        done.expect(statement);
    }

    async fn seq(&mut self, run: &RunId) -> (i64, i64) {
        sqlx::query_as("SELECT last_seq, last_line FROM runs WHERE id = ?")
            .bind(&run.0)
            .fetch_one(&mut self.0)
            .await
            .expect("the run is stored")
    }
}

/// A backup with all that is on record of a run that stands still. What it still had to say would make a hole otherwise.
async fn backup(desk: &Desk, run: &RunId, other: &mut Other) -> PathBuf {
    let begun = Instant::now();
    loop {
        desk.store.backup(9, SystemClock.now()).await.expect("a backup");
        let status = desk.core.app_status("0.0.0").await.expect("an answer");
        let newest = PathBuf::from(&status.data.backups[0].path);
        other.hold().await;
        let kept = Other::open(&newest).await.seq(run).await;
        if kept == other.seq(run).await {
            return newest;
        }
        other.run("ROLLBACK").await;
        assert!(begun.elapsed() < DEADLINE, "the run never stands still");
    }
}

/// Zeroes every page of the file but the first, and every page of its log. By another process: one that closes a file
/// takes its own locks off it.
fn damage(file: &Path) {
    let script = r#"zero() { dd if=/dev/zero of="$1" bs=32 seek="$2" count=$(($(stat -c %s "$1") / 32 - $2)) conv=notrunc status=none; }
        zero "$1" 128 && zero "$1-wal" 1"#;
    let done = Command::new("sh").args(["-c", script, "sh"]).arg(file).status();
    assert!(done.is_ok_and(|status| status.success()), "damaged");
}

pub fn what_ctl_says(dir: &Path) -> String {
    let mut command = Command::new(mysqlerctl());
    command
        .arg("--data-dir")
        .arg(dir)
        .args(["--json", "connection", "list"]);
    let output = command
        .output()
        .expect("mysqlerctl is built: run cargo build --workspace");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

async fn status(desk: &Desk) -> AppStatus {
    desk.core.app_status("0.0.0").await.expect("an answer")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_at_its_gate_still_hears_whoever_cannot_read_its_record() {
    let data = tempfile::tempdir().expect("a scratch directory");
    let file = data.path().join("mysqler.db");
    let desk = Desk::at(data.path(), "test:1", DockerRunner::new()).await;
    let run = Copying::on(&desk, "store_damaged_gate", true).await;
    let at_the_gate = |view: &RunView| matches!(view.state, RunState::AwaitingCutover { .. });
    desk.until(&run.id, "the gate", at_the_gate).await;
    let mut other = Other::open(&file).await;
    other.hold().await;
    damage(&file);
    other.run("PRAGMA user_version = 1").await;
    other.run("COMMIT").await;
    other.0.close().await.expect("closed");
    let unread = desk.core.run_view(&run.id).await;
    assert_eq!(unread.expect_err("it is damaged").code, ErrorCode::StoreDamaged);

    // It was not started to be continued, so this wish is not for it; the next one is.
    desk.core.run_stop_keep(&run.id).await.expect("heard");
    desk.core.run_cutover(&run.id).await.expect("heard");
    to_its_end(&run.view).await;
    let mut client = run.schema.client().await;
    let definition = client.rows("SHOW CREATE TABLE t").await[0][1].clone();
    assert!(definition.contains("`extra`"), "it is swapped: {definition}");
    let begun = Instant::now();
    while !table::remains(&mut client, run.schema.name()).await.is_empty() {
        assert!(begun.elapsed() < DEADLINE, "something is left");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    desk.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_outlives_damage_to_its_data_file_and_a_backup_makes_its_record_whole() {
    let data = tempfile::tempdir().expect("a scratch directory");
    let dir = data.path();
    let file = dir.join("mysqler.db");
    let desk = Desk::at(dir, "test:1", DockerRunner::new()).await;
    let run = Copying::paused(&desk, "store_damaged_in_a_run").await;
    let id = run.id.clone();
    let mut other = Other::open(&file).await;
    let backup = backup(&desk, &id, &mut other).await;
    damage(&file);
    other.run("PRAGMA user_version = 1").await;
    other.run("COMMIT").await;
    other.0.close().await.expect("closed");

    // A person steers it by what the screen still shows.
    desk.core.run_resume(&id).await.expect("heard");
    trouble(&desk.told, &id, ErrorCode::StoreDamaged).await;
    let written = to_its_end(&run.view).await;
    let spool = dir.join("spool").join(format!("{id}.jsonl"));
    let begun = Instant::now();
    while !fs::read_to_string(&spool).is_ok_and(|kept| kept.contains("\"completed\"")) {
        assert!(begun.elapsed() < DEADLINE, "the end is not kept");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(
        table::remains(&mut run.schema.client().await, run.schema.name()).await,
        Vec::<String>::new(),
        "the change is done"
    );
    assert_eq!(troubles(&desk.told), 1, "one trouble is told once");
    desk.close().await;

    // The next start sets the file aside and begins an empty one, which knows nothing of the run.
    let unclaimed = UnclaimedRecord {
        run: id.clone(),
        files: vec![spool.display().to_string()],
    };
    let empty = Desk::at(dir, "test:2", DockerRunner::new()).await;
    let told = status(&empty).await;
    let aside = PathBuf::from(told.data.set_aside.expect("it is told that it was set aside"));
    assert_eq!(told.unclaimed, [unclaimed], "what waits for it is told");
    assert_eq!(told.data.backups[0].path, backup.display().to_string());
    empty.close().await;
    assert!(aside.exists(), "the damaged file is kept");
    let said = what_ctl_says(dir);
    assert!(
        said.contains(&id.0) && said.contains(&spool.display().to_string()),
        "the other host tells it too: {said}"
    );

    fs::copy(&backup, &file).expect("copied");
    let restored = Desk::at(dir, "test:3", DockerRunner::new()).await;
    let view = restored.completed(&id).await;
    assert_eq!(view.rows_copied, ROWS);
    record_is_whole(&restored, &view).await;
    assert_eq!(
        stored_lines(&restored, &id).await,
        shown(&written, &run.table),
        "no line is lost or doubled"
    );
    let told = status(&restored).await;
    assert_eq!((told.data.set_aside, told.unclaimed), (None, Vec::new()));
    assert!(!spool.exists(), "what is stored is kept nowhere else");
    restored.close().await;
    assert!(aside.exists(), "the damaged file is still there");
}
