//! Docker and the runner image.

use std::path::PathBuf;

use mysqler_contract::{DockerHost, ImageProgress, ImageStatus, Result};
use tauri::ipc::Channel;

use super::Held;

#[tauri::command]
#[specta::specta]
pub async fn docker_host(shell: Held<'_>) -> Result<DockerHost> {
    shell.core()?.docker_host().await
}

#[tauri::command]
#[specta::specta]
pub async fn image_status(shell: Held<'_>) -> Result<ImageStatus> {
    shell.core()?.image_status().await
}

#[tauri::command]
#[specta::specta]
pub async fn image_load(
    shell: Held<'_>,
    path: PathBuf,
    channel: Channel<ImageProgress>,
) -> Result<ImageStatus> {
    shell.core()?.image_load(&path, telling(channel)).await
}

#[tauri::command]
#[specta::specta]
pub async fn image_pull(shell: Held<'_>, channel: Channel<ImageProgress>) -> Result<ImageStatus> {
    shell.core()?.image_pull(telling(channel)).await
}

#[tauri::command]
#[specta::specta]
pub async fn image_build(
    shell: Held<'_>,
    base: String,
    channel: Channel<ImageProgress>,
) -> Result<ImageStatus> {
    shell.core()?.image_build(&base, telling(channel)).await
}

fn telling(channel: Channel<ImageProgress>) -> Box<dyn Fn(ImageProgress) + Send + Sync> {
    // A window that no longer listens does not end the work.
    Box::new(move |progress| {
        let _ = channel.send(progress);
    })
}
