//! The sql_mode of the run's sessions keeps values as they are. Scope: the server and the options. `warn` without a strict
//! mode, since the application's own statements then shorten values that do not fit the new column; `danger` where CHAR
//! values are read with their padding and written into a type that keeps it.

use mysqler_contract::{Finding, Severity};

use super::super::context::{Context, list};

pub const CODES: &[&str] = &["SQL_MODE_NOT_STRICT", "SQL_MODE_PADS"];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let Some(mode) = effective(context) else {
        return Vec::new();
    };
    let has = |name: &str| {
        mode.split(',')
            .any(|known| known.trim().eq_ignore_ascii_case(name))
    };
    let finding =
        |code, severity| Finding::new(code, severity).with("mode", if mode.is_empty() { "-" } else { &mode });
    let mut found = Vec::new();
    let strict = ["STRICT_TRANS_TABLES", "STRICT_ALL_TABLES", "TRADITIONAL"];
    if !strict.into_iter().any(has) {
        found.push(finding("SQL_MODE_NOT_STRICT", Severity::Warn).query("SELECT @@global.sql_mode"));
    }
    let padded = padded(context);
    if has("PAD_CHAR_TO_FULL_LENGTH") && !padded.is_empty() {
        found.push(finding("SQL_MODE_PADS", Severity::Danger).with("names", list(padded)));
    }
    found
}

/// What the run sets itself counts before the server's own.
fn effective(context: &Context<'_>) -> Option<String> {
    let own = context.run_sql_mode().map(|mode| mode.replace("\\,", ","));
    own.or_else(|| context.variable("sql_mode").map(str::to_owned))
}

/// CHAR columns that become another type.
fn padded(context: &Context<'_>) -> Vec<String> {
    let redefined = context.redefined();
    let fixed = |text: &str| text.to_ascii_lowercase().starts_with("char");
    redefined
        .iter()
        .filter(|(column, wanted)| fixed(&column.column_type) && wanted.base != "char")
        .map(|(column, _)| column.name.clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::{World, column};
    use mysqler_contract::SessionVariable;

    #[test]
    fn a_mode_without_strictness_is_told_unless_the_run_sets_another() {
        let strict = World::calm().with_variable("sql_mode", "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES");
        assert_eq!(strict.codes(), Vec::<String>::new());
        let mut loose = World::calm().with_variable("sql_mode", "NO_ENGINE_SUBSTITUTION");
        assert_eq!(loose.codes(), ["SQL_MODE_NOT_STRICT"]);
        loose.request.options.set_vars = vec![SessionVariable {
            name: "SQL_MODE".into(),
            value: "'STRICT_ALL_TABLES\\,ALLOW_INVALID_DATES'".into(),
        }];
        assert_eq!(loose.codes(), Vec::<String>::new());
    }

    #[test]
    fn padding_matters_only_where_it_would_stay() {
        let world = |clause: &str, mode: &str| {
            World::altering(clause)
                .with_variable("sql_mode", mode)
                .with_table(|table| table.columns.push(column("code", "char(8)")))
        };
        let padding = "STRICT_TRANS_TABLES,PAD_CHAR_TO_FULL_LENGTH";
        let codes = world(
            "MODIFY code VARCHAR(8) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci",
            padding,
        )
        .codes();
        assert!(codes.contains(&"SQL_MODE_PADS".to_owned()), "{codes:?}");
        let same = world(
            "MODIFY code CHAR(12) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci",
            padding,
        );
        assert!(!same.codes().contains(&"SQL_MODE_PADS".to_owned()));
        let plain = world("MODIFY code VARCHAR(8)", "STRICT_TRANS_TABLES");
        assert!(!plain.codes().contains(&"SQL_MODE_PADS".to_owned()));
    }
}
