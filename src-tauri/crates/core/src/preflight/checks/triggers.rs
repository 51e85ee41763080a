//! The table's triggers. Scope: the table. `block`: the copy needs triggers of its own, and pt-osc refuses a table that
//! has any unless it takes them along; `danger` where it does, for the moment in which they are moved. Triggers of another
//! pt-osc are told apart: they need to be cleaned up, and whichever engine is taken they may be at work, so that the end
//! of that copy would undo the change.

use mysqler_contract::{Engine, Finding, Fix, KEEPS_TRIGGERS, Severity, TriggerFacts, quote_identifier};

use super::super::context::{Context, list};
use super::trigger_obstacles::obstacles;

pub const CODES: &[&str] = &[
    "TRIGGERS_EXIST",
    "TRIGGERS_KEPT",
    "TRIGGERS_NOT_KEPT",
    "TRIGGER_USES_COLUMN",
    "LEFTOVER_TRIGGERS",
];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let left: Vec<&str> = context
        .input
        .leftovers
        .triggers
        .iter()
        .map(|trigger| trigger.name.as_str())
        .collect();
    let present = context
        .input
        .table
        .map(|facts| facts.triggers.as_slice())
        .unwrap_or_default();
    let own: Vec<&TriggerFacts> = present
        .iter()
        .filter(|trigger| !left.contains(&trigger.name.as_str()))
        .collect();
    let mut found = Vec::new();
    if !own.is_empty() && context.input.engine == Engine::PtOsc {
        found.extend(of_the_table(context, &own));
    }
    if !left.is_empty() {
        let database = quote_identifier(&context.input.request.table.database);
        let drops = left
            .iter()
            .map(|name| format!("DROP TRIGGER IF EXISTS {database}.{};", quote_identifier(name)));
        let told = finding(context, "LEFTOVER_TRIGGERS", Severity::Block, &left);
        found.push(told.remedy(drops.collect::<Vec<_>>().join("\n")));
    }
    found
}

fn finding(context: &Context<'_>, code: &str, severity: Severity, names: &[&str]) -> Finding {
    let database = quote_identifier(&context.input.request.table.database);
    Finding::new(code, severity)
        .with("names", list(names.iter().copied()))
        .with("table", context.table_name())
        .query(format!("SHOW TRIGGERS FROM {database}"))
}

fn of_the_table(context: &Context<'_>, own: &[&TriggerFacts]) -> Vec<Finding> {
    let names: Vec<&str> = own.iter().map(|trigger| trigger.name.as_str()).collect();
    let mut found = obstacles(context, own);
    match (context.input.request.options.keeps_triggers(), found.is_empty()) {
        (true, true) => found.push(finding(context, "TRIGGERS_KEPT", Severity::Danger, &names)),
        (true, false) => {}
        (false, safe) => {
            let told = finding(context, "TRIGGERS_EXIST", Severity::Block, &names);
            let keep = Fix::SetOption {
                option: KEEPS_TRIGGERS.to_owned(),
                value: Some(String::new()),
            };
            found.push(if safe { told.fix(keep) } else { told });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::{World, advice, trigger};
    use super::*;
    use mysqler_contract::{Algorithm, OptionSetting};

    #[test]
    fn the_servers_own_alter_keeps_the_applications_triggers_and_fears_another_copys() {
        let mut world = World::calm().with_table(|table| table.triggers = vec![trigger("audit")]);
        world.advice = Some(advice(Some(Algorithm::Instant)));
        world = world.by_server(Algorithm::Instant);
        assert_eq!(world.codes(), Vec::<String>::new());
        world.leftovers.triggers = vec![trigger("pt_osc_shop_orders_ins")];
        assert_eq!(world.codes(), ["LEFTOVER_TRIGGERS"]);
    }

    #[test]
    fn triggers_of_the_application_and_of_an_earlier_run_are_told_apart() {
        let mut world = World::calm().with_table(|table| table.triggers = vec![trigger("audit")]);
        assert_eq!(world.codes(), ["TRIGGERS_EXIST"]);
        let left = trigger("pt_osc_shop_orders_ins");
        world.leftovers.triggers = vec![left.clone()];
        world = world.with_table(|table| table.triggers.push(left));
        assert_eq!(world.codes(), ["LEFTOVER_TRIGGERS", "TRIGGERS_EXIST"]);
        let findings = world.findings();
        assert_eq!(findings[1].params["names"], "audit");
        assert_eq!(
            findings[0].remedy.as_deref(),
            Some("DROP TRIGGER IF EXISTS `shop`.`pt_osc_shop_orders_ins`;"),
            "only the leftover one is offered for dropping"
        );
    }

    #[test]
    fn one_click_takes_them_along_and_that_is_a_danger() {
        let mut world = World::calm().with_table(|table| table.triggers = vec![trigger("audit")]);
        let told = world.findings();
        let keep = Fix::SetOption {
            option: "preserve-triggers".into(),
            value: Some(String::new()),
        };
        assert_eq!((told[0].severity, &told[0].fixes), (Severity::Block, &vec![keep]));
        world.request.options.others = vec![OptionSetting::new("preserve-triggers", None)];
        let told = world.findings();
        assert_eq!(world.codes(), ["TRIGGERS_KEPT"]);
        assert_eq!(told[0].severity, Severity::Danger);
    }

    #[test]
    fn nothing_is_offered_where_it_is_not_safe() {
        let mut world = World::altering("DROP COLUMN status").clean().with_table(|table| {
            let body = "SET NEW.status = 1".into();
            table.triggers = vec![TriggerFacts {
                body,
                ..trigger("audit")
            }];
        });
        let told = |world: &World| {
            let found = world.findings().into_iter();
            let found = found.filter(|finding| finding.code.starts_with("TRIGGER"));
            found
                .map(|finding| (finding.code, finding.fixes.len()))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            told(&world),
            [
                ("TRIGGERS_EXIST".to_owned(), 0),
                ("TRIGGER_USES_COLUMN".to_owned(), 0)
            ]
        );
        world.request.options.others = vec![OptionSetting::new("preserve-triggers", None)];
        assert_eq!(told(&world), [("TRIGGER_USES_COLUMN".to_owned(), 0)]);
    }
}
