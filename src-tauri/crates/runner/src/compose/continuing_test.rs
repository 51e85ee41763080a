//! The arguments of a run that can be continued, and of one that goes on from another.

use super::*;

fn kept(resumes: Option<u64>) -> Given {
    Given {
        history: Some(TableRef::new("audit_2", "pt_osc_history")),
        resumes,
        ..Given::default()
    }
}

/// The words that a run with a history has and another has not.
fn added(given: &Given) -> Vec<String> {
    let plain = Given {
        request: given.request.clone(),
        ..Given::default()
    };
    let before = plain.argv();
    let words = given.argv().into_iter();
    words.filter(|word| !before.contains(word)).collect()
}

#[test]
fn a_run_that_can_be_continued_keeps_a_history_its_shadow_and_its_triggers() {
    assert_eq!(
        added(&kept(None)),
        [
            "--chunk-size",
            "1000",
            "--history",
            "--history-table",
            "audit_2.pt_osc_history",
            "--nodrop-new-table",
            "--nodrop-triggers",
        ]
    );
}

#[test]
fn a_run_that_goes_on_names_the_job_and_is_else_the_same() {
    let (first, second) = (kept(None).argv(), kept(Some(7)).argv());
    assert_eq!(value(&second, "--resume"), "7");
    let rest: Vec<String> = second
        .iter()
        .filter(|word| !["--resume", "7"].contains(&word.as_str()))
        .cloned()
        .collect();
    assert_eq!(rest, first);
    // Of a run without a history there is nothing to go on from.
    let without = Given {
        resumes: Some(7),
        ..Given::default()
    };
    assert!(!without.argv().contains(&"--resume".to_owned()));
}

#[test]
fn a_run_that_goes_on_copies_in_chunks_of_the_very_same_size() {
    for (rows, ms, wanted) in [
        (Some(200), None, vec![("--chunk-size", "200")]),
        (Some(200), Some(100), vec![("--chunk-size", "200")]),
        (
            None,
            Some(100),
            vec![("--chunk-size", "1000"), ("--chunk-time", "0.100")],
        ),
        (
            None,
            None,
            vec![("--chunk-size", "1000"), ("--chunk-time", "0.500")],
        ),
    ] {
        let mut first = kept(None);
        first.request.options.chunk_size = rows;
        first.request.options.chunk_time_ms = ms;
        let mut second = kept(Some(7));
        second.request = first.request.clone();
        for argv in [first.argv(), second.argv()] {
            let found: Vec<(&str, &str)> = ["--chunk-size", "--chunk-time"]
                .into_iter()
                .filter(|option| argv.iter().any(|word| word == option))
                .map(|option| (option, value(&argv, option)))
                .collect();
            assert_eq!(found, wanted, "{rows:?} {ms:?}");
        }
    }
}

#[test]
fn a_history_schema_that_the_tool_would_misread_is_refused() {
    for schema in ["", "a.b", "a`b", "a b", "a%", "库"] {
        let mut given = kept(None);
        given.history = Some(TableRef::new(schema, "pt_osc_history"));
        assert!(given.refused().starts_with("history schema "), "{schema:?}");
    }
}
