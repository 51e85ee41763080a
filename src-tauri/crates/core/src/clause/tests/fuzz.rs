//! Any text at all: no panic, no span outside the text, no semicolon that slips through, no text that takes long.

use proptest::prelude::*;
use proptest::sample::select;

use super::*;

const MODES: [&str; 5] = [
    "",
    "ANSI_QUOTES",
    "NO_BACKSLASH_ESCAPES",
    "ANSI_QUOTES,NO_BACKSLASH_ESCAPES",
    "MSSQL",
];

fn clause_like() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("ADD ".to_owned()),
        Just("DROP PARTITION ".to_owned()),
        Just("ORDER BY ".to_owned()),
        Just("PARTITION BY ".to_owned()),
        Just("CHANGE ".to_owned()),
        Just("RENAME COLUMN ".to_owned()),
        Just("COMMENT ".to_owned()),
        Just("CONSTRAINT ".to_owned()),
        Just("UNIQUE ".to_owned()),
        Just("/*".to_owned()),
        Just("*/".to_owned()),
        Just("-- ".to_owned()),
        Just("\n".to_owned()),
        "[`'\"(),;?#=\\\\ /*!\\-]",
        "\\PC{0,4}",
        Just("🙂".to_owned()),
        Just("é".to_owned()),
    ];
    proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

fn spans_are_sound(text: &str, sql_mode: &str) -> Result<(), TestCaseError> {
    let before = text.to_owned();
    let diagnosis = diagnose_under(text, SqlMode::parse(sql_mode));
    let operations = diagnosis
        .operations
        .iter()
        .map(|operation| (operation.start, operation.end));
    let problems = diagnosis
        .problems
        .iter()
        .map(|problem| (problem.start, problem.end));
    for (start, end) in operations.chain(problems) {
        prop_assert!(start <= end, "{start}..{end} runs backwards");
        prop_assert!(
            text.get(start as usize..end as usize).is_some(),
            "{start}..{end} is not inside or cuts a character"
        );
    }
    let analysis = analyze_under(text, SqlMode::parse(sql_mode));
    prop_assert_eq!(analysis.text, before.as_str());
    prop_assert!(
        analysis
            .operations
            .iter()
            .all(|operation| text.get(operation.rest..operation.end).is_some())
    );
    let _ = parse_definition(text);
    Ok(())
}

/// A piece of a clause that ends where it should under a mode.
#[derive(Debug, Clone)]
enum Piece {
    Words(&'static str),
    Single(String),
    Double(String),
    Name(String),
    Comment(String),
    Line(String),
    Semicolon,
}

fn piece() -> impl Strategy<Value = Piece> {
    let inside = || "[a-z;'\"`\\\\#*/! ,()\\-\\[\\]订?$]{0,8}";
    prop_oneof![
        3 => select(vec!["ADD a INT", "DEFAULT", ",", "(", ")", "COMMENT", "_utf8mb4", "- -", "/", "*", "x", "[y]"])
            .prop_map(Piece::Words),
        2 => inside().prop_map(Piece::Single),
        2 => inside().prop_map(Piece::Double),
        2 => inside().prop_map(Piece::Name),
        1 => inside().prop_map(Piece::Comment),
        1 => inside().prop_map(Piece::Line),
        1 => Just(Piece::Semicolon),
    ]
}

/// The piece as it is written under the mode, so that it ends at its own end there.
fn written(piece: &Piece, mode: SqlMode) -> String {
    let literal = |text: &str, quote: char, escapes: bool| {
        let doubled = text.replace(quote, &format!("{quote}{quote}"));
        let text = if escapes {
            doubled.replace('\\', "\\\\")
        } else {
            doubled
        };
        format!("{quote}{text}{quote}")
    };
    match piece {
        Piece::Words(words) => (*words).to_owned(),
        Piece::Single(text) => literal(text, '\'', !mode.no_backslash_escapes),
        Piece::Double(text) => literal(text, '"', !mode.no_backslash_escapes && !mode.ansi_quotes),
        Piece::Name(text) => literal(text, '`', false),
        Piece::Comment(text) => {
            let text = text.replace('*', "+").replace(['!', '+'], "-");
            format!("/* {text}*/")
        }
        Piece::Line(text) => format!("-- {text}\n"),
        Piece::Semicolon => ";".to_owned(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_text_is_taken_apart_without_harm(text in any::<String>(), mode in select(MODES.to_vec())) {
        spans_are_sound(&text, mode)?;
    }

    #[test]
    fn any_text_of_clause_like_pieces_is_taken_apart_without_harm(text in clause_like(), mode in select(MODES.to_vec())) {
        spans_are_sound(&text, mode)?;
    }

    /// Whatever a literal holds, it stays one literal of one operation.
    #[test]
    fn a_quoted_value_never_splits_a_clause(value in "\\PC{0,20}") {
        let clause = format!("ADD a VARCHAR(99) DEFAULT '{}', DROP b", value.replace('\\', "\\\\").replace('\'', "''"));
        let verbs = verbs(&clause);
        prop_assert_eq!(verbs, ["ADD COLUMN", "DROP COLUMN"]);
        prop_assert_eq!(reasons(&clause), Vec::<String>::new());
    }

    #[test]
    fn a_quoted_name_comes_back_unquoted(name in "[^\\x00]{1,20}") {
        let clause = format!("DROP COLUMN `{}`", name.replace('`', "``"));
        let diagnosis = diagnose(&clause);
        prop_assert_eq!(diagnosis.operations[0].subject.as_deref(), Some(name.as_str()));
    }

    /// The other way round as well: a semicolon inside quotes and comments is none.
    #[test]
    fn a_semicolon_counts_exactly_outside_quotes_and_comments(
        pieces in proptest::collection::vec(piece(), 1..12),
        mode in select(MODES.to_vec()),
    ) {
        let mode = SqlMode::parse(mode);
        let words: Vec<_> = pieces.iter().map(|piece| written(piece, mode)).collect();
        let text = words.join(" ");
        let problems = diagnose_under(&text, mode).problems;
        let told = problems.iter().any(|problem| {
            matches!(problem.reason.as_str(), "second_statement" | "trailing_semicolon")
        });
        let there = pieces.iter().any(|piece| matches!(piece, Piece::Semicolon));
        prop_assert_eq!(told, there, "{:?}: {:?}", text, problems);
    }
}

/// Clauses that would take minutes if anything looked at all the rest from each token, and overflow the stack if
/// anything recursed into each pair of parentheses.
#[test]
fn a_huge_clause_of_any_shape_is_taken_apart() {
    let size = 1 << 16;
    let repeated = |head: &str, piece: &str, tail: &str| {
        let times = (size - head.len() - tail.len()) / piece.len();
        format!("{head}{}{tail}", piece.repeat(times))
    };
    for text in [
        repeated("ADD a INT DEFAULT ", "(", ""),
        repeated("ADD a INT DEFAULT ", ")", ""),
        repeated("ADD a INT DEFAULT ", "()", ""),
        repeated("ADD COLUMN (", "a INT,", "b INT)"),
        repeated("ADD INDEX i (", "a,", "b)"),
        repeated("", "ADD a INT,", "ADD b INT"),
        repeated("ORDER BY ", "a,", "b"),
        repeated("DROP PARTITION ", "p,", "q"),
        repeated(
            "REORGANIZE PARTITION ",
            "p,",
            "q INTO (PARTITION r VALUES IN (1))",
        ),
        repeated("", "COMMENT='x' ", ""),
        repeated("", "ENGINE", ""),
        repeated("", ",", ""),
        repeated("ADD a INT ", "DEFAULT ", ""),
        repeated("ADD a INT ", "unknown ", ""),
        repeated("ADD a ENUM(", "'x',", "'y')"),
        repeated(
            "PARTITION BY RANGE (a) (",
            "PARTITION p VALUES LESS THAN (1),",
            "PARTITION q VALUES LESS THAN MAXVALUE)",
        ),
        repeated("ADD a INT COMMENT '", "''", "'"),
        repeated("ADD a INT ", "/* ; */", ""),
        repeated("ADD a INT ", "/*", ""),
        repeated("ADD a INT ", "'", ""),
        repeated("ADD a INT ", "`;`", ""),
        repeated("ADD a INT ", "PARTITION BY ", ""),
        repeated("ADD a ", ".", ""),
        repeated("ADD a INT DEFAULT 1", ".e-", ""),
        repeated("", ";", ""),
        repeated("", "?", ""),
        repeated("ADD a ", "，", ""),
        repeated("", "ADD t.a INT, RENAME b,", "FORCE"),
    ] {
        let analysis = analyze(&text);
        assert!(analysis.operations.len() + analysis.problems.len() > 0);
    }
}
