//! The table exists, is a base table and is kept by InnoDB. Scope: the table. All `block`: a copy of a view makes no
//! sense, and another engine gives neither row locks nor a consistent read while rows are copied. The server's own ALTER
//! needs neither; there another engine is `warn`.

use mysqler_contract::{Engine, Finding, Severity, TableKind};

use super::super::context::Context;

pub const CODES: &[&str] = &["TABLE_MISSING", "TABLE_IS_VIEW", "TABLE_NOT_INNODB"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let block = |code| Finding::new(code, Severity::Block).with("table", context.table_name());
    let Some(facts) = context.input.table else {
        return vec![block("TABLE_MISSING")];
    };
    match (&facts.summary.kind, facts.summary.engine.as_deref()) {
        (TableKind::Base, Some(engine)) if engine.eq_ignore_ascii_case("InnoDB") => Vec::new(),
        (TableKind::Base, engine) => {
            let severity = match context.input.engine {
                Engine::PtOsc => Severity::Block,
                Engine::Direct => Severity::Warn,
            };
            let finding = Finding::new("TABLE_NOT_INNODB", severity).with("table", context.table_name());
            vec![finding.with("engine", engine.unwrap_or("-"))]
        }
        _ => vec![block("TABLE_IS_VIEW")],
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::World;
    use mysqler_contract::TableKind;

    #[test]
    fn only_an_innodb_base_table_passes() {
        assert_eq!(World::calm().codes(), Vec::<String>::new());
        assert_eq!(
            World {
                table: None,
                ..World::calm()
            }
            .codes(),
            ["TABLE_MISSING"]
        );
        let myisam = World::calm().with_table(|table| table.summary.engine = Some("MyISAM".into()));
        assert_eq!(myisam.codes(), ["TABLE_NOT_INNODB"]);
        let view = World::calm().with_table(|table| {
            table.summary.kind = TableKind::View;
            table.summary.engine = None;
        });
        assert_eq!(view.codes(), ["TABLE_IS_VIEW"]);
    }
}
