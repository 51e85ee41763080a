//! The names that pt-osc gives to what it makes for a table, and the way back from such a name.

use mysqler_contract::TableRef;

/// pt-osc gives up after so many underscores for a shadow table.
const NAME_TRIES: usize = 10;
/// For the old one it tries one fewer. Then it puts chance before the last of those names, `K3Z0QX_`, up to eleven times.
const OLD_UNDERSCORES: &str = "_________";
const CHANCE: usize = 6;
const NAME_LIMIT: usize = 64;
const TRIGGER_PREFIX_LIMIT: usize = 60;

pub const SHADOW: &str = "_new";
pub const OLD: &str = "_old";

/// Every name that pt-osc may have given to a shadow or old table of `table`, but for those with chance in them.
pub fn table_names(table: &str) -> Vec<String> {
    let mut names = Vec::new();
    for suffix in [SHADOW, OLD] {
        names.extend(names_with(table, suffix));
    }
    names.sort();
    names.dedup();
    names.retain(|name| name != table);
    names
}

/// Every name that pt-osc may have given to a table of `table` with that suffix.
pub fn names_with(table: &str, suffix: &str) -> Vec<String> {
    let base = format!("{table}{suffix}");
    let mut names = Vec::new();
    // Characters where its input was decoded, bytes where it was not.
    for cut in [cut_characters, cut_bytes] {
        let mut name = Some(base.clone());
        for _ in 0..NAME_TRIES {
            name = name.and_then(|name| cut(&format!("_{name}"), NAME_LIMIT));
            names.extend(name.clone());
        }
    }
    names
}

/// The tables that a shadow or old table of this name may have been made for, the likeliest first; empty for a name of
/// another shape, and for one that was cut.
pub fn origins(name: &str, suffix: &str) -> Vec<String> {
    let Some(stem) = name.strip_suffix(suffix) else {
        return Vec::new();
    };
    if suffix == OLD
        && let Some(origin) = after_chance(stem).and_then(|rest| rest.strip_prefix(OLD_UNDERSCORES))
    {
        let named = (!origin.is_empty()).then(|| origin.to_owned());
        return named.into_iter().collect();
    }
    let most = stem.len() - stem.trim_start_matches('_').len();
    let stems = (1..=most.min(NAME_TRIES)).map(|cut| stem[cut..].to_owned());
    stems.filter(|stem| !stem.is_empty()).collect()
}

/// Whether pt-osc may have given this name to the old table of `table` when all its other names were taken.
pub fn is_old_by_chance(name: &str, table: &str) -> bool {
    let Some(rest) = after_chance(name) else {
        return false;
    };
    let full = format!(
        "{}{OLD_UNDERSCORES}{table}{OLD}",
        &name[..name.len() - rest.len()]
    );
    let is_this = |cut: Option<String>| cut.is_some_and(|cut| cut.to_lowercase() == name.to_lowercase());
    is_this(cut_characters(&full, NAME_LIMIT)) || is_this(cut_bytes(&full, NAME_LIMIT))
}

/// What follows the characters that pt-osc drew, once or more often.
fn after_chance(name: &str) -> Option<&str> {
    let (drawn, rest) = name.split_at_checked(CHANCE)?;
    let rest = rest.strip_prefix('_')?;
    // A server may keep names in lower case.
    let is_drawn = drawn.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_drawn.then(|| after_chance(rest).unwrap_or(rest))
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

/// Whether pt-osc would give this name to a trigger on `table`.
pub fn is_trigger_of(name: &str, table: &TableRef) -> bool {
    let prefixes = trigger_prefixes(table);
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
    fn the_way_back_from_a_name_knows_that_the_table_may_begin_with_an_underscore() {
        assert_eq!(origins("_t_new", SHADOW), ["t"]);
        assert_eq!(origins("__t_old", OLD), ["_t", "t"]);
        assert_eq!(origins("t_new", SHADOW), Vec::<String>::new());
        assert_eq!(origins("_t_old", SHADOW), Vec::<String>::new());
        assert_eq!(origins("_订单_new", SHADOW), ["订单"]);
        assert_eq!(
            origins("__new", SHADOW),
            Vec::<String>::new(),
            "a table has a name"
        );
    }

    #[test]
    fn the_old_table_is_known_when_chance_had_to_name_it() {
        let first = "K3Z0QX__________t_old";
        let second = format!("0AB1C2_{first}");
        for name in [first, &second, &first.to_lowercase()] {
            assert!(is_old_by_chance(name, "t"), "{name}");
            assert_eq!(origins(name, OLD), ["t"], "{name}");
        }
        assert!(is_old_by_chance("K3Z0QX___________t_old", "_t"));
        assert_eq!(origins("K3Z0QX___________t_old", OLD), ["_t"]);
        for other in [
            "K3Z0QX_________t_old",
            "K3Z0Q__________t_old",
            "_t_old",
            "K3Z0-X__________t_old",
        ] {
            assert!(!is_old_by_chance(other, "t"), "{other}");
        }
        assert!(!is_old_by_chance(first, "tt"));
        let long = "x".repeat(64);
        let cut = format!("K3Z0QX__________{}", "x".repeat(48));
        assert!(is_old_by_chance(&cut, &long));
        assert!(!is_old_by_chance(&format!("{cut}x"), &long));
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
        let table = TableRef::new("my db", "a.b`c");
        assert!(is_trigger_of("pt_osc_my_db_a_b_c_ins", &table));
        assert!(!is_trigger_of("pt_osc_my_db_a_b_c_xyz", &table));
        assert!(!is_trigger_of("pt_osc_my_db_other_ins", &table));
        let long = TableRef::new("d".repeat(40), "t".repeat(40));
        let prefix = format!("pt_osc_{}_{}", "d".repeat(40), "t".repeat(12));
        assert!(is_trigger_of(&format!("{prefix}_upd"), &long));
        assert!(!is_trigger_of(&format!("{prefix}t_upd"), &long));
    }

    #[test]
    fn chinese_names_are_kept_or_replaced_depending_on_perls_encoding() {
        let table = TableRef::new("s", "订单");
        assert!(is_trigger_of("pt_osc_s_订单_ins", &table));
        assert!(is_trigger_of(&format!("pt_osc_s_{}_ins", "_".repeat(6)), &table));
    }
}
