//! The runner image on an engine: is it there and ours, load it, build it, pull its base.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bollard::models::{ImageInspect, ProgressDetail};
use bollard::query_parameters::{BuildImageOptions, CreateImageOptions, ImportImageOptions};
use futures::{StreamExt, TryStreamExt};
use mysqler_contract::{AppError, ErrorCode, ImageProgress, ImageRef, ImageStatus, Result};
use mysqler_core::ports::ProgressFn;
use serde::Deserialize;
use tokio::sync::Mutex;
use tokio_util::io::ReaderStream;

use super::container::ContainerSpec;
use super::engine::{self, Engine};
use super::once;
use crate::image::{self, BRIDGE_VERSION, LABEL_BRIDGE, LABEL_LAYER, LABEL_PTOSC, PTOSC_VERSION};

/// Asking an image what is inside takes a fraction of a second; a machine may be busy.
const ASK_DEADLINE: Duration = Duration::from_secs(30);

/// Versions that images themselves told, by image id: an id's content never changes.
pub(super) type Versions = Arc<Mutex<HashMap<String, Inside>>>;

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Inside {
    ptosc: String,
    bridge: String,
    client: Option<String>,
    #[serde(skip)]
    json: bool,
}

/// What the option file's TLS lines mean was proven with this client library; another one reads them otherwise.
const CLIENT: &str = "libmariadb";

pub(super) async fn status(engine: &Engine, versions: &Versions, reference: &str) -> Result<ImageStatus> {
    let docker = engine.client().await?;
    let found = match docker.inspect_image(reference).await {
        Ok(found) => found,
        Err(error) if engine::status(&error) == Some(404) => {
            return Ok(ImageStatus::Missing {
                reference: reference.to_owned(),
            });
        }
        Err(error) => return Err(engine.failed(error).await),
    };
    let image = ImageRef {
        reference: reference.to_owned(),
        id: found.id.clone().unwrap_or_default(),
    };
    if let Some(why) = mislabelled(&found) {
        return Ok(ImageStatus::Unsuitable { image, why });
    }
    let inside = match inside(engine, versions, &image).await? {
        Ok(inside) => inside,
        Err(why) => return Ok(ImageStatus::Unsuitable { image, why }),
    };
    if inside.ptosc != PTOSC_VERSION || inside.bridge != BRIDGE_VERSION {
        let why = format!(
            "it holds pt-online-schema-change {} and bridge {}; {PTOSC_VERSION} and {BRIDGE_VERSION} are needed",
            inside.ptosc, inside.bridge
        );
        return Ok(ImageStatus::Unsuitable { image, why });
    }
    if inside.client.as_deref() != Some(CLIENT) {
        let client = inside.client.as_deref().unwrap_or("an unknown library");
        let why =
            format!("its database driver uses {client}; only {CLIENT} carries the TLS settings as promised");
        return Ok(ImageStatus::Unsuitable { image, why });
    }
    if !inside.json {
        let why = "its Perl lacks the module JSON, without which no run can be continued".to_owned();
        return Ok(ImageStatus::Unsuitable { image, why });
    }
    Ok(ImageStatus::Ready {
        image,
        ptosc_version: inside.ptosc,
        bridge_version: inside.bridge,
        size_bytes: u64::try_from(found.size.unwrap_or(0)).unwrap_or(0),
    })
}

/// Why the labels are not those of this build's layer.
fn mislabelled(found: &ImageInspect) -> Option<String> {
    let labels = found
        .config
        .as_ref()
        .and_then(|config| config.labels.clone())
        .unwrap_or_default();
    let layer = image::layer();
    let wanted = [
        (LABEL_BRIDGE, BRIDGE_VERSION),
        (LABEL_PTOSC, PTOSC_VERSION),
        (LABEL_LAYER, layer.as_str()),
    ];
    wanted
        .iter()
        .find_map(|(label, want)| match labels.get(*label).map(String::as_str) {
            None => Some(format!(
                "it has no label {label}: it is not a runner image of MySQLer"
            )),
            Some(is) if is != *want => Some(format!("its label {label} is {is}; this version needs {want}")),
            Some(_) => None,
        })
}

/// Asks the image itself, once. The inner error says why it gives no answer.
async fn inside(engine: &Engine, versions: &Versions, image: &ImageRef) -> Result<Result<Inside, String>> {
    let mut known = versions.lock().await;
    if let Some(inside) = known.get(&image.id) {
        return Ok(Ok(inside.clone()));
    }
    let Some(answer) = once::ask(engine, &ContainerSpec::versions(&image.id), None, ASK_DEADLINE).await?
    else {
        return Ok(Err("it does not answer what is inside".to_owned()));
    };
    let (versions, rest) = answer.stdout.split_once('\n').unwrap_or((&answer.stdout, ""));
    match serde_json::from_str::<Inside>(versions.trim()) {
        Ok(inside) => {
            let json = rest.trim() == "json";
            let inside = Inside { json, ..inside };
            known.insert(image.id.clone(), inside.clone());
            Ok(Ok(inside))
        }
        Err(_) => Ok(Err(format!(
            "it does not tell its versions: {}",
            once::said(&answer)
        ))),
    }
}

/// Loads a tar (the engine itself unpacks what is compressed) and returns the name or id that it now has.
pub(super) async fn load(engine: &Engine, path: &Path, progress: &ProgressFn) -> Result<String> {
    let unreadable = |error: std::io::Error| {
        AppError::new(ErrorCode::FileUnreadable)
            .with("path", path.display())
            .detail(error)
    };
    let file = tokio::fs::File::open(path).await.map_err(unreadable)?;
    let total_bytes = file.metadata().await.map_err(unreadable)?.len();
    let docker = engine.client().await?;
    let sent = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&sent);
    let body = ReaderStream::with_capacity(file, 256 * 1024).inspect_ok(move |bytes| {
        counted.fetch_add(bytes.len() as u64, Ordering::Relaxed);
    });
    let mut told = docker.import_image_stream(ImportImageOptions::default(), body, None);
    let mut tick = tokio::time::interval(Duration::from_millis(200));
    let mut loaded = None;
    loop {
        let step = tokio::select! {
            message = told.next() => match message {
                Some(Ok(info)) => info.stream.unwrap_or_default().trim().to_owned(),
                // The engine was reached and refused: the file is not an image.
                Some(Err(error)) => return Err(not_an_image(engine, path, error).await),
                None => break,
            },
            _ = tick.tick() => String::new(),
        };
        loaded = loaded_name(&step).or(loaded);
        progress(ImageProgress {
            step,
            done_bytes: sent.load(Ordering::Relaxed),
            total_bytes,
        });
    }
    progress(ImageProgress {
        step: String::new(),
        done_bytes: total_bytes,
        total_bytes,
    });
    loaded.ok_or_else(|| file_format(path, "the engine named no image in it"))
}

async fn not_an_image(engine: &Engine, path: &Path, error: bollard::errors::Error) -> AppError {
    let told = engine.failed(error).await;
    match told.code {
        ErrorCode::DockerUnreachable => told,
        _ => file_format(path, told.detail.as_deref().unwrap_or_default()),
    }
}

fn file_format(path: &Path, why: &str) -> AppError {
    AppError::new(ErrorCode::FileFormat)
        .with("path", path.display())
        .detail(why)
}

fn loaded_name(line: &str) -> Option<String> {
    let name = line
        .strip_prefix("Loaded image: ")
        .or_else(|| line.strip_prefix("Loaded image ID: "))?;
    Some(name.trim().to_owned())
}

/// Adds our layer to `base`, which has to be there already.
pub(super) async fn build(engine: &Engine, base: &str, reference: &str, progress: &ProgressFn) -> Result<()> {
    let docker = engine.client().await?;
    match docker.inspect_image(base).await {
        Ok(_) => {}
        Err(error) if engine::status(&error) == Some(404) => {
            return Err(AppError::new(ErrorCode::ImageMissing).with("reference", base));
        }
        Err(error) => return Err(engine.failed(error).await),
    }
    let context = image::context().map_err(AppError::internal)?;
    let options = BuildImageOptions {
        dockerfile: "Dockerfile".into(),
        t: Some(reference.to_owned()),
        rm: true,
        forcerm: true,
        buildargs: Some(HashMap::from([
            ("BASE".to_owned(), base.to_owned()),
            ("LAYER".to_owned(), image::layer()),
        ])),
        ..Default::default()
    };
    let mut told = docker.build_image(options, None, Some(bollard::body_full(context.into())));
    while let Some(message) = told.next().await {
        match message {
            Ok(info) => {
                let step = info.stream.or(info.status).unwrap_or_default().trim().to_owned();
                if !step.is_empty() {
                    progress(ImageProgress {
                        step,
                        done_bytes: 0,
                        total_bytes: 0,
                    });
                }
            }
            Err(error) => return Err(engine.failed(error).await),
        }
    }
    Ok(())
}

/// Pulls the upstream base. Where no registry answers, the image has to be loaded from a file or built.
pub(super) async fn pull(engine: &Engine, progress: &ProgressFn) -> Result<()> {
    let docker = engine.client().await?;
    let options = CreateImageOptions {
        from_image: Some(crate::PULL_IMAGE.into()),
        ..Default::default()
    };
    let mut told = docker.create_image(Some(options), None, None);
    while let Some(message) = told.next().await {
        match message {
            Ok(info) => progress(pulled(info.status, info.id, info.progress_detail)),
            Err(error) => {
                let error = engine.failed(error).await;
                if error.code == ErrorCode::DockerUnreachable {
                    return Err(error);
                }
                let why = format!(
                    "the registry did not give {}: {}; load the image from a file or build it from a base image",
                    crate::PULL_IMAGE,
                    error.detail.unwrap_or_default()
                );
                return Err(AppError::new(ErrorCode::ImageMissing)
                    .with("reference", crate::PULL_IMAGE)
                    .detail(why));
            }
        }
    }
    Ok(())
}

fn pulled(status: Option<String>, layer: Option<String>, detail: Option<ProgressDetail>) -> ImageProgress {
    let bytes = |count: Option<i64>| u64::try_from(count.unwrap_or(0)).unwrap_or(0);
    let detail = detail.unwrap_or_default();
    let step = [layer.unwrap_or_default(), status.unwrap_or_default()]
        .join(" ")
        .trim()
        .to_owned();
    ImageProgress {
        step,
        done_bytes: bytes(detail.current),
        total_bytes: bytes(detail.total),
    }
}
