//! The server takes writes. Scope: the server. `block` when it does not; `danger` when `read_only` is on and the account
//! may write all the same, since somebody declared this server untouchable.

use mysqler_contract::{Finding, Severity};

use super::super::context::Context;

pub const CODES: &[&str] = &["SERVER_READ_ONLY", "SERVER_READ_ONLY_BYPASSED"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let strict = ["super_read_only", "innodb_read_only"]
        .into_iter()
        .find(|name| context.is_on(name));
    let finding = |code, severity, variable: &str| {
        let finding = Finding::new(code, severity)
            .with("variable", variable)
            .with("account", &context.input.server.account);
        vec![finding.query(format!("SELECT @@global.{variable}"))]
    };
    if let Some(variable) = strict {
        return finding("SERVER_READ_ONLY", Severity::Block, variable);
    }
    if !context.is_on("read_only") {
        return Vec::new();
    }
    let bypass = ["SUPER", "CONNECTION_ADMIN", "READ_ONLY ADMIN"]
        .iter()
        .any(|name| context.holds_globally(name));
    if bypass {
        finding("SERVER_READ_ONLY_BYPASSED", Severity::Danger, "read_only")
    } else {
        finding("SERVER_READ_ONLY", Severity::Block, "read_only")
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::World;

    #[test]
    fn read_only_blocks_unless_the_account_stands_above_it() {
        let world = World::calm().with_variable("read_only", "ON");
        assert_eq!(world.codes(), ["SERVER_READ_ONLY_BYPASSED"]);
        let weak = World {
            server: World::weak_account(world.server.clone()),
            ..World::calm()
        };
        assert_eq!(weak.codes(), ["SERVER_READ_ONLY"]);
        assert_eq!(
            world.with_variable("super_read_only", "ON").codes(),
            ["SERVER_READ_ONLY"]
        );
        assert_eq!(
            World::calm().with_variable("read_only", "OFF").codes(),
            Vec::<String>::new()
        );
    }
}
