//! The runner image and the engine it runs on, as the settings name them.

use std::path::Path;

use mysqler_contract::{DockerHost, ImageProgress, ImageStatus, LintRule, Result, Settings};

use crate::Core;

/// Told while an image is loaded, pulled or built.
pub type OnProgress = Box<dyn Fn(ImageProgress) + Send + Sync>;

impl Core {
    pub async fn docker_host(&self) -> Result<DockerHost> {
        self.ports.runner.host().await
    }

    pub async fn image_status(&self) -> Result<ImageStatus> {
        let settings = self.ports.settings.load().await?;
        self.ports.runner.image_status(&settings.image).await
    }

    pub async fn image_load(&self, path: &Path, progress: OnProgress) -> Result<ImageStatus> {
        self.ports.runner.image_load(path, progress).await
    }

    pub async fn image_pull(&self, progress: OnProgress) -> Result<ImageStatus> {
        let settings = self.ports.settings.load().await?;
        self.ports.runner.image_pull(&settings.image, progress).await
    }

    pub async fn image_build(&self, base: &str, progress: OnProgress) -> Result<ImageStatus> {
        let settings = self.ports.settings.load().await?;
        self.ports
            .runner
            .image_build(base, &settings.image, progress)
            .await
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
