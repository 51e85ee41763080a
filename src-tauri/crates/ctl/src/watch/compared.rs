//! A run's forecast beside what came of it.

use mysqler_contract::{Compared, Unit};

use crate::output::{Align, Output, Table, bytes, duration, number, word};

/// Nothing before a run has completed: there is no fact yet.
pub fn lines(out: &Output, figures: &[Compared]) -> Vec<String> {
    if figures.is_empty() {
        return Vec::new();
    }
    let title = |key: &str| out.name(&format!("compared.{key}"));
    let mut table = Table::new([
        (title("title"), Align::Left),
        (title("forecast"), Align::Right),
        (title("fact"), Align::Right),
        (title("ratio"), Align::Right),
        (String::new(), Align::Left),
    ]);
    for compared in figures {
        let told = |value| match compared.unit {
            Unit::Ms => duration(out, value),
            Unit::Count => number(value),
            Unit::Bytes => bytes(value),
        };
        let none = || "–".to_owned();
        table.row([
            title(&word(&compared.figure)),
            told(compared.forecast),
            compared.fact.map_or_else(none, told),
            compared.percent.map_or_else(none, ratio),
            compared
                .remark
                .map(|remark| title(&format!("remark.{}", word(&remark))))
                .unwrap_or_default(),
        ]);
    }
    table.render()
}

/// `1.46 ×`
fn ratio(percent: u64) -> String {
    format!("{}.{:02} ×", number(percent / 100), percent % 100)
}

#[cfg(test)]
mod tests {
    use mysqler_contract::messages::Locale;
    use mysqler_contract::{Figure, Remark};

    use super::*;

    #[test]
    fn figures_stand_in_columns_in_both_languages() {
        let figures = [
            Compared::new(Figure::Duration, 41_000, Some(60_000), None),
            Compared::new(Figure::Rows, 2_000_000, Some(1_900_000), None),
            Compared::new(Figure::BinaryLog, 1 << 30, Some(1 << 29), Some(Remark::OthersToo)),
            Compared::new(Figure::ReplicaLag, 1_000, None, Some(Remark::WithinLimit)),
        ];
        let shown = |locale| lines(&Output::new(false, locale), &figures).join("\n");
        assert_eq!(
            shown(Locale::En),
            "Forecast and fact   Forecast       Fact   Ratio\n\
             Duration                41 s      1 min  1.46 ×\n\
             Rows copied        2,000,000  1,900,000  0.95 ×\n\
             Binary log           1.00 GB     512 MB  0.50 ×  with what others wrote meanwhile\n\
             Worst replica lag      1.0 s          –       –  no replica was seen further behind"
        );
        let chinese = shown(Locale::ZhCn);
        assert!(
            chinese.contains("副本最大延迟") && chinese.contains("含同期其他写入"),
            "{chinese}"
        );
        assert!(lines(&Output::new(false, Locale::En), &[]).is_empty());
    }
}
