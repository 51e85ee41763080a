//! No row uses a member that an ENUM or SET loses. Scope: rows. `block`: the copy puts an empty text in its place with
//! exit code 0, the server's own ALTER refuses.

use super::super::super::column_type::Kind;
use super::super::super::context::Context;
use super::becoming::Becoming;
use super::sql;
use super::suspicion::Suspicion;
use super::values::{self, Doubt};

pub const CODES: &[&str] = &["MEMBERS_IN_USE"];

pub fn suspicions(context: &Context<'_>) -> Vec<Suspicion> {
    let mut found = values::suspicions(context, "MEMBERS_IN_USE", |_, becoming| in_use(becoming));
    for suspicion in &mut found {
        let name = &suspicion.finding.params["name"];
        let gone = super::becoming::all(context)
            .iter()
            .find(|becoming| becoming.column.name == *name)
            .map(removed);
        suspicion
            .finding
            .params
            .insert("members".to_owned(), gone.unwrap_or_default().join(", "));
    }
    found
}

/// Members that are there no more.
fn removed(becoming: &Becoming<'_>) -> Vec<String> {
    match (becoming.from(), becoming.to()) {
        (Kind::Members { set: a, names }, Kind::Members { set: b, names: kept }) if a == b => {
            names.into_iter().filter(|name| !kept.contains(name)).collect()
        }
        _ => Vec::new(),
    }
}

fn in_use(becoming: &Becoming<'_>) -> Option<Doubt> {
    let name = becoming.name();
    let gone: Vec<String> = removed(becoming).iter().map(|member| sql::text(member)).collect();
    if gone.is_empty() {
        return None;
    }
    match becoming.to() {
        Kind::Members { set: false, names } => {
            let first = names.first().map(|member| sql::text(member)).unwrap_or_default();
            Some(Doubt::new(
                format!("{name} IN ({})", gone.join(", ")),
                values::nothing(becoming, &first),
            ))
        }
        _ => {
            let used: Vec<String> = gone
                .iter()
                .map(|member| format!("FIND_IN_SET({member}, {name}) > 0"))
                .collect();
            let without = gone
                .iter()
                .fold(format!("CONCAT(',', {name}, ',')"), |text, member| {
                    format!("REPLACE({text}, CONCAT(',', {member}, ','), ',')")
                });
            Some(Doubt::new(
                used.join(" OR "),
                format!("TRIM(BOTH ',' FROM {without})"),
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::super::fixture::{World, column};
    use mysqler_contract::Severity;
    use rstest::rstest;

    const CODE: &str = "MEMBERS_IN_USE";

    fn world(present: &str, wanted: &str) -> World {
        World::altering(&format!("MODIFY c {wanted}"))
            .with_table(|table| table.columns.push(column("c", present)))
    }

    #[rstest]
    #[case("enum('a','b','c')", "ENUM('a','c')", "`c` IN ('b')", "b")]
    #[case("enum('it''s','b')", "ENUM('b')", "`c` IN ('it''s')", "it's")]
    #[case(
        "set('x','y','z')",
        "SET('z')",
        "FIND_IN_SET('x', `c`) > 0 OR FIND_IN_SET('y', `c`) > 0",
        "x, y"
    )]
    fn a_member_in_use_is_found(
        #[case] present: &str,
        #[case] wanted: &str,
        #[case] predicate: &str,
        #[case] members: &str,
    ) {
        let found = world(present, wanted).offending(CODE).findings();
        let finding = found.iter().find(|finding| finding.code == CODE);
        let finding = finding.unwrap_or_else(|| panic!("{present} → {wanted}: {found:?}"));
        assert_eq!((finding.severity, finding.proven), (Severity::Block, true));
        assert_eq!(finding.params["members"], members);
        let query = finding.query.as_deref().unwrap_or_default();
        assert!(query.contains(&format!(" WHERE {predicate} LIMIT 5")), "{query}");
        assert_eq!(world(present, wanted).clean().codes(), Vec::<String>::new());
    }

    #[rstest]
    #[case("enum('a','b')", "ENUM('a','b','c')")]
    #[case("enum('a','b')", "ENUM('b','a')")]
    fn nothing_is_asked_where_every_member_stays(#[case] present: &str, #[case] wanted: &str) {
        let asked = world(present, wanted).questions();
        assert!(asked.iter().all(|question| question.code != CODE), "{asked:?}");
    }
}
