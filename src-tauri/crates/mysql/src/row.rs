//! One row of an answer as plain text, so that what is made of it can be tested with recorded answers.

use std::sync::Arc;

use sqlx::mysql::MySqlRow;
use sqlx::{Column, Row as _};

/// Column names and text values as the server sent them; bytes that are not UTF-8 are replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    names: Arc<[String]>,
    values: Vec<Option<String>>,
}

impl Row {
    /// Under the text protocol every value is its text, whatever its type; a checked get would refuse all but strings.
    pub(crate) fn read_all(rows: &[MySqlRow]) -> Result<Vec<Row>, sqlx::Error> {
        let mut names: Arc<[String]> = Arc::new([]);
        rows.iter()
            .map(|row| {
                let columns = row.columns();
                if names.len() != columns.len() || names.iter().zip(columns).any(|(a, b)| a != b.name()) {
                    names = columns.iter().map(|column| column.name().to_owned()).collect();
                }
                let values = (0..columns.len())
                    .map(|at| {
                        let bytes = row.try_get_unchecked::<Option<Vec<u8>>, _>(at)?;
                        Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
                    })
                    .collect::<Result<_, sqlx::Error>>()?;
                Ok(Row {
                    names: names.clone(),
                    values,
                })
            })
            .collect()
    }

    #[cfg(test)]
    pub(crate) fn recorded(pairs: &[(&str, Option<&str>)]) -> Row {
        Row {
            names: pairs.iter().map(|(name, _)| (*name).to_owned()).collect(),
            values: pairs.iter().map(|(_, value)| value.map(str::to_owned)).collect(),
        }
    }

    /// Names and values, in the order of the answer.
    pub(crate) fn into_pairs(self) -> Vec<(String, Option<String>)> {
        self.names.iter().cloned().zip(self.values).collect()
    }

    pub(crate) fn at(&self, index: usize) -> Option<&str> {
        self.values.get(index)?.as_deref()
    }

    /// By column name, in any case: servers differ in it.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let index = self
            .names
            .iter()
            .position(|known| known.eq_ignore_ascii_case(name))?;
        self.at(index)
    }

    /// The value's text; empty for NULL.
    pub(crate) fn text(&self, index: usize) -> String {
        self.at(index).unwrap_or_default().to_owned()
    }

    pub(crate) fn optional(&self, index: usize) -> Option<String> {
        self.at(index).map(str::to_owned)
    }

    /// The value as a count; 0 for NULL or anything else.
    pub(crate) fn number(&self, index: usize) -> u64 {
        self.at(index).and_then(|text| text.parse().ok()).unwrap_or(0)
    }
}
