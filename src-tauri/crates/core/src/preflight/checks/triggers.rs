//! The table has no triggers. Scope: the table. `block`: the copy needs triggers of its own, and pt-osc refuses a table
//! that has any. Triggers of another pt-osc are told apart: they need to be cleaned up, and whichever engine is taken
//! they may be at work, so that the end of that copy would undo the change.

use mysqler_contract::{Engine, Finding, Severity, quote_identifier};

use super::super::context::{Context, list};

pub const CODES: &[&str] = &["TRIGGERS_EXIST", "LEFTOVER_TRIGGERS"];

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
    let own: Vec<&str> = present
        .iter()
        .map(|trigger| trigger.name.as_str())
        .filter(|name| !left.contains(name))
        .collect();
    let database = quote_identifier(&context.input.request.table.database);
    let query = format!("SHOW TRIGGERS FROM {database}");
    let finding = |code, names: &[&str]| {
        let finding = Finding::new(code, Severity::Block).with("names", list(names.iter().copied()));
        finding.with("table", context.table_name()).query(query.clone())
    };
    let mut found = Vec::new();
    if !own.is_empty() && context.input.engine == Engine::PtOsc {
        found.push(finding("TRIGGERS_EXIST", &own));
    }
    if !left.is_empty() {
        let drops = left
            .iter()
            .map(|name| format!("DROP TRIGGER IF EXISTS {database}.{};", quote_identifier(name)));
        found.push(finding("LEFTOVER_TRIGGERS", &left).remedy(drops.collect::<Vec<_>>().join("\n")));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::{World, advice, trigger};
    use mysqler_contract::Algorithm;

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
}
