//! `--from-command`: a command line of pt-online-schema-change as the source of a change, and what became of its parts.

use std::path::Path;

use mysqler_contract::{Params, PastedCommand, PastedFate, Result};

use crate::context::Context;
use crate::output::{Output, printable};
use crate::secrets;

/// A file, or `-` for standard input. It may hold a password, and is treated like one.
pub fn read(context: &Context, file: &Path) -> Result<PastedCommand> {
    let text = match file.as_os_str() == "-" {
        true => secrets::from_stdin()?,
        false => secrets::from_file(file)?,
    };
    let pasted = context.core.command_paste(&text)?;
    let out = &context.out;
    if out.json() {
        out.object(&serde_json::json!({ "pasted": pasted }));
    } else {
        told(out, &pasted).iter().for_each(|line| out.note(line));
    }
    Ok(pasted)
}

/// One line a part: what it was, what became of it, and why.
fn told(out: &Output, pasted: &PastedCommand) -> Vec<String> {
    let lines = pasted.parts.iter().map(|part| {
        let fate = out.own(match part.fate {
            PastedFate::Taken => "ctl.pasted.taken",
            PastedFate::Ours => "ctl.pasted.ours",
            PastedFate::Dropped => "ctl.pasted.dropped",
        });
        let mut line = format!("{fate}  {}", printable(&part.part));
        if let Some(value) = &part.value {
            line = format!("{line} {}", printable(value));
        }
        match &part.why {
            // That MySQLer sets it is said already.
            Some(why) if part.fate == PastedFate::Dropped => {
                let expected = Params::from([("expected".to_owned(), "…".to_owned())]);
                format!("{line}: {}", out.text(&format!("reason.option_{why}"), &expected))
            }
            _ => line,
        }
    });
    lines.collect()
}
