//! The run can be continued after it broke off, where a person agreed to a history table. Scope: the server. `info`: what
//! the agreement means. `warn` where it cannot be kept: the run is then made without it; `block` for a run that
//! continues another, which has nothing to go on with.

use mysqler_contract::{Engine, Finding, Severity, quote_identifier};

use super::super::context::{Context, list};
use super::super::history::{HistoryObstacle, history_obstacle};

pub const CODES: &[&str] = &[
    "CONTINUE_KEPT",
    "CONTINUE_NOT_BY_SERVER",
    "CONTINUE_NOT_ON_MARIADB",
    "CONTINUE_SCHEMA",
    "CONTINUE_OPTION",
    "CONTINUE_KEY",
    "CONTINUE_PRIVILEGES",
];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let input = context.input;
    let (Some(facts), Some(table)) = (input.history, input.table) else {
        return Vec::new();
    };
    if input.request.dry_run {
        return Vec::new();
    }
    let history = facts.table.to_string();
    if input.engine == Engine::Direct {
        return vec![Finding::new("CONTINUE_NOT_BY_SERVER", Severity::Info)];
    }
    let severity = match input.request.options.continues() {
        Some(_) => Severity::Block,
        None => Severity::Warn,
    };
    let told = |code| Finding::new(code, severity).with("history", &history);
    let finding = match history_obstacle(input.request, table, input.server, facts) {
        None => Finding::new("CONTINUE_KEPT", Severity::Info).with("history", &history),
        Some(HistoryObstacle::MariaDb) => told("CONTINUE_NOT_ON_MARIADB"),
        Some(HistoryObstacle::Schema) => told("CONTINUE_SCHEMA").with("schema", &facts.table.database),
        Some(HistoryObstacle::Option(option)) => told("CONTINUE_OPTION").with("option", option),
        Some(HistoryObstacle::Key {
            key,
            column,
            column_type,
        }) => told("CONTINUE_KEY")
            .with("key", key)
            .with("name", column)
            .with("type", column_type),
        Some(HistoryObstacle::Privileges(missing)) => {
            let schema = &facts.table.database;
            let pattern = match context.is_on("partial_revokes") {
                true => quote_identifier(schema),
                false => quote_identifier(&schema.replace('_', "\\_")),
            };
            let missing = list(missing);
            let grant = format!("GRANT {missing} ON {pattern}.* TO {};", input.server.account);
            told("CONTINUE_PRIVILEGES")
                .with("account", &input.server.account)
                .with("privileges", missing)
                .query("SHOW GRANTS")
                .remedy(grant)
        }
    };
    vec![finding]
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::World;
    use super::super::super::history::HistoryFacts;
    use mysqler_contract::{
        Algorithm, Flavour, ForeignKeysMethod, HistoryUse, OptionSetting, RunId, Severity, TableRef,
    };

    fn agreed() -> World {
        let mut world = World::calm();
        let used = HistoryUse::of("per_cona");
        world.history = Some(HistoryFacts {
            table: used.table(),
            missing: Vec::new(),
        });
        world.request.options.history = Some(used);
        world
    }

    #[test]
    fn without_an_agreement_nothing_is_said() {
        assert_eq!(World::calm().codes(), Vec::<String>::new());
        assert_eq!(agreed().codes(), ["CONTINUE_KEPT"]);
    }

    #[test]
    fn a_missing_right_is_told_with_its_grant_and_stops_only_a_run_that_continues_another() {
        let mut world = agreed();
        world.history = Some(HistoryFacts {
            table: TableRef::new("per_cona", "pt_osc_history"),
            missing: vec!["CREATE".into(), "UPDATE".into()],
        });
        let told = world.findings();
        assert_eq!(
            (told[0].code.as_str(), told[0].severity, told[0].remedy.as_deref()),
            (
                "CONTINUE_PRIVILEGES",
                Severity::Warn,
                Some("GRANT CREATE, UPDATE ON `per\\_cona`.* TO 'dba'@'%';")
            )
        );
        if let Some(used) = &mut world.request.options.history {
            used.continues = Some(RunId("20260115-001".into()));
        }
        assert_eq!(world.findings()[0].severity, Severity::Block);
    }

    #[test]
    fn what_the_tool_refuses_beside_it_is_told() {
        let mut dropped = agreed();
        dropped.request.options.foreign_keys_method = Some(ForeignKeysMethod::DropSwap);
        assert!(dropped.codes().contains(&"CONTINUE_OPTION".to_owned()));
        let mut kept = agreed();
        kept.request.options.others = vec![OptionSetting::new("preserve-triggers", None)];
        assert!(kept.codes().contains(&"CONTINUE_OPTION".to_owned()));
        let mut maria = agreed();
        maria.server.flavour = Flavour::MariaDb;
        assert!(maria.codes().contains(&"CONTINUE_NOT_ON_MARIADB".to_owned()));
        let binary = agreed().with_table(|table| table.columns[0].column_type = "binary(16)".into());
        assert!(binary.codes().contains(&"CONTINUE_KEY".to_owned()));
        let direct = agreed().by_server(Algorithm::Instant);
        assert!(direct.codes().contains(&"CONTINUE_NOT_BY_SERVER".to_owned()));
    }
}
