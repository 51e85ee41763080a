//! Copies of the data file: written whole and checked before they count, kept few, put back on request.

use std::cmp::Reverse;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use chrono::NaiveDateTime;
use mysqler_contract::{BackupInfo, Result, Timestamp};
use sqlx::{Connection as _, SqliteConnection};

use crate::data_dir::{DataDir, private_file, utc, with_suffix};
use crate::fault;
use crate::open::{self, Health, Store};

const TIME: &str = "%Y%m%dT%H%M%S%3fZ";
/// A larger backup is read whole again only when it is needed: several would show at every start, and each was checked
/// when it was written and is once more before it is put back.
const READ_WHOLE: u64 = 8 * 1024 * 1024;

/// What a look at a backup gave, for as long as the file's size and time of change stay.
pub(crate) struct Verdict {
    bytes: u64,
    changed: Option<SystemTime>,
    passes: bool,
}

/// Writes a consistent copy while others go on writing. The copy gets its final name only after it was checked and is on
/// the disk, so that an interrupted backup is never taken for one.
pub(crate) async fn write(dir: &DataDir, at: Timestamp) -> Result<PathBuf> {
    let path = dir.backups().join(format!("mysqler-{}.db", utc(at).format(TIME)));
    let part = with_suffix(&path, ".part");
    let written = write_part(dir, &part).await;
    let renamed = match written {
        Ok(()) => fs::rename(&part, &path).map_err(|error| fault::io(error, Some(&path))),
        Err(error) => Err(error),
    };
    if renamed.is_err() {
        // Space may be what was missing; the first error is the one to tell.
        let _ = fs::remove_file(&part);
    }
    renamed.map(|()| path)
}

async fn write_part(dir: &DataDir, part: &Path) -> Result<()> {
    let _ = fs::remove_file(part);
    let file = private_file(part).map_err(|error| fault::io(error, Some(part)))?;
    let mut conn = SqliteConnection::connect_with(&open::options(&dir.file()))
        .await
        .map_err(fault::sql)?;
    let target = part.to_string_lossy().into_owned();
    let copied = sqlx::query("VACUUM INTO ?")
        .bind(target)
        .execute(&mut conn)
        .await
        .map_err(fault::sql);
    let closed = conn.close().await.map_err(fault::sql);
    copied.and(closed)?;
    match open::examine_copy(part, true).await? {
        Health::Whole { .. } => file.sync_all().map_err(|error| fault::io(error, Some(part))),
        Health::Absent => Err(open::unusable(part, "the copy is empty")),
        Health::Damaged(why) => Err(open::unusable(part, &why)),
    }
}

/// Removes all but the newest `keep`, and what interrupted backups left; never the last one.
pub(crate) fn prune(dir: &DataDir, keep: u32) -> Result<()> {
    let keep = usize::try_from(keep.max(1)).unwrap_or(usize::MAX);
    for old in list(dir)?.into_iter().skip(keep) {
        fs::remove_file(&old.path).map_err(|error| fault::io(error, Some(Path::new(&old.path))))?;
    }
    Ok(())
}

/// By name alone, newest first.
pub(crate) fn list(dir: &DataDir) -> Result<Vec<BackupInfo>> {
    let folder = dir.backups();
    let entries = fs::read_dir(&folder).map_err(|error| fault::io(error, Some(&folder)))?;
    let mut found: Vec<BackupInfo> = entries
        .flatten()
        .filter_map(|entry| described(&entry.path()))
        .collect();
    found.sort_by_key(|info| Reverse(info.made_at));
    Ok(found)
}

fn described(path: &Path) -> Option<BackupInfo> {
    let time = path
        .file_name()?
        .to_str()?
        .strip_prefix("mysqler-")?
        .strip_suffix(".db")?;
    let made_at = NaiveDateTime::parse_from_str(time, TIME)
        .ok()?
        .and_utc()
        .timestamp_millis();
    let bytes = fs::metadata(path).ok()?.len();
    Some(BackupInfo {
        path: path.to_string_lossy().into_owned(),
        made_at: Timestamp(made_at),
        bytes,
    })
}

/// Checks `backup`, sets the present file aside and takes its place.
pub(crate) async fn put_in_place(dir: &DataDir, backup: &Path, at: Timestamp) -> Result<()> {
    match open::examine_copy(backup, true).await? {
        Health::Whole { .. } => {}
        Health::Absent => return Err(open::unusable(backup, "the file is empty")),
        Health::Damaged(why) => return Err(open::unusable(backup, &why)),
    }
    let part = with_suffix(&dir.file(), ".restoring");
    let copied = copy(backup, &part);
    if let Err(error) = copied {
        let _ = fs::remove_file(&part);
        return Err(error);
    }
    dir.set_aside("replaced", at)?;
    fs::rename(&part, dir.file()).map_err(|error| fault::io(error, Some(&dir.file())))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    let told = |error| fault::io(error, Some(to));
    let mut source = File::open(from).map_err(|error| fault::io(error, Some(from)))?;
    let mut target = private_file(to).map_err(told)?;
    target.set_len(0).map_err(told)?;
    std::io::copy(&mut source, &mut target).map_err(told)?;
    target.sync_all().map_err(told)
}

impl Store {
    /// Backups that pass their check, newest first. A file that did not change since is not read again.
    pub(crate) async fn good_backups(&self) -> Result<Vec<BackupInfo>> {
        let mut good = Vec::new();
        let needed = self.inner.set_aside.is_some();
        let mut checked = self.inner.checked.lock().await;
        for info in list(&self.inner.dir)? {
            let path = PathBuf::from(&info.path);
            let changed = fs::metadata(&path).and_then(|found| found.modified()).ok();
            let known = checked
                .get(&path)
                .filter(|known| known.bytes == info.bytes && known.changed == changed);
            let passes = match known {
                Some(known) => known.passes,
                None => {
                    let whole = needed || info.bytes <= READ_WHOLE;
                    matches!(open::examine_copy(&path, whole).await, Ok(Health::Whole { .. }))
                }
            };
            checked.insert(
                path,
                Verdict {
                    bytes: info.bytes,
                    changed,
                    passes,
                },
            );
            if passes {
                good.push(info);
            }
        }
        Ok(good)
    }
}
