//! Files that take a run's record while the data file cannot: one a run, a line a step, in the first place that has room.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use mysqler_contract::{AppError, Result, RunId};
use mysqler_core::ports::{RunSpool, SpooledStep};

use crate::data_dir::{make_private_dir, private_file};
use crate::fault;

/// Directories, best first. The one beside the data file is of no use when its disk is full.
#[derive(Debug, Clone)]
pub struct FileSpool {
    places: Vec<PathBuf>,
}

impl FileSpool {
    pub fn new(places: Vec<PathBuf>) -> Self {
        Self { places }
    }

    fn files(&self, run: &RunId) -> Vec<PathBuf> {
        let name = format!("{run}.jsonl");
        self.places.iter().map(|place| place.join(&name)).collect()
    }
}

#[async_trait]
impl RunSpool for FileSpool {
    async fn put(&self, run: &RunId, step: &SpooledStep) -> Result<()> {
        let files = self.files(run);
        let mut line = serde_json::to_vec(step).map_err(AppError::internal)?;
        line.push(b'\n');
        blocking(move || {
            let mut last = AppError::internal("the spool has no place");
            for file in files {
                match append(&file, &line) {
                    Ok(()) => return Ok(()),
                    Err(error) => last = error,
                }
            }
            Err(last)
        })
        .await
    }

    async fn steps(&self, run: &RunId) -> Result<Vec<SpooledStep>> {
        let files = self.files(run);
        blocking(move || {
            let mut steps = Vec::new();
            for file in files {
                read(&file, &mut steps)?;
            }
            steps.sort_by_key(|step: &SpooledStep| (step.seq, step.line));
            Ok(steps)
        })
        .await
    }

    async fn kept(&self) -> Result<Vec<(RunId, Vec<String>)>> {
        let places = self.places.clone();
        blocking(move || {
            let mut kept = BTreeMap::<String, Vec<String>>::new();
            for place in places {
                for file in files_in(&place)? {
                    let run = file.file_name().and_then(run_of);
                    let holds = fs::metadata(&file).is_ok_and(|found| found.len() > 0);
                    if let Some(run) = run.filter(|_| holds) {
                        kept.entry(run).or_default().push(file.display().to_string());
                    }
                }
            }
            Ok(kept.into_iter().map(|(run, files)| (RunId(run), files)).collect())
        })
        .await
    }

    async fn clear(&self, run: &RunId) -> Result<()> {
        let files = self.files(run);
        blocking(move || {
            for file in files {
                match fs::remove_file(&file) {
                    Ok(()) => {}
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                    Err(error) => return Err(fault::io(error, Some(&file))),
                }
            }
            Ok(())
        })
        .await
    }

    async fn set_aside(&self, run: &RunId) -> Result<Vec<String>> {
        let files = self.files(run);
        blocking(move || {
            let mut names = Vec::new();
            for file in files.into_iter().filter(|file| file.exists()) {
                let aside = (1_u32..)
                    .map(|number| file.with_extension(format!("set-aside-{number}.jsonl")))
                    .find(|aside| !aside.exists())
                    .unwrap_or_else(|| file.with_extension("set-aside.jsonl"));
                fs::rename(&file, &aside).map_err(|error| fault::io(error, Some(&aside)))?;
                names.push(aside.display().to_string());
            }
            Ok(names)
        })
        .await
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(AppError::internal)?
}

fn files_in(place: &Path) -> Result<Vec<PathBuf>> {
    let told = |error| fault::io(error, Some(place));
    match fs::read_dir(place) {
        Ok(entries) => entries.map(|entry| Ok(entry.map_err(told)?.path())).collect(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(told(error)),
    }
}

/// `20260101-001.jsonl`; what was set aside has one word more.
fn run_of(name: &OsStr) -> Option<String> {
    let run = name.to_str()?.strip_suffix(".jsonl")?;
    (!run.is_empty() && !run.contains('.')).then(|| run.to_owned())
}

fn append(path: &Path, line: &[u8]) -> Result<()> {
    if let Some(dir) = path.parent() {
        make_private_dir(dir)?;
    }
    let told = |error| fault::io(error, Some(path));
    let mut file = private_file(path).map_err(told)?;
    let end = file.seek(SeekFrom::End(0)).map_err(told)?;
    // What a power cut left by halves ends here.
    let begin: &[u8] = if end == 0 { b"" } else { b"\n" };
    let written = file
        .write_all(&[begin, line].concat())
        .and_then(|()| file.sync_data());
    written.map_err(|error| {
        // Half a line must not spoil the one that comes after it.
        if let Err(left) = file.set_len(end) {
            tracing::warn!(%left, path = %path.display(), "half a step stays in the spool");
        }
        told(error)
    })
}

fn read(path: &Path, steps: &mut Vec<SpooledStep>) -> Result<()> {
    let told = |error| fault::io(error, Some(path));
    let file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(told(error)),
    };
    for line in BufReader::new(file).split(b'\n') {
        // A power cut leaves a last step by halves, of which nobody was told that it is kept.
        if let Ok(step) = serde_json::from_slice(&line.map_err(told)?) {
            steps.push(step);
        }
    }
    Ok(())
}
