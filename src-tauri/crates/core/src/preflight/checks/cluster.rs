//! The server stands alone. Scope: the server. In a Galera cluster DDL has to go through every node in the same order,
//! else the copy's rows reach nodes without the shadow table and those nodes leave the cluster: `block`, as pt-osc itself
//! refuses. A cluster and a group with several writers are `warn`.

use mysqler_contract::{Finding, Severity};

use super::super::context::Context;

pub const CODES: &[&str] = &["CLUSTER_NODE", "CLUSTER_OSU_METHOD", "GROUP_MULTI_PRIMARY"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    if context.is_on("wsrep_on") {
        let method = context.variable("wsrep_osu_method").unwrap_or("-");
        if method.eq_ignore_ascii_case("TOI") {
            let cluster = context.variable("wsrep_cluster_name").unwrap_or("-");
            found.push(Finding::new("CLUSTER_NODE", Severity::Warn).with("cluster", cluster));
        } else {
            let finding = Finding::new("CLUSTER_OSU_METHOD", Severity::Block).with("method", method);
            let finding = finding.query("SELECT @@global.wsrep_OSU_method");
            found.push(finding.remedy("SET GLOBAL wsrep_OSU_method = 'TOI';"));
        }
    }
    let grouped = context
        .variable("group_replication_group_name")
        .is_some_and(|name| !name.is_empty());
    let many = context
        .variable("group_replication_single_primary_mode")
        .is_some_and(|mode| matches!(mode, "OFF" | "0"));
    if grouped && many {
        found.push(Finding::new("GROUP_MULTI_PRIMARY", Severity::Warn));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::World;
    use mysqler_contract::Severity;

    #[test]
    fn a_cluster_node_has_to_order_ddl_with_the_others() {
        let node = |method| {
            World::calm()
                .with_variable("wsrep_on", "ON")
                .with_variable("wsrep_osu_method", method)
        };
        assert_eq!(node("TOI").codes(), ["CLUSTER_NODE"]);
        assert_eq!(node("RSU").codes(), ["CLUSTER_OSU_METHOD"]);
        assert_eq!(node("RSU").findings()[0].severity, Severity::Block);
        let alone = World::calm()
            .with_variable("wsrep_on", "OFF")
            .with_variable("wsrep_osu_method", "RSU");
        assert_eq!(alone.codes(), Vec::<String>::new());
    }

    #[test]
    fn a_group_is_told_only_when_several_write() {
        let group = |mode| {
            World::calm()
                .with_variable("group_replication_group_name", "aaaa")
                .with_variable("group_replication_single_primary_mode", mode)
        };
        assert_eq!(group("OFF").codes(), ["GROUP_MULTI_PRIMARY"]);
        assert_eq!(group("ON").codes(), Vec::<String>::new());
    }
}
