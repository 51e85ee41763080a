//! A unique key that loses a column is still unique. Scope: rows. `block`: MySQL keeps the key over the columns that are
//! left, and the copy keeps one row of each group that is equal then, with exit code 0; the server's own ALTER refuses.
//! MariaDB refuses to drop such a column at all.

use mysqler_contract::{Finding, Flavour, KeyFacts, Severity, TableFacts};

use super::super::super::context::{Context, list};
use super::keys;
use super::suspicion::Suspicion;

pub const CODES: &[&str] = &["DUPLICATES_UNDER_SHORTER_KEY"];

pub fn suspicions(context: &Context<'_>) -> Vec<Suspicion> {
    let facts = context.input.table;
    let server_refuses = context.input.server.flavour == Flavour::MariaDb;
    let Some(facts) = facts.filter(|_| !server_refuses) else {
        return Vec::new();
    };
    let left = shortened(context, facts);
    left.iter()
        .filter_map(|key| suspicion(context, facts, key))
        .collect()
}

/// Unique keys that stay and lose a column, with the columns that they keep.
fn shortened(context: &Context<'_>, facts: &TableFacts) -> Vec<KeyFacts> {
    let subjects = |verb| {
        let operations = context.operations(verb);
        operations
            .filter_map(|operation| operation.subject.as_deref())
            .map(str::to_lowercase)
    };
    let dropped: Vec<String> = subjects("DROP COLUMN").collect();
    let mut gone: Vec<String> = subjects("DROP INDEX").collect();
    gone.extend(
        context
            .operations("DROP PRIMARY KEY")
            .map(|_| "primary".to_owned()),
    );
    let goes = |name: &Option<String>| {
        name.as_ref()
            .is_some_and(|name| dropped.contains(&name.to_lowercase()))
    };
    let stays = |key: &&KeyFacts| key.unique && !gone.contains(&key.name.to_lowercase());
    let keys = facts.keys.iter().filter(stays);
    keys.filter(|key| key.columns.iter().any(|part| goes(&part.name)))
        .map(|key| KeyFacts {
            columns: key
                .columns
                .iter()
                .filter(|part| !goes(&part.name))
                .cloned()
                .collect(),
            ..key.clone()
        })
        .filter(|key| !key.columns.is_empty())
        .collect()
}

fn suspicion(context: &Context<'_>, facts: &TableFacts, key: &KeyFacts) -> Option<Suspicion> {
    let names: Vec<&str> = key
        .columns
        .iter()
        .map(|part| part.name.as_deref().unwrap_or("(…)"))
        .collect();
    let unique_anyway = facts
        .keys
        .iter()
        .filter(|other| other.unique && other.name != key.name)
        .any(|other| {
            let whole = other.columns.iter().all(|part| part.prefix.is_none());
            whole
                && other
                    .columns
                    .iter()
                    .all(|part| part.name.as_deref().is_some_and(|name| names.contains(&name)))
        });
    if unique_anyway {
        return None;
    }
    let finding = Finding::new("DUPLICATES_UNDER_SHORTER_KEY", Severity::Block)
        .with("name", &key.name)
        .with("columns", list(names.iter().copied()));
    let Some(values) = keys::values_of(context, key) else {
        return Some(Suspicion::unaskable(finding));
    };
    Some(keys::groups(context, finding, &values))
}

#[cfg(test)]
mod tests {
    use super::super::super::super::fixture::{World, column};
    use mysqler_contract::{Flavour, Severity};
    use rstest::rstest;

    const CODE: &str = "DUPLICATES_UNDER_SHORTER_KEY";

    /// Unique over status and email, besides the primary key.
    fn world(clause: &str) -> World {
        World::altering(clause).with_table(|table| {
            table.columns.push(column("email", "varchar(190)"));
            let mut key = table.keys[0].clone();
            key.name = "u_pair".into();
            let mut second = key.columns[0].clone();
            key.columns[0].name = Some("status".into());
            second.name = Some("email".into());
            key.columns.push(second);
            table.keys.push(key);
        })
    }

    #[test]
    fn what_is_left_of_the_key_must_be_unique() {
        let found = world("DROP COLUMN email").offending(CODE).findings();
        let finding = found.iter().find(|finding| finding.code == CODE).expect("told");
        assert_eq!(finding.severity, Severity::Block);
        assert_eq!(finding.params["columns"], "status");
        assert!(
            !world("DROP COLUMN email")
                .clean()
                .codes()
                .contains(&CODE.to_owned())
        );
    }

    #[rstest]
    #[case("DROP COLUMN amount")]
    #[case("DROP COLUMN email, DROP INDEX u_pair")]
    #[case("DROP COLUMN email, DROP COLUMN status")]
    fn a_key_that_stays_or_goes_as_a_whole_is_not_asked_about(#[case] clause: &str) {
        let asked = world(clause).questions();
        assert!(asked.iter().all(|question| question.code != CODE), "{asked:?}");
    }

    #[test]
    fn mariadb_refuses_by_itself() {
        let mut world = world("DROP COLUMN email");
        world.server.flavour = Flavour::MariaDb;
        assert!(world.questions().iter().all(|question| question.code != CODE));
    }
}
