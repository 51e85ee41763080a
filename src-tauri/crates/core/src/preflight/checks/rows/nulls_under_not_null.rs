//! No row holds NULL where the column will not take it. Scope: rows. `block`: the copy aborts or, where a key is
//! involved, puts the type's zero value in its place; the server's own ALTER refuses.

use mysqler_contract::{Finding, Severity};

use super::super::super::column_type::{Kind, kind};
use super::super::super::context::Context;
use super::suspicion::Suspicion;
use super::{becoming, keys, sql};
use crate::clause::{ColumnDefinition, IndexKind, parse_definition};

pub const CODES: &[&str] = &["NULLS_UNDER_NOT_NULL"];

pub fn suspicions(context: &Context<'_>) -> Vec<Suspicion> {
    let redefined = becoming::all(context)
        .into_iter()
        .filter(|becoming| becoming.is_not_null())
        .map(|becoming| (becoming.column, becoming.wanted));
    let primary = keys::added(context)
        .into_iter()
        .filter(|key| key.kind == IndexKind::Primary)
        .flat_map(|key| {
            key.parts
                .into_iter()
                .filter_map(|part| part.column().map(str::to_owned))
        })
        .filter_map(|name| context.column(&keys::present_name(context, &name)))
        .map(|column| (column, parse_definition(&column.column_type)));
    let mut found: Vec<Suspicion> = Vec::new();
    for (column, wanted) in redefined.chain(primary) {
        let name = mysqler_contract::quote_identifier(&column.name);
        let known = found
            .iter()
            .any(|known| known.finding.params["name"] == column.name);
        if !column.nullable || known {
            continue;
        }
        let predicate = format!("{name} IS NULL");
        let statements = sql::rows_where(context, &[&column.name], &predicate);
        let table = context.quoted_table();
        let value = filler(&wanted);
        let finding = Finding::new("NULLS_UNDER_NOT_NULL", Severity::Block)
            .with("name", &column.name)
            .remedy(format!("UPDATE {table} SET {name} = {value} WHERE {predicate};"));
        found.push(Suspicion::new(finding, statements.examples, statements.count));
    }
    found
}

/// A value of the type that stands for "nothing", for a person to replace.
fn filler(wanted: &ColumnDefinition) -> &'static str {
    match kind(wanted) {
        Kind::Integer(..) | Kind::Decimal(..) | Kind::Float(..) | Kind::Bits(_) => "0",
        Kind::Moment("date", _) => "'1970-01-01'",
        Kind::Moment("datetime" | "timestamp", _) => "'1970-01-02 00:00:00'",
        Kind::Moment("time", _) => "'00:00:00'",
        Kind::Moment(..) => "1970",
        _ => "''",
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::super::fixture::World;
    use mysqler_contract::Severity;
    use rstest::rstest;

    #[rstest]
    #[case("MODIFY status VARCHAR(32) NOT NULL")]
    #[case("CHANGE status status VARCHAR(64) NOT NULL DEFAULT ''")]
    fn a_null_is_found_and_a_clean_table_passes(#[case] clause: &str) {
        let found = World::altering(clause)
            .offending("NULLS_UNDER_NOT_NULL")
            .findings();
        let codes: Vec<&str> = found.iter().map(|finding| finding.code.as_str()).collect();
        assert_eq!(codes, ["NULLS_UNDER_NOT_NULL"], "{clause}");
        assert_eq!((found[0].severity, found[0].proven), (Severity::Block, true));
        assert_eq!(
            found[0].query.as_deref(),
            Some("SELECT `id`, `status` FROM `shop`.`orders` WHERE `status` IS NULL LIMIT 5")
        );
        assert_eq!(
            found[0].remedy.as_deref(),
            Some("UPDATE `shop`.`orders` SET `status` = '' WHERE `status` IS NULL;")
        );
        assert_eq!(
            World::altering(clause).clean().codes(),
            Vec::<String>::new(),
            "{clause}"
        );
    }

    #[test]
    fn without_an_answer_it_is_a_danger_that_is_not_proven() {
        let found = World::altering("MODIFY status VARCHAR(32) NOT NULL").findings();
        assert_eq!((found[0].severity, found[0].proven), (Severity::Danger, false));
    }

    #[rstest]
    #[case("MODIFY amount DECIMAL(12,2) NOT NULL")]
    #[case("MODIFY status VARCHAR(32) NULL")]
    fn nothing_is_asked_where_no_null_can_be(#[case] clause: &str) {
        assert_eq!(World::altering(clause).questions(), [], "{clause}");
    }
}
