//! What was asked of a table's rows, and how the server read for it.

use mysqler_contract::{Asked, Params, Reading};

use crate::output::{Align, Output, Table, duration, number, printable, word};

/// The questions of a plan that went through rows; empty where there were none.
pub fn lines(out: &Output, asked: &[Asked]) -> Vec<String> {
    if asked.is_empty() {
        return Vec::new();
    }
    let mut table = Table::new([
        (out.name("asked.title"), Align::Left),
        (String::new(), Align::Left),
        (String::new(), Align::Right),
        (String::new(), Align::Left),
    ]);
    for asked in asked {
        table.row([
            asked.code.clone(),
            out.name(&format!("asked.{}", word(&asked.outcome))),
            duration(out, asked.took_ms),
            asked
                .reading
                .as_ref()
                .map(|reading| read(out, reading))
                .unwrap_or_default(),
        ]);
    }
    table.render()
}

/// `reads the whole table orders, about 2,000,000 rows: no index serves it`
pub fn read(out: &Output, reading: &Reading) -> String {
    let index = reading.index.as_deref().unwrap_or_default();
    let table = reading.table.as_deref().unwrap_or_default();
    let params = Params::from([
        ("table".to_owned(), printable(table)),
        ("rows".to_owned(), number(reading.rows)),
        ("index".to_owned(), printable(index)),
    ]);
    out.text(&format!("reading.{}", word(&reading.how)), &params)
}

#[cfg(test)]
mod tests {
    use mysqler_contract::messages::Locale;
    use mysqler_contract::{AskedOutcome, Reads};

    use super::*;

    #[test]
    fn each_question_is_told_with_its_end_its_time_and_what_was_read_for_it() {
        let reading = |how, index: Option<&str>| Reading {
            how,
            table: Some("orders".to_owned()),
            index: index.map(str::to_owned),
            rows: 2_000_000,
        };
        let asked = |code: &str, outcome, reading| Asked {
            code: code.to_owned(),
            sql: "SELECT 1".to_owned(),
            outcome,
            took_ms: 1_200,
            reading,
        };
        let questions = [
            asked(
                "DUPLICATES_UNDER_UNIQUE",
                AskedOutcome::Clean,
                Some(reading(Reads::Table, None)),
            ),
            asked(
                "NULLS_UNDER_NOT_NULL",
                AskedOutcome::Found,
                Some(reading(Reads::Index, Some("by_note"))),
            ),
            asked("COLUMN_IN_USE", AskedOutcome::Refused, None),
        ];
        let shown = |locale| lines(&Output::new(false, locale), &questions);
        assert_eq!(
            shown(Locale::En)[1..],
            [
                "DUPLICATES_UNDER_UNIQUE  nothing found          1.2 s  reads the whole table orders, about 2,000,000 rows: no index serves it",
                "NULLS_UNDER_NOT_NULL     found                  1.2 s  reads about 2,000,000 rows of orders through the index by_note",
                "COLUMN_IN_USE            refused by the server  1.2 s",
            ]
        );
        let chinese = shown(Locale::ZhCn).join("\n");
        assert!(
            chinese.contains("对 orders 全表扫描，约 2,000,000 行") && chinese.contains("未发现问题"),
            "{chinese}"
        );
    }
}
