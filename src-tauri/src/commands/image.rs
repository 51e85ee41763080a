//! The runner image on a Docker host.

use std::path::PathBuf;

use mysqler_contract::{DockerHostId, ImageProgress, ImageStatus, Result};
use tauri::ipc::Channel;

use super::Held;

#[tauri::command]
#[specta::specta]
pub async fn image_status(shell: Held<'_>, host: Option<DockerHostId>) -> Result<ImageStatus> {
    shell.core()?.image_status(host.as_ref()).await
}

#[tauri::command]
#[specta::specta]
pub async fn image_archive(shell: Held<'_>) -> Result<Option<PathBuf>> {
    Ok(shell.core()?.image_archive())
}

#[tauri::command]
#[specta::specta]
pub async fn image_load(
    shell: Held<'_>,
    host: Option<DockerHostId>,
    path: PathBuf,
    channel: Channel<ImageProgress>,
) -> Result<ImageStatus> {
    shell
        .core()?
        .image_load(host.as_ref(), &path, telling(channel))
        .await
}

#[tauri::command]
#[specta::specta]
pub async fn image_pull(
    shell: Held<'_>,
    host: Option<DockerHostId>,
    channel: Channel<ImageProgress>,
) -> Result<ImageStatus> {
    shell.core()?.image_pull(host.as_ref(), telling(channel)).await
}

#[tauri::command]
#[specta::specta]
pub async fn image_build(
    shell: Held<'_>,
    host: Option<DockerHostId>,
    base: String,
    channel: Channel<ImageProgress>,
) -> Result<ImageStatus> {
    shell
        .core()?
        .image_build(host.as_ref(), &base, telling(channel))
        .await
}

fn telling(channel: Channel<ImageProgress>) -> Box<dyn Fn(ImageProgress) + Send + Sync> {
    // A window that no longer listens does not end the work.
    Box::new(move |progress| {
        let _ = channel.send(progress);
    })
}
