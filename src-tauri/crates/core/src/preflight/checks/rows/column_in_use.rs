//! Nothing else uses a column that goes or changes its name. Scope: the table and the server. `block` where the server
//! refuses for it (generated columns, indexes over expressions, foreign keys), `danger` for views, triggers, routines and
//! events, which fail at their next use, `warn` for statements that the server remembers.

use mysqler_contract::{Finding, Severity};

use super::super::super::context::Context;
use super::suspicion::Suspicion;
use super::uses;
use crate::clause::OperationKind;

pub const CODES: &[&str] = &["COLUMN_IN_USE"];

pub fn suspicions(context: &Context<'_>) -> Vec<Suspicion> {
    let mut found = Vec::new();
    for operation in &context.clause.operations {
        let (name, goes) = match &operation.kind {
            OperationKind::DropColumn(name) => (name.as_str(), true),
            OperationKind::Change { from, column } if !column.name.is(from.as_str()) => {
                (from.as_str(), false)
            }
            OperationKind::RenameColumn { from, .. } => (from.as_str(), false),
            _ => continue,
        };
        if let Some(column) = context.column(name) {
            found.extend(of_column(context, &column.name, goes));
        }
    }
    found
}

fn of_column(context: &Context<'_>, name: &str, goes: bool) -> Vec<Suspicion> {
    let finding = |severity| Finding::new("COLUMN_IN_USE", severity).with("name", name);
    let known = |severity, users: Vec<String>| {
        let told = finding(severity)
            .with("why", "used")
            .with("users", users.join(", "));
        (!users.is_empty()).then(|| Suspicion::known(told))
    };
    let (mut refused, mut loose) = (Vec::new(), Vec::new());
    for (user, refuses) in uses::in_definition(context, name) {
        if refuses && goes {
            refused.push(user)
        } else {
            loose.push(user)
        }
    }
    // A foreign key follows a renamed column by itself.
    if goes {
        refused.extend(uses::foreign_keys(context, name));
    }
    let programs = Suspicion::of_users(
        finding(Severity::Danger),
        uses::programs(context, name),
        Some(Severity::Warn),
    );
    let statements =
        uses::statements(context, name).map(|sql| Suspicion::of_users(finding(Severity::Warn), sql, None));
    let definition = [known(Severity::Block, refused), known(Severity::Danger, loose)];
    definition
        .into_iter()
        .flatten()
        .chain([programs])
        .chain(statements)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::super::fixture::{World, foreign_key};
    use mysqler_contract::Severity;

    const CODE: &str = "COLUMN_IN_USE";
    const DEFINITION: &str = "CREATE TABLE `orders` (\n  `id` bigint unsigned NOT NULL AUTO_INCREMENT,\n  \
        `status` varchar(32) DEFAULT NULL,\n  `state` varchar(32) GENERATED ALWAYS AS (upper(`status`)) VIRTUAL,\n  \
        PRIMARY KEY (`id`),\n  CONSTRAINT `known` CHECK ((`status` <> _utf8mb4''))\n) ENGINE=InnoDB";

    fn told(world: World) -> Vec<(Severity, String)> {
        let found = world
            .findings()
            .into_iter()
            .filter(|finding| finding.code == CODE);
        found
            .map(|finding| (finding.severity, finding.params["users"].clone()))
            .collect()
    }

    #[test]
    fn what_needs_the_column_in_the_table_itself_is_named() {
        let world = |clause| World::altering(clause).with_table(|table| table.definition = DEFINITION.into());
        assert_eq!(
            told(world("DROP COLUMN status").clean()),
            [
                (Severity::Block, "generated column state".to_owned()),
                (Severity::Danger, "check known".to_owned())
            ]
        );
        assert_eq!(
            told(world("DROP COLUMN status, DROP COLUMN state, DROP CHECK known").clean()),
            []
        );
        assert_eq!(told(world("DROP COLUMN amount").clean()), []);
    }

    #[test]
    fn a_foreign_key_keeps_its_column_unless_it_goes_too() {
        let world = |clause| {
            World::altering(clause).with_table(|table| {
                let mut key = foreign_key("fk_status", "orders");
                key.columns = vec!["status".into()];
                table.foreign_keys = vec![key];
            })
        };
        let blocked = told(world("DROP COLUMN status").clean());
        assert_eq!(blocked, [(Severity::Block, "foreign key fk_status".to_owned())]);
        assert_eq!(
            told(world("DROP FOREIGN KEY fk_status, DROP COLUMN status").clean()),
            []
        );
    }

    #[test]
    fn programs_are_a_danger_and_remembered_statements_a_warning() {
        let world = World::altering("DROP COLUMN status").with_variable("performance_schema", "ON");
        let severities: Vec<Severity> = told(world.offending(CODE))
            .into_iter()
            .map(|(severity, _)| severity)
            .collect();
        assert_eq!(severities, [Severity::Danger, Severity::Warn]);
        let silent = World::altering("DROP COLUMN status").findings();
        let silent = silent.iter().find(|finding| finding.code == CODE).unwrap();
        assert_eq!((silent.severity, silent.proven), (Severity::Warn, false));
    }
}
