//! What the clause takes away. Scope: clause and table. `danger` for each column and index that would go; constraints
//! that stop guarding are `warn`.

use mysqler_contract::{Finding, Severity};

use super::super::context::{Context, list};

pub const CODES: &[&str] = &["DROPS_COLUMN", "DROPS_INDEX", "DROPS_CONSTRAINT"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    context
        .clause
        .operations
        .iter()
        .filter_map(|operation| {
            let name = operation.subject.as_deref()?;
            match operation.verb {
                "DROP COLUMN" => Some(drops_column(context, name)),
                "DROP INDEX" => Some(drops_index(context, name)),
                "DROP FOREIGN KEY" | "DROP CHECK" | "DROP CONSTRAINT" => {
                    Some(Finding::new("DROPS_CONSTRAINT", Severity::Warn).with("name", name))
                }
                _ => None,
            }
        })
        .collect()
}

fn drops_column(context: &Context<'_>, name: &str) -> Finding {
    let column_type = context
        .column(name)
        .map_or("-", |column| column.column_type.as_str());
    Finding::new("DROPS_COLUMN", Severity::Danger)
        .with("name", name)
        .with("type", column_type)
}

fn drops_index(context: &Context<'_>, name: &str) -> Finding {
    let keys = context
        .input
        .table
        .map(|facts| facts.keys.as_slice())
        .unwrap_or_default();
    let key = keys.iter().find(|key| key.name.eq_ignore_ascii_case(name));
    let parts = key.map(|key| {
        list(
            key.columns
                .iter()
                .map(|part| part.name.as_deref().unwrap_or("(…)")),
        )
    });
    let columns = parts.unwrap_or_else(|| "-".to_owned());
    Finding::new("DROPS_INDEX", Severity::Danger)
        .with("name", name)
        .with("columns", columns)
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::World;

    #[test]
    fn each_loss_is_told_with_what_would_go() {
        let world = World::altering("DROP COLUMN status, DROP INDEX idx_status, DROP CHECK c").clean();
        assert_eq!(world.codes(), ["DROPS_COLUMN", "DROPS_INDEX", "DROPS_CONSTRAINT"]);
        let findings = world.findings();
        assert_eq!(findings[0].params["type"], "varchar(32)");
        assert_eq!(findings[1].params["columns"], "status");
        assert_eq!(
            World::altering("ADD COLUMN fresh INT").codes(),
            Vec::<String>::new()
        );
    }
}
