//! An empty clone of the table takes the clause. Scope: clause and server. `block` when the server refused it there in
//! every way; a clone that could not be dropped again is `warn`, with the statement that drops it.

use mysqler_contract::{Finding, Severity};

use super::super::context::Context;

pub const CODES: &[&str] = &["CLONE_REFUSED", "CLONE_LEFT"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some(advice) = context.input.advice else {
        return Vec::new();
    };
    let refused = advice.refusal.as_ref().map(|message| {
        Finding::new("CLONE_REFUSED", Severity::Block)
            .with("message", message)
            .with("table", context.table_name())
    });
    let left = advice.left.as_ref().map(|clone| {
        let drop = format!("SET SESSION sql_log_bin = 0; DROP TABLE {};", clone.quoted());
        Finding::new("CLONE_LEFT", Severity::Warn)
            .with("name", clone)
            .remedy(drop)
    });
    refused.into_iter().chain(left).collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::{World, advice};
    use mysqler_contract::{Advice, Algorithm, TableRef};

    fn with(advice: Advice) -> World {
        World {
            advice: Some(advice),
            ..World::calm()
        }
    }

    #[test]
    fn what_the_server_refused_on_the_clone_blocks_whichever_way_is_taken() {
        let refused = Advice {
            refusal: Some("1118: Row size too large".into()),
            ..advice(None)
        };
        assert_eq!(with(refused).codes(), ["CLONE_REFUSED"]);
        assert_eq!(with(advice(Some(Algorithm::Copy))).codes(), Vec::<String>::new());
    }

    #[test]
    fn a_clone_that_stayed_is_told_with_the_statement_that_drops_it() {
        let left = Advice {
            left: Some(TableRef::new("shop", "_mysqler_1a_clone")),
            ..advice(Some(Algorithm::Copy))
        };
        let findings = with(left).findings();
        assert_eq!(findings[0].code, "CLONE_LEFT");
        assert_eq!(
            findings[0].remedy.as_deref(),
            Some("SET SESSION sql_log_bin = 0; DROP TABLE `shop`.`_mysqler_1a_clone`;")
        );
    }
}
