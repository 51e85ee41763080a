//! Every value fills the new BINARY column. Scope: rows. `block`: the server pads a shorter value with zero bytes and
//! says nothing, in a copy and in its own ALTER, under any sql_mode; the value is another one then.

use super::super::super::column_type::Kind;
use super::super::super::context::Context;
use super::becoming::Becoming;
use super::suspicion::Suspicion;
use super::values::{self, Doubt};

pub const CODES: &[&str] = &["BYTES_PADDED"];

pub fn suspicions(context: &Context<'_>) -> Vec<Suspicion> {
    values::suspicions(context, "BYTES_PADDED", |_, becoming| padded(becoming))
}

fn padded(becoming: &Becoming<'_>) -> Option<Doubt> {
    let Kind::Bytes { length, padded: true } = becoming.to() else {
        return None;
    };
    if !matches!(becoming.from(), Kind::Bytes { .. } | Kind::Text { .. }) || becoming.from() == becoming.to()
    {
        return None;
    }
    let name = becoming.name();
    Some(Doubt::new(
        format!("LENGTH({name}) < {length}"),
        format!("RPAD({name}, {length}, 0x00)"),
    ))
}

#[cfg(test)]
mod tests {
    use super::super::super::super::fixture::{World, column};
    use mysqler_contract::Severity;
    use rstest::rstest;

    const CODE: &str = "BYTES_PADDED";

    fn world(present: &str, wanted: &str) -> World {
        World::altering(&format!("MODIFY c {wanted}"))
            .with_table(|table| table.columns.push(column("c", present)))
    }

    #[rstest]
    #[case("varbinary(16)", "BINARY(16)")]
    #[case("binary(8)", "BINARY(16)")]
    #[case("varchar(16)", "BINARY(16)")]
    #[case("blob", "BINARY(20)")]
    fn a_value_that_would_be_padded_is_found(#[case] present: &str, #[case] wanted: &str) {
        let found = world(present, wanted).offending(CODE).findings();
        let finding = found.iter().find(|finding| finding.code == CODE).expect("told");
        assert_eq!((finding.severity, finding.proven), (Severity::Block, true));
        assert!(
            finding
                .remedy
                .as_deref()
                .unwrap_or_default()
                .contains("RPAD(`c`, ")
        );
        let clean = world(present, wanted).clean().codes();
        assert!(!clean.contains(&CODE.to_owned()), "{clean:?}");
    }

    #[rstest]
    #[case("binary(16)", "BINARY(16)")]
    #[case("binary(16)", "VARBINARY(16)")]
    #[case("varbinary(16)", "VARBINARY(32)")]
    fn nothing_is_asked_where_nothing_is_padded(#[case] present: &str, #[case] wanted: &str) {
        let asked = world(present, wanted).questions();
        assert!(asked.iter().all(|question| question.code != CODE), "{asked:?}");
    }
}
