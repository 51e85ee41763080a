//! Every text fits the new length. Scope: rows. `block`: the copy cuts what is too long with exit code 0, the server's
//! own ALTER refuses it; both were seen for trailing spaces too. Lengths are characters for text, bytes for the rest.

use super::super::super::column_type::Kind;
use super::super::super::context::Context;
use super::becoming::Becoming;
use super::suspicion::Suspicion;
use super::values::{self, Doubt};

pub const CODES: &[&str] = &["TEXT_TOO_LONG"];

pub fn suspicions(context: &Context<'_>) -> Vec<Suspicion> {
    values::suspicions(context, "TEXT_TOO_LONG", |_, becoming| too_long(becoming))
}

/// TEXT types have room for a number of bytes, the others for a number of characters.
fn too_long(becoming: &Becoming<'_>) -> Option<Doubt> {
    let name = becoming.name();
    match (becoming.from(), becoming.to()) {
        (
            Kind::Text { bytes: present, .. },
            Kind::Text {
                characters, bytes, ..
            },
        ) if characters == bytes => {
            // The server itself makes room when a whole table is converted.
            let grows = becoming.is_recoded() && !becoming.converted;
            (bytes < present || grows).then(|| {
                let text = becoming.recoded();
                Doubt::new(
                    format!("LENGTH({text}) > {bytes}"),
                    format!("LEFT({name}, {})", bytes / 4),
                )
            })
        }
        (
            Kind::Text {
                characters: present,
                padded: was_padded,
                ..
            },
            Kind::Text {
                characters, padded, ..
            },
        ) => text(&name, (present, was_padded), (characters, padded)),
        (Kind::Members { names, set: false }, Kind::Text { characters, .. }) => {
            let fits = |member: &String| member.chars().count() as u64 <= characters;
            (!names.iter().all(fits)).then(|| longer_than(&name, characters))
        }
        (Kind::Bytes { length, .. }, Kind::Text { characters, .. }) => {
            let charset = becoming.charset.as_deref().unwrap_or("utf8mb4");
            (length > characters)
                .then(|| longer_than(&format!("CONVERT({name} USING {charset})"), characters))
        }
        (from, Kind::Text { characters, .. }) => {
            (longest(&from) > characters).then(|| longer_than(&format!("CAST({name} AS CHAR)"), characters))
        }
        (
            Kind::Text { bytes: present, .. } | Kind::Bytes { length: present, .. },
            Kind::Bytes { length, .. },
        ) => (present > length).then(|| {
            Doubt::new(
                format!("LENGTH({name}) > {length}"),
                format!("LEFT({name}, {length})"),
            )
        }),
        _ => None,
    }
}

fn longer_than(value: &str, characters: u64) -> Doubt {
    Doubt::new(
        format!("CHAR_LENGTH({value}) > {characters}"),
        format!("LEFT({value}, {characters})"),
    )
}

/// A CHAR loses the spaces at the end of a text; it shows none of its own, or pads with them under one sql_mode.
fn text(name: &str, (present, was_padded): (u64, bool), (wanted, padded): (u64, bool)) -> Option<Doubt> {
    if was_padded {
        return (present > wanted).then(|| longer_than(&format!("RTRIM({name})"), wanted));
    }
    let longer = longer_than(name, wanted);
    match (present > wanted, padded) {
        (true, true) => Some(Doubt::new(
            format!("{} OR {name} LIKE '% '", longer.predicate),
            format!("RTRIM({})", longer.mended),
        )),
        (false, true) => Some(Doubt::new(format!("{name} LIKE '% '"), format!("RTRIM({name})"))),
        (true, false) => Some(longer),
        (false, false) => None,
    }
}

/// Characters of the longest value that a type can print.
fn longest(kind: &Kind) -> u64 {
    let fraction = |digits: &u64| if *digits > 0 { digits + 1 } else { 0 };
    match kind {
        Kind::Integer(low, high) => low.to_string().len().max(high.to_string().len()) as u64,
        Kind::Decimal(whole, scale, _) => whole.max(&1) + scale + 2,
        Kind::Moment("date", _) => 10,
        Kind::Moment("datetime" | "timestamp", digits) => 19 + fraction(digits),
        Kind::Moment("time", digits) => 10 + fraction(digits),
        Kind::Moment(..) => 4,
        Kind::Float(..) => 24,
        Kind::Members { names, .. } => names.iter().map(|name| name.chars().count() as u64 + 1).sum(),
        // No value is larger than a packet.
        _ => 1 << 30,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::super::fixture::{World, column};
    use mysqler_contract::Severity;
    use rstest::rstest;

    fn world(present: &str, wanted: &str) -> World {
        World::altering(&format!("MODIFY c {wanted}"))
            .with_table(|table| table.columns.push(column("c", present)))
    }

    #[rstest]
    #[case("varchar(32)", "VARCHAR(16)", "CHAR_LENGTH(`c`) > 16")]
    #[case("varchar(8)", "CHAR(8)", "`c` LIKE '% '")]
    #[case("varchar(16)", "CHAR(8)", "CHAR_LENGTH(`c`) > 8 OR `c` LIKE '% '")]
    #[case("char(16)", "VARCHAR(8)", "CHAR_LENGTH(RTRIM(`c`)) > 8")]
    #[case("text", "VARCHAR(255)", "CHAR_LENGTH(`c`) > 255")]
    #[case("mediumtext", "TEXT", "LENGTH(`c`) > 65535")]
    #[case("varchar(300)", "TINYTEXT", "LENGTH(`c`) > 255")]
    #[case("blob", "VARBINARY(100)", "LENGTH(`c`) > 100")]
    #[case("varchar(64)", "VARBINARY(32)", "LENGTH(`c`) > 32")]
    #[case("bigint", "VARCHAR(10)", "CHAR_LENGTH(CAST(`c` AS CHAR)) > 10")]
    #[case("datetime", "VARCHAR(10)", "CHAR_LENGTH(CAST(`c` AS CHAR)) > 10")]
    fn too_long_a_text_is_found_and_a_clean_table_passes(
        #[case] present: &str,
        #[case] wanted: &str,
        #[case] predicate: &str,
    ) {
        let found = world(present, wanted).offending("TEXT_TOO_LONG").findings();
        let finding = found
            .iter()
            .find(|finding| finding.code == "TEXT_TOO_LONG")
            .unwrap_or_else(|| panic!("{present} → {wanted}: {found:?}"));
        assert_eq!((finding.severity, finding.proven), (Severity::Block, true));
        let query = finding.query.as_deref().unwrap_or_default();
        assert!(query.contains(&format!(" WHERE {predicate} LIMIT 5")), "{query}");
        let clean = world(present, wanted).clean().codes();
        assert!(!clean.contains(&"TEXT_TOO_LONG".to_owned()), "{clean:?}");
    }

    #[rstest]
    #[case("varchar(32)", "VARCHAR(32)")]
    #[case("varchar(32)", "TEXT")]
    #[case("char(8)", "VARCHAR(8)")]
    #[case("int", "VARCHAR(11)")]
    #[case("datetime(3)", "VARCHAR(23)")]
    #[case("enum('a','bb')", "VARCHAR(2)")]
    fn nothing_is_asked_where_every_text_fits(#[case] present: &str, #[case] wanted: &str) {
        let asked = world(present, wanted).questions();
        assert!(
            asked.iter().all(|question| question.code != "TEXT_TOO_LONG"),
            "{asked:?}"
        );
    }
}
