//! ENUM and SET members keep their numbers. Scope: rows. `warn`: every value keeps its text, through the copy and the
//! server's own ALTER alike (seen), but its number and with it the order of rows become others.

use mysqler_contract::{Finding, Severity};

use super::super::super::column_type::Kind;
use super::super::super::context::Context;
use super::becoming::{self, Becoming};
use super::sql;
use super::suspicion::Suspicion;

pub const CODES: &[&str] = &["MEMBERS_REORDERED"];

pub fn suspicions(context: &Context<'_>) -> Vec<Suspicion> {
    let told = |becoming: &Becoming<'_>| {
        let (set, moved) = moved(becoming)?;
        let name = becoming.name();
        let members: Vec<String> = moved.iter().map(|member| sql::text(member)).collect();
        let predicate = match set {
            false => format!("{name} IN ({})", members.join(", ")),
            true => {
                let used = members
                    .iter()
                    .map(|member| format!("FIND_IN_SET({member}, {name}) > 0"));
                used.collect::<Vec<_>>().join(" OR ")
            }
        };
        // How many rows use them says nothing: the first one decides.
        let statements = sql::rows_where(context, &[&becoming.column.name], &predicate);
        let finding = Finding::new("MEMBERS_REORDERED", Severity::Warn)
            .with("name", &becoming.column.name)
            .with("members", moved.join(", "));
        Some(Suspicion {
            unproven: Some(Severity::Warn),
            ..Suspicion::new(finding, statements.examples, None)
        })
    };
    becoming::all(context).iter().filter_map(told).collect()
}

/// Whether it is a SET, and the members that stay and get another number.
fn moved(becoming: &Becoming<'_>) -> Option<(bool, Vec<String>)> {
    let (Kind::Members { set: a, names }, Kind::Members { set: b, names: to }) =
        (becoming.from(), becoming.to())
    else {
        return None;
    };
    let stays_elsewhere = |(at, name): &(usize, &String)| {
        to.iter()
            .position(|other| other == *name)
            .is_some_and(|place| place != *at)
    };
    let moved: Vec<String> = names
        .iter()
        .enumerate()
        .filter(stays_elsewhere)
        .map(|(_, name)| name.clone())
        .collect();
    (a == b && !moved.is_empty()).then_some((a, moved))
}

#[cfg(test)]
mod tests {
    use super::super::super::super::fixture::{World, column};
    use mysqler_contract::Severity;

    fn world(wanted: &str) -> World {
        World::altering(&format!("MODIFY c {wanted}"))
            .with_table(|table| table.columns.push(column("c", "enum('a','b')")))
    }

    #[test]
    fn another_order_is_told_once_rows_use_it() {
        let found = world("ENUM('b','a')").offending("MEMBERS_REORDERED").findings();
        assert_eq!(
            (found[0].code.as_str(), found[0].severity),
            ("MEMBERS_REORDERED", Severity::Warn)
        );
        assert_eq!(found[0].params["members"], "a, b");
        assert_eq!(world("ENUM('b','a')").clean().codes(), Vec::<String>::new());
        assert_eq!(world("ENUM('a','b','c')").questions(), []);
    }
}
