//! No index does another's work. `warn` for one that the clause adds in vain or makes needless, `info` for those that the
//! table has already: each is written with every row, and a copy is the moment to leave it out.

use mysqler_contract::{Finding, Severity};

use super::super::super::context::Context;
use super::{indexes, same};
use crate::clause::{IndexKind, OperationKind};

pub const CODES: &[&str] = &["LINT_INDEX_DUPLICATE", "LINT_INDEX_REDUNDANT"];

/// An index as it is after the clause.
struct Kept {
    name: String,
    unique: bool,
    /// Lower-case names with their prefixes.
    parts: Vec<(String, Option<u64>)>,
    added: bool,
}

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let kept = after(context);
    let mut found = Vec::new();
    for (at, one) in kept.iter().enumerate() {
        for other in &kept[at + 1..] {
            found.extend(compare(one, other).or_else(|| compare(other, one)));
        }
    }
    found
}

/// `idle` does nothing that `other` does not.
fn compare(idle: &Kept, other: &Kept) -> Option<Finding> {
    let severity = if idle.added || other.added {
        Severity::Warn
    } else {
        Severity::Info
    };
    let told = |code| {
        let finding = Finding::new(code, severity).with("name", &idle.name);
        Some(finding.with("other", &other.name))
    };
    // A unique index says more than that its columns can be looked up.
    let says_more = idle.unique && !other.unique;
    if idle.name == "PRIMARY" || says_more {
        return None;
    }
    if idle.parts == other.parts {
        return told("LINT_INDEX_DUPLICATE");
    }
    if !idle.unique && other.parts.starts_with(&idle.parts) {
        return told("LINT_INDEX_REDUNDANT");
    }
    None
}

fn after(context: &Context<'_>) -> Vec<Kept> {
    let dropped = |name: &str| {
        context
            .clause
            .operations
            .iter()
            .any(|operation| match &operation.kind {
                OperationKind::DropIndex(gone) => same(gone.as_str(), name),
                _ => false,
            })
    };
    let facts = context
        .input
        .table
        .map(|facts| facts.keys.as_slice())
        .unwrap_or_default();
    let plain = facts
        .iter()
        .filter(|key| key.index_type == "BTREE" && !dropped(&key.name));
    let mut kept: Vec<Kept> = plain
        .filter_map(|key| {
            let parts = key
                .columns
                .iter()
                .map(|part| Some((part.name.as_ref()?.to_lowercase(), part.prefix.map(u64::from))));
            Some(Kept {
                name: key.name.clone(),
                unique: key.unique,
                parts: parts.collect::<Option<_>>()?,
                added: false,
            })
        })
        .collect();
    let added = indexes(context).into_iter().filter(|index| {
        matches!(
            index.kind,
            IndexKind::Plain | IndexKind::Unique | IndexKind::Primary
        )
    });
    kept.extend(added.filter_map(|index| {
        let parts = index
            .parts
            .iter()
            .map(|part| Some((part.column()?.to_lowercase(), part.prefix)));
        Some(Kept {
            name: index.name().unwrap_or("-").to_owned(),
            unique: index.kind.is_unique(),
            parts: parts.collect::<Option<_>>()?,
            added: true,
        })
    }));
    kept
}

#[cfg(test)]
mod tests {
    use crate::preflight::fixture::World;
    use mysqler_contract::Severity;
    use rstest::rstest;

    #[rstest]
    #[case("ADD INDEX idx_again (status)", &["LINT_INDEX_DUPLICATE"])]
    #[case("ADD INDEX idx_more (status, amount)", &["LINT_INDEX_REDUNDANT"])]
    #[case("ADD INDEX idx_more (status, amount), DROP INDEX idx_status", &[])]
    #[case("ADD INDEX idx_other (amount, status)", &[])]
    #[case("ADD INDEX idx_start (status(10))", &[])]
    #[case("ADD FULLTEXT ft_status (status)", &[])]
    #[case("ADD INDEX idx_id (id)", &["LINT_INDEX_DUPLICATE"])]
    fn each_index_does_work_of_its_own(#[case] clause: &str, #[case] codes: &[&str]) {
        assert_eq!(World::altering(clause).lints(), codes, "{clause}");
    }

    #[test]
    fn the_needless_one_is_named_and_present_ones_are_told_more_quietly() {
        let finding = World::altering("ADD INDEX idx_more (status, amount)")
            .linted()
            .remove(0);
        assert_eq!(
            (finding.params["name"].as_str(), finding.params["other"].as_str()),
            ("idx_status", "idx_more")
        );
        assert_eq!(finding.severity, Severity::Warn);
        let present = World::altering("FORCE").with_table(|table| {
            let mut twin = table.keys[1].clone();
            twin.name = "idx_twin".into();
            table.keys.push(twin);
        });
        assert_eq!(present.linted()[0].severity, Severity::Info);
    }
}
