//! The core's front: one value that both hosts hold, its ports, and what it remembers between two calls.

use std::collections::HashMap;
use std::sync::Arc;

use mysqler_contract::{AppEvent, BatchPlan, Plan, PlanId};
use tokio::sync::{Mutex, Notify, broadcast};
use tokio_util::sync::CancellationToken;

use crate::connections::{PassedTests, PendingImport};
use crate::ports::{
    Clock, ConnectionStore, EventSink, PresetStore, RunSpool, RunStore, Runner, Servers, SettingsStore,
    TemplateStore, Tunnels, Vault, Wakefulness,
};
use crate::run::Supervisors;

/// Everything outside that the core works with.
#[derive(Clone)]
pub struct Ports {
    pub clock: Arc<dyn Clock>,
    pub sink: Arc<dyn EventSink>,
    pub connections: Arc<dyn ConnectionStore>,
    pub runs: Arc<dyn RunStore>,
    pub spool: Arc<dyn RunSpool>,
    pub settings: Arc<dyn SettingsStore>,
    pub templates: Arc<dyn TemplateStore>,
    pub presets: Arc<dyn PresetStore>,
    pub vault: Arc<dyn Vault>,
    pub servers: Arc<dyn Servers>,
    pub tunnels: Arc<dyn Tunnels>,
    pub runner: Arc<dyn Runner>,
    pub wakefulness: Arc<dyn Wakefulness>,
}

/// Who this process is to other processes on the same data file, for example `window:4711`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostName(pub String);

/// Cheap to clone; all clones are the same core.
#[derive(Clone)]
pub struct Core {
    pub(crate) ports: Ports,
    pub(crate) host: HostName,
    pub(crate) memory: Arc<Memory>,
}

/// What lives only as long as the process.
pub(crate) struct Memory {
    /// Plans that were previewed and may be started; a plan leaves when it is started or grows old.
    pub plans: Mutex<HashMap<PlanId, Plan>>,
    /// Batches that were previewed and may be started, oldest first.
    pub batches: Mutex<Vec<BatchPlan>>,
    /// Plans in the making that may be cancelled, by the ticket that their asker gave.
    pub tickets: Mutex<HashMap<String, CancellationToken>>,
    pub passed_tests: Mutex<PassedTests>,
    pub imports: Mutex<HashMap<String, PendingImport>>,
    pub supervisors: Supervisors,
    /// Woken when the vault opens: cleaning after a restart waits for it.
    pub vault_opened: Notify,
    pub vault_used: Mutex<mysqler_contract::Timestamp>,
    /// Run ids whose record just grew.
    pub grown: broadcast::Sender<mysqler_contract::RunId>,
}

impl Core {
    pub fn new(ports: Ports, host: HostName) -> Self {
        let now = ports.clock.now();
        let memory = Memory {
            plans: Mutex::default(),
            batches: Mutex::default(),
            tickets: Mutex::default(),
            passed_tests: Mutex::default(),
            imports: Mutex::default(),
            supervisors: Supervisors::default(),
            vault_opened: Notify::new(),
            vault_used: Mutex::new(now),
            grown: broadcast::channel(256).0,
        };
        Self {
            ports,
            host,
            memory: Arc::new(memory),
        }
    }

    pub(crate) fn tell(&self, event: AppEvent) {
        self.ports.sink.tell(event);
    }
}
