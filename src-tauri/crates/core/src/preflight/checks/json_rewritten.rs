//! A text column that becomes JSON. Scope: the clause. `danger`, not proven: MySQL keeps a document, not its text. Of a
//! name that stands twice the last value stays, and the order of names, spaces and the spelling of numbers go; no query
//! tells which rows it concerns. MariaDB keeps the text.

use mysqler_contract::{Finding, Flavour, Severity};

use super::super::column_type::Kind;
use super::super::context::Context;
use super::rows::all_becoming;

pub const CODES: &[&str] = &["JSON_REWRITES_TEXT"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    if context.input.server.flavour == Flavour::MariaDb {
        return Vec::new();
    }
    let becoming = all_becoming(context).into_iter();
    becoming
        .filter(|becoming| {
            let json = matches!(becoming.to(), Kind::Other(name) if name.starts_with("json"));
            json && matches!(becoming.from(), Kind::Text { .. })
        })
        .map(|becoming| {
            Finding::new("JSON_REWRITES_TEXT", Severity::Danger)
                .with("name", &becoming.column.name)
                .not_proven()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::{World, column};
    use mysqler_contract::{Flavour, Severity};

    #[test]
    fn text_becomes_a_document_on_mysql_alone() {
        let world = || {
            World::altering("MODIFY c JSON").with_table(|table| table.columns.push(column("c", "longtext")))
        };
        let found = world().clean().findings();
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].code, "JSON_REWRITES_TEXT");
        assert_eq!((found[0].severity, found[0].proven), (Severity::Danger, false));
        let mut world = world().clean();
        world.server.flavour = Flavour::MariaDb;
        assert!(!world.codes().contains(&"JSON_REWRITES_TEXT".to_owned()));
    }

    #[test]
    fn a_document_that_stays_one_is_not_rewritten() {
        let world =
            World::altering("MODIFY c JSON NULL").with_table(|table| table.columns.push(column("c", "json")));
        assert_eq!(world.clean().codes(), Vec::<String>::new());
    }
}
