//! The server's own PREPARE accepts the clause. Scope: clause and server. `block` when it refuses; `danger` when it could
//! not be asked, since then nothing but the lexer has looked at the clause.

use mysqler_contract::{Finding, PrepareVerdict, Severity};

use super::super::context::Context;

pub const CODES: &[&str] = &["PREPARE_REFUSED", "PREPARE_NOT_PROVEN"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    // A clause that the lexer refused is never shown to the server.
    if !context.clause.problems.is_empty() || context.input.table.is_none() {
        return Vec::new();
    }
    let not_proven = |message: &str| {
        vec![
            Finding::new("PREPARE_NOT_PROVEN", Severity::Danger)
                .with("message", message)
                .not_proven(),
        ]
    };
    match context.input.prepare {
        Some(PrepareVerdict::Accepted) => Vec::new(),
        Some(PrepareVerdict::Refused { code, message, .. }) => {
            vec![
                Finding::new("PREPARE_REFUSED", Severity::Block)
                    .with("code", code)
                    .with("message", message),
            ]
        }
        Some(PrepareVerdict::NotProven { message }) => not_proven(message),
        None => not_proven("-"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::World;
    use mysqler_contract::{PrepareVerdict, Severity};

    #[test]
    fn a_refusal_blocks_and_silence_is_a_danger() {
        let refused = PrepareVerdict::Refused {
            code: 1064,
            message: "near 'x'".into(),
            at: Some(0),
        };
        let world = World {
            prepare: Some(refused),
            ..World::calm()
        };
        assert_eq!(
            (world.codes(), world.findings()[0].severity),
            (vec!["PREPARE_REFUSED".into()], Severity::Block)
        );
        for prepare in [
            None,
            Some(PrepareVerdict::NotProven {
                message: "timeout".into(),
            }),
        ] {
            let world = World {
                prepare,
                ..World::calm()
            };
            assert_eq!(
                (world.codes(), world.findings()[0].severity),
                (vec!["PREPARE_NOT_PROVEN".into()], Severity::Danger)
            );
            assert!(!world.findings()[0].proven);
        }
    }
}
