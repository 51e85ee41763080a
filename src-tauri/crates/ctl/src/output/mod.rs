//! What a command says: plain text for people, or with `--json` one object a line for scripts.

mod catalogue;
mod errors;
mod table;
mod units;

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use mysqler_contract::messages::{self, Locale};
use mysqler_contract::{AppError, Params};
use serde::Serialize;

pub use errors::usage_error;
pub use table::{Align, Table, printable};
pub use units::{bytes, clock, duration, moment, number};

/// Standard output and error under one language. Clones write to the same place.
#[derive(Debug, Clone)]
pub struct Output {
    json: bool,
    locale: Locale,
    /// The reader of standard output has gone; what it no longer reads is no error.
    closed: Arc<AtomicBool>,
}

impl Output {
    pub fn new(json: bool, locale: Locale) -> Self {
        Self {
            json,
            locale,
            closed: Arc::default(),
        }
    }

    pub fn json(&self) -> bool {
        self.json
    }

    pub fn locale(&self) -> Locale {
        self.locale
    }

    pub fn closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    /// One line on standard output. Each line is flushed: a pipe's reader follows a run by it.
    pub fn line(&self, text: impl AsRef<str>) {
        if self.closed() {
            return;
        }
        let mut out = std::io::stdout().lock();
        let written = writeln!(out, "{}", text.as_ref()).and_then(|()| out.flush());
        if written.is_err() {
            self.closed.store(true, Ordering::Relaxed);
        }
    }

    /// One line on standard error: what is said beside the answer.
    pub fn note(&self, text: impl AsRef<str>) {
        let _ = writeln!(std::io::stderr().lock(), "{}", text.as_ref());
    }

    pub fn object(&self, value: &impl Serialize) {
        match serde_json::to_string(value) {
            Ok(text) => self.line(text),
            Err(error) => self.error(&AppError::internal(error)),
        }
    }

    /// One object a line, or a table of all.
    pub fn list<T: Serialize>(&self, items: &[T], table: impl FnOnce(&[T]) -> Table) {
        if self.json {
            items.iter().for_each(|item| self.object(item));
        } else {
            self.table(&table(items));
        }
    }

    /// One object, or lines of text.
    pub fn answer<T: Serialize>(&self, value: &T, text: impl FnOnce(&T) -> Vec<String>) {
        if self.json {
            self.object(value);
        } else {
            text(value).iter().for_each(|line| self.line(line));
        }
    }

    /// A sentence for people; a script sees the exit code.
    pub fn say(&self, text: impl AsRef<str>) {
        if !self.json {
            self.line(text);
        }
    }

    pub fn table(&self, table: &Table) {
        table.render().iter().for_each(|line| self.line(line));
    }

    /// An error ends in one object on standard output, where a script reads, or in lines on standard error.
    pub fn error(&self, error: &AppError) {
        if self.json {
            #[derive(Serialize)]
            struct Failed<'a> {
                error: &'a AppError,
            }
            self.object(&Failed { error });
        } else {
            errors::lines(self.locale, error)
                .iter()
                .for_each(|line| self.note(line));
        }
    }

    pub fn error_lines(&self, error: &AppError) -> Vec<String> {
        errors::lines(self.locale, error)
    }

    /// A text of the product's catalogue.
    pub fn text(&self, key: &str, params: &Params) -> String {
        messages::text(self.locale, key, params)
    }

    pub fn name(&self, key: &str) -> String {
        self.text(key, &Params::new())
    }

    /// A text of the command line's own.
    pub fn own(&self, key: &str) -> String {
        catalogue::text(self.locale, key, &Params::new())
    }

    pub fn own_with<const N: usize>(&self, key: &str, params: [(&str, String); N]) -> String {
        let params = params
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        catalogue::text(self.locale, key, &params)
    }
}

/// A plain enumeration's value as the catalogue's keys have it.
pub fn word(value: &impl Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

/// Lines `title  value`, the titles of one width; without a value the line is left out.
pub fn facts(rows: &[(String, Option<String>)]) -> Vec<String> {
    let width = rows
        .iter()
        .map(|(title, _)| table::width(title))
        .max()
        .unwrap_or(0);
    let shown = rows
        .iter()
        .filter_map(|(title, value)| Some((title, value.as_ref()?)));
    shown
        .map(|(title, value)| format!("{}  {value}", table::pad(title, width, Align::Left)))
        .collect()
}
