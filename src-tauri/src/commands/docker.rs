//! Container engines: those that are found, those that were added.

use mysqler_contract::{
    DockerEndpoint, DockerHost, DockerHostEntry, DockerHostId, FieldProblem, OwnDockerHost, Result,
};

use super::Held;

#[tauri::command]
#[specta::specta]
pub async fn docker_hosts(shell: Held<'_>) -> Result<Vec<DockerHostEntry>> {
    shell.core()?.docker_hosts().await
}

#[tauri::command]
#[specta::specta]
pub async fn docker_host(shell: Held<'_>, host: Option<DockerHostId>) -> Result<DockerHost> {
    shell.core()?.docker_host(host.as_ref()).await
}

#[tauri::command]
#[specta::specta]
pub async fn docker_host_test(shell: Held<'_>, endpoint: DockerEndpoint) -> Result<DockerHost> {
    shell.core()?.docker_host_test(&endpoint).await
}

#[tauri::command]
#[specta::specta]
pub async fn docker_host_problems(shell: Held<'_>, host: OwnDockerHost) -> Result<Vec<FieldProblem>> {
    shell.core()?.docker_host_problems(&host).await
}

#[tauri::command]
#[specta::specta]
pub async fn docker_host_add(shell: Held<'_>, host: OwnDockerHost) -> Result<Vec<DockerHostEntry>> {
    shell.core()?.docker_host_add(&host).await
}

#[tauri::command]
#[specta::specta]
pub async fn docker_host_remove(shell: Held<'_>, id: DockerHostId) -> Result<Vec<DockerHostEntry>> {
    shell.core()?.docker_host_remove(&id).await
}

#[tauri::command]
#[specta::specta]
pub async fn docker_host_choose(shell: Held<'_>, id: Option<DockerHostId>) -> Result<Vec<DockerHostEntry>> {
    shell.core()?.docker_host_choose(id.as_ref()).await
}
