//! The runner image and the engine it runs on, as the settings name them.

use std::path::{Path, PathBuf};

use mysqler_contract::{DockerHost, DockerHostId, ImageProgress, ImageStatus, LintRule, Result, Settings};

use crate::Core;

/// Told while an image is loaded, pulled or built.
pub type OnProgress = Box<dyn Fn(ImageProgress) + Send + Sync>;

impl Core {
    /// What the engine says of itself; without a `host` the one that runs use unless their connection chooses another.
    pub async fn docker_host(&self, host: Option<&DockerHostId>) -> Result<DockerHost> {
        self.runner_on(host).await?.host().await
    }

    /// A file with the runner image that lies beside the application.
    pub fn image_archive(&self) -> Option<PathBuf> {
        self.ports.runner.image_archives().into_iter().next()
    }

    pub async fn image_status(&self, host: Option<&DockerHostId>) -> Result<ImageStatus> {
        let settings = self.ports.settings.load().await?;
        self.runner_on(host).await?.image_status(&settings.image).await
    }

    pub async fn image_load(
        &self,
        host: Option<&DockerHostId>,
        path: &Path,
        progress: OnProgress,
    ) -> Result<ImageStatus> {
        self.runner_on(host).await?.image_load(path, progress).await
    }

    pub async fn image_pull(&self, host: Option<&DockerHostId>, progress: OnProgress) -> Result<ImageStatus> {
        let settings = self.ports.settings.load().await?;
        let runner = self.runner_on(host).await?;
        runner.image_pull(&settings.image, progress).await
    }

    pub async fn image_build(
        &self,
        host: Option<&DockerHostId>,
        base: &str,
        progress: OnProgress,
    ) -> Result<ImageStatus> {
        let settings = self.ports.settings.load().await?;
        let runner = self.runner_on(host).await?;
        runner.image_build(base, &settings.image, progress).await
    }

    pub async fn settings(&self) -> Result<Settings> {
        self.ports.settings.load().await
    }

    /// The rules on style and design that preflight knows, for a page that switches them.
    pub fn lint_rules(&self) -> Vec<LintRule> {
        crate::preflight::lint_rules()
    }

    pub async fn settings_save(&self, settings: &Settings) -> Result<Settings> {
        self.ports.settings.save(settings).await?;
        self.tell(mysqler_contract::AppEvent::SettingsChanged);
        Ok(settings.clone())
    }
}
