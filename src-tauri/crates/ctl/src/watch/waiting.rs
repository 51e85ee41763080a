//! What a run waits for, when it may work and which batch it belongs to, in words.

use mysqler_contract::{DailyWindow, Params, RunView, Schedule, Waiting, WaitsFor};

use crate::commands::day_name;
use crate::output::{Output, moment, printable};

/// Nothing for a run that waits for nothing.
pub fn words(out: &Output, view: &RunView) -> Option<String> {
    let Waiting { position, reason } = view.waiting.as_ref()?;
    let (key, name, value) = match reason {
        WaitsFor::Time { at } => ("time", "at", moment(*at)),
        WaitsFor::Table { run } => ("table", "run", run.to_string()),
        WaitsFor::Server { run } => ("server", "run", run.to_string()),
        WaitsFor::Batch { run } => ("batch", "run", run.to_string()),
        WaitsFor::Slots { limit } => ("slots", "limit", limit.to_string()),
    };
    let text = out.text(&format!("waits.{key}"), &Params::from([(name.to_owned(), value)]));
    Some(match position {
        Some(place) => out.own_with("ctl.run.place", [("place", place.to_string()), ("reason", text)]),
        None => text,
    })
}

/// Nothing for a run that may always work.
pub fn schedule(out: &Output, view: &RunView) -> Option<String> {
    let Schedule { not_before, window } = &view.schedule;
    let mut parts = Vec::new();
    if let Some(at) = not_before {
        parts.push(out.own_with("ctl.run.not_before", [("at", moment(*at))]));
    }
    parts.extend(window.as_ref().map(hours));
    if view.schedule_overridden {
        parts.push(out.own("ctl.run.overridden"));
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn hours(window: &DailyWindow) -> String {
    let clock = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    let hours = format!("{}–{}", clock(window.from_minute), clock(window.to_minute));
    let days: Vec<&str> = window.days.iter().map(|day| day_name(*day)).collect();
    match days.is_empty() {
        true => hours,
        false => format!("{hours} ({})", days.join(", ")),
    }
}

pub fn batch(view: &RunView) -> Option<String> {
    let batch = view.batch.as_ref()?;
    Some(format!(
        "{} ({}/{})",
        printable(&batch.name),
        batch.number,
        batch.of
    ))
}
