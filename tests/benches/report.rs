//! The table of what was measured, and how.

use std::fmt::{self, Display, Formatter};

use crate::statistics::{interval, median, percentile};

#[derive(Default)]
pub struct Report {
    rows: Vec<[String; 4]>,
}

impl Report {
    /// `budget` may be empty; `how` says what the number is and what it is not. Told at once as well: the whole takes long.
    pub fn row(&mut self, what: &str, value: impl Into<String>, budget: &str, how: &str) {
        let value = value.into();
        eprintln!("    {what}: {value}");
        let row = [what, &value, budget, how].map(|text| text.replace('|', "\\|").replace('\n', " "));
        self.rows.push(row);
    }

    /// Something that could not be measured, with the reason: never left out silently.
    pub fn missing(&mut self, what: &str, budget: &str, why: &str) {
        self.row(what, "not measured", budget, why);
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "| what | measured | budget | how |\n|---|---|---|---|")?;
        for row in &self.rows {
            writeln!(f, "| {} |", row.join(" | "))?;
        }
        Ok(())
    }
}

/// Median with its interval, and the number of values.
pub fn ms(values: &[f64]) -> String {
    let (low, high) = interval(values);
    format!(
        "{} (95 %: {} – {}; longest {}; n = {})",
        duration(median(values)),
        duration(low),
        duration(high),
        duration(percentile(values, 100.0)),
        values.len()
    )
}

pub fn ms_and_p95(values: &[f64]) -> String {
    format!(
        "median {}, p95 {} (n = {})",
        duration(median(values)),
        duration(percentile(values, 95.0)),
        values.len()
    )
}

pub fn ratio(values: &[f64]) -> String {
    let (low, high) = interval(values);
    format!(
        "{:.3} (95 %: {low:.3} – {high:.3}; n = {})",
        median(values),
        values.len()
    )
}

/// From milliseconds, with as many digits as mean something.
pub fn duration(ms: f64) -> String {
    match ms.abs() {
        value if value < 10.0 => format!("{ms:.2} ms"),
        value if value < 1_000.0 => format!("{ms:.0} ms"),
        _ => format!("{:.2} s", ms / 1_000.0),
    }
}

pub fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}
