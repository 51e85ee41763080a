//! What the sql_mode changes.

use super::*;

fn mode(value: &str) -> SqlMode {
    SqlMode::parse(value)
}

fn reasons_under(text: &str, value: &str) -> Vec<String> {
    let problems = diagnose_under(text, mode(value)).problems;
    problems.into_iter().map(|problem| problem.reason).collect()
}

#[test]
fn a_mode_is_read_from_the_variable_and_from_combinations() {
    let plain = SqlMode::default();
    assert_eq!(mode("STRICT_TRANS_TABLES,NO_ZERO_DATE"), plain);
    assert_eq!(mode(""), plain);
    for ansi in [
        "ANSI",
        "'ansi_quotes'",
        "REAL_AS_FLOAT, ANSI_QUOTES ,IGNORE_SPACE",
        "ORACLE",
    ] {
        assert!(
            mode(ansi).ansi_quotes && !mode(ansi).no_backslash_escapes,
            "{ansi}"
        );
    }
    assert!(mode("NO_BACKSLASH_ESCAPES").no_backslash_escapes);
    assert!(mode("MSSQL").brackets && mode("MSSQL").ansi_quotes);
}

#[test]
fn double_quotes_hold_a_name_under_ansi_quotes() {
    let text = "ADD \"a\\\" INT, DROP \"b\"\"c\"";
    let analysis = analyze_under(text, mode("ANSI_QUOTES"));
    assert_eq!(analysis.problems, []);
    assert_eq!(analysis.operations[0].subject.as_deref(), Some("a\\"));
    assert_eq!(analysis.operations[1].subject.as_deref(), Some("b\"c"));
    assert_eq!(analysis.literals().count(), 0);
    assert_eq!(reasons(text), ["unterminated_string"]);
}

#[test]
fn a_backslash_is_a_backslash_without_escapes() {
    let text = "COMMENT='a\\'";
    assert_eq!(reasons(text), ["unterminated_string"]);
    let analysis = analyze_under(text, mode("NO_BACKSLASH_ESCAPES"));
    assert_eq!(analysis.problems, []);
    let OperationKind::TableOption(option) = &analysis.operations[0].kind else {
        panic!("an option")
    };
    assert_eq!(option.value, "a\\");
}

/// Each hides a semicolon under one mode and shows it under another.
#[rstest]
#[case("COMMENT='\\'; DROP TABLE t -- \\'", "", false)]
#[case("COMMENT='\\'; DROP TABLE t -- '\n", "NO_BACKSLASH_ESCAPES", true)]
#[case("ADD \"a\\\"; DROP TABLE t -- \\\" INT", "", false)]
#[case("ADD \"a\\\"; DROP TABLE t -- \"\n", "ANSI_QUOTES", true)]
#[case("ADD a INT COMMENT \"'\"; DROP TABLE t; -- '", "ANSI_QUOTES", true)]
#[case("ADD [a'] INT; DROP TABLE t -- '\n", "MSSQL", true)]
fn a_second_statement_is_seen_under_the_mode_that_makes_it_one(
    #[case] text: &str,
    #[case] value: &str,
    #[case] second: bool,
) {
    let found = reasons_under(text, value).contains(&"second_statement".to_owned());
    assert_eq!(
        found,
        second,
        "{text:?} under {value:?}: {:?}",
        reasons_under(text, value)
    );
}
