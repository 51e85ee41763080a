//! The clause is one that a copy can carry. Scope: the clause alone. `block` for each problem that the lexer found; the
//! code is `CLAUSE_` and the problem's reason.

use mysqler_contract::{Finding, Severity};

use super::super::context::Context;

pub const CODES: &[&str] = &[
    "CLAUSE_EMPTY",
    "CLAUSE_SECOND_STATEMENT",
    "CLAUSE_TRAILING_SEMICOLON",
    "CLAUSE_EXECUTABLE_COMMENT",
    "CLAUSE_PLACEHOLDER",
    "CLAUSE_RENAME_TABLE",
    "CLAUSE_EXCHANGE_PARTITION",
    "CLAUSE_CONVERT_PARTITION",
    "CLAUSE_TABLESPACE",
    "CLAUSE_ALGORITHM",
    "CLAUSE_LOCK",
    "CLAUSE_ALTER_TABLE_PREFIX",
    "CLAUSE_UNTERMINATED_STRING",
    "CLAUSE_UNTERMINATED_IDENTIFIER",
    "CLAUSE_UNTERMINATED_COMMENT",
    "CLAUSE_UNTERMINATED_PARENTHESIS",
    "CLAUSE_UNBALANCED_PARENTHESIS",
    "CLAUSE_TRAILING_COMMENT",
    "CLAUSE_NUL",
    "CLAUSE_EMPTY_OPERATION",
    "CLAUSE_OPTIMIZER_HINT",
    "CLAUSE_DOLLAR_QUOTE",
    "CLAUSE_UNUSUAL_CHARACTER",
    "CLAUSE_VALIDATION",
    "CLAUSE_WAIT",
    "CLAUSE_SECONDARY_LOAD",
    "CLAUSE_PARTITION_MAINTENANCE",
    "CLAUSE_NO_BINLOG",
    "CLAUSE_QUALIFIED_COLUMN",
];

pub fn check(context: &Context<'_>) -> Vec<Finding> {
    let problems = context.clause.problems.iter();
    problems
        .map(|problem| {
            let span = problem.start as usize..problem.end as usize;
            Finding::new(
                &format!("CLAUSE_{}", problem.reason.to_uppercase()),
                Severity::Block,
            )
            .with("start", problem.start)
            .with("fragment", context.clause.text.get(span).unwrap_or_default())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::World;
    use mysqler_contract::SessionVariable;

    #[test]
    fn each_problem_blocks_with_its_place() {
        let mut world = World::altering("ADD note INT; DROP TABLE t");
        world.prepare = None;
        assert_eq!(world.codes(), ["CLAUSE_SECOND_STATEMENT"]);
        assert_eq!(world.findings()[0].params["fragment"], "; DROP TABLE t");
        assert_eq!(world.findings()[0].params["start"], "12");
        assert_eq!(
            World::altering("ADD note VARCHAR(9) DEFAULT ';'").codes(),
            Vec::<String>::new()
        );
    }

    #[test]
    fn quotes_mean_what_the_mode_of_the_run_makes_of_them() {
        let clause = "ADD \"a\\\" INT";
        let told = |world: World| -> Vec<String> {
            let codes = world.codes().into_iter();
            codes.filter(|code| code.starts_with("CLAUSE_")).collect()
        };
        assert_eq!(told(World::altering(clause)), ["CLAUSE_UNTERMINATED_STRING"]);
        let ansi = || World::altering(clause).with_variable("sql_mode", "STRICT_ALL_TABLES,ANSI_QUOTES");
        assert_eq!(told(ansi()), Vec::<String>::new());
        let mut world = ansi();
        world.request.options.set_vars = vec![SessionVariable {
            name: "SQL_MODE".into(),
            value: "'STRICT_ALL_TABLES'".into(),
        }];
        assert_eq!(told(world), ["CLAUSE_UNTERMINATED_STRING"]);
    }
}
