//! Every value means something in the new type. Scope: rows. `block`: the copy puts 0, the zero date or an empty text in
//! the place of what does not convert with exit code 0; the server's own ALTER refuses it under a strict sql_mode.

use super::super::super::column_type::Kind;
use super::super::super::context::Context;
use super::becoming::Becoming;
use super::numbers::NUMBER;
use super::sql;
use super::suspicion::Suspicion;
use super::values::{self, Doubt};

pub const CODES: &[&str] = &["VALUES_NOT_CONVERTIBLE"];

/// Dates that mean the same to everybody. The server would also make 2010-11-12 of `10:11:12`.
const DATE: &str = "^([0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{8}|[0-9]{14})\
                    ([ T][0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}([.][0-9]*)?)?)? *$";
const TIME: &str = "^ *-?[0-9]{1,3}:[0-9]{1,2}(:[0-9]{1,2}([.][0-9]*)?)? *$";

pub fn suspicions(context: &Context<'_>) -> Vec<Suspicion> {
    values::suspicions(context, "VALUES_NOT_CONVERTIBLE", |_, becoming| {
        unconvertible(becoming)
    })
}

fn unconvertible(becoming: &Becoming<'_>) -> Option<Doubt> {
    let name = becoming.name();
    let doubt = |predicate: String, otherwise: &str| {
        Some(Doubt::new(predicate, values::nothing(becoming, otherwise)))
    };
    let number = |kind: &Kind| matches!(kind, Kind::Integer(..) | Kind::Decimal(..) | Kind::Float(..));
    match (becoming.from(), becoming.to()) {
        (Kind::Text { .. }, to) if number(&to) => doubt(format!("{name} NOT REGEXP '{NUMBER}'"), "'0'"),
        (Kind::Text { .. }, Kind::Moment("date" | "datetime" | "timestamp", _)) => doubt(
            format!(
                "{name} NOT REGEXP '{DATE}' OR (CAST({name} AS DATETIME(6)) IS NULL AND {name} IS NOT NULL)"
            ),
            "'1970-01-02'",
        ),
        (Kind::Text { .. }, Kind::Moment("time", _)) => doubt(
            format!("{name} NOT REGEXP '{TIME}' OR (CAST({name} AS TIME(6)) IS NULL AND {name} IS NOT NULL)"),
            "'00:00:00'",
        ),
        (Kind::Text { .. }, Kind::Moment(..)) => doubt(
            format!("{name} NOT REGEXP '^ *(19|20|21)[0-9]{{2}} *$' OR {name} < '1901' OR {name} > '2155'"),
            "'1970'",
        ),
        (Kind::Text { .. }, Kind::Members { set: false, names }) => {
            let names: Vec<String> = names.iter().map(|name| sql::text(name)).collect();
            let first = names.first().cloned().unwrap_or_default();
            doubt(format!("{name} NOT IN ({})", names.join(", ")), &first)
        }
        (Kind::Text { .. }, Kind::Members { set: true, names }) => {
            let known = names
                .iter()
                .map(|member| format!("(FIND_IN_SET({}, {name}) > 0)", sql::text(member)));
            let known: Vec<String> = known.collect();
            doubt(
                format!(
                    "{name} <> '' AND 1 + CHAR_LENGTH({name}) - CHAR_LENGTH(REPLACE({name}, ',', '')) <> {}",
                    known.join(" + ")
                ),
                "''",
            )
        }
        (Kind::Text { .. }, Kind::Other(other)) if other.starts_with("json") => {
            doubt(format!("NOT JSON_VALID({name})"), "'{}'")
        }
        (from, Kind::Moment("date" | "datetime" | "timestamp", _)) if number(&from) => doubt(
            format!("{name} IS NOT NULL AND CAST({name} AS DATETIME) IS NULL"),
            "19700102",
        ),
        // A number takes the member of that place.
        (from, Kind::Members { set: false, names }) if number(&from) => {
            doubt(format!("{name} NOT BETWEEN 1 AND {}", names.len()), "1")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::super::fixture::{World, column};
    use mysqler_contract::Severity;
    use rstest::rstest;

    const CODE: &str = "VALUES_NOT_CONVERTIBLE";

    fn world(present: &str, wanted: &str) -> World {
        World::altering(&format!("MODIFY c {wanted}"))
            .with_table(|table| table.columns.push(column("c", present)))
    }

    #[rstest]
    #[case("varchar(32)", "INT")]
    #[case("text", "DECIMAL(10,2)")]
    #[case("varchar(32)", "DATE")]
    #[case("char(10)", "DATETIME(3)")]
    #[case("varchar(32)", "TIME")]
    #[case("varchar(32)", "ENUM('a','it''s')")]
    #[case("varchar(32)", "SET('a','b')")]
    #[case("longtext", "JSON")]
    #[case("int", "DATE")]
    #[case("tinyint", "ENUM('a','b')")]
    fn a_value_that_means_nothing_there_is_found(#[case] present: &str, #[case] wanted: &str) {
        let found = world(present, wanted).offending(CODE).findings();
        let finding = found.iter().find(|finding| finding.code == CODE);
        let finding = finding.unwrap_or_else(|| panic!("{present} → {wanted}: {found:?}"));
        assert_eq!((finding.severity, finding.proven), (Severity::Block, true));
        let clean = world(present, wanted).clean().codes();
        assert!(
            !clean.contains(&CODE.to_owned()),
            "{present} → {wanted}: {clean:?}"
        );
    }

    #[rstest]
    #[case("int", "VARCHAR(20)")]
    #[case("varchar(32)", "TEXT")]
    #[case("date", "DATETIME")]
    fn nothing_is_asked_where_every_value_converts(#[case] present: &str, #[case] wanted: &str) {
        let asked = world(present, wanted).questions();
        assert!(asked.iter().all(|question| question.code != CODE), "{asked:?}");
    }
}
