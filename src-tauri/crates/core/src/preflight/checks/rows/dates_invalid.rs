//! Every date has its place in the new type and under the run's sql_mode. Scope: rows. `block`: the copy puts the zero
//! date in the place of what has none, and rounds or cuts fractions, with exit code 0; the server's own ALTER refuses
//! what is invalid and is as silent about fractions.

use super::super::super::column_type::Kind;
use super::super::super::context::Context;
use super::becoming::Becoming;
use super::suspicion::Suspicion;
use super::values::{self, Doubt};
use mysqler_contract::Flavour;

pub const CODES: &[&str] = &["DATES_INVALID"];

pub fn suspicions(context: &Context<'_>) -> Vec<Suspicion> {
    values::suspicions(context, "DATES_INVALID", invalid)
}

fn invalid(context: &Context<'_>, becoming: &Becoming<'_>) -> Option<Doubt> {
    let name = becoming.name();
    let (Kind::Moment(from, digits), Kind::Moment(to, kept)) = (becoming.from(), becoming.to()) else {
        return None;
    };
    let mut conditions: Vec<String> = Vec::new();
    let dated = |kind: &str| matches!(kind, "date" | "datetime" | "timestamp");
    if dated(from) && dated(to) && from != "timestamp" {
        conditions.extend(zero_parts(context, &name, to));
        if to == "timestamp" {
            let last = last_second(context);
            conditions.push(format!(
                "{name} < FROM_UNIXTIME(1) OR {name} > FROM_UNIXTIME({last})"
            ));
            // An hour that a change of clocks leaves out.
            conditions.push(format!("FROM_UNIXTIME(UNIX_TIMESTAMP({name})) <> {name}"));
        }
    }
    if dated(from) && to == "date" && from != "date" {
        let parts = ["HOUR", "MINUTE", "SECOND", "MICROSECOND"].map(|part| format!("{part}({name})"));
        conditions.push(format!("{} > 0", parts.join(" + ")));
    } else if kept < digits && (from == to || (dated(from) && dated(to))) {
        conditions.push(format!(
            "MICROSECOND({name}) % {} <> 0",
            10u32.pow(6 - kept.min(6) as u32)
        ));
    }
    let mended = match to {
        "date" => format!("DATE({name})"),
        "timestamp" => values::nothing(becoming, "FROM_UNIXTIME(1)"),
        "datetime" if kept < digits => format!("{name} - INTERVAL MICROSECOND({name}) MICROSECOND"),
        _ => values::nothing(becoming, "'1970-01-02'"),
    };
    (!conditions.is_empty()).then(|| Doubt::new(conditions.join(" OR "), mended))
}

/// A zero month or day that the run's sql_mode does not take. A date of zeros alone passes the copy unharmed.
fn zero_parts(context: &Context<'_>, name: &str, to: &str) -> Option<String> {
    let mode = context
        .run_sql_mode()
        .or_else(|| context.variable("sql_mode"))
        .unwrap_or_default();
    let has = |word: &str| {
        mode.split(',')
            .any(|known| known.trim().eq_ignore_ascii_case(word))
    };
    let refuses = has("NO_ZERO_IN_DATE") || has("TRADITIONAL");
    (refuses || to == "timestamp")
        .then(|| format!("({name} <> 0 AND (MONTH({name}) = 0 OR DAYOFMONTH({name}) = 0))"))
}

/// The last second that a TIMESTAMP can hold.
fn last_second(context: &Context<'_>) -> u64 {
    let server = context.input.server;
    let wide = server.flavour == Flavour::MariaDb && (server.version.major, server.version.minor) >= (11, 5);
    if wide { 4_294_967_295 } else { 2_147_483_647 }
}

#[cfg(test)]
mod tests {
    use super::super::super::super::fixture::{World, column};
    use mysqler_contract::Severity;
    use rstest::rstest;

    const CODE: &str = "DATES_INVALID";

    fn world(present: &str, wanted: &str) -> World {
        World::altering(&format!("MODIFY c {wanted}"))
            .with_table(|table| table.columns.push(column("c", present)))
            .with_variable("sql_mode", "STRICT_TRANS_TABLES,NO_ZERO_IN_DATE")
    }

    #[rstest]
    #[case(
        "datetime",
        "TIMESTAMP",
        "`c` < FROM_UNIXTIME(1) OR `c` > FROM_UNIXTIME(2147483647)"
    )]
    #[case("datetime", "TIMESTAMP", "FROM_UNIXTIME(UNIX_TIMESTAMP(`c`)) <> `c`")]
    #[case("datetime(6)", "DATETIME(3)", "MICROSECOND(`c`) % 1000 <> 0")]
    #[case("time(3)", "TIME", "MICROSECOND(`c`) % 1000000 <> 0")]
    #[case(
        "datetime",
        "DATE",
        "HOUR(`c`) + MINUTE(`c`) + SECOND(`c`) + MICROSECOND(`c`) > 0"
    )]
    #[case("date", "DATETIME", "(`c` <> 0 AND (MONTH(`c`) = 0 OR DAYOFMONTH(`c`) = 0))")]
    fn a_date_without_a_place_is_found(#[case] present: &str, #[case] wanted: &str, #[case] condition: &str) {
        let found = world(present, wanted).offending(CODE).findings();
        let finding = found.iter().find(|finding| finding.code == CODE);
        let finding = finding.unwrap_or_else(|| panic!("{present} → {wanted}: {found:?}"));
        assert_eq!((finding.severity, finding.proven), (Severity::Block, true));
        let query = finding.query.as_deref().unwrap_or_default();
        assert!(query.contains(condition), "{query}");
        assert_eq!(world(present, wanted).clean().codes(), Vec::<String>::new());
    }

    #[rstest]
    #[case("timestamp", "DATETIME")]
    #[case("datetime", "DATETIME(3)")]
    fn nothing_is_asked_where_every_date_fits(#[case] present: &str, #[case] wanted: &str) {
        let world = world(present, wanted).with_variable("sql_mode", "");
        assert_eq!(world.questions(), [], "{present} → {wanted}");
    }
}
