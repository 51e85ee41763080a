//! The data file becomes read-only while a run works: the run goes on to its true end, which waits in the spool, and nothing
//! of its record is lost once the file can be written again.

use mysqler_contract::{AppEvent, ErrorCode, RunState};
use mysqler_runner::DockerRunner;
use mysqler_tests::desk::Desk;
use mysqler_tests::table;

use crate::full::{Copying, ROWS, record_is_whole, shown, stored_lines, to_its_end, told, trouble, troubles};
use crate::{disk, read_only, spooled};

#[tokio::test(flavor = "multi_thread")]
async fn a_run_outlives_a_data_file_that_becomes_read_only_and_its_record_is_whole() {
    let test = "turned_read_only::a_run_outlives_a_data_file_that_becomes_read_only_and_its_record_is_whole";
    let Some(dir) = disk::own_mounts(test) else {
        return;
    };
    disk::ext4(&dir);
    let desk = Desk::at(&dir, "test:1", DockerRunner::new()).await;
    let run = Copying::paused(&desk, "store_read_only").await;
    let id = run.id.clone();

    disk::read_only(&dir, true);
    desk.core.run_resume(&id).await.expect("heard");
    trouble(&desk.told, &id, ErrorCode::StoreReadOnly).await;
    let written = to_its_end(&run.view).await;
    let spool = spooled::file(&id, "\"completed\"").await;
    assert_eq!(
        table::remains(&mut run.schema.client().await, run.schema.name()).await,
        Vec::<String>::new(),
        "the change is done"
    );
    let stuck = desk.core.run_view(&id).await.expect("reading goes on");
    assert!(
        matches!(stuck.state, RunState::Paused { .. }),
        "the file was not read-only: {:?}",
        stuck.state
    );
    assert!(!desk.told.all().contains(&AppEvent::StoreRecovered));
    let other = (Some(1), "STORE_READ_ONLY".to_owned());
    assert_eq!(read_only::ctl(&dir), other, "the other host says the same");

    disk::read_only(&dir, false);
    told(&desk.told, "the recovery", |event| {
        *event == AppEvent::StoreRecovered
    })
    .await;
    let view = desk.completed(&id).await;
    assert_eq!(view.rows_copied, ROWS);
    record_is_whole(&desk, &view).await;
    assert_eq!(
        stored_lines(&desk, &id).await,
        shown(&written, &run.table),
        "no line is lost or doubled"
    );
    assert!(!spool.exists(), "what is stored is kept nowhere else");
    assert_eq!(troubles(&desk.told), 1, "one trouble is told once");
    desk.close().await;
}
