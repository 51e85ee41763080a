//! Whether changes can run as processes of this workstation, and whether they do unless they say otherwise.

use mysqler_contract::{AppEvent, LocalStatus, Result, RunnerKind, Settings};

use crate::Core;

impl Core {
    /// This workstation's tool as the settings name it, else as `PATH` finds it.
    pub async fn local_status(&self) -> Result<LocalStatus> {
        let settings = self.ports.settings.load().await?;
        let program = settings.local_tool.as_deref();
        Ok(self.ports.runner.local_tool(program).await)
    }

    /// Where changes run that do not say it themselves.
    pub async fn runner_choose(&self, runner: RunnerKind) -> Result<Settings> {
        let mut settings = self.ports.settings.load().await?;
        settings.runner = runner;
        self.keep(settings).await
    }

    /// Names the path of the workstation's tool; `None` for the one that `PATH` finds. Whether it can be used is its
    /// status.
    pub async fn local_tool_choose(&self, program: Option<String>) -> Result<Settings> {
        let mut settings = self.ports.settings.load().await?;
        settings.local_tool = program.filter(|path| !path.trim().is_empty());
        self.keep(settings).await
    }

    async fn keep(&self, settings: Settings) -> Result<Settings> {
        self.ports.settings.save(&settings).await?;
        self.tell(AppEvent::SettingsChanged);
        Ok(settings)
    }
}
