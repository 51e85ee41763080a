//! The corpus, mutated: nothing panics, and every span lies inside the text.

use mysqler_core::clause::{Analysis, Operation, Span, SqlMode, analyze_under, diagnose_under};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::corpus::entries;

const MODES: [&str; 5] = [
    "",
    "ANSI_QUOTES",
    "NO_BACKSLASH_ESCAPES",
    "ANSI_QUOTES,NO_BACKSLASH_ESCAPES",
    "MSSQL",
];

#[derive(Debug, Clone)]
enum Mutation {
    Cut(Index, Index),
    Insert(Index, &'static str),
    Double(Index, Index),
    Splice(Index, Index),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let pieces = [
        "'",
        "\"",
        "`",
        "\\",
        "(",
        ")",
        ",",
        ";",
        "?",
        "\0",
        "/*",
        "*/",
        "/*!",
        "-- ",
        "#",
        "\n",
        "=",
        ".",
        "$$",
        "[",
        "]",
        " PARTITION BY ",
        " REMOVE PARTITIONING ",
        " FIRST ",
        " AFTER ",
        " CONSTRAINT ",
        " KEY ",
        " é🙂 ",
        "\u{3000}",
    ];
    prop_oneof![
        (any::<Index>(), any::<Index>()).prop_map(|(a, b)| Mutation::Cut(a, b)),
        (any::<Index>(), select(pieces.to_vec())).prop_map(|(at, piece)| Mutation::Insert(at, piece)),
        (any::<Index>(), any::<Index>()).prop_map(|(a, b)| Mutation::Double(a, b)),
        (any::<Index>(), any::<Index>()).prop_map(|(a, b)| Mutation::Splice(a, b)),
    ]
}

fn boundary(text: &str, index: &Index) -> usize {
    let at = index.index(text.len() + 1);
    (at..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap()
}

fn mutate(text: &mut String, mutation: &Mutation, other: &str) {
    let between = |text: &str, a: &Index, b: &Index| {
        let (a, b) = (boundary(text, a), boundary(text, b));
        a.min(b)..a.max(b)
    };
    match mutation {
        Mutation::Cut(a, b) => text.replace_range(between(text, a, b), ""),
        Mutation::Insert(at, piece) => text.insert_str(boundary(text, at), piece),
        Mutation::Double(a, b) => {
            let range = between(text, a, b);
            let copy = text[range.clone()].to_owned();
            text.insert_str(range.end, &copy);
        }
        Mutation::Splice(at, from) => {
            let tail = other[boundary(other, from)..].to_owned();
            text.truncate(boundary(text, at));
            text.push_str(&tail);
        }
    }
}

fn check(text: &str, sql_mode: &str) -> Result<(), TestCaseError> {
    let mode = SqlMode::parse(sql_mode);
    let analysis = analyze_under(text, mode);
    let mut behind = 0;
    for operation in &analysis.operations {
        prop_assert!(operation.start >= behind, "operations overlap in {text:?}");
        prop_assert!(operation.start <= operation.end);
        behind = operation.end;
        prop_assert!(text.get(operation.start..operation.rest).is_some());
        prop_assert!(text.get(operation.rest..operation.end).is_some());
        for span in spans(&analysis, operation) {
            prop_assert!(text.get(span.start..span.end).is_some(), "{span:?} in {text:?}");
            prop_assert!(
                operation.start <= span.start && span.end <= operation.end,
                "{span:?} is outside its operation in {text:?}"
            );
        }
    }
    let mut last = 0;
    for problem in &diagnose_under(text, mode).problems {
        prop_assert!(
            problem.start >= last && problem.start <= problem.end,
            "problems out of order"
        );
        prop_assert!(text.get(problem.start as usize..problem.end as usize).is_some());
        last = problem.start;
    }
    Ok(())
}

fn spans(analysis: &Analysis<'_>, operation: &Operation) -> Vec<Span> {
    let kind = &operation.kind;
    let mut spans: Vec<Span> = operation.unread.into_iter().collect();
    for column in kind.columns() {
        let definition = &column.definition;
        spans.extend([column.name.span, definition.span]);
        spans.extend(definition.default_span);
        spans.extend(definition.unread);
        spans.extend(
            definition
                .generation
                .as_ref()
                .and_then(|generation| generation.expression),
        );
    }
    for index in kind.indexes() {
        spans.extend(index.parts.iter().map(|part| part.span));
        spans.extend(index.options.iter().map(|option| option.span));
    }
    for key in kind.foreign_keys() {
        spans.extend(key.columns.iter().map(|name| name.span));
    }
    spans.extend(kind.checks().map(|check| check.expression));
    assert!(!analysis.fragment(operation).is_empty(), "an operation has words");
    spans
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_mutated_clause_is_taken_apart_without_harm(
        first in any::<Index>(),
        second in any::<Index>(),
        mutations in proptest::collection::vec(mutation(), 0..5),
        sql_mode in select(MODES.to_vec()),
    ) {
        let entries = entries();
        let mut text = first.get(&entries).clause.clone();
        let other = &second.get(&entries).clause;
        for mutation in &mutations {
            mutate(&mut text, mutation, other);
        }
        check(&text, sql_mode)?;
    }
}
