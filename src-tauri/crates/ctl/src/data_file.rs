//! What a person has to learn about the data file whatever was asked for: that it was damaged, or does not know what waits
//! for it.

use mysqler_core::Core;

use crate::output::Output;

/// Says it on standard error.
pub async fn tell(core: &Core, out: &Output) {
    match core.data_set_aside().await {
        Ok(Some(data)) => {
            let aside = data.set_aside.unwrap_or_default();
            out.note(out.own_with("ctl.data.set_aside", [("aside", aside)]));
            out.note(match data.backups.into_iter().next() {
                Some(newest) => {
                    let params = [("backup", newest.path), ("path", data.path)];
                    out.own_with("ctl.data.restore", params)
                }
                None => out.own("ctl.data.no_backup"),
            });
        }
        Ok(None) => {}
        Err(error) => tracing::warn!(%error, "what became of the data file is not known"),
    }
    match core.unclaimed_records().await {
        Ok(unclaimed) => {
            for record in unclaimed {
                let params = [("run", record.run.0), ("files", record.files.join(", "))];
                out.note(out.own_with("ctl.data.unclaimed", params));
            }
        }
        Err(error) => tracing::warn!(%error, "what is kept aside could not be looked at"),
    }
}
