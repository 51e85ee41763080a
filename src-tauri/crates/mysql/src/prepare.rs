//! The server's own opinion of a clause: `PREPARE` parses the statement for exactly this version and executes nothing.

use mysqler_contract::{PrepareVerdict, Result, TableRef, quote_identifier};

use crate::session::Session;
use crate::sql;

const SYNTAX_ERROR: u16 = 1064;

/// What the server cuts a `near '…'` down to, in bytes.
const NEAR_LENGTH: usize = 80;

pub(crate) async fn verdict(
    session: &mut Session,
    table: &TableRef,
    clause: &str,
    sql_mode: Option<&str>,
) -> Result<PrepareVerdict> {
    // Until the mode is put back the session means other things by the same quotes.
    session.spoil();
    let statement = format!("ALTER TABLE {} {clause}", table.quoted());
    let mode = match sql_mode {
        Some(mode) => sql::text(mode),
        None => "@@GLOBAL.sql_mode".to_owned(),
    };
    // Names without a schema, as in RENAME or UNION, mean the table's own, as they will for the run.
    let used = session
        .answer(&format!("USE {}", quote_identifier(&table.database)))
        .await?;
    if let Err((number, message)) = used {
        session.mend().await?;
        return Ok(refusal(number, message, clause));
    }
    // As bytes, so that no quoting rule stands between what was typed and what is parsed.
    session
        .run(&format!("SET @mysqler_statement = {}", sql::bytes(&statement)))
        .await?;
    session.run(&format!("SET SESSION sql_mode = {mode}")).await?;
    let answer = session
        .answer("PREPARE mysqler_probe FROM @mysqler_statement")
        .await?;
    if answer.is_ok() {
        session.run("DEALLOCATE PREPARE mysqler_probe").await?;
    }
    session.mend().await?;
    Ok(match answer {
        Ok(_) => PrepareVerdict::Accepted,
        Err((number, message)) => refusal(number, message, clause),
    })
}

fn refusal(number: u16, message: String, clause: &str) -> PrepareVerdict {
    match number {
        // No such schema, not preparable, too many statements prepared, no right to look, or a lock in the way: not the clause's fault.
        1049 | 1295 | 1461 | 1044 | 1142 | 1143 | 1227 | 1205 | 1213 => PrepareVerdict::NotProven {
            message: format!("{number}: {message}"),
        },
        SYNTAX_ERROR => {
            let at = near(&message).and_then(|(near, line)| locate(clause, near, line));
            PrepareVerdict::Refused {
                code: number,
                message,
                at,
            }
        }
        _ => PrepareVerdict::Refused {
            code: number,
            message,
            at: None,
        },
    }
}

/// The text and the line number of `… near 'TEXT' at line N`.
fn near(message: &str) -> Option<(&str, usize)> {
    let start = message.find("near '")? + "near '".len();
    let end = message.rfind("' at line ")?;
    let line = message[end + "' at line ".len()..].trim().parse().ok()?;
    Some((message.get(start..end)?, line))
}

/// Where in the clause the rejected text starts. The server gives the rest of the statement from there on, cut off.
fn locate(clause: &str, near: &str, line: usize) -> Option<u32> {
    let at = if near.len() < NEAR_LENGTH - 3 {
        clause.ends_with(near).then(|| clause.len() - near.len())
    } else {
        // A cut inside a character leaves its first bytes, which arrive as up to three wrong characters.
        let ends = near.char_indices().rev().map(|(at, _)| at).take(3);
        std::iter::once(near.len())
            .chain(ends)
            .find_map(|end| found_once(clause, &near[..end], line))
    };
    at.and_then(|at| u32::try_from(at).ok())
}

fn found_once(clause: &str, near: &str, line: usize) -> Option<usize> {
    let mut found = clause.match_indices(near).map(|(at, _)| at);
    match (found.next(), found.next()) {
        (Some(only), None) => Some(only),
        (Some(_), Some(_)) => only_on_line(clause, near, line),
        (None, _) => None,
    }
}

fn only_on_line(clause: &str, near: &str, line: usize) -> Option<usize> {
    let mut found = clause
        .match_indices(near)
        .map(|(at, _)| at)
        .filter(|at| clause[..*at].matches('\n').count() + 1 == line);
    match (found.next(), found.next()) {
        (only, None) => only,
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn message(near: &str, line: usize) -> String {
        format!(
            "You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for \
             the right syntax to use near '{near}' at line {line}"
        )
    }

    fn at(near: &str, line: usize, clause: &str) -> Option<u32> {
        match refusal(SYNTAX_ERROR, message(near, line), clause) {
            PrepareVerdict::Refused { at, .. } => at,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_rest_of_the_clause_marks_the_place() {
        assert_eq!(at("COLUM b INT", 1, "ADD COLUM b INT"), Some(4));
        assert_eq!(at("", 1, "ADD COLUMN b"), Some(12), "the end came too early");
        assert_eq!(at("b b", 1, "a b b b"), Some(4), "the rest is the last one");
        assert_eq!(
            at("'x' at line 2", 1, "ADD 'x' at line 2"),
            Some(4),
            "quotes inside"
        );
    }

    #[test]
    fn a_cut_text_is_found_when_it_stands_there_once() {
        let tail = "x".repeat(100);
        let clause = format!("ADD COLUM {tail}");
        assert_eq!(at(&clause[4..84], 1, &clause), Some(4));
        let twice = format!("{} {}", "ab".repeat(60), "ab".repeat(60));
        assert_eq!(at(&twice[..80], 1, &twice), None, "ambiguous");
        let block = format!("BAD {}", "y".repeat(90));
        let lines = format!("{block},\n{block}");
        assert_eq!(
            at(&block[..80], 2, &lines),
            Some(u32::try_from(block.len()).unwrap() + 2)
        );
    }

    #[test]
    fn a_cut_inside_a_character_is_forgiven() {
        let clause = format!("ADD b INT NOTT NULL COMMENT '{}'", "单".repeat(60));
        let kept = &clause[10..10 + 19 + 19 * 3];
        assert_eq!(at(&format!("{kept}å\u{8d}"), 1, &clause), Some(10));
    }

    #[test]
    fn words_that_are_not_in_the_clause_give_no_place() {
        assert_eq!(at("something else", 1, "ADD COLUMN b INT"), None);
        assert_eq!(near("Unknown column 'x'"), None);
    }

    #[test]
    fn what_is_not_the_clauses_fault_is_not_proven() {
        for number in [1295, 1461, 1142] {
            let verdict = refusal(number, "…".into(), "ADD x");
            assert!(matches!(verdict, PrepareVerdict::NotProven { .. }), "{number}");
        }
        assert!(matches!(
            refusal(1072, "…".into(), "ADD x"),
            PrepareVerdict::Refused {
                code: 1072,
                at: None,
                ..
            }
        ));
    }

    proptest! {
        #[test]
        fn any_place_in_any_short_clause_is_found_again(clause in "[a-z '\\\\,订]{1,40}", cut in 0_usize..40) {
            let cut = (0..=cut.min(clause.len())).rev().find(|at| clause.is_char_boundary(*at)).unwrap_or(0);
            let rest = &clause[cut..];
            prop_assume!(rest.len() < NEAR_LENGTH - 3);
            prop_assert_eq!(at(rest, 1, &clause), Some(u32::try_from(cut).unwrap()));
        }
    }
}
