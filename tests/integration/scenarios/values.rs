//! Every row and value of a table before and after, and what became of them.

use std::collections::{BTreeMap, HashMap};

use mysqler_contract::TableRef;
use mysqler_tests::sandbox::{Cell, Client, quoted};

/// Columns in their order, and every row; scenario tables are small.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Values {
    columns: Vec<String>,
    rows: Vec<Vec<Cell>>,
}

impl Values {
    /// Invisible and generated columns as well, which `SELECT *` does not always give.
    pub async fn of(client: &mut Client, table: &TableRef) -> Result<Self, String> {
        let literal = |name: &str| format!("'{}'", name.replace('\\', "\\\\").replace('\'', "''"));
        let columns = client
            .cells(&format!(
                "SELECT column_name FROM information_schema.columns WHERE table_schema = {} AND table_name = {} \
                 ORDER BY ordinal_position",
                literal(&table.database),
                literal(&table.table)
            ))
            .await
            .map_err(|error| format!("columns of {table}: {error}"))?;
        let columns: Vec<String> = columns.into_iter().flatten().map(text).collect();
        let list: Vec<String> = columns.iter().map(|name| quoted(name)).collect();
        let rows = client
            .cells(&format!("SELECT {} FROM {}", list.join(", "), table.quoted()))
            .await
            .map_err(|error| format!("rows of {table}: {error}"))?;
        Ok(Self { columns, rows })
    }

    fn at(&self, name: &str) -> Option<usize> {
        self.columns
            .iter()
            .position(|column| column.eq_ignore_ascii_case(name))
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub before: u64,
    pub after: u64,
    /// Rows whose values are not there any more, beyond those that are missing altogether.
    pub changed: u64,
    /// Columns that are not there any more.
    pub gone: Vec<String>,
}

impl Difference {
    pub fn lost(&self) -> u64 {
        self.before.saturating_sub(self.after)
    }

    pub fn nothing(&self) -> bool {
        self.before == self.after && self.changed == 0 && self.gone.is_empty()
    }
}

/// Compares what both have; `renamed` leads from an old name to the new one.
pub fn difference(before: &Values, after: &Values, renamed: &BTreeMap<String, String>) -> Difference {
    let new_name = |old: &String| renamed.get(old).unwrap_or(old).clone();
    let pairs: Vec<(usize, usize)> = before
        .columns
        .iter()
        .enumerate()
        .filter_map(|(at, name)| Some((at, after.at(&new_name(name))?)))
        .collect();
    let gone = before
        .columns
        .iter()
        .filter(|name| after.at(&new_name(name)).is_none())
        .cloned()
        .collect();
    let mut left: HashMap<Vec<Cell>, u64> = HashMap::new();
    for row in &after.rows {
        let row = pairs.iter().map(|(_, at)| plain(&row[*at])).collect();
        *left.entry(row).or_default() += 1;
    }
    let mut missing = 0;
    for row in &before.rows {
        let row: Vec<Cell> = pairs.iter().map(|(at, _)| plain(&row[*at])).collect();
        match left.get_mut(&row) {
            Some(count) if *count > 0 => *count -= 1,
            _ => missing += 1,
        }
    }
    let (before, after) = (before.rows.len() as u64, after.rows.len() as u64);
    Difference {
        before,
        after,
        changed: missing - before.saturating_sub(after).min(missing),
        gone,
    }
}

/// `1.50` and `1.5` are one value, and so are `10:00:00.000` and `10:00:00`: another scale writes it otherwise.
fn plain(cell: &Cell) -> Cell {
    let bytes = cell.as_ref()?;
    let fraction = bytes.iter().rposition(|byte| *byte == b'.').filter(|dot| {
        let digits = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
        digits(&bytes[dot + 1..]) && bytes[..*dot].last().is_some_and(u8::is_ascii_digit)
    });
    let Some(dot) = fraction else {
        return Some(bytes.clone());
    };
    let zeros = bytes.iter().rev().take_while(|byte| **byte == b'0').count();
    let end = (bytes.len() - zeros).max(dot + 1);
    Some(bytes[..if end == dot + 1 { dot } else { end }].to_vec())
}

fn text(cell: Cell) -> String {
    String::from_utf8_lossy(&cell.unwrap_or_default()).into_owned()
}

/// The first value of the first row as text; `NULL` and `no row` by these words.
pub async fn first(client: &mut Client, sql: &str) -> Result<String, String> {
    let rows = client
        .cells(sql)
        .await
        .map_err(|error| format!("{sql}: {error}"))?;
    let first = rows.into_iter().next().and_then(|row| row.into_iter().next());
    Ok(match first {
        None => "no row".to_owned(),
        Some(None) => "NULL".to_owned(),
        Some(cell) => text(cell),
    })
}

#[test]
fn a_value_is_the_same_in_another_scale_and_different_when_it_is_rounded() {
    let cell = |text: &str| Some(text.as_bytes().to_vec());
    for (a, b) in [("1.50", "1.5"), ("2.000", "2"), ("10:00:00.000", "10:00:00")] {
        assert_eq!(plain(&cell(a)), plain(&cell(b)));
    }
    for (a, b) in [("1.55", "1.6"), ("100", "1"), ("a.0", "a"), ("", "0")] {
        assert_ne!(plain(&cell(a)), plain(&cell(b)));
    }
}

#[test]
fn rows_that_went_and_rows_that_changed_are_told_apart() {
    let values = |rows: &[(&str, &str)]| Values {
        columns: vec!["id".into(), "name".into()],
        rows: rows
            .iter()
            .map(|(id, name)| vec![Some(id.as_bytes().to_vec()), Some(name.as_bytes().to_vec())])
            .collect(),
    };
    let before = values(&[("1", "a"), ("2", "b"), ("3", "c")]);
    let told = |after: &[(&str, &str)]| {
        let difference = difference(&before, &values(after), &BTreeMap::new());
        (difference.after, difference.lost(), difference.changed)
    };
    assert_eq!(told(&[("1", "a"), ("2", "b"), ("3", "c")]), (3, 0, 0));
    assert_eq!(told(&[("1", "a"), ("3", "c")]), (2, 1, 0));
    assert_eq!(told(&[("1", "a"), ("2", "B"), ("3", "c")]), (3, 0, 1));
    assert_eq!(told(&[("1", "a"), ("2", "B")]), (2, 1, 1));
}
