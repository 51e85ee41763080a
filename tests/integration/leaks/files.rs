//! Files as bytes: a data directory searched whole, and a copy of it with a canary in every file.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

use crate::canary::Canary;
use crate::containers::Places;

/// Every file below `dir`, by its path.
pub fn all(dir: &Path) -> Places {
    let mut found = BTreeMap::new();
    gather(dir, &mut found);
    found
}

/// The bytes of all files below `dir` one after another.
pub fn joined(dir: &Path) -> Vec<u8> {
    assert!(dir.is_dir(), "{} is not there to be searched", dir.display());
    all(dir).into_values().flatten().collect()
}

fn gather(dir: &Path, into: &mut Places) {
    for entry in fs::read_dir(dir)
        .unwrap_or_else(|error| panic!("{}: {error}", dir.display()))
        .flatten()
    {
        let path = entry.path();
        let Ok(kind) = entry.file_type() else { continue };
        if kind.is_dir() {
            gather(&path, into);
        } else if kind.is_file()
            && let Ok(bytes) = fs::read(&path)
        {
            // A file that is gone by now was temporary; whatever stays is searched again at the end.
            into.insert(path.display().to_string(), bytes);
        }
    }
}

/// Files that must be among what was searched: what is not there proves nothing.
#[track_caller]
pub fn are_among(places: &Places, wanted: &[&str]) {
    for name in wanted {
        assert!(
            places
                .iter()
                .any(|(path, bytes)| path.contains(name) && !bytes.is_empty()),
            "no {name} among {:?}",
            places.keys()
        );
    }
}

/// An equal copy of `dir`, the canary appended to each file and written into the database as a row.
pub async fn planted_copy(dir: &Path, canary: &Canary) -> (tempfile::TempDir, PathBuf) {
    let copy = tempfile::tempdir().expect("a scratch directory");
    for (path, bytes) in all(dir) {
        let target = copy
            .path()
            .join(Path::new(&path).strip_prefix(dir).expect("below the directory"));
        fs::create_dir_all(target.parent().expect("a file has a directory")).expect("a directory");
        fs::write(&target, [bytes, canary.planted()].concat()).expect("a file");
    }
    // As a program would store it, text and blob, in a database whose schema is the real one.
    let rows = copy.path().join("rows.db");
    let mut original = SqliteConnectOptions::new()
        .filename(dir.join("mysqler.db"))
        .connect()
        .await
        .expect("the data file opens");
    // What the log holds alone is in this copy too.
    sqlx::query("VACUUM INTO ?")
        .bind(rows.display().to_string())
        .execute(&mut original)
        .await
        .expect("a whole copy");
    original.close().await.expect("closed");
    let mut connection = SqliteConnectOptions::new()
        .filename(&rows)
        .connect()
        .await
        .expect("the copy opens");
    let insert = "INSERT INTO settings (name, value) VALUES ('planted', ?), ('planted too', hex(?))";
    let bound = sqlx::query(insert)
        .bind(canary.secret())
        .bind(canary.secret().as_bytes());
    bound.execute(&mut connection).await.expect("a row");
    connection.close().await.expect("written");
    (copy, rows)
}

/// Shows that a canary is found in every file of `dir`, then that none of `secrets` is in any.
pub async fn hold_none(dir: &Path, wanted: &[&str], secrets: &[&Canary]) {
    let places = all(dir);
    are_among(&places, wanted);
    let planted = Canary::new("planted in files");
    let (copy, rows) = planted_copy(dir, &planted).await;
    let copied = all(copy.path());
    assert!(copied.len() > places.len().min(3), "the copy is complete");
    assert!(
        copied.contains_key(&rows.display().to_string()),
        "the rows are among what is searched"
    );
    planted.is_in_each_of(&copied);
    for secret in secrets {
        secret.is_in_none_of(&places);
    }
}
