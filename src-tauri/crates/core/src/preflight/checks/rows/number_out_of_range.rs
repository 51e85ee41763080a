//! Every number has its place in the new range. Scope: rows. `block`: the copy puts the nearest bound in its place with
//! exit code 0, the server's own ALTER refuses.

use super::super::super::column_type::Kind;
use super::super::super::context::Context;
use super::becoming::Becoming;
use super::numbers;
use super::suspicion::Suspicion;
use super::values::{self, Doubt};

pub const CODES: &[&str] = &["NUMBER_OUT_OF_RANGE"];

/// The largest value of FLOAT.
const FLOAT_MAX: &str = "3.402823466E+38";

pub fn suspicions(context: &Context<'_>) -> Vec<Suspicion> {
    values::suspicions(context, "NUMBER_OUT_OF_RANGE", |_, becoming| {
        out_of_range(becoming)
    })
}

fn out_of_range(becoming: &Becoming<'_>) -> Option<Doubt> {
    let (from, to) = (becoming.from(), becoming.to());
    let value = numbers::value(&from, &becoming.name())?;
    if let Kind::Float(4, _) = to {
        let far = format!("ABS({value}) > {FLOAT_MAX}");
        let mended = format!("SIGN({value}) * {FLOAT_MAX}");
        return matches!(from, Kind::Float(8, _)).then(|| Doubt::new(far, mended));
    }
    if let Kind::Moment("year", _) = to {
        // 1 to 99 would be taken for years of this century or the last one.
        let predicate = format!("{value} <> 0 AND ({value} < 1901 OR {value} > 2155)");
        return Some(Doubt::new(predicate, values::nothing(becoming, "0")));
    }
    let (low, high) = numbers::bounds(&to)?;
    let (least, most) = numbers::bounds(&from).unwrap_or((i128::MIN, i128::MAX));
    let rounded = match numbers::scale(&from) {
        Some(0) => value,
        _ => format!("ROUND({value}, {})", numbers::scale(&to).unwrap_or(0)),
    };
    let limit = |bound: i128| numbers::bound_text(&to, bound);
    let mut conditions = Vec::new();
    if least < low {
        conditions.push(format!("{rounded} < {}", limit(low)));
    }
    if most > high {
        conditions.push(format!("{rounded} > {}", limit(high)));
    }
    let mended = format!("LEAST(GREATEST({rounded}, {}), {})", limit(low), limit(high));
    (!conditions.is_empty()).then(|| Doubt::new(conditions.join(" OR "), mended))
}

#[cfg(test)]
mod tests {
    use super::super::super::super::fixture::{World, column};
    use mysqler_contract::Severity;
    use rstest::rstest;

    const CODE: &str = "NUMBER_OUT_OF_RANGE";

    fn world(present: &str, wanted: &str) -> World {
        World::altering(&format!("MODIFY c {wanted}"))
            .with_table(|table| table.columns.push(column("c", present)))
    }

    #[rstest]
    #[case("bigint", "INT", "`c` < -2147483648 OR `c` > 2147483647")]
    #[case("int", "INT UNSIGNED", "`c` < 0")]
    #[case("int unsigned", "INT", "`c` > 2147483647")]
    #[case(
        "decimal(12,2)",
        "DECIMAL(8,2)",
        "ROUND(`c`, 2) < -999999.99 OR ROUND(`c`, 2) > 999999.99"
    )]
    #[case(
        "decimal(6,2)",
        "DECIMAL(6,3)",
        "ROUND(`c`, 3) < -999.999 OR ROUND(`c`, 3) > 999.999"
    )]
    #[case("decimal(10,2)", "TINYINT", "ROUND(`c`, 0) < -128 OR ROUND(`c`, 0) > 127")]
    #[case("int", "DECIMAL(5,2)", "`c` < -999.99 OR `c` > 999.99")]
    #[case("double", "FLOAT", "ABS(`c`) > 3.402823466E+38")]
    #[case("bit(16)", "TINYINT UNSIGNED", "`c` + 0 > 255")]
    #[case("int", "YEAR", "`c` <> 0 AND (`c` < 1901 OR `c` > 2155)")]
    fn a_number_without_a_place_is_found(
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
    #[case("int", "BIGINT")]
    #[case("decimal(8,2)", "DECIMAL(10,4)")]
    #[case("int", "DECIMAL(10,0)")]
    #[case("int", "DOUBLE")]
    fn nothing_is_asked_where_every_number_fits(#[case] present: &str, #[case] wanted: &str) {
        let asked = world(present, wanted).questions();
        assert!(asked.iter().all(|question| question.code != CODE), "{asked:?}");
    }
}
