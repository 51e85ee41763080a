//! Full-text and spatial indexes come through a copy. Scope: the table. `info` for spatial ones; `warn` for full-text:
//! words are split anew under the settings and the stopword list of the moment, and each copied chunk waits for that.

use mysqler_contract::{Finding, Severity};

use super::super::context::{Context, list};

pub const CODES: &[&str] = &["FULLTEXT_REBUILT", "SPATIAL_REBUILT"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let keys = context
        .input
        .table
        .map(|facts| facts.keys.as_slice())
        .unwrap_or_default();
    let of = |index_type: &str| {
        let keys = keys
            .iter()
            .filter(|key| key.index_type.eq_ignore_ascii_case(index_type));
        list(keys.map(|key| key.name.as_str()))
    };
    [
        ("FULLTEXT_REBUILT", Severity::Warn, of("FULLTEXT")),
        ("SPATIAL_REBUILT", Severity::Info, of("SPATIAL")),
    ]
    .into_iter()
    .filter(|(_, _, names)| !names.is_empty())
    .map(|(code, severity, names)| Finding::new(code, severity).with("names", names))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::World;

    #[test]
    fn each_kind_is_told_by_name_and_a_plain_index_is_not() {
        let typed = |index_type: &str| {
            World::calm()
                .with_table(|table| table.keys[1].index_type = index_type.into())
                .findings()
        };
        let told = typed("FULLTEXT");
        assert_eq!(
            (told[0].code.as_str(), told[0].params["names"].as_str()),
            ("FULLTEXT_REBUILT", "idx_status")
        );
        assert_eq!(typed("SPATIAL")[0].code, "SPATIAL_REBUILT");
        assert_eq!(typed("BTREE"), []);
    }
}
