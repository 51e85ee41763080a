//! Objects beside a table that carry pt-osc's names. What they are is for the core to judge.

use mysqler_contract::{Result, TableRef};
use mysqler_core::ports::{CLONE_MARK, LeftoverFacts};

use crate::session::Session;
use crate::{sql, table as tables};

/// pt-osc gives up after so many underscores for a shadow table; it takes as many for the old one.
const NAME_TRIES: usize = 10;
const NAME_LIMIT: usize = 64;
const TRIGGER_PREFIX_LIMIT: usize = 60;

pub(crate) async fn find(session: &mut Session, table: &TableRef) -> Result<LeftoverFacts> {
    let candidates = table_names(&table.table);
    let list: Vec<String> = candidates.iter().map(|name| sql::text(name)).collect();
    let rows = session
        .rows(&format!(
            "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = {} AND TABLE_NAME IN ({}) \
             AND TABLE_TYPE = 'BASE TABLE' ORDER BY TABLE_NAME",
            sql::text(&table.database),
            list.join(", ")
        ))
        .await?;
    let prefixes = trigger_prefixes(table);
    let triggers = tables::triggers(session, table)
        .await?
        .into_iter()
        .filter(|trigger| is_pt_osc_trigger(&trigger.name, &prefixes))
        .collect();
    let tables = rows
        .iter()
        .map(|row| TableRef::new(&table.database, row.text(0)))
        .collect();
    Ok(LeftoverFacts {
        tables,
        triggers,
        clones: clones(session, &table.database).await?,
    })
}

/// By name and by the mark in the comment; a minute is far more than a check works on one.
async fn clones(session: &mut Session, database: &str) -> Result<Vec<TableRef>> {
    // Names alone first: for more than that some servers open every table of the schema.
    let named = session
        .rows(&format!(
            "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = {} \
             AND TABLE_NAME LIKE '\\_mysqler\\_%\\_clone'",
            sql::text(database)
        ))
        .await?;
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let names: Vec<String> = named.iter().map(|row| sql::text(&row.text(0))).collect();
    let rows = session
        .rows(&format!(
            "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = {} AND TABLE_NAME IN ({}) \
             AND LEFT(TABLE_COMMENT, {}) = {} AND CREATE_TIME < NOW() - INTERVAL 1 MINUTE ORDER BY TABLE_NAME",
            sql::text(database),
            names.join(", "),
            CLONE_MARK.len(),
            sql::text(CLONE_MARK)
        ))
        .await?;
    let found = rows.iter().map(|row| TableRef::new(database, row.text(0)));
    Ok(found.collect())
}

/// Every name that pt-osc may have given to a shadow or old table of `table`.
fn table_names(table: &str) -> Vec<String> {
    let mut names = Vec::new();
    for suffix in ["_new", "_old"] {
        let base = format!("{table}{suffix}");
        // Characters where its input was decoded, bytes where it was not.
        for cut in [cut_characters, cut_bytes] {
            let mut name = Some(base.clone());
            for _ in 0..NAME_TRIES {
                name = name.and_then(|name| cut(&format!("_{name}"), NAME_LIMIT));
                names.extend(name.clone());
            }
        }
    }
    names.sort();
    names.dedup();
    names.retain(|name| name != table);
    names
}

fn cut_characters(text: &str, limit: usize) -> Option<String> {
    Some(text.chars().take(limit).collect())
}

/// `None` when the cut would go through a character: no such name can exist.
fn cut_bytes(text: &str, limit: usize) -> Option<String> {
    text.get(..limit.min(text.len())).map(str::to_owned)
}

/// What a trigger's name begins with, before `_ins`, `_upd` or `_del`.
fn trigger_prefixes(table: &TableRef) -> Vec<String> {
    let full = format!("pt_osc_{}_{}", table.database, table.table);
    let decoded: String = full
        .chars()
        .map(|c| if c.is_alphanumeric() || c == '_' { c } else { '_' })
        .take(TRIGGER_PREFIX_LIMIT)
        .collect();
    let bytewise: String = full
        .bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() {
                char::from(byte)
            } else {
                '_'
            }
        })
        .take(TRIGGER_PREFIX_LIMIT)
        .collect();
    match decoded == bytewise {
        true => vec![decoded],
        false => vec![decoded, bytewise],
    }
}

fn is_pt_osc_trigger(name: &str, prefixes: &[String]) -> bool {
    ["_ins", "_upd", "_del"]
        .iter()
        .filter_map(|suffix| name.strip_suffix(suffix))
        .any(|stem| prefixes.iter().any(|prefix| prefix == stem))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shadow_and_old_tables_may_have_several_underscores() {
        let names = table_names("t");
        for name in ["_t_new", "__t_new", "__________t_new", "_t_old"] {
            assert!(names.iter().any(|known| known == name), "{name} of {names:?}");
        }
        assert!(
            !names
                .iter()
                .any(|name| name == "t_new" || name == "___________t_new")
        );
        assert!(
            !table_names("_t_new").contains(&"_t_new".to_owned()),
            "the table itself is no leftover"
        );
    }

    #[test]
    fn long_names_are_cut_as_pt_osc_cuts_them() {
        let long = "x".repeat(64);
        let names = table_names(&long);
        assert!(names.contains(&format!("_{}", "x".repeat(63))));
        assert!(names.iter().all(|name| name.chars().count() <= 64));
        let chinese = "订".repeat(62);
        assert!(
            table_names(&chinese).contains(&format!("_{}_", "订".repeat(62))),
            "64 characters, not bytes"
        );
    }

    #[test]
    fn triggers_are_known_by_their_altered_names() {
        let prefixes = trigger_prefixes(&TableRef::new("my db", "a.b`c"));
        assert!(is_pt_osc_trigger("pt_osc_my_db_a_b_c_ins", &prefixes));
        assert!(!is_pt_osc_trigger("pt_osc_my_db_a_b_c_xyz", &prefixes));
        assert!(!is_pt_osc_trigger("pt_osc_my_db_other_ins", &prefixes));
        let long = trigger_prefixes(&TableRef::new("d".repeat(40), "t".repeat(40)));
        assert_eq!(long, [format!("pt_osc_{}_{}", "d".repeat(40), "t".repeat(12))]);
        assert!(is_pt_osc_trigger(&format!("{}_upd", long[0]), &long));
    }

    #[test]
    fn chinese_names_are_kept_or_replaced_depending_on_perls_encoding() {
        let prefixes = trigger_prefixes(&TableRef::new("s", "订单"));
        assert_eq!(
            prefixes,
            ["pt_osc_s_订单".to_owned(), format!("pt_osc_s_{}", "_".repeat(6))]
        );
    }
}
