//! What every command works with: the core on the chosen data directory, the output, and how to open the vault.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use mysqler_contract::{AppEvent, BatchProgress, Connection, PlanProgress, Result, SecretPresence};
use mysqler_core::ports::EventSink;
use mysqler_core::{Core, HostName};
use tokio::sync::{Notify, watch};

use crate::args::Cli;
use crate::data_file;
use crate::output::Output;
use crate::vault;

const LEAVE: Duration = Duration::from_secs(5);

pub struct Context {
    pub core: Core,
    pub out: Output,
    pub passphrase_file: Option<PathBuf>,
    /// Rung whenever the core tells something; what it was is read from the record.
    pub bell: Arc<Notify>,
    /// How far the plan in the making has come.
    pub progress: watch::Receiver<Option<PlanProgress>>,
    pub batch_progress: watch::Receiver<Option<BatchProgress>>,
}

impl Context {
    pub async fn open(cli: &Cli, out: Output) -> Result<Self> {
        let data_dir = mysqler_host::data_dir(cli.data_dir.as_deref())?;
        let bell = Arc::new(Notify::new());
        let host = HostName(format!("mysqlerctl:{}", std::process::id()));
        let (told, progress) = watch::channel(None);
        let (told_of_batch, batch_progress) = watch::channel(None);
        let sink = Bell {
            bell: bell.clone(),
            progress: told,
            batch_progress: told_of_batch,
            out: out.clone(),
        };
        let core = mysqler_host::open(&data_dir, host, Arc::new(sink)).await?;
        data_file::tell(&core, &out).await;
        Ok(Self {
            core,
            out,
            passphrase_file: cli.passphrase_file.clone(),
            bell,
            progress,
            batch_progress,
        })
    }

    /// Lets go of every run that this process drives, so that whoever looks next can take it up at once.
    pub async fn close(&self) {
        // A store that does not answer keeps the lease until that ends by itself.
        let _ = tokio::time::timeout(LEAVE, self.core.leave()).await;
    }

    /// The connection of that name, with the vault open if its password lies in there.
    pub async fn connection(&self, name: &str) -> Result<Connection> {
        let connection = self.core.connection_named(name).await?;
        if connection.password == SecretPresence::Stored {
            vault::open(self).await?;
        }
        Ok(connection)
    }
}

struct Bell {
    bell: Arc<Notify>,
    progress: watch::Sender<Option<PlanProgress>>,
    batch_progress: watch::Sender<Option<BatchProgress>>,
    out: Output,
}

impl EventSink for Bell {
    fn tell(&self, event: AppEvent) {
        match event {
            // Nowhere recorded: it is shown while it lasts.
            AppEvent::PlanProgress { progress } => drop(self.progress.send_replace(Some(progress))),
            AppEvent::BatchProgress { progress } => drop(self.batch_progress.send_replace(Some(progress))),
            AppEvent::StoreTrouble { error, .. } => {
                let message = format!("error.{}.message", error.code.as_str());
                let why = self.out.text(&message, &error.params);
                self.out
                    .note(self.out.own_with("ctl.store.trouble", [("why", why)]));
            }
            AppEvent::StoreRecovered => self.out.note(self.out.own("ctl.store.recovered")),
            _ => self.bell.notify_one(),
        }
    }
}
