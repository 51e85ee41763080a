//! Every number keeps its digits. Scope: rows. `block`: both the copy and the server's own ALTER round what has no place
//! after the point, under a strict sql_mode too, and say so in a note at most.

use super::super::super::column_type::Kind;
use super::super::super::context::Context;
use super::becoming::Becoming;
use super::numbers::{self, NUMBER};
use super::suspicion::Suspicion;
use super::values::{self, Doubt};

pub const CODES: &[&str] = &["NUMBER_LOSES_SCALE"];

pub fn suspicions(context: &Context<'_>) -> Vec<Suspicion> {
    values::suspicions(context, "NUMBER_LOSES_SCALE", |_, becoming| loses(becoming))
}

fn loses(becoming: &Becoming<'_>) -> Option<Doubt> {
    let name = becoming.name();
    let (from, to) = (becoming.from(), becoming.to());
    let keeps = match &to {
        Kind::Float(size, _) => return into_float(&from, *size, &name),
        kind => numbers::scale(kind)?,
    };
    let rounded = format!("ROUND({name}, {keeps})");
    match from {
        Kind::Decimal(_, scale, _) if scale > keeps => {
            Some(Doubt::new(format!("{name} <> {rounded}"), rounded))
        }
        Kind::Float(8, _) => Some(Doubt::new(format!("{name} <> {rounded}"), rounded)),
        // A FLOAT holds about seven digits: what stands behind them is no digit of the value's own.
        Kind::Float(..) => Some(Doubt::new(
            format!("ABS({name} - {rounded}) > ABS({name}) * 1E-6"),
            rounded,
        )),
        Kind::Text { .. } => {
            let value = numbers::value(&from, &name)?;
            let rounded = format!("ROUND({value}, {keeps})");
            Some(Doubt::new(
                format!("{name} REGEXP '{NUMBER}' AND {value} <> {rounded}"),
                rounded,
            ))
        }
        _ => None,
    }
}

fn into_float(from: &Kind, size: u8, name: &str) -> Option<Doubt> {
    let target = if size == 4 { "FLOAT" } else { "DOUBLE" };
    let digits = if size == 4 { 6 } else { 15 };
    let back = |scale: u64| format!("CAST(CAST({name} AS {target}) AS DECIMAL(65,{scale}))");
    match from {
        Kind::Integer(low, high) => {
            let exact = 1i128 << if size == 4 { 24 } else { 53 };
            (*high > exact || *low < -exact).then(|| Doubt::new(format!("{name} <> {}", back(0)), back(0)))
        }
        Kind::Decimal(whole, scale, _) => {
            (whole + scale > digits).then(|| Doubt::new(format!("{name} <> {}", back(*scale)), back(*scale)))
        }
        Kind::Float(8, _) if size == 4 => {
            let rounded = format!("ROUND({name}, {} - FLOOR(LOG10(ABS({name}))))", digits - 1);
            Some(Doubt::new(
                format!("{name} <> 0 AND ABS({name} - {rounded}) > ABS({name}) * 1E-9"),
                rounded,
            ))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::super::fixture::{World, column};
    use mysqler_contract::Severity;
    use rstest::rstest;

    const CODE: &str = "NUMBER_LOSES_SCALE";

    fn world(present: &str, wanted: &str) -> World {
        World::altering(&format!("MODIFY c {wanted}"))
            .with_table(|table| table.columns.push(column("c", present)))
    }

    #[rstest]
    #[case("decimal(12,4)", "DECIMAL(12,2)", "`c` <> ROUND(`c`, 2)")]
    #[case("decimal(12,2)", "BIGINT", "`c` <> ROUND(`c`, 0)")]
    #[case("double", "DECIMAL(20,2)", "`c` <> ROUND(`c`, 2)")]
    #[case("float", "DECIMAL(20,2)", "ABS(`c` - ROUND(`c`, 2)) > ABS(`c`) * 1E-6")]
    #[case("decimal(12,2)", "FLOAT", "`c` <> CAST(CAST(`c` AS FLOAT) AS DECIMAL(65,2))")]
    #[case("bigint", "DOUBLE", "`c` <> CAST(CAST(`c` AS DOUBLE) AS DECIMAL(65,0))")]
    fn a_number_that_would_be_rounded_is_found(
        #[case] present: &str,
        #[case] wanted: &str,
        #[case] predicate: &str,
    ) {
        let found = world(present, wanted).offending(CODE).findings();
        let finding = found.iter().find(|finding| finding.code == CODE);
        let finding = finding.unwrap_or_else(|| panic!("{present} → {wanted}: {found:?}"));
        assert_eq!((finding.severity, finding.proven), (Severity::Block, true));
        let query = finding.query.as_deref().unwrap_or_default();
        assert!(query.contains(&format!(" WHERE {predicate} LIMIT 5")), "{query}");
        let clean = world(present, wanted).clean().codes();
        assert!(!clean.contains(&CODE.to_owned()), "{clean:?}");
    }

    #[rstest]
    #[case("decimal(12,2)", "DECIMAL(14,4)")]
    #[case("int", "DOUBLE")]
    #[case("float", "DOUBLE")]
    #[case("int", "BIGINT")]
    fn nothing_is_asked_where_every_digit_stays(#[case] present: &str, #[case] wanted: &str) {
        let asked = world(present, wanted).questions();
        assert!(asked.iter().all(|question| question.code != CODE), "{asked:?}");
    }
}
