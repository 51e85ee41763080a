//! Aligned columns. Widths are those of a terminal's cells, so a Chinese character counts two.

use unicode_width::UnicodeWidthStr;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    Left,
    Right,
}

#[derive(Debug, Clone)]
pub struct Table {
    columns: Vec<(String, Align)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub fn new(columns: impl Into<Vec<(String, Align)>>) -> Self {
        Self {
            columns: columns.into(),
            rows: Vec::new(),
        }
    }

    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows
            .push(cells.into_iter().map(|cell| printable(&cell)).collect());
    }

    /// The titles, then a line a row; without rows only the titles.
    pub fn render(&self) -> Vec<String> {
        let titles: Vec<String> = self.columns.iter().map(|(title, _)| title.clone()).collect();
        let lines = || std::iter::once(&titles).chain(&self.rows);
        let widths: Vec<usize> = (0..titles.len())
            .map(|column| {
                lines()
                    .filter_map(|line| line.get(column))
                    .map(|cell| width(cell))
                    .max()
                    .unwrap_or(0)
            })
            .collect();
        lines().map(|line| self.join(line, &widths)).collect()
    }

    fn join(&self, cells: &[String], widths: &[usize]) -> String {
        let padded: Vec<String> = cells
            .iter()
            .zip(widths.iter().zip(&self.columns))
            .map(|(cell, (width, (_, align)))| pad(cell, *width, *align))
            .collect();
        padded.join("  ").trim_end().to_owned()
    }
}

pub fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

pub fn pad(text: &str, cells: usize, align: Align) -> String {
    let space = " ".repeat(cells.saturating_sub(width(text)));
    match align {
        Align::Left => format!("{text}{space}"),
        Align::Right => format!("{space}{text}"),
    }
}

/// Control characters made visible: a name from a server must not move the cursor or colour the screen.
pub fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_and_numbers_stand_in_straight_columns() {
        let mut table = Table::new([
            ("表".to_owned(), Align::Left),
            ("Rows".to_owned(), Align::Right),
            ("Engine".to_owned(), Align::Left),
        ]);
        table.row(["orders".to_owned(), "2,000,000".to_owned(), "InnoDB".to_owned()]);
        table.row(["订单明细".to_owned(), "7".to_owned(), String::new()]);
        assert_eq!(
            table.render(),
            [
                "表             Rows  Engine",
                "orders    2,000,000  InnoDB",
                "订单明细          7",
            ]
        );
    }

    #[test]
    fn a_name_with_escape_codes_is_shown_and_not_obeyed() {
        assert_eq!(printable("a\u{1b}[31m\nb\tü"), "a\\u{1b}[31m\\nb\\tü");
    }
}
