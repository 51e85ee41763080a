//! The change goes to a primary. Scope: the server. `danger` on a replica: its table then differs from its source's and
//! replication may break. `warn` when the account may not look.

use mysqler_contract::{Finding, ReplicationRole, Severity};

use super::super::context::Context;

pub const CODES: &[&str] = &["TARGET_IS_REPLICA", "ROLE_NOT_VISIBLE"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let host = &context.input.connection.host;
    match context.input.server.role {
        ReplicationRole::Primary => Vec::new(),
        ReplicationRole::Replica => {
            vec![Finding::new("TARGET_IS_REPLICA", Severity::Danger).with("host", host)]
        }
        ReplicationRole::NotVisible => {
            vec![
                Finding::new("ROLE_NOT_VISIBLE", Severity::Warn)
                    .with("host", host)
                    .not_proven(),
            ]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::World;
    use mysqler_contract::{ReplicationRole, Severity};

    #[test]
    fn a_replica_is_a_danger_and_an_unseen_role_is_said_to_be_unseen() {
        let mut world = World::calm();
        world.server.role = ReplicationRole::Replica;
        assert_eq!(
            (world.codes(), world.findings()[0].severity),
            (vec!["TARGET_IS_REPLICA".into()], Severity::Danger)
        );
        world.server.role = ReplicationRole::NotVisible;
        assert_eq!(
            (world.codes(), world.findings()[0].proven),
            (vec!["ROLE_NOT_VISIBLE".into()], false)
        );
    }
}
