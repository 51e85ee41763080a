//! With the binary log on, the server takes triggers only from an account with SUPER or with trust declared. Scope: the
//! server. `block`: pt-osc fails at its triggers, after the shadow table was made.

use mysqler_contract::{Finding, Severity};

use super::super::context::Context;

pub const CODES: &[&str] = &["TRIGGERS_NOT_TRUSTED"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let trusted = context.is_on("log_bin_trust_function_creators") || context.holds_globally("SUPER");
    if !context.is_on("log_bin") || trusted {
        return Vec::new();
    }
    let finding =
        Finding::new("TRIGGERS_NOT_TRUSTED", Severity::Block).with("account", &context.input.server.account);
    vec![
        finding
            .query("SELECT @@log_bin, @@log_bin_trust_function_creators")
            .remedy("SET GLOBAL log_bin_trust_function_creators = 1;"),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::World;

    #[test]
    fn trust_or_super_or_no_binary_log_passes() {
        let world = || {
            World::calm()
                .with_variable("log_bin", "ON")
                .with_variable("log_bin_trust_function_creators", "OFF")
        };
        assert_eq!(
            world().codes(),
            Vec::<String>::new(),
            "the calm account holds SUPER"
        );
        let weak = || World {
            server: World::weak_account(world().server),
            ..World::calm()
        };
        assert_eq!(weak().codes(), ["TRIGGERS_NOT_TRUSTED"]);
        assert_eq!(
            weak()
                .with_variable("log_bin_trust_function_creators", "ON")
                .codes(),
            Vec::<String>::new()
        );
        assert_eq!(
            weak().with_variable("log_bin", "OFF").codes(),
            Vec::<String>::new()
        );
    }
}
