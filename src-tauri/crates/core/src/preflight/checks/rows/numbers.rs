//! What number types can hold, for the checks that compare two of them.

use super::super::super::column_type::Kind;

/// How a text is written that a number column takes as a whole.
pub const NUMBER: &str = "^ *[-+]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][-+]?[0-9]+)? *$";

/// The value as a number; `None` for types that are none.
pub fn value(kind: &Kind, name: &str) -> Option<String> {
    match kind {
        Kind::Integer(..) | Kind::Decimal(..) | Kind::Float(..) | Kind::Moment("year", _) => {
            Some(name.to_owned())
        }
        Kind::Bits(_) | Kind::Moment(..) => Some(format!("{name} + 0")),
        Kind::Text { .. } => Some(format!("CAST({name} AS DECIMAL(65,30))")),
        _ => None,
    }
}

/// Least and greatest value, in units of the last digit after the point. `None` where there is no fixed one.
fn units(kind: &Kind) -> Option<(i128, i128)> {
    match kind {
        Kind::Integer(low, high) => Some((*low, *high)),
        Kind::Bits(length) => Some((0, 1i128.checked_shl(u32::try_from(*length).ok()?)? - 1)),
        Kind::Moment("year", _) => Some((0, 2155)),
        Kind::Decimal(whole, scale, signed) => {
            let most = 10i128.checked_pow(u32::try_from(whole + scale).ok()?)? - 1;
            Some((if *signed { -most } else { 0 }, most))
        }
        _ => None,
    }
}

/// Digits after the point; `None` for floating numbers and texts, which have as many as they like.
pub fn scale(kind: &Kind) -> Option<u64> {
    match kind {
        Kind::Integer(..) | Kind::Bits(_) | Kind::Moment("year", _) => Some(0),
        Kind::Decimal(_, scale, _) => Some(*scale),
        _ => None,
    }
}

/// Bounds in whole numbers, rounded away from zero, so that two types of different scale can be compared.
pub fn bounds(kind: &Kind) -> Option<(i128, i128)> {
    let (low, high) = units(kind)?;
    let one = 10i128.checked_pow(u32::try_from(scale(kind)?).ok()?)?;
    Some((low / one, high / one))
}

/// The exact bound as SQL writes it.
pub fn bound_text(kind: &Kind, whole: i128) -> String {
    match kind {
        Kind::Decimal(_, scale, _) if *scale > 0 && whole != 0 => {
            format!("{whole}.{}", "9".repeat(usize::try_from(*scale).unwrap_or(0)))
        }
        // DECIMAL(2,2): nothing before the point.
        Kind::Decimal(0, scale, _) => format!("0.{}", "9".repeat(usize::try_from(*scale).unwrap_or(0))),
        _ => whole.to_string(),
    }
}
