//! Options suggested from the server's present state.

use mysqler_contract::{
    ChangeOptions, ConnectionId, ErrorCode, HistoryUse, LoadThreshold, Preset, Result, SuggestedOptions,
};

use crate::Core;
use crate::ports::ServerFacts;

/// Idle sessions that run at any moment and must not count as load.
pub(crate) const HEADROOM_MAX: u64 = 25;
pub(crate) const HEADROOM_CRITICAL: u64 = 75;

impl Core {
    pub async fn suggested_options(&self, id: &ConnectionId, database: &str) -> Result<SuggestedOptions> {
        let target = self.target(id).await?;
        let facts = self.ports.servers.server_facts(&target, database).await?;
        let begins = self.connection_preset(id).await?.preset;
        let preset = self.preset(&begins).await?;
        let mut suggested = suggest(&facts, &preset);
        let agreed = self.settings().await?.history_schema;
        let history = agreed.as_deref().map(HistoryUse::of);
        suggested.base.history = history.clone();
        suggested.options.history = history;
        Ok(suggested)
    }

    /// Refreshes the statistics of one table: the remedy for a forecast that stands on stale numbers.
    pub async fn analyze_table(&self, id: &ConnectionId, table: &mysqler_contract::TableRef) -> Result<()> {
        let target = self.target(id).await?;
        match self.ports.servers.analyze(&target, table).await {
            Err(error) if error.code == ErrorCode::TableMissing => Err(error.with("table", table)),
            other => other,
        }
    }
}

/// A fixed threshold below the idle value would make the copy wait for ever, so both stand on what runs now.
/// The preset's settings are laid over what the server's state asks for.
pub(super) fn suggest(facts: &ServerFacts, preset: &Preset) -> SuggestedOptions {
    let status = |name: &str| facts.status.get(name).copied().unwrap_or(0);
    let running = status("threads_running");
    let threshold = |value| {
        vec![LoadThreshold {
            variable: "Threads_running".to_owned(),
            value,
        }]
    };
    let base = ChangeOptions {
        max_load: threshold(running + HEADROOM_MAX),
        critical_load: threshold(running + HEADROOM_CRITICAL),
        ..ChangeOptions::default()
    };
    SuggestedOptions {
        // What a preset of an earlier version holds and this one does not know is left out.
        options: crate::options::apply(&preset.settings, &base).options,
        preset: preset.id.clone(),
        base,
        threads_running: running,
        threads_connected: status("threads_connected"),
        max_connections: facts
            .variables
            .get("max_connections")
            .and_then(|text| text.parse().ok())
            .unwrap_or(0),
        replicas: facts.replicas.clone(),
        sql_mode: facts.variables.get("sql_mode").cloned(),
    }
}
