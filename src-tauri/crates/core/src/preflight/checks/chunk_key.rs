//! The key that the copy goes by can be written out and read back. Scope: the table. `block` for FLOAT and DOUBLE: the
//! bounds of a chunk are texts of too few digits, which equal no stored value, and rows at the edges are left out with
//! exit code 0. `block` where a part may be NULL, as of an index that a person names: NULL lies within no bounds. `warn`
//! for ENUM and BIT, with which the tool gives up at its second chunk, and nothing is lost.

use mysqler_contract::{ColumnFacts, Finding, Fix, Severity};

use super::super::context::Context;
use super::super::copying_key::{CHUNK_INDEX, base_of, copying_key};

pub const CODES: &[&str] = &["CHUNK_KEY_INEXACT", "CHUNK_KEY_NULLABLE", "CHUNK_KEY_UNREADABLE"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let options = &context.input.request.options;
    let found = context.input.table.and_then(|facts| copying_key(facts, options));
    let Some(copying) = found else {
        return Vec::new();
    };
    let is_any_of = |column: &ColumnFacts, bases: &[&str]| {
        let base = base_of(&column.column_type);
        bases.iter().any(|wanted| base.eq_ignore_ascii_case(wanted))
    };
    let told = |code, severity, ill: &dyn Fn(&ColumnFacts) -> bool| {
        let column = copying.columns.iter().find(|column| ill(column))?;
        let finding = Finding::new(code, severity)
            .with("key", &copying.key.name)
            .with("name", &column.name)
            .with("type", &column.column_type);
        Some(match copying.named {
            true => finding.fix(Fix::SetOption {
                option: CHUNK_INDEX.to_owned(),
                value: None,
            }),
            false => finding,
        })
    };
    let found = [
        told("CHUNK_KEY_INEXACT", Severity::Block, &|column| {
            is_any_of(column, &["float", "double"])
        }),
        // A table without a key that is never NULL is told of otherwise.
        told("CHUNK_KEY_NULLABLE", Severity::Block, &|column| {
            copying.named && column.nullable
        }),
        told("CHUNK_KEY_UNREADABLE", Severity::Warn, &|column| {
            is_any_of(column, &["enum", "bit"])
        }),
    ];
    found.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::World;
    use mysqler_contract::{Fix, OptionSetting, Severity};
    use rstest::rstest;

    #[rstest]
    #[case("float", &["CHUNK_KEY_INEXACT"])]
    #[case("float(10,2) unsigned", &["CHUNK_KEY_INEXACT"])]
    #[case("enum('a','b')", &["CHUNK_KEY_UNREADABLE"])]
    #[case("bit(8)", &["CHUNK_KEY_UNREADABLE"])]
    #[case("double unsigned", &["CHUNK_KEY_INEXACT"])]
    #[case("decimal(10,2)", &[])]
    fn the_type_of_the_key_decides(#[case] column_type: &str, #[case] codes: &[&str]) {
        let world = World::calm().with_table(|table| table.columns[0].column_type = column_type.into());
        assert_eq!(world.codes(), codes, "{column_type}");
    }

    fn going_by(index: &str, column_type: &str, nullable: bool) -> World {
        let mut world = World::calm().with_table(|table| {
            let status = table.columns.iter_mut().find(|column| column.name == "status");
            let status = status.expect("of the fixture");
            (status.column_type, status.nullable) = (column_type.to_owned(), nullable);
        });
        world.request.options.others = vec![OptionSetting::new("chunk-index", Some(index))];
        world
    }

    #[test]
    fn an_index_that_a_person_names_is_what_the_copy_goes_by() {
        let codes = |index, column_type, nullable| going_by(index, column_type, nullable).codes();
        assert_eq!(codes("idx_status", "varchar(32)", false), Vec::<String>::new());
        assert_eq!(codes("idx_status", "varchar(32)", true), ["CHUNK_KEY_NULLABLE"]);
        assert_eq!(codes("idx_status", "double", false), ["CHUNK_KEY_INEXACT"]);
        assert_eq!(codes("PRIMARY", "double", true), Vec::<String>::new());
        let away = Fix::SetOption {
            option: "chunk-index".into(),
            value: None,
        };
        let told = going_by("idx_status", "varchar(32)", true).findings();
        assert_eq!((told[0].severity, &told[0].fixes), (Severity::Block, &vec![away]));
    }

    #[test]
    fn a_further_unique_key_is_not_what_the_copy_goes_by() {
        let world = World::calm().with_table(|table| {
            let mut key = table.keys[0].clone();
            key.name = "u_weight".into();
            key.columns[0].name = Some("weight".into());
            table.keys.push(key);
            let mut column = table.columns[0].clone();
            column.name = "weight".into();
            column.column_type = "float".into();
            table.columns.push(column);
        });
        assert_eq!(world.codes(), Vec::<String>::new());
    }
}
